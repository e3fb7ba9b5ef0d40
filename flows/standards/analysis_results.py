"""Analysis results data: every number of summary.*, one row a statistic, with its group, method and estimand.

What a table's numbers are about is data: data/standards/results.toml; the columns follow from the dictionary.
"""

import re
import tomllib
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

import duckdb
from pydantic import Field

from flows.base.resources import resource
from flows.base.sql_text import quoted
from flows.base.toml_files import Frozen
from flows.study.dictionary import Column, Table, load_dictionary

COLUMN = re.compile(r"\{(\w+)\}")


class AnalysisSpec(Frozen):
    """What the numbers of one table of summary.* are about."""

    name: str
    variable: str
    dataset: str
    estimand: str
    groups: tuple[str, ...] = ()
    methods: dict[str, str] = Field(default_factory=dict)
    estimands: dict[str, str] = Field(default_factory=dict)


class ResultsSpec(Frozen):
    """data/standards/results.toml."""

    estimands: dict[str, str]
    method_names: dict[str, str]
    tables: dict[str, AnalysisSpec]


@cache
def load_results_spec() -> ResultsSpec:
    """The specification of the analysis results."""
    return ResultsSpec.model_validate(
        tomllib.loads(resource("data/standards/results.toml").read_text(encoding="utf-8"))
    )


def tables_of_results() -> dict[str, tuple[Table, AnalysisSpec]]:
    """The tables with numbers, each with its specification, by analysis id."""
    return {
        f"AN.{name}": (load_dictionary()[f"summary.{name}"], spec) for name, spec in load_results_spec().tables.items()
    }


def statistics_of(table: Table) -> list[Column]:
    """The columns of a table that hold numbers, besides those that say what a row is about."""
    return [column for column in table.columns if column.type in ("integer", "number") and column.name not in table.key]


def groups_of(table: Table, spec: AnalysisSpec, is_blinded: bool) -> list[str]:
    """The columns that say which group a row is about; a blinded study has no groups by arm."""
    return [name for name in (*table.key, *spec.groups) if not (is_blinded and name in ("arm", "reference_arm"))]


def create_results(con: duckdb.DuckDBPyConnection, is_blinded: bool) -> None:
    """The temporary table analysis_results.

    Grain: one row a statistic that has a value. ``value`` is the number as a double, ``raw_value`` as it is written.
    """
    con.execute(
        """CREATE OR REPLACE TEMP TABLE analysis_results (
            analysis_id VARCHAR, row_number BIGINT, groups MAP(VARCHAR, VARCHAR), variable VARCHAR, statistic VARCHAR,
            position INTEGER, value DOUBLE, raw_value VARCHAR, unit VARCHAR, method VARCHAR, estimand VARCHAR,
            source_table VARCHAR)"""
    )
    for analysis_id, (table, spec) in tables_of_results().items():
        con.execute(_insert(analysis_id, table, spec, is_blinded))


def _insert(analysis_id: str, table: Table, spec: AnalysisSpec, is_blinded: bool) -> str:
    groups = groups_of(table, spec, is_blinded)
    items = ",\n".join(_item(position, column, spec) for position, column in enumerate(statistics_of(table), start=1))
    names = ", ".join(map(quoted, groups))
    values = ", ".join(f"CAST(source.{name} AS VARCHAR)" for name in groups)
    return f"""INSERT INTO analysis_results
        SELECT {quoted(analysis_id)}, source.number, map([{names}], [{values}]), {_filled(spec.variable)},
            item.statistic, item.position, item.value, item.raw_value, item.unit, item.method, item.estimand,
            {quoted(table.full_name)}
        FROM (
            SELECT *, row_number() OVER (ORDER BY {", ".join(table.key)}) AS number FROM {table.full_name}
        ) AS source
        CROSS JOIN LATERAL (VALUES {items})
            AS item (statistic, position, value, raw_value, unit, method, estimand)
        WHERE item.value IS NOT NULL
        ORDER BY source.number, item.position"""


def _item(position: int, column: Column, spec: AnalysisSpec) -> str:
    results = load_results_spec()
    method = _first_fitting(spec.methods, column.name, column.description)
    estimand = results.estimands[_first_fitting(spec.estimands, column.name, spec.estimand)]
    return (
        f"({quoted(column.name)}, {position}, CAST(source.{column.name} AS DOUBLE), CAST(source.{column.name} AS VARCHAR),"
        f" {quoted(column.unit) if column.unit else 'NULL'}, {_filled(method)}, {quoted(estimand)})"
    )


def _first_fitting(patterns: dict[str, str], name: str, otherwise: str) -> str:
    return next((text for pattern, text in patterns.items() if fnmatchcase(name, pattern)), otherwise)


def _filled(text: str) -> str:
    """A text as SQL, with the value of a column for each {column}; names of methods in words."""
    parts: list[Any] = COLUMN.split(text)
    names = load_results_spec().method_names
    cases = " ".join(f"WHEN {quoted(code)} THEN {quoted(words)}" for code, words in names.items())
    return " || ".join(
        f"coalesce(CASE source.{part} {cases} ELSE source.{part} END, '')" if number % 2 else quoted(part)
        for number, part in enumerate(parts)
    )
