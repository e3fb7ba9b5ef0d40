"""export: tables of a published snapshot as CSV, Parquet or workbooks, one file each, in a folder of the reader's choice."""

import os
import tempfile
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import xlsxwriter

from flows.base.errors import ConfigurationError
from flows.base.sql_text import one_value, quoted
from flows.base.suggestions import did_you_mean
from flows.publishing.table_files import CSV, PARQUET
from flows.warehouse.snapshots import find_database

Connection = duckdb.DuckDBPyConnection
FORMATS = ("csv", "parquet", "xlsx")
WORKBOOK_ROWS, WORKBOOK_TEXT = 1_048_575, 32_767  # of a sheet, below its header; of a cell, in characters
READ_BY_A_RUN = ("inbox", "rules", "codelists")
ROWS_AT_ONCE = 10_000
NO_CLOCK = datetime(2000, 1, 1, tzinfo=UTC)  # a workbook holds when it was made: equal tables give equal bytes


def export_tables(place: Path, names: Iterable[str], form: str, target: Path) -> list[Path]:
    """Write tables of the current snapshot into ``target`` as <schema>.<table>.<form>; gives the files. Without names all
    tables are written. A file of that name is replaced in one step.

    Raises ConfigurationError where nothing is published, a table does not exist or does not fit into a workbook, or the
    folder belongs to a study or to what is published.
    """
    database = find_database(place)
    check_target(database, target)
    write: Callable[[Connection, str, Path], None] = _write_workbook if form == "xlsx" else _copy_as(form)
    with duckdb.connect(database, read_only=True) as con:
        tables = _tables(con, names)
        with aside(target) as scratch:
            for table in tables:
                write(con, table, scratch / f"{table}.{form}")
    return [target / f"{table}.{form}" for table in tables]


@contextmanager
def aside(target: Path) -> Generator[Path]:
    """A folder whose files stand in ``target`` at the end of the block: all of them, or none where it failed."""
    target.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".export-", dir=target) as scratch:
        yield Path(scratch)
        for path in Path(scratch).iterdir():
            os.replace(path, target / path.name)


def check_target(database: Path, target: Path) -> None:
    """Raises ConfigurationError where the folder to write into belongs to a study or to what is published, or is none."""
    place, snapshot = target.resolve(), database.parent.resolve()
    if place.is_relative_to(snapshot.parent.parent) and snapshot.parent.name == "snapshots":
        raise ConfigurationError(f"--to: {target} lies in what is published; name a folder of your own.")
    for folder in (place, *place.parents):
        if (folder / "study.toml").exists() and place != folder and place.relative_to(folder).parts[0] in READ_BY_A_RUN:
            raise ConfigurationError(
                f"--to: {target} lies among what a run reads of a study; name a folder of your own."
            )
    if target.exists() and not target.is_dir():
        raise ConfigurationError(f"--to: {target} is no folder.")


def _tables(con: Connection, names: Iterable[str]) -> list[str]:
    """Full names; the schema may be left out where one table only has the name."""
    known = [
        name
        for (name,) in con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE NOT internal ORDER BY 1"
        ).fetchall()
    ]
    found: list[str] = []
    for name in names:
        fitting = [table for table in known if name in (table, table.partition(".")[2])]
        if len(fitting) > 1:
            raise ConfigurationError(f"'{name}' is the name of several tables: {', '.join(fitting)}.")
        if not fitting:
            raise ConfigurationError(
                f"There is no table '{name}' in this snapshot{did_you_mean(name, known) or '.'} meta.dictionary lists them."
            )
        found += [table for table in fitting if table not in found]
    return found or known


def _copy_as(form: str) -> Callable[[Connection, str, Path], None]:
    options = CSV if form == "csv" else PARQUET

    def write(con: Connection, table: str, path: Path) -> None:
        con.execute(f"COPY {table} TO {quoted(str(path))} ({options})")

    return write


def _write_workbook(con: Connection, table: str, path: Path) -> None:
    """One sheet: numbers, dates and truth values as such, every text as a text, so that none is taken for a formula."""
    rows = one_value(con, f"SELECT count(*) FROM {table}")
    if rows > WORKBOOK_ROWS:
        raise ConfigurationError(
            f"{table}: has {rows:,} rows, and a workbook's sheet holds {WORKBOOK_ROWS:,}; use --format csv or parquet."
        )
    cursor = con.execute(f"SELECT * FROM {table}")
    names = [column[0] for column in cursor.description or []]
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "tmpdir": str(path.parent)})
    book.set_properties({"created": NO_CLOCK, "title": table})
    formats = {form: book.add_format({"num_format": form}) for form in ("yyyy-mm-dd", "yyyy-mm-dd hh:mm:ss")}
    sheet = book.add_worksheet(table.partition(".")[2][:31])
    sheet.freeze_panes(1, 0)
    sheet.write_row(0, 0, names, book.add_format({"bold": True}))
    number = 0
    while chunk := cursor.fetchmany(ROWS_AT_ONCE):
        for row in chunk:
            number += 1
            for place, value in enumerate(row):
                if isinstance(value, str) and len(value) > WORKBOOK_TEXT:
                    raise ConfigurationError(
                        f"{table}: {names[place]} of row {number:,} is a text longer than a cell of a workbook holds"
                        f" ({WORKBOOK_TEXT:,} characters); use --format csv or parquet."
                    )
                _write_cell(sheet, number, place, value, formats)
    book.close()


def _write_cell(sheet: Any, row: int, column: int, value: Any, formats: dict[str, Any]) -> None:
    match value:
        case None:
            pass
        case bool():
            sheet.write_boolean(row, column, value)
        case datetime():
            sheet.write_datetime(row, column, value, formats["yyyy-mm-dd hh:mm:ss"])
        case date():
            sheet.write_datetime(row, column, value, formats["yyyy-mm-dd"])
        case str():
            sheet.write_string(row, column, value)
        case int() | float() | Decimal():
            sheet.write_number(row, column, value)
        case _:
            sheet.write_string(row, column, str(value))
