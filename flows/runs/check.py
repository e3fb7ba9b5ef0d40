"""check: data quality only. Lands into a temporary folder, publishes nothing, works without Prefect."""

import tempfile
from importlib.metadata import version
from pathlib import Path

from flows.base.errors import DataError
from flows.checking.check_outcomes import CheckReport, load_outcomes
from flows.checking.findings import load_findings, write_findings
from flows.publishing.site_queries import write_queries
from flows.runs.sequence import take_in, validate_lines
from flows.study.study_folder import Study
from flows.warehouse.database import open_warehouse
from flows.warehouse.sql_models import build_models

LISTED_PLACES = 100  # of one check


def check_study(study: Study, queries: Path | None = None, listed: int = LISTED_PLACES) -> CheckReport:
    """Check a study's inbox; of each check the first ``listed`` places are named, and all are counted.

    ``queries`` names a file for the questions to the sites.
    """
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
        )
