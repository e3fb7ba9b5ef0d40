"""The sequence of steps, for the nightly run, ``check``, ``run --as-of`` and the tests. It stands here once.

Each step is a plain function of flows/runs/steps.py. The nightly flow gives the same functions as Prefect's tasks.
"""

from collections.abc import Callable
from datetime import date
from typing import NamedTuple

import duckdb

from flows.base.progress import step
from flows.checking.validation import CheckResult
from flows.landing.land import Landing
from flows.runs import steps
from flows.runs.steps import Quality
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptInputs

Connection = duckdb.DuckDBPyConnection


class Steps(NamedTuple):
    """What carries out each step."""

    land: Callable[..., Landing] = steps.land
    validate: Callable[[Connection, Study, KeptInputs], Quality] = steps.validate
    derive: Callable[[Connection], int] = steps.derive
    summarise: Callable[[Connection], list[CheckResult]] = steps.summarise


PLAIN = Steps()


def take_in(
    con: Connection,
    study: Study,
    kept: KeptInputs,
    cutoff: date | None = None,
    by: Steps = PLAIN,
    knows_all_files: bool = True,
    rehash: bool = False,
) -> Landing:
    """Settings and inbox -> meta and landing. ``knows_all_files``: whether every file that ever came is at hand.
    ``rehash``: hash also the files that are as they were."""
    steps.load_metadata(con, study, cutoff)
    with step("land") as line:
        landed = by.land(con, study, kept, knows_all_files, rehash)
        line.text = (
            f"{landed.files_seen} files seen, {landed.files_landed} new with {landed.lines_landed:,} lines, "
            f"{landed.files_refused} refused"
        )
        line.text += f", {landed.files_repeated} with the content of another" if landed.files_repeated else ""
        line.counts = landed._asdict()
    return landed


def validate_lines(con: Connection, study: Study, kept: KeptInputs, by: Steps = PLAIN) -> Quality:
    """landing -> tabulation and findings.

    Raises DataError on a critical finding.
    """
    with step("validate") as line:
        quality = by.validate(con, study, kept)
        line.text = (
            f"{len(quality.results)} checks, {quality.lines_quarantined:,} lines quarantined, "
            f"{quality.lines_flagged:,} flagged"
        )
        line.counts = {
            "checks": len(quality.results),
            "lines_quarantined": quality.lines_quarantined,
            "lines_flagged": quality.lines_flagged,
        }
    return quality


def compute(con: Connection, study: Study, kept: KeptInputs, by: Steps = PLAIN) -> list[CheckResult]:
    """landing -> tabulation -> analysis -> summary; gives the outcome of every check.

    Raises DataError on a critical finding; nothing may be published then.
    """
    quality = validate_lines(con, study, kept, by)
    with step("derive") as line:
        statuses = by.derive(con)
        line.text = f"{statuses:,} statuses (subject x cycle x rule set)"
        line.counts = {"statuses": statuses}
    with step("summarise") as line:
        on_results = by.summarise(con)
        line.text = f"{len(on_results)} checks on the results passed"
        line.counts = {"checks": len(on_results)}
    return quality.results + on_results
