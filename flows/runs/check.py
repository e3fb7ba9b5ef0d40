"""check: data quality only. Lands into a temporary folder, publishes nothing, works without Prefect."""

import tempfile
from importlib.metadata import version
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError, DataError
from flows.base.later_imports import imported_later
from flows.checking.check_outcomes import CheckReport, SinceSnapshot, load_outcomes
from flows.checking.finding_ages import (
    BEYOND_CHECK,
    ages_in_words,
    compare_findings,
    derive_open_findings,
    list_new_findings,
)
from flows.checking.findings import load_findings, write_findings
from flows.publishing.history_kept import findings_of
from flows.publishing.site_queries import write_queries
from flows.runs.sequence import take_in, validate_lines
from flows.study.study_folder import Study
from flows.warehouse.database import open_warehouse
from flows.warehouse.snapshots import find_database
from flows.warehouse.sql_models import build_models

LISTED_PLACES = 100  # of one check


def check_study(
    study: Study, queries: Path | None = None, listed: int = LISTED_PLACES, since: Path | None = None
) -> CheckReport:
    """Check a study's inbox; of each check the first ``listed`` places are named, and all are counted.

    ``queries`` names a file for the questions to the sites. ``since`` is where a run has published: the findings are told
    by age against its current snapshot. Raises ConfigurationError where that keeps no findings.
    """
    before = _find_before(since) if since else None
    # A quarter of the time for importing it goes into expectations on distributions: here are none.
    with imported_later("scipy.stats"):
        import flows.checking.gx_duckdb  # noqa: F401
    with (
        tempfile.TemporaryDirectory(prefix="check-") as out,
        open_warehouse(Path(out), study, is_scratch=True) as (con, kept),
    ):
        landed = take_in(con, study, kept, knows_all_files=False)
        stopped = None
        try:
            validate_lines(con, study, kept)
        except DataError as error:
            stopped = error.message  # the refused files are among the findings
            build_models(con, schemas={"tabulation"})
            build_models(con, only={"landing.files"})
            write_findings(con)
        if queries:
            write_queries(con, queries)
        return CheckReport(
            study_id=study.facts.id,
            software_version=version("migraine-outcomes"),
            files_seen=landed.files_seen,
            files_refused=landed.files_refused,
            lines_read=landed.lines_landed,
            stopped=stopped,
            checks=load_outcomes(con, listed),
            groups=load_findings(con),
            since=_compare(con, *before, listed) if before else None,
        )


def _find_before(place: Path) -> tuple[str, Path]:
    snapshot = find_database(place).parent.resolve()
    findings = findings_of(snapshot.parent.parent, snapshot.name)
    if findings is None:
        raise ConfigurationError(
            f"--since {place}: of the current snapshot no findings are on record; the next run keeps them."
        )
    return snapshot.name, findings


def _compare(con: duckdb.DuckDBPyConnection, snapshot_id: str, before: Path, listed: int) -> SinceSnapshot:
    derive_open_findings(con)
    ages = compare_findings(con, before, but=BEYOND_CHECK)
    return SinceSnapshot(
        snapshot_id=snapshot_id,
        new=sum(row.findings_new for row in ages),
        persisting=sum(row.findings_persisting for row in ages),
        resolved=sum(row.findings_resolved for row in ages),
        words=ages_in_words(ages),
        findings=tuple(list_new_findings(con, before, BEYOND_CHECK, listed)),
    )
