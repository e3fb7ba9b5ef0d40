"""The two sides of a comparison: a published snapshot, and what it was made with."""

import json
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.sql_text import quoted
from flows.study.study_folder import Study

Connection = duckdb.DuckDBPyConnection
BEFORE, AFTER = "before", "after"  # the names under which the two databases are attached


class Side(NamedTuple):
    """One snapshot: its database, and the settings and software it was made with.

    ``study`` is None where its study.toml is not known any more. ``cutoff_given`` is the cut-off of study.toml or of the
    command line, None where the newest diary date is the cut-off.
    """

    snapshot_id: str
    database: Path
    own_files: dict[str, str]
    versions: dict[str, str]
    study: Study | None = None
    cutoff_given: date | None = None
    last_date_come: date | None = None
    published_at: datetime | None = None  # UTC; None while it is being published
    cutoff_date: date | None = None


def load_side(folder: Path, study: Study | None, cutoff_given: date | None, last_date_come: date | None) -> Side:
    """The side of a snapshot's folder.

    Raises ConfigurationError where its database or manifest cannot be read.
    """
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_bytes())
        own_files, versions, cutoff = manifest["own_files"], manifest["versions"], manifest["cutoff_date"]
        published_at = datetime.fromisoformat(manifest["published_at"]).replace(tzinfo=None)
        cutoff_date = date.fromisoformat(cutoff) if cutoff else None
    except (OSError, ValueError, KeyError, TypeError):
        raise ConfigurationError(f"{folder}: its manifest.json cannot be read, so it cannot be compared.") from None
    if not (folder / "outcomes.duckdb").is_file():
        raise ConfigurationError(f"{folder}: has no outcomes.duckdb, so it cannot be compared.")
    return Side(
        folder.name,
        folder / "outcomes.duckdb",
        own_files,
        versions,
        study,
        cutoff_given,
        last_date_come,
        published_at,
        cutoff_date,
    )


@contextmanager
def attached(con: Connection, before: Side, after: Side) -> Generator[None]:
    """Both databases, read-only, under the names ``before`` and ``after``."""
    names: list[str] = []
    try:
        for name, side in ((BEFORE, before), (AFTER, after)):
            con.execute(f"ATTACH {quoted(str(side.database))} AS {name} (READ_ONLY)")
            names.append(name)
        # Once for all tables: to list the columns of a database takes longer than to compare a table.
        con.execute(
            """CREATE OR REPLACE TEMP TABLE shared_columns AS
            WITH listed AS (SELECT database_name, schema_name, table_name, column_name, column_index FROM duckdb_columns())
            SELECT * EXCLUDE (database_name) FROM listed WHERE database_name = 'after' AND (schema_name, table_name, column_name)
                IN (SELECT (schema_name, table_name, column_name) FROM listed WHERE database_name = 'before')"""
        )
        yield
    finally:
        for name in names:
            con.execute(f"DETACH {name}")


def columns_of(con: Connection, table: str) -> list[str]:
    """The columns of a table that both sides have, in the order of the later one; none where one side lacks the table."""
    schema, _, name = table.partition(".")
    rows = con.execute(
        "SELECT column_name FROM shared_columns WHERE schema_name = $1 AND table_name = $2 ORDER BY column_index",
        [schema, name],
    ).fetchall()
    return [column for (column,) in rows]
