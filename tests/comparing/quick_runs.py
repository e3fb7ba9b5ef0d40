"""Runs in a second: no Great Expectations, which counts once more what the checks' own queries find, and no checks that
set nothing aside."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from flows.comparing.sides import Side
from flows.publishing import publish, snapshot_database
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import Study, load_study
from flows.warehouse.database import only_run, open_warehouse
from flows.warehouse.kept_inputs import KeptFile, KeptInputs
from flows.warehouse.sql_models import build_models
from tests.light_checks import counting_by_query, models_behind

Values = dict[tuple[Any, ...], str | None]  # by scope, rule set, subject, cycle and column
CRITERIA = (
    "is_chronic_article", "is_chronic_ichd3", "is_diary_overuse", "is_overuse", "has_failed_preventives", "is_eligible"
)  # fmt: skip


# What outcomes and their comparison hang on.
OUTCOMES = ("analysis.responder", "analysis.eligibility", "analysis.baseline_medication", "analysis.months")
NO_TEXT = """CREATE TABLE IF NOT EXISTS landing.quarantined_text (file_id VARCHAR, line_number INTEGER, raw VARCHAR);
    CREATE TABLE IF NOT EXISTS landing.cell_text (
        file_id VARCHAR, line_number INTEGER, column_name VARCHAR, raw VARCHAR)"""


@contextmanager
def without_great_expectations() -> Generator[None]:
    """Only the checks that set lines or cells aside are made."""
    with counting_by_query(lambda _suite, check: check.severity == "error") as patch:
        patch.setattr(steps, "quote_quarantined", lambda con, _study, _kept: con.execute(NO_TEXT))
        patch.setattr(snapshot_database, "write_comments", lambda _con, _tables, _database: None)
        yield


def _derive(con: duckdb.DuckDBPyConnection, study: Study, kept: KeptInputs) -> None:
    con.execute("SET threads = 1")
    take_in(con, study, kept)
    steps.validate(con, study, kept)
    build_models(con, only=set(models_behind(*OUTCOMES)))


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
        values, cutoff = _values(con), _cutoff(con)
        publish.write_database(con, database, study)
        side = Side(database.stem, database, {}, {}, study, study.facts.data_cutoff)
        counted = {row[0] for row in con.execute("SELECT file_id FROM landing.landed_files").fetchall()}
        return Night(side, values, counted, list(kept.files), cutoff)


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
