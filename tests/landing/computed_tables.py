"""What a study folder becomes: every table of tabulation and analysis, without the places that its lines stand in."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from flows.base.errors import ConfigurationError
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.study_folder import Study, load_study
from flows.warehouse.database import open_warehouse
from tests.landing.twenty_ways import Way, plain_way

Tables = dict[str, list[str]]  # rows as texts, sorted
Differences = dict[str, tuple[list[str], list[str]]]  # by table: only found, only expected
PLACES = ("file_id", "line_number", "path")
SCHEMAS = ("tabulation", "analysis")


@contextmanager
def _opened(study: Study) -> Iterator[tuple[duckdb.DuckDBPyConnection, Any]]:
    with tempfile.TemporaryDirectory() as out, open_warehouse(Path(out), study) as (con, kept):
        yield con, kept


def computed_tables(folder: Path) -> Tables:
    """Land, validate and derive a study; nothing is summarised or published."""
    study = load_study(folder)
    with _opened(study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN (SELECT unnest($1))",
            [list(SCHEMAS)],
        ).fetchall()
        return {name: _rows(con, name) for (name,) in sorted(names)}


def landed_rows(folder: Path) -> Tables:
    """Land a study, and no more: the rows of each kind of file. A kind that every run needs may lack."""
    study = load_study(folder)
    with _opened(study) as (con, kept):
        with suppress(ConfigurationError):
            take_in(con, study, kept)
        columns = {kind: [column.name for column in file_columns(kind)] for kind in FILE_KINDS}
        return {kind: _rows(con, f"landing.{kind}", names) for kind, names in columns.items()}


def _rows(con: duckdb.DuckDBPyConnection, table: str, columns: list[str] | None = None) -> list[str]:
    found = con.execute(f"FROM {table}")
    names = [column[0] for column in found.description or ()]
    kept = [place for place, name in enumerate(names) if name not in PLACES and (columns is None or name in columns)]
    return sorted(repr([row[place] for place in kept]) for row in found.fetchall())


def differences(found: Tables, expected: Tables) -> Differences:
    """By table, some rows that are found and not expected, and some that are expected and not found."""
    different = {}
    for name in found.keys() | expected.keys():
        one, other = set(found.get(name, [])), set(expected.get(name, []))
        if found.get(name) != expected.get(name):
            different[name] = (sorted(one - other)[:3], sorted(other - one)[:3])
    return different


@cache
def plain_tables(diary: tuple[str, ...]) -> Tables:
    """The tables of the study as the product's own files hold it, with these columns of the diary."""
    with tempfile.TemporaryDirectory() as folder:
        return computed_tables(plain_way(diary).write(Path(folder) / "plain"))


@cache
def plain_rows(diary: tuple[str, ...]) -> Tables:
    """Its landed rows."""
    with tempfile.TemporaryDirectory() as folder:
        return landed_rows(plain_way(diary).write(Path(folder) / "plain"))


def expected_tables(way: Way) -> Tables:
    """What every way of writing the study has to become."""
    return plain_tables(way.diary)
