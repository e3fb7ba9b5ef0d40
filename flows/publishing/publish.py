"""publish: a snapshot built aside and renamed, then ``current`` switched atomically; readers are never disturbed."""

import json
import os
import shutil
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from threading import Event
from typing import Any

import duckdb

from flows.base.ending import end_if_asked
from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of, to_disk
from flows.base.logs import log
from flows.base.own_files import own_files
from flows.base.sql_text import one_value, quoted
from flows.checking.validation import CheckResult
from flows.publishing.audit_entries import NOTHING_SAID, Attestation, is_as_recorded, record_publication_entry
from flows.publishing.blinding import names_to_withhold, stop_on_arm_names, withhold_texts
from flows.publishing.changes_kept import changes_of, write_changes
from flows.publishing.earlier_pieces import PIECES, EarlierPieces
from flows.publishing.exports import write_publication
from flows.publishing.history_kept import keep_history, write_history
from flows.publishing.ingredients import digest_ingredients, id_of, versions
from flows.publishing.publications import Publication, record_publication
from flows.publishing.site_queries import write_queries
from flows.publishing.snapshot_database import published_tables, write_database
from flows.publishing.table_files import TableFiles, write_tables
from flows.publishing.validation_page import render_validation
from flows.report import figures, render_report
from flows.study.arm_names import ArmNames
from flows.study.study_folder import Study
from flows.warehouse.blinding_key import key_for
from flows.warehouse.kept_inputs import KeptInputs
from flows.warehouse.lineage_table import write_lineage
from flows.warehouse.snapshots import MANIFEST, listed_files

Connection = duckdb.DuckDBPyConnection
TABLES_AT_ONCE = 2  # most have too few rows to keep two threads busy


def snapshot_id(con: Connection, study: Study, kept: KeptInputs) -> str:
    """The name of the snapshot these inputs lead to: equal inputs, settings and own files (code, templates, SQL,
    rules, checks) give an equal name, whatever their files are called a second time. In a blinded study it is a keyed
    hash, as those of the files are."""
    return id_of(digest_ingredients(con, study, kept.files), kept)


def published_snapshot(out: Path, name: str) -> Path | None:
    """The snapshot of this name, if it was published before: a folder there is complete, for it came by renaming.

    Its manifest has to be the one that the audit trail holds. One that is not the current one is hashed as well: nobody
    may have looked at it since another replaced it. Where a file of it is not what its manifest lists, there is none, and
    the run makes it again.
    """
    folder = out / "snapshots" / name
    is_current = folder.resolve() == (out / "current").resolve()
    return folder if folder.is_dir() and _is_as_published(out, folder, is_current) else None


def _is_as_published(out: Path, folder: Path, is_current: bool) -> bool:
    """Whether the manifest of a snapshot is the one in the audit trail, and, of one that is not current, every file, and
    no other, is there with the SHA-256 that the manifest lists."""
    try:
        manifest = json.loads((folder / MANIFEST).read_bytes())
        is_whole = is_as_recorded(out, folder) and (
            is_current or (manifest["snapshot_id"] == folder.name and manifest["outputs"] == _hashes(folder))
        )
    except (OSError, ValueError, KeyError, TypeError):
        is_whole = False
    if not is_whole:
        log(f"snapshot {folder.name} is no longer what was published; it is made again", event="snapshot_damaged")
    return is_whole


def publish(
    con: Connection,
    out: Path,
    name: str,
    study: Study,
    results: list[CheckResult],
    made_again: Publication | None = None,
    attested: Attestation = NOTHING_SAID,
) -> Path:
    """Write the snapshot and make it current; gives its folder. A publication that is ``made_again`` keeps its
    date, and ``current`` stays where it is.

    Raises DataError, with nothing published, when a file or subject of a blinded study is named after an arm, and
    ConfigurationError when the reason names one.
    """
    figures.engine()  # it comes up meanwhile
    history = write_history(con, out, name, study, made_again)
    names = names_to_withhold(con, study)
    check_reason(attested, names)
    stop_on_arm_names(con, published_tables(con), names)
    withhold_texts(con, published_tables(con), names)
    record = made_again or record_publication(con, out, name, study)
    snapshots = out / "snapshots"
    snapshots.mkdir(parents=True, exist_ok=True)
    building = snapshots / f".building-{name}"
    shutil.rmtree(building, ignore_errors=True)
    (building / "tables").mkdir(parents=True)
    _write_run(con, name, study)
    write_lineage(con)
    write_database(con, building / "outcomes.duckdb", study)
    write_changes(con, building / "outcomes.duckdb", changes_of(con, out, building, record, study, bool(made_again)))
    render_validation(con, building / "validation", results)
    pieces = _write_files(con, out, building, study)
    _write_manifest(building, name, study, record.published_at, pieces)
    end_if_asked()
    key = key_for(out / "state", study.facts.blinded)
    record_publication_entry(out, building, record, key, attested, is_made_again=made_again is not None)
    if not made_again:
        keep_history(con, out, record, history)
    final = snapshots / name
    shutil.rmtree(final, ignore_errors=True)
    os.replace(building, final)
    to_disk(snapshots)
    if not made_again:
        switch_current(out, name)
    return final


