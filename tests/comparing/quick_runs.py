"""Runs in a second: no Great Expectations, which counts once more what the checks' own queries find, and no checks that
set nothing aside."""

import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

import duckdb
import pytest

from flows.checking import validation
from flows.checking.checks import Check, load_suites
from flows.comparing.sides import Side
from flows.publishing import publish
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import Study, load_study
from flows.warehouse.database import only_run, open_warehouse
from flows.warehouse.kept_inputs import KeptFile, KeptInputs
from flows.warehouse.sql_models import build_models, load_models, tables_read

Values = dict[tuple[Any, ...], str | None]  # by scope, rule set, subject, cycle and column
CRITERIA = (
    "is_chronic_article", "is_chronic_ichd3", "is_diary_overuse", "is_overuse", "has_failed_preventives", "is_eligible"
)  # fmt: skip


NO_TEXT = """CREATE TABLE IF NOT EXISTS landing.quarantined_text (file_id VARCHAR, line_number INTEGER, raw VARCHAR);
    CREATE TABLE IF NOT EXISTS landing.cell_text (
        file_id VARCHAR, line_number INTEGER, column_name VARCHAR, raw VARCHAR)"""


@contextmanager
def without_great_expectations() -> Generator[None]:
    """Each check counts by its own query; only those that set lines or cells aside are made."""
    plain = ModuleType("flows.checking.gx_duckdb")
    plain.gx_on = nullcontext  # ty: ignore
    suites = {name: [c for c in checks if c.severity == "error"] for name, checks in load_suites().items()}

    def run_suite(
        con: duckdb.DuckDBPyConnection, _source: Any, _table: str, checks: list[Check], _present: Any
    ) -> list:
        counts = [f"(SELECT count(*) FROM ({check.failing_rows()}))" for check in checks]
        row = con.execute(f"SELECT {', '.join(counts)}").fetchall()[0] if counts else ()
        for check, failing in zip(checks, row, strict=True):
            if failing:
                validation._record(con, check, failing)
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "flows.checking.gx_duckdb", plain)
        patch.setattr(validation, "run_suite", run_suite)
        patch.setattr(validation, "load_suites", lambda: suites)
        patch.setattr(steps, "validate_tabulated", lambda _con: [])
        patch.setattr(steps, "quote_quarantined", lambda con, _study, _kept: con.execute(NO_TEXT))
        patch.setattr(publish, "write_comments", lambda _con, _tables: None)
        yield


@cache
def _needed() -> frozenset[str]:
    """The models that outcomes and their comparison hang on."""
    models, seen = load_models(), set()
    waiting = ["analysis.responder", "analysis.eligibility", "analysis.baseline_medication", "analysis.months"]
    while waiting:
        name = waiting.pop()
        if name in models and name not in seen:
            seen.add(name)
            waiting += tables_read(models[name])
    return frozenset(name for name in seen if name.startswith("analysis."))


def _derive(con: duckdb.DuckDBPyConnection, study: Study, kept: KeptInputs) -> None:
    con.execute("SET threads = 1")
    take_in(con, study, kept)
    steps.validate(con, study, kept)
    build_models(con, only=set(_needed()))


class Night(NamedTuple):
    """What a night left: its side of a comparison, its outcomes, and the files that count."""

    side: Side
    values: Values
    counted: set[str]  # file_id of each file that is landed
    kept: list[KeptFile]
    cutoff: date | None


def run_night(study_folder: Path, out: Path, database: Path) -> Night:
    """Land, validate, derive, and write the published database, without summary tables."""
    study = load_study(study_folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        _derive(con, study, kept)
        publish._write_run(con, database.stem, study)
        publish.write_database(con, database, study)
        side = Side(database.stem, database, {}, {}, study, study.facts.data_cutoff)
        counted = {row[0] for row in con.execute("SELECT file_id FROM landing.landed_files").fetchall()}
        return Night(side, _values(con), counted, list(kept.files), _cutoff(con))


def outcomes_of(study_folder: Path, out: Path) -> Values:
    """The outcomes of a study, landed anew."""
    study = load_study(study_folder)
    with open_warehouse(out, study) as (con, kept):
        _derive(con, study, kept)
        return _values(con)


def kept_bytes(out: Path, entry: KeptFile) -> bytes:
    """A file as it was landed."""
    return KeptInputs(out / "state/inputs", "T").location(entry).read_bytes()


def _cutoff(con: duckdb.DuckDBPyConnection) -> date | None:
    return con.execute("SELECT cutoff_date FROM analysis.cutoff").fetchall()[0][0]


def _values(con: duckdb.DuckDBPyConnection) -> Values:
    values: Values = {}
    for rule_set, subject, cycle, status, verdict in con.execute(
        "SELECT rule_set, subject_id, cycle, status, verdict FROM analysis.responder"
    ).fetchall():
        values["status", rule_set, subject, cycle, "status"] = status
        values["verdict", rule_set, subject, cycle, "verdict"] = verdict
    for subject, *answers in con.execute(
        f"SELECT subject_id, {', '.join(CRITERIA)} FROM analysis.eligibility"
    ).fetchall():
        for name, answer in zip(CRITERIA, answers, strict=True):
            values["eligibility", None, subject, None, name] = None if answer is None else str(answer).lower()
    return values
