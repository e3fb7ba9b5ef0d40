"""summary.*: what DuckDB counts (sql/summary) and what Python fits (flows/statistics), side by side."""

import duckdb

from flows.statistics.fitted_tables import FITTED, READS, write_table
from flows.warehouse.side_by_side import build_in_order
from flows.warehouse.sql_models import build_model, load_models, reads_of

Connection = duckdb.DuckDBPyConnection


def build_summaries(con: Connection) -> None:
    """analysis -> summary: the SQL models, and meanwhile the tables of FITTED one after the other, each after what it reads."""
    con.execute("CREATE SCHEMA IF NOT EXISTS summary")
    models = reads_of(name for name in load_models() if name.startswith("summary."))
    fitted: dict[str, tuple[str, ...]] = {}
    # Python fits one at a time. First those that need no other summary.
    for name in sorted(FITTED, key=lambda name: any(table.startswith("summary.") for table in READS[name])):
        fitted[name] = (*READS[name], *list(fitted)[-1:])
    build_in_order(con, {**models, **fitted}, _build)


def _build(con: Connection, name: str) -> None:
    if name in FITTED:
        write_table(con, name, FITTED[name](con))
    else:
        build_model(con, name)
