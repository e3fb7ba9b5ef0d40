"""The two engines behind one signature: the product's SQL and the independent reference."""

from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import duckdb

from tests.reference.engine import evaluate
from tests.spec.format import CODELIST, PROTOCOL, Row, Spec, pipe_table, resolve
from tests.spec.layout import date_of, diary_rows, injection_days
from tests.sql_engine import evaluate_sql

Tables = dict[str, list[Row]]
Rows = list[Row]
Engine = Callable[[Rows, Rows, Rows, date | None, Rows], Tables]
CLASSES = {code: frozenset(classes) for code, classes in CODELIST.items()}


def reference_engine() -> Engine:
    def run(diary: Rows, injections: Rows, rules: Rows, cutoff: date | None, subjects: Rows) -> Tables:
        return evaluate(diary, injections, rules, PROTOCOL, cutoff, medication_classes=CLASSES, subjects=subjects)

    return run


def sql_engine(con: duckdb.DuckDBPyConnection) -> Engine:
    def run(diary: Rows, injections: Rows, rules: Rows, cutoff: date | None, subjects: Rows) -> Tables:
        return evaluate_sql(diary, injections, rules, cutoff, subjects, con)

    return run


def run_spec(spec: Spec, engine: Engine) -> dict[int | None, Tables]:
    """cut-off day -> the engine's analysis tables."""
    rules = [resolve(rule) for rule in spec.rules]
    return {
        cutoff: engine(
            diary_rows(spec),
            injection_rows(spec),
            rules,
            date_of(cutoff, spec.day_1) if cutoff else None,
            subject_rows(spec),
        )
        for cutoff in spec.cutoffs
    }


def run_specs(specs: Sequence[Spec], engine: Engine) -> dict[str, dict[int | None, Tables]]:
    """By title of a spec what ``run_spec`` gives of it. All specs with the same cut-off date are one study, in which each
    has patients and rule sets of its own: what another one changes in a spec is a difference. The latest diary day, where
    it is the cut-off, is that of one spec only."""
    together: dict[date | None, list[tuple[int, int | None]]] = {}
    for number, spec in enumerate(specs):
        for cutoff in spec.cutoffs:
            together.setdefault(date_of(cutoff, spec.day_1) if cutoff else None, []).append((number, cutoff))
    found: dict[str, dict[int | None, Tables]] = {spec.title: {} for spec in specs}
    for number, _ in together.pop(None, []):
        found[specs[number].title] |= run_spec(specs[number], engine)
    for cutoff_date, parts in together.items():
        tables = _run_together([(number, specs[number]) for number, _ in parts], engine, cutoff_date)
        for number, cutoff in parts:
            found[specs[number].title][cutoff] = tables[number]
    return found


def _run_together(numbered: list[tuple[int, Spec]], engine: Engine, cutoff: date | None) -> dict[int, Tables]:
    def named(rows: Rows, number: int) -> Rows:
        return [{**row, "subject_id": f"{number}:{row['subject_id']}"} for row in rows]

    rules = [
        {**rule, "id": f"{rule['id']}__{number}"} for number, spec in numbered for rule in map(resolve, spec.rules)
    ]
    tables = engine(
        [row for number, spec in numbered for row in named(diary_rows(spec), number)],
        [row for number, spec in numbered for row in named(injection_rows(spec), number)],
        rules,
        cutoff,
        [row for number, spec in numbered for row in named(subject_rows(spec), number)],
    )
    found: dict[int, Tables] = {number: {table: [] for table in tables} for number, _ in numbered}
    for table, rows in tables.items():
        for row in rows:
            number, _, patient = row["subject_id"].partition(":")
            if "rule_set" in row:
                rule, _, of = row["rule_set"].rpartition("__")
                if of != number:  # the patients of one spec by the rules of another
                    continue
                row["rule_set"] = rule
            found[int(number)][table].append({**row, "subject_id": patient})
    return found


def injection_rows(spec: Spec) -> list[Row]:
    return [
        {"subject_id": patient, "injection_date": date_of(day, spec.day_1), "units": None, "sites": None}
        for patient, days in injection_days(spec).items()
        for day in days
    ]


def subject_rows(spec: Spec) -> list[Row]:
    known: dict[str, Any] = {"?": None, "yes": True, "no": False}
    return [
        {
            "subject_id": row["patient"],
            "prior_preventives_failed": None if row["preventives failed"] == "?" else int(row["preventives failed"]),
            "overuse_excluded": known[row["overuse excluded by clinician"]],
        }
        for row in (pipe_table(spec.subjects) if spec.subjects else [])
    ]