def check_reason(attested: Attestation, names: ArmNames | None) -> None:
    """Raises ConfigurationError where the reason of a run on a blinded study names an arm: the audit trail would hold it."""
    if attested.reason and names and names.are_in_text(attested.reason):
        raise ConfigurationError(
            "--reason: names an arm, or a word for one, and the study is blinded; say it in other words. Nothing was published."
        )


def switch_current(out: Path, name: str) -> None:
    """Point ``current`` at a snapshot in one step. The one before counts as made now: it has readers until now."""
    if (out / "current").exists():
        os.utime(out / "current")
    link = out / ".current-next"
    link.unlink(missing_ok=True)
    link.symlink_to(Path("snapshots") / name)
    os.replace(link, out / "current")
    to_disk(out)


def _write_run(con: Connection, name: str, study: Study) -> None:
    """meta.runs: what made this snapshot; no clock in it, so that equal inputs give equal bytes."""
    con.execute(
        """CREATE OR REPLACE TABLE meta.runs AS
        SELECT $1 AS snapshot_id, study.study_id, study.title, study.primary_rule_set, study.population, study.is_blinded,
            cutoff.cutoff_date, $2 AS software_version, $3 AS duckdb_version,
            (SELECT count(DISTINCT sha256) FROM landing.files WHERE status = 'landed') AS files_landed,
            (SELECT CAST(coalesce(sum(lines_read - lines_elsewhere), 0) AS BIGINT) FROM landing.files) AS lines_read,
            (SELECT count(*) FROM landing.quarantine) AS lines_quarantined, $4 AS id_folding,
            (SELECT count(DISTINCT subject_id) FROM landing.folded_ids WHERE is_joined) AS ids_joined
        FROM meta.study AS study CROSS JOIN analysis.cutoff AS cutoff""",
        [name, version("migraine-outcomes"), duckdb.__version__, ", ".join(study.id_folding) or None],
    )


def _write_files(con: Connection, out: Path, building: Path, study: Study) -> dict[str, str]:
    """All that is read from the published database, side by side: DuckDB writes tables while Python draws the report.
    Gives the fingerprint of each piece of a table by its path.

    The tables are read through the warehouse's connection, so that one memory limit holds for all.
    """
    database = building / "outcomes.duckdb"
    con.execute(f"ATTACH {quoted(str(database))} AS snapshot (READ_ONLY)")
    try:
        cursors = [con.cursor() for _ in range(TABLES_AT_ONCE)]
        for cursor in cursors:
            cursor.execute("USE snapshot")
        waiting = TableFiles(deque(published_tables(cursors[0])), deque(), {}, Event())
        earlier = EarlierPieces(out)
        with ThreadPoolExecutor(TABLES_AT_ONCE) as threads:
            at_work = [
                threads.submit(write_tables, cursor, building / "tables", waiting, study, earlier) for cursor in cursors
            ]
            try:
                render_report(database, building / "report.html")
                write_publication(database, building / "publication")
                _write_standards(database, building / "standards", study)
                for one in at_work:
                    one.result()
            except BaseException:  # whoever stops the run does not wait for gigabytes to be written
                waiting.is_stopped.set()
                for cursor in cursors:
                    cursor.interrupt()
                raise
        write_queries(cursors[0], building / "queries.csv")
        for cursor in cursors:
            cursor.close()
    finally:
        con.execute("DETACH snapshot")
    return dict(sorted(waiting.fingerprints.items()))


def _write_standards(database: Path, folder: Path, study: Study) -> None:
    if study.publishing.standards:
        from flows.standards.written_standards import write_standard  # with sqlglot; most studies ask for none

        for standard in study.publishing.standards:
            write_standard(standard, database, folder / standard, study.publishing.standard_formats)


def _write_manifest(folder: Path, name: str, study: Study, published_at: datetime, pieces: dict[str, str]) -> None:
    with duckdb.connect(folder / "outcomes.duckdb", read_only=True) as published:
        inputs = published.execute(
            "SELECT path, kind, status, sha256, lines_read FROM landing.files ORDER BY ALL"
        ).fetchall()
        cutoff = one_value(published, "SELECT CAST(cutoff_date AS VARCHAR) FROM analysis.cutoff")
        counts = {
            table.full_name: one_value(published, f"SELECT count(*) FROM {table.full_name}")
            for table in published_tables(published)
        }
    manifest: dict[str, Any] = {
        "snapshot_id": name,
        "study_id": study.facts.id,
        "published_at": published_at.isoformat(timespec="seconds"),
        "cutoff_date": cutoff,
        "rule_sets": [rule.id for rule in study.rule_sets],
        "versions": versions(),
        "input_hash": "HMAC-SHA256 of the SHA-256" if study.facts.blinded else "SHA-256",
        "inputs": [dict(zip(("path", "kind", "status", "sha256", "lines_read"), row, strict=True)) for row in inputs],
        "own_files": own_files(),
        "counts": counts,
        "outputs": _hashes(folder),
        PIECES: pieces,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _hashes(folder: Path) -> dict[str, str]:
    """SHA-256 by path of every file of a snapshot, but of its manifest and of signatures."""
    files = listed_files(folder)
    with ThreadPoolExecutor() as threads:
        hashes = list(threads.map(sha256_of, files.values()))
    return dict(zip(files, hashes, strict=True))
