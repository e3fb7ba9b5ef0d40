"""A night without what the history does not read: no Great Expectations, which counts once more what the checks' own
queries find, only the checks that set something aside, no summary tables, no report."""

from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.checking.checks import Check
from flows.publishing.history_kept import write_history
from flows.publishing.publish import snapshot_id
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import only_run, open_warehouse
from flows.warehouse.history_file import append_history
from flows.warehouse.sql_models import build_models
from tests.light_checks import counting_by_query, models_behind

Flagged = set[tuple[str, str | None]]  # check and site


@contextmanager
def without_great_expectations() -> Generator[None]:
    """Only errors of landed lines, and lines that were entered late, are looked for."""
    with counting_by_query(_is_wanted):
        yield


def _is_wanted(suite: str, check: Check) -> bool:
    return (
        suite.startswith("landing.")
        and suite != "landing.files"
        and (check.severity == "error" or check.id.endswith(".late"))
    )


def run_lightly(folder: Path, out: Path) -> Flagged:
    """Land, validate, derive what the history reads, and add the night to it; gives what the drift checks flagged."""
    study = load_study(folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept)
        name = snapshot_id(con, study, kept)
        steps.validate(con, study, kept)
        build_models(con, only=set(models_behind("analysis.responder", "analysis.month_entries", "analysis.cycles")))
        history = write_history(con, out, name, study, None)
        append_history(out / "state", history.model_copy(update={"published_at": datetime.now(UTC)}))
        return {(check, row.site) for row in history.sites for check in row.drift}
