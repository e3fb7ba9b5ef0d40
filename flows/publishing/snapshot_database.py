"""outcomes.duckdb: the published tables as one database file, with what each table and column means.

What a run built lies in a file of its own already (flows/warehouse/built_tables.py). It becomes the published database:
what is not published is taken out, and the tables of the warehouse are added. Of a blinded study every table is written
anew, for the built ones tell the arms apart.
"""

import os
from pathlib import Path

import duckdb

from flows.base.sql_text import one_value, quoted, transaction
from flows.publishing.blinding import published_select
from flows.publishing.table_comments import write_comments
from flows.study.dictionary import Table, load_dictionary
from flows.study.study_folder import Study
from flows.warehouse.built_tables import BUILT, BUILT_SCHEMAS, STORAGE

Connection = duckdb.DuckDBPyConnection


def published_tables(con: Connection) -> list[Table]:
    """The documented tables: the dictionary decides what is published."""
    present = {
        f"{schema}.{name}"
        for schema, name in con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name IN (current_database(), $1)",
            [BUILT],
        ).fetchall()
    }
    return [table for name, table in load_dictionary().items() if name in present]


def write_database(con: Connection, path: Path, study: Study) -> None:
    """The published tables to a file; of a study that is not blinded the connection has what it built no more."""
    tables = published_tables(con)
    if study.facts.blinded:
        con.execute(f"ATTACH {quoted(str(path))} AS snapshot ({STORAGE})")
        _write_tables(con, "snapshot", tables, tables, study)
        con.execute("DETACH snapshot")
        return
    built = one_value(con, "SELECT path FROM duckdb_databases() WHERE database_name = $1", [BUILT])
    _drop_unpublished(con, tables)
    _write_tables(con, BUILT, [table for table in tables if table.schema_name not in BUILT_SCHEMAS], tables, study)
    con.execute("SET search_path = 'main'")
    con.execute(f"DETACH {BUILT}")
    os.replace(built, path)


def _write_tables(con: Connection, database: str, to_write: list[Table], tables: list[Table], study: Study) -> None:
    """Write some of the tables into an attached database that holds the others, and say there what each is."""
    with transaction(con):  # a commit for each table and comment takes as long as the data of a small study
        for table in to_write:
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {database}.{table.schema_name}")
            con.execute(f"CREATE TABLE {database}.{table.full_name} AS {published_select(table, study)}")
        write_comments(con, tables, database)
        _write_former_names(con, tables, database)
    con.execute(f"CHECKPOINT {database}")


def _drop_unpublished(con: Connection, tables: list[Table]) -> None:
    """Take out what was built on the way, first of all: what is written next takes its place in the file."""
    names = {table.full_name for table in tables}
    found = con.execute(
        """SELECT 'VIEW', schema_name || '.' || view_name FROM duckdb_views() WHERE database_name = $1 AND NOT internal
        UNION ALL SELECT 'TABLE', schema_name || '.' || table_name FROM duckdb_tables() WHERE database_name = $1""",
        [BUILT],
    ).fetchall()
    with transaction(con):
        for kind, name in found:
            if name not in names:
                con.execute(f"DROP {kind} {BUILT}.{name}")
    con.execute(f"CHECKPOINT {BUILT}")


def _write_former_names(con: Connection, tables: list[Table], database: str) -> None:
    """A table that was renamed can be queried by its former name too: a view, in the database only."""
    for table in tables:
        if table.former_name:
            former = f"{database}.{table.schema_name}.{table.former_name}"
            con.execute(f"CREATE VIEW {former} AS SELECT * FROM {table.full_name}")
            con.execute(
                f"COMMENT ON VIEW {former} IS 'former name of {table.full_name}, which the next version does not know'"
            )
