"""meta.run_history, meta.finding_ages and the drift findings of a publication, and what OUT/state keeps of it for the next.

They hang on what was published before, which is no part of the inputs: the snapshot's id does not depend on them.
``run --as-of`` takes the history as it stood when the publication was made.
"""

from pathlib import Path
from typing import Any

import duckdb

from flows.base.sql_text import one_value
from flows.checking.drift import DRIFT_CHECKS, PREFIX, Drift, find_drift, with_drift
from flows.checking.finding_ages import add_drift, compare_findings, derive_open_findings, keep_findings
from flows.checking.site_runs import derive_site_runs, last_sequence_of
from flows.publishing.publications import Publication, publication_folder
from flows.study.dictionary import load_dictionary, sql_columns
from flows.study.study_folder import Study
from flows.warehouse.history_file import RunEntry, SiteRun, append_history, load_history
from flows.warehouse.settings_tables import write_table

Connection = duckdb.DuckDBPyConnection
FINDINGS = "findings.parquet"
# All that two snapshots of equal inputs may differ in, where other publications came before them.
TABLES_OF_THE_PAST = ("meta.run_history", "meta.finding_ages", "meta.changes", "meta.snapshot_before")
CHECKS_OF_THE_PAST = PREFIX  # of meta.findings and meta.checks: the rows of these checks


def write_history(con: Connection, out: Path, name: str, study: Study, made_again: Publication | None) -> RunEntry:
    """The tables of the past for the snapshot ``name``, into the warehouse; gives the entry of this publication."""
    before = _before(load_history(out / "state"), name, made_again)
    cutoff = one_value(con, "SELECT cutoff_date FROM analysis.cutoff")
    sites = derive_site_runs(con, before[-1].last_sequence if before else 0)
    now = RunEntry(
        snapshot_id=name, published_at=None, cutoff_date=cutoff, last_sequence=last_sequence_of(con), sites=sites
    )
    found = find_drift(before, now, study.limits)
    now = with_drift(now, found)
    _write_drift(con, found, len(sites), is_first=not before)
    rows = [_row(run, entry, site) for run, entry in enumerate([*before, now], start=1) for site in entry.sites]
    write_table(con, "run_history", sql_columns("meta.run_history"), rows)
    derive_open_findings(con)
    add_drift(con, found)
    earlier = findings_of(out, before[-1].snapshot_id) if before else None
    ages = compare_findings(con, earlier) if earlier else []
    write_table(con, "finding_ages", sql_columns("meta.finding_ages"), [row._asdict() for row in ages])
    return now


def keep_history(con: Connection, out: Path, record: Publication, entry: RunEntry) -> None:
    """What the next publications compare themselves with: the open findings beside the record, the entry in the history."""
    keep_findings(con, publication_folder(out) / record.snapshot_id / FINDINGS)
    append_history(out / "state", entry.model_copy(update={"published_at": record.published_at}))


def findings_of(out: Path, snapshot_id: str) -> Path | None:
    """Where the open findings of a publication are kept; None where no record has them."""
    kept = publication_folder(out) / snapshot_id / FINDINGS
    return next((path for path in (kept, kept.with_suffix(".json")) if path.is_file()), None)


def _before(history: list[RunEntry], name: str, made_again: Publication | None) -> list[RunEntry]:
    """The publications before this one. One that is repeated, or made again, does not come after itself."""
    if made_again:
        own = [
            place
            for place, entry in enumerate(history)
            if (entry.snapshot_id, entry.published_at) == (name, made_again.published_at)
        ]
        return history[: own[-1]] if own else [e for e in history if e.published_at < made_again.published_at]  # ty: ignore
    return history[:-1] if history and history[-1].snapshot_id == name else history


def _write_drift(con: Connection, found: list[Drift], n_sites: int, is_first: bool) -> None:
    """The checks on drift as rows of meta.checks, and what they flagged as rows of meta.findings."""
    for check in DRIFT_CHECKS:
        of_check = [drift for drift in found if drift.check is check]
        status = "not_applicable" if is_first else "failed" if of_check else "passed"
        con.execute("DELETE FROM meta.checks WHERE check_id = $1", [check.id])
        con.execute(
            "INSERT INTO meta.checks VALUES ($1, 'meta.run_history', 'drift', 'warning', $2, $3, $4, $5, $6, $7, $8)",
            [check.id, status, 0 if is_first else n_sites, len(of_check), check.reason, check.fix, check.source,
             "there is no publication before" if is_first else None],
        )  # fmt: skip
        con.execute("DELETE FROM meta.findings WHERE check_id = $1", [check.id])
        for drift in of_check:
            reason = f"{check.reason}: {drift.site or 'the study'}; {drift.detail}"
            con.execute(
                "INSERT INTO meta.findings VALUES ($1, 'warning', 'site', NULL, NULL, NULL, NULL, $2)",
                [check.id, reason],
            )


def _row(run: int, entry: RunEntry, site: SiteRun) -> dict[str, Any]:
    at = entry.published_at.replace(tzinfo=None) if entry.published_at else None
    values = {
        "run": run,
        "snapshot_id": entry.snapshot_id,
        "published_at": at,
        "cutoff_date": entry.cutoff_date,
        **site.model_dump(),
        "faulty_pct": _pct(site.lines_faulty, site.lines_new),
        "headache_pct": _pct(site.headache_days, site.recorded_days),
        "compliance_pct": _pct(site.due_recorded_days, site.due_days),
        "responder_pct": _pct(site.n_responders, site.n_evaluable),
        "drift": ";".join(site.drift) or None,
    }
    return {column.name: values[column.name] for column in load_dictionary()["meta.run_history"].columns}


def _pct(n: int, of: int) -> float | None:
    """Null where there is nothing to count among: missing is never zero."""
    return 100 * n / of if of else None
