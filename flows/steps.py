"""The steps of a run, each a plain function over one DuckDB connection. They run with or without Prefect."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.findings import tell_findings
from flows.inputs import KeptInputs
from flows.landing import land
from flows.metadata import load_metadata
from flows.models import build_models
from flows.partitions import Cluster
from flows.query import one_value
from flows.reading import fields_of, find_layout, records, to_plain_text
from flows.statistics import build_statistics, register_statistics
from flows.study import FileFormat, Study
from flows.validation import CheckResult, stop_on_critical, validate_landing, validate_results

Connection = duckdb.DuckDBPyConnection

__all__ = ["Quality", "derive", "derive_partitioned", "land", "load_metadata", "summarise", "validate"]


class Quality(NamedTuple):
    """What validation found in the landed lines."""

    results: list[CheckResult]
    lines_quarantined: int
    lines_flagged: int


def validate(con: Connection, study: Study, kept: KeptInputs) -> Quality:
    """landing -> quarantine | tabulation.

    Raises DataError on a critical finding.
    """
    results = validate_landing(con)
    stop_on_critical(con, results)
    build_models(con, schemas={"tabulation"})
    _quote_quarantined(con, study, kept)
    build_models(con, schemas={"landing"})
    quarantined = one_value(con, "SELECT count(*) FROM landing.quarantine")
    flagged = one_value(
        con,
        "SELECT count(DISTINCT (file_id, line_number)) FROM landing.findings"
        " WHERE severity IN ('warning', 'info') AND line_number IS NOT NULL",
    )
    return Quality(results, quarantined, flagged)


def derive(con: Connection) -> int:
    """tabulation -> analysis; gives the number of statuses."""
    build_models(con, schemas={"analysis"})
    return one_value(con, "SELECT count(*) FROM analysis.responder")


def check_cluster(out: Path, cluster: Cluster) -> None:
    """Raises ConfigurationError when the cluster cannot be used."""
    from flows.cluster import check_cluster  # Dask is an extra

    check_cluster(out, cluster)


def derive_partitioned(con: Connection, out: Path, cluster: Cluster) -> int:
    """The same as ``derive``, on a Dask cluster."""
    from flows.cluster import derive_on_cluster

    return derive_on_cluster(con, out, cluster)


def summarise(con: Connection) -> list[CheckResult]:
    """analysis -> summary, then the checks on the results.

    Raises DataError when a result breaks a contract: nothing is published then.
    """
    register_statistics(con)
    build_models(con, schemas={"summary"})
    build_statistics(con)
    results = validate_results(con)
    tell_findings(con)
    return results


def _quote_quarantined(con: Connection, study: Study, kept: KeptInputs) -> None:
    """landing.quarantined_text: the raw text of every quarantined line, read again from the kept file."""
    con.execute("CREATE OR REPLACE TABLE landing.quarantined_text (file_id VARCHAR, line_number INTEGER, raw VARCHAR)")
    wanted: dict[str, set[int]] = {}
    for file_id, line_number in con.execute(
        "SELECT file_id, line_number FROM landing.set_aside WHERE outcome = 'quarantined'"
    ).fetchall():
        wanted.setdefault(file_id, set()).add(line_number)
    for entry in kept.files:
        if entry.file_id in wanted:
            _, group = study.kind_of(entry.path) or (entry.kind, FileFormat())
            rows = [
                (entry.file_id, number, raw)
                for number, raw in _raw_lines(kept, entry.file_id, entry.kind, group)
                if number in wanted[entry.file_id]
            ]
            if rows:
                con.executemany("INSERT INTO landing.quarantined_text VALUES (?, ?, ?)", rows)


def _raw_lines(kept: KeptInputs, file_id: str, kind: str, group: FileFormat) -> Iterator[tuple[int, str]]:
    import tempfile

    entry = next(entry for entry in kept.files if entry.file_id == file_id)
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=kept.folder) as folder:
        plain = to_plain_text(kept.location(entry), Path(folder), group.encoding)
        layout = find_layout(plain, kind, group)
        with plain.path.open(encoding="utf-8", newline=None) as text:
            yield from records(text, lambda raw: len(fields_of(raw, layout.delimiter) or ()) == layout.width)
