"""Great Expectations on an open DuckDB connection, so that no table ever leaves the database.

Stock GX closes the connection before it fetches, which loses DuckDB's pending result, and would open the file a
second time. This adapter keeps one cursor of the run's own connection open instead (see docs/decisions/0003).
Importing this module imports GX, which takes seconds: import it only where something is validated.
"""

import logging
import os
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Type  # noqa: UP035

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

from flows.base.later_imports import imported_later

with imported_later("altair"):  # for pictures of results, which nobody here asks GX for
    import great_expectations as gx

import sqlalchemy
from great_expectations.compatibility.sqlalchemy import sqlalchemy as sa
from great_expectations.core.metric_domain_types import MetricDomainTypes
from great_expectations.core.metric_function_types import MetricPartialFunctionTypes
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metrics.metric_provider import metric_partial, metric_value
from great_expectations.expectations.metrics.query_metric_provider import QueryMetricProvider
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
from sqlalchemy.pool import StaticPool

from flows.warehouse.built_tables import second_cursor

# GX keeps the classes below, and with them this module's names, until the interpreter ends. A name of duckdb's own
# types among them would end every run with pages of "leaked instance" messages, so they are imported inside.
if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_connection: ContextVar["DuckDBPyConnection"] = ContextVar("duckdb_connection")
# It tells of a temporary folder for docs that are never built.
logging.getLogger("great_expectations.data_context.types.base").setLevel(logging.WARNING)


def _engine_on_open_connection() -> sqlalchemy.Engine:
    from duckdb_engine import ConnectionWrapper

    return sqlalchemy.create_engine(
        "duckdb://", creator=lambda: ConnectionWrapper(second_cursor(_connection.get())), poolclass=StaticPool
    )


class DuckDBExecutionEngine(SqlAlchemyExecutionEngine):
    """The SQL engine with its connection kept open between queries."""

    def _setup_engine(self, **_: Any) -> None:  # ty: ignore
        self.engine = _engine_on_open_connection()

    @contextmanager
    def get_connection(self) -> Generator[sqlalchemy.Connection]:
        if self._connection is None:
            self._connection = self.engine.connect()
        yield self._connection

    def get_batch_data_and_markers(self, batch_spec: Any) -> Any:
        # The kept transaction would otherwise read the tables as they were at the previous batch.
        if self._connection is not None:
            self._connection.rollback()
        return super().get_batch_data_and_markers(batch_spec)

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self.engine.dispose()


class DuckDBDatasource(SQLDatasource):
    """Registers ``context.data_sources.add_duckdb``."""

    type: Literal["duckdb"] = "duckdb"  # ty: ignore

    @property
    def execution_engine_type(self) -> Type[SqlAlchemyExecutionEngine]:  # noqa: UP006 (the field `type` hides the builtin)
        return DuckDBExecutionEngine

    def _create_engine(self) -> sqlalchemy.Engine:
        return _engine_on_open_connection()


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


@contextmanager
def gx_on(con: "DuckDBPyConnection") -> Generator[DuckDBDatasource]:
    """A GX data source over the open connection; nothing of it is left open afterwards."""
    import flows.checking.gx_duckdb  # noqa: F401 (importing it registers them)

    token = _connection.set(con)
    context = gx.get_context(mode="ephemeral")
    context._save_project_config = lambda: None  # nothing keeps it, and each suite would be written to YAML once more
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_duckdb("warehouse", connection_string="duckdb://")  # type: ignore[attr-defined]
    try:
        yield source
    finally:
        engine = source.get_execution_engine()
        if isinstance(engine, DuckDBExecutionEngine):
            engine.close()
        source.get_engine().dispose()
        _connection.reset(token)
