"""Runs the product's SQL on diaries given as Python rows: the counterpart of tests/reference/engine.py."""

from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from flows.base.toml_files import read_toml
from flows.study.dictionary import SQL_TYPES, input_tables
from flows.study.rule_sets import RuleSet
from flows.study.study_folder import Protocol, Study, StudyFacts
from flows.warehouse.medication_table import read_current_medication
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import build_models
from tests.light_checks import models_behind

ROOT = Path(__file__).parent.parent
PROTOCOL = read_toml(ROOT / "data/protocol.toml", Protocol)
Row = dict[str, Any]
TABLES = ("cycles", "months", "eligibility", "responder")


def make_study(rule_sets: list[Row], cutoff: date | None, arms: dict[str, str] | None = None) -> Study:
    """A study configuration without a folder."""
    rules = tuple(RuleSet.model_validate(rule) for rule in rule_sets)
    names = tuple(rule.id for rule in rules)
    facts = StudyFacts(id="T", title="Test", primary_rule_set=names[0], rule_sets=names, data_cutoff=cutoff)
    return Study(folder=Path("."), facts=facts, arms=arms or {}, files={}, rule_sets=rules, protocol=PROTOCOL)


def load_tabulation(con: duckdb.DuckDBPyConnection, rows: dict[str, list[Row]]) -> None:
    """Fill tabulation.* from rows; columns left out are null."""
    con.execute("CREATE SCHEMA IF NOT EXISTS tabulation")
    for table in input_tables().values():
        columns = ", ".join(f"{column.name} {SQL_TYPES[column.type]}" for column in table.columns)
        con.execute(f"CREATE OR REPLACE TABLE {table.full_name} ({columns})")
        given = rows.get(table.name, [])
        if given:
            names = list(given[0])
            con.execute(
                f"INSERT INTO {table.full_name} ({', '.join(names)}) SELECT {', '.join(f'unnest(${n})' for n in names)}",
                {name: [row[name] for row in given] for name in names},
            )


def evaluate_sql(
    diary: list[Row],
    injections: list[Row],
    rule_sets: list[Row],
    cutoff: date | None,
    subjects: list[Row] | None = None,
    con: duckdb.DuckDBPyConnection | None = None,
) -> dict[str, list[Row]]:
    """The analysis tables that the SQL derives from these rows, each as a list of rows sorted by key."""
    connection = con or duckdb.connect()
    study = make_study(rule_sets, cutoff)
    load_metadata(connection, study, None)
    diary_rows = [{**row, "acute_medication": ";".join(row["acute_medication"]) or None} for row in diary]
    load_tabulation(connection, {"diary_days": diary_rows, "injections": injections, "subjects": subjects or []})
    read_current_medication(connection, study)
    build_models(connection, only=set(models_behind(*(f"analysis.{table}" for table in TABLES))))
    results = {}
    for table in TABLES:
        cursor = connection.execute(f"SELECT * FROM analysis.{table} ORDER BY ALL")
        names = [column[0] for column in cursor.description or []]
        results[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    if con is None:
        connection.close()
    return results
