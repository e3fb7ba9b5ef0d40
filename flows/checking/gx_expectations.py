"""Expectations Great Expectations does not have, and a cheaper form of one it has.

``expect_no_row_where`` takes a condition in SQL. GX counts the conditions of a whole suite in one scan of the table,
where each query of its own would scan it once more. Importing this module imports GX.
"""

from typing import Any, ClassVar

from great_expectations.compatibility.sqlalchemy import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from flows.checking.gx_duckdb import DuckDBExecutionEngine


class RowsWhereCount(TableMetricProvider):
    """Number of rows for which a condition is true; null is not true."""

    metric_name = "table.rows_where.count"
    value_keys = ("condition",)

    @metric_partial(
        engine=DuckDBExecutionEngine,
        partial_fn_type=MetricPartialFunctionTypes.AGGREGATE_FN,
        domain_type=MetricDomainTypes.TABLE,
    )
    def _sqlalchemy(
        cls,
        execution_engine: DuckDBExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> tuple[Any, dict[str, Any], dict[str, Any]]:
        # A colon in a literal is no bind parameter.
        condition = metric_value_kwargs["condition"].replace(":", r"\:")
        return sa.func.count(sa.text(f"CASE WHEN {condition} THEN 1 END")), metric_domain_kwargs, {}


class UnexpectedRowsAreSelectedElsewhere(QueryMetricProvider):
    """Stands in for the first 200 failing rows GX would fetch, at the price of running every query twice.

    Validation selects all failing rows itself (flows/checking/validation.py) and uses the count only.
    """

    metric_name = "unexpected_rows_query.table"
    value_keys = ("unexpected_rows_query",)

    @metric_value(engine=DuckDBExecutionEngine)
    def _sqlalchemy(
        cls,
        execution_engine: DuckDBExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> list[dict[str, Any]]:
        return []


class ExpectNoRowWhere(BatchExpectation):
    """Expect that the condition, an SQL expression over the table's own columns, is true of no row."""

    condition: str

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.rows_where.count",)
    success_keys: ClassVar[tuple[str, ...]] = ("condition",)

    def _validate(
        self, metrics: dict[str, Any], runtime_configuration: dict[str, Any] | None = None, execution_engine: Any = None
    ) -> dict[str, Any]:
        count = metrics["table.rows_where.count"]
        return {"success": count == 0, "result": {"observed_value": count}}
