"""The steps of a run, each a plain function over one DuckDB connection. They run with or without Prefect."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.sql_text import one_value
from flows.checking.findings import write_findings
from flows.checking.quarantine import quote_quarantined
from flows.checking.validation import (
    CheckResult,
    stop_on_critical,
    validate_landing,
    validate_results,
    validate_tabulated,
)
from flows.deriving.partitions import Cluster
from flows.deriving.summaries import build_summaries
from flows.landing.land import land
from flows.statistics import register_statistics
from flows.study.study_folder import Study
from flows.warehouse.built_tables import second_cursor
from flows.warehouse.kept_inputs import KeptInputs
from flows.warehouse.medication_table import read_current_medication, read_landed_medication
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import build_models

Connection = duckdb.DuckDBPyConnection

__all__ = ["Quality", "check_cluster", "derive", "derive_partitioned", "land", "load_metadata", "summarise", "validate"]


class Quality(NamedTuple):
    """What validation found in the landed lines."""

    results: list[CheckResult]
    lines_quarantined: int
    lines_flagged: int


def validate(con: Connection, study: Study, kept: KeptInputs) -> Quality:
    """landing -> quarantine | tabulation, and the findings of all checks on them.

    Raises DataError on a critical finding.
    """
    read_landed_medication(con, study)
    results = validate_landing(con)
    stop_on_critical(con, results)
    with ThreadPoolExecutor(1) as thread:  # Python looks lines up in the files while DuckDB builds
        quoted = thread.submit(quote_quarantined, second_cursor(con), study, kept)
        build_models(con, schemas={"tabulation"})
        quoted.result()
    read_current_medication(con, study)
    build_models(con, schemas={"landing"})
    build_models(con, only={"analysis.cutoff"})  # checks say what lies after it
    results += validate_tabulated(con)
    stop_on_critical(con, results)
    write_findings(con)
    # Lines of injections of a blinded study are not counted, as in the snapshot.
    counted = "NOT (kind = 'injections' AND (SELECT is_blinded FROM meta.study))"
    quarantined = one_value(con, f"SELECT count(*) FROM landing.quarantine WHERE {counted}")
    flagged = one_value(
        con,
        "SELECT count(DISTINCT (file_id, line_number)) FROM landing.findings"
        f" WHERE severity IN ('warning', 'info') AND line_number IS NOT NULL AND {counted}",
    )
    return Quality(results, quarantined, flagged)


def derive(con: Connection) -> int:
    """tabulation -> analysis; gives the number of statuses."""
    build_models(con, schemas={"analysis"})
    return one_value(con, "SELECT count(*) FROM analysis.responder")


def check_cluster(out: Path, cluster: Cluster) -> None:
    """Raises ConfigurationError when the cluster cannot be used."""
    from flows.deriving.cluster import check_cluster  # Dask is an extra

    check_cluster(out, cluster)


def derive_partitioned(con: Connection, out: Path, cluster: Cluster) -> int:
    """The same as ``derive``, on a Dask cluster."""
    from flows.deriving.cluster import derive_on_cluster

    return derive_on_cluster(con, out, cluster)


def summarise(con: Connection) -> list[CheckResult]:
    """analysis -> summary, then the checks on the results.

    Raises DataError when a result breaks a contract: nothing is published then.
    """
    register_statistics(con)
    build_summaries(con)
    results = validate_results(con)
    stop_on_critical(con, results)
    return results
