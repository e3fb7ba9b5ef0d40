"""The two engines behind one signature: the product's SQL and the independent reference."""

from collections.abc import Callable
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
    diary = diary_rows(spec)
    injections = [
        {"subject_id": patient, "injection_date": date_of(day, spec.day_1), "units": None, "sites": None}
        for patient, days in injection_days(spec).items()
        for day in days
    ]
    rules = [resolve(rule) for rule in spec.rules]
    return {
        cutoff: engine(diary, injections, rules, date_of(cutoff, spec.day_1) if cutoff else None, subject_rows(spec))
        for cutoff in spec.cutoffs
    }


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
