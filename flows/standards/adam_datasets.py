"""The ADaM datasets of a snapshot: sql/standards/adam/*.sql run on its database, as temporary tables of one connection.

The SELECT and the specification are held against each other: each variable in both, its type, its length, its code
list, its keys unique.
"""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from graphlib import TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import duckdb
import sqlglot
from sqlglot import exp

from flows.base.errors import Defect
from flows.base.resources import resource
from flows.base.sql_text import one_row, one_value, quoted
from flows.standards.adam_spec import DatasetSpec, load_codelists, load_spec
from flows.standards.parameters import Parameter, create_parameters, find_parameters

Connection = duckdb.DuckDBPyConnection
SQL_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "float": "DOUBLE", "date": "DATE"}
MADE_FROM = {
    "text": ("VARCHAR",),
    "integer": ("BIGINT", "INTEGER"),
    "float": ("DOUBLE", "BIGINT", "INTEGER"),
    "date": ("DATE",),
}


class Study(NamedTuple):
    """What the datasets say of the study that they are of."""

    study_id: str
    title: str
    snapshot_id: str
    cutoff_date: date
    is_blinded: bool
    version: str


class Datasets(NamedTuple):
    """The datasets of a snapshot: a temporary table of ``con`` for each, and what describes them."""

    con: Connection
    study: Study
    specs: tuple[DatasetSpec, ...]
    parameters: list[Parameter]
    rows: dict[str, int]
    lengths: dict[
        str, dict[str, int]
    ]  # bytes of the longest text of a variable, at least 1: what files and define.xml state


@contextmanager
def adam_datasets(database: Path) -> Generator[Datasets]:
    """The datasets of a published database, made on a connection of their own that ends with the block.

    Raises Defect where SELECT and specification differ.
    """
    with duckdb.connect(database, read_only=True) as con:
        con.execute("SET python_enable_replacements = false")
        yield make_datasets(con)


def load_study_facts(con: Connection) -> Study:
    """The study of a published database."""
    return Study(
        *one_row(con, "SELECT study_id, title, snapshot_id, cutoff_date, is_blinded, software_version FROM meta.runs")
    )


def make_datasets(con: Connection) -> Datasets:
    """The datasets as temporary tables of a connection to a published database."""
    study = load_study_facts(con)
    rule_sets = [name for (name,) in con.execute("SELECT rule_set FROM meta.rule_sets ORDER BY position").fetchall()]
    con.execute(resource("sql/macros/adam.sql").read_text(encoding="utf-8"))
    con.execute(
        """CREATE OR REPLACE TEMP TABLE adam_files AS
        SELECT file_id, min(path) AS path FROM landing.files WHERE status = 'landed' GROUP BY file_id"""
    )
    parameters = find_parameters(rule_sets, study.is_blinded)
    create_parameters(con, parameters)
    selects = load_selects()
    specs = tuple(spec.for_study(study.is_blinded) for spec in load_spec().values())
    by_name = {spec.name: spec for spec in specs}
    for name in build_order(selects):
        _create(con, load_spec()[name], by_name[name], selects[name])
    rows = {name: one_value(con, f"SELECT count(*) FROM {name}") for name in by_name}
    return Datasets(con, study, specs, parameters, rows, {spec.name: _lengths(con, spec) for spec in specs})


def load_selects() -> dict[str, str]:
    """The SELECT of every dataset."""
    return {
        path.stem: path.read_text(encoding="utf-8") for path in sorted(resource("sql/standards/adam").glob("*.sql"))
    }


def build_order(selects: dict[str, str]) -> tuple[str, ...]:
    """Each dataset after those it reads."""
    reads = {
        name: {
            table.name
            for table in sqlglot.parse_one(select, read="duckdb").find_all(exp.Table)
            if table.name in selects
        }
        - {name}
        for name, select in selects.items()
    }
    return tuple(TopologicalSorter(reads).static_order())


def _create(con: Connection, whole: DatasetSpec, spec: DatasetSpec, select: str) -> None:
    """The temporary table of one dataset, its variables and rows in the order of the specification.

    A dataset made from it later may read a variable that a blinded study leaves out: such a variable is there, and empty.
    """
    con.execute(f"CREATE OR REPLACE TEMP TABLE selected AS {select}")
    _check_columns(con, whole)
    kept = {variable.name for variable in spec.variables}
    columns = ", ".join(
        f"CAST({v.name if v.name in kept else 'NULL'} AS {SQL_TYPES[v.type]}) AS {v.name}" for v in whole.variables
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {spec.name} AS SELECT {columns} FROM selected ORDER BY {', '.join(spec.keys)}"
    )
    con.execute("DROP TABLE selected")
    _check_rows(con, spec)


def _check_columns(con: Connection, spec: DatasetSpec) -> None:
    selected = {name: kind for name, kind, *_ in con.execute("DESCRIBE selected").fetchall()}
    described = {variable.name: variable.type for variable in spec.variables}
    for name in (*described, *selected):
        place = f"{spec.name}.{name}"
        if name not in selected:
            raise Defect(f"{place} is in data/standards/adam/ and not in sql/standards/adam/")
        if name not in described:
            raise Defect(f"{place} is in sql/standards/adam/ and not in data/standards/adam/")
        if not selected[name].startswith(MADE_FROM[described[name]]) and selected[name] != '"NULL"':
            raise Defect(f"{place} is {selected[name]} and not {described[name]}")


def _check_rows(con: Connection, spec: DatasetSpec) -> None:
    keys = ", ".join(spec.keys)
    if one_value(con, f"SELECT count(*) FROM (SELECT {keys} FROM {spec.name} GROUP BY ALL HAVING count(*) > 1)"):
        raise Defect(f"{spec.name}: records are equal in {keys}")
    for variable in spec.variables:
        where = []
        if variable.length:
            where.append(f"strlen({variable.name}) > {variable.length}")
        if codelist := load_codelists().get(variable.codelist or ""):
            where.append(f"CAST({variable.name} AS VARCHAR) NOT IN ({', '.join(map(quoted, codelist.items))})")
        for condition in where:
            if row := first_row(con, spec, condition):
                raise Defect(f"{spec.name}.{variable.name}, record {row}: not a value of the specification")


def first_row(con: Connection, spec: DatasetSpec, condition: str) -> int | None:
    """The number of the first record that meets a condition, counted from 1 in the order of the keys."""
    return one_value(
        con,
        f"""SELECT min(number) FROM (
            SELECT {condition} AS is_met, row_number() OVER (ORDER BY {", ".join(spec.keys)}) AS number FROM {spec.name}
        ) WHERE is_met""",
    )


def _lengths(con: Connection, spec: DatasetSpec) -> dict[str, int]:
    names = [variable.name for variable in spec.variables if variable.is_text]
    longest = one_row(con, f"SELECT {', '.join(f'max(strlen({name}))' for name in names)} FROM {spec.name}")
    return {name: length or 1 for name, length in zip(names, longest, strict=True)}
