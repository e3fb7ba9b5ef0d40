"""The ADaM datasets of a snapshot: sql/standards/adam/*.sql run on its database, as temporary tables of one connection.

The SELECT and the specification are held against each other (flows/standards/dataset_checks.py).
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

from flows.base.resources import resource
from flows.base.sql_text import one_row, one_value
from flows.standards.adam_spec import DatasetSpec, Facts, load_spec
from flows.standards.dataset_checks import check_columns, check_rows
from flows.standards.dataset_contents import Contents, contents_of
from flows.standards.method_facts import load_facts, load_rule_words
from flows.standards.parameters import Parameter, create_parameters, find_parameters

Connection = duckdb.DuckDBPyConnection
SQL_TYPES = {"text": "VARCHAR", "integer": "BIGINT", "float": "DOUBLE", "date": "DATE"}


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
    contents: dict[str, Contents]
    facts: Facts  # numbers and words that stand in the texts of the specification
    rule_words: dict[str, dict[str, str]]  # what each rule set says

    @property
    def lengths(self) -> dict[str, dict[str, int]]:
        """By dataset and text variable the bytes of its longest text: what files and define.xml state."""
        return {name: contents.lengths for name, contents in self.contents.items()}

    def method_of(self, parameter: Parameter) -> str:
        """How the values of a parameter are made, in words."""
        return parameter.spec.derivation.format_map({**self.facts, **self.rule_words.get(parameter.rule_set or "", {})})


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
    facts, rule_words = load_facts(con), load_rule_words(con)
    con.execute(resource("sql/macros/adam.sql").read_text(encoding="utf-8"))
    con.execute(
        """CREATE OR REPLACE TEMP TABLE adam_files AS
        SELECT file_id, min(path) AS path FROM landing.files WHERE status = 'landed' GROUP BY file_id"""
    )
    parameters = find_parameters(tuple(rule_words), study.is_blinded)
    create_parameters(con, parameters)
    selects = load_selects()
    specs = tuple(spec.for_study(study.is_blinded, facts) for spec in load_spec().values())
    by_name = {spec.name: spec for spec in specs}
    for name in build_order(selects):
        _create(con, load_spec()[name], by_name[name], selects[name])
    rows = {name: one_value(con, f"SELECT count(*) FROM {name}") for name in by_name}
    contents = {spec.name: contents_of(con, spec) for spec in specs}
    return Datasets(con, study, specs, parameters, rows, contents, facts, rule_words)


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
    check_columns(con, whole)
    kept = {variable.name for variable in spec.variables}
    columns = ", ".join(
        f"CAST({v.name if v.name in kept else 'NULL'} AS {SQL_TYPES[v.type]}) AS {v.name}" for v in whole.variables
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {spec.name} AS SELECT {columns} FROM selected ORDER BY {', '.join(spec.keys)}"
    )
    con.execute("DROP TABLE selected")
    check_rows(con, spec)
