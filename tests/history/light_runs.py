"""A night without what the history does not read: no Great Expectations, which counts once more what the checks' own
queries find, only the checks that set something aside, no summary tables, no report."""

import sys
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import duckdb
import pytest

from flows.checking import validation
from flows.checking.checks import Check, load_suites
from flows.publishing.history_kept import write_history
from flows.publishing.publish import snapshot_id
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import only_run, open_warehouse
from flows.warehouse.history_file import append_history
from flows.warehouse.sql_models import build_models, load_models, tables_read

Flagged = set[tuple[str, str | None]]  # check and site


@contextmanager
def without_great_expectations() -> Generator[None]:
    """Each check counts by its own query; only errors, and lines that were entered late, are looked for."""
    plain = ModuleType("flows.checking.gx_duckdb")
    plain.gx_on = nullcontext  # ty: ignore
    suites = {
        name: [check for check in checks if check.severity == "error" or check.id.endswith(".late")]
        for name, checks in load_suites().items()
        if name.startswith("landing.") and name != "landing.files"
    }

    def run_suite(
        con: duckdb.DuckDBPyConnection, _source: Any, _table: str, checks: list[Check], _present: Any
    ) -> list:
        for check in checks:
            ((failing,),) = con.execute(f"SELECT count(*) FROM ({check.failing_rows()})").fetchall()
            if failing:
                validation._record(con, check, failing)
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "flows.checking.gx_duckdb", plain)
        patch.setattr(validation, "run_suite", run_suite)
        patch.setattr(validation, "load_suites", lambda: suites)
        patch.setattr(steps, "validate_tabulated", lambda _con: [])
        yield


def run_lightly(folder: Path, out: Path) -> Flagged:
    """Land, validate, derive what the history reads, and add the night to it; gives what the drift checks flagged."""
    study = load_study(folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept)
        name = snapshot_id(con, study, kept)
        steps.validate(con, study, kept)
        build_models(con, only=needed())
        history = write_history(con, out, name, study, None)
        append_history(out / "state", history.entry.model_copy(update={"published_at": datetime.now(UTC)}))
        return {(check, row.site) for row in history.entry.sites for check in row.drift}


def needed() -> set[str]:
    """The models of analysis that the history hangs on."""
    models, seen = load_models(), set()
    waiting = ["analysis.responder", "analysis.month_entries", "analysis.cycles"]
    while waiting:
        name = waiting.pop()
        if name in models and name not in seen:
            seen.add(name)
            waiting += tables_read(models[name])
    return {name for name in seen if name.startswith("analysis.")}
