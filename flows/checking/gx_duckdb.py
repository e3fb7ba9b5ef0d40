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
from typing import TYPE_CHECKING, Any, Literal, Type  # noqa: UP035

os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")

import great_expectations as gx
import sqlalchemy
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.datasource.fluent import SQLDatasource
from great_expectations.execution_engine import SqlAlchemyExecutionEngine
from sqlalchemy.pool import StaticPool

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
        "duckdb://", creator=lambda: ConnectionWrapper(_connection.get().cursor()), poolclass=StaticPool
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


@contextmanager
def gx_on(con: "DuckDBPyConnection") -> Generator[DuckDBDatasource]:
    """A GX data source over the open connection; nothing of it is left open afterwards."""
    import flows.checking.gx_expectations  # noqa: F401 (importing it registers them)

    token = _connection.set(con)
    context = gx.get_context(mode="ephemeral")
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
