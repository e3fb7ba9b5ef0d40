"""What the warehouse holds of the kept files, brought in line with what counts today."""

from collections import Counter

import duckdb

from flows.base.errors import FileRefused
from flows.landing.loading import Source
from flows.landing.refused_files import refuse
from flows.landing.sources import file_of, land_sources, readings_of, undo
from flows.study.file_format import mixes_injections
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection
# How many lines a session has, and which dose level it tells, could be seen from the gaps between the other lines.
MIXED = "holds injections between lines of another kind, which would show through in a blinded study; send them apart"


def land_kept(con: Connection, study: Study, kept: KeptInputs) -> set[str]:
    """Make the warehouse hold just the kept files that count; gives the kinds of file among them."""
    landed = [row[0] for row in con.execute("SELECT file_id FROM landing.landed_files").fetchall()]
    # What an earlier version landed under two names is landed anew, once.
    twice = {file_of(part) for part, times in Counter(landed).items() if times > 1}
    present = set(map(file_of, landed)) - twice
    aside = _aside(study, kept)
    undo(con, twice | present - {file.file_id for file in kept.files} | present & aside.keys())
    con.execute("UPDATE landing.landed_files SET is_in_inbox = true WHERE NOT is_in_inbox")
    missing: list[Source] = []
    for entry in kept.files:
        if entry.file_id in aside:
            refuse(con, kept, entry.path, entry.sha256, entry.kind, *aside[entry.file_id])
        elif entry.file_id not in present:
            place = kept.sound(entry)
            missing += [Source(place, entry, reading, study.id_folding) for reading in readings_of(study, entry)]
    for outcome, (first, *_) in land_sources(con, missing):
        if isinstance(outcome, FileRefused):  # landed before, under other settings
            entry = first.source.kept
            refuse(con, kept, entry.path, entry.sha256, entry.kind, "refused", str(outcome))
    held = con.execute("SELECT DISTINCT kind FROM landing.landed_files").fetchall()
    return {kind for (kind,) in held} | {source.reading.kind for source in missing}


def undo_replaced(con: Connection, study: Study, kept: KeptInputs) -> None:
    """Take back what an earlier file of the same name landed, where the later one that came now stands alone."""
    entries = {entry.file_id: entry for entry in kept.files}
    refused = {row[0] for row in con.execute("SELECT sha256 FROM landing.refused_files").fetchall()}
    for file_id, (status, reason) in _aside(study, kept).items():
        entry = entries[file_id]
        if entry.sha256 not in refused:
            undo(con, {file_id})
            refuse(con, kept, entry.path, entry.sha256, entry.kind, status, reason)


def _aside(study: Study, kept: KeptInputs) -> dict[str, tuple[str, str]]:
    """By file_id the status and the reason of each kept file that does not count: withdrawn by study.toml, replaced by a
    later one of the same name, or refused because the study is blinded by now."""
    aside: dict[str, tuple[str, str]] = {}
    later: dict[str, KeptFile] = {}
    groups = [group for of_kind in study.files.values() for group in of_kind]
    # Thousands of files are not matched with the patterns where no entry asks for it.
    has_readings = any(group.takes_a_part or group.replaces_same_name for group in groups)
    for entry in sorted(kept.files, key=lambda entry: -entry.sequence):
        readings = study.readings_of(entry.path) if has_readings else ()
        if withdrawal := study.withdrawal_of(entry.path, *kept.hashes_of(entry.sha256)):
            aside[entry.file_id] = ("withdrawn", withdrawal.reason)
        elif entry.path in later:
            reason = f"is replaced by the later file of this name ({later[entry.path].file_id})"
            aside[entry.file_id] = ("withdrawn", reason)
        elif study.facts.blinded and mixes_injections(readings):
            aside[entry.file_id] = ("refused", MIXED)
        elif any(reading.group.replaces_same_name for reading in readings):
            later[entry.path] = entry
    return aside
