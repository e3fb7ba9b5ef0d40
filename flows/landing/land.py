"""land: every line of every inbox file into landing.<kind>, typed, with its file and line number; nothing twice."""

import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.errors import ConfigurationError, FileRefused
from flows.base.files import sha256_of
from flows.base.sql_text import one_value, transaction
from flows.base.suggestions import did_you_mean
from flows.landing.dates_come import find_dates_come, tomorrow
from flows.landing.loading import Source, land_file, part_id
from flows.landing.together import land_together
from flows.landing.unused_settings import (
    UNREAD,
    create_settings_tables,
    list_unused_settings,
    note_withdrawal,
    why_unread,
)
from flows.study.dictionary import FILE_KINDS, LANDED_TYPES, file_columns
from flows.study.file_format import FileFormat, Reading, mixes_injections
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection
# Of refused_files: a file with the content of one that counts. It lands nothing and makes no new snapshot.
REPEATS_ANOTHER = "status = 'ignored' AND content_id IN (SELECT sha256 FROM landing.landed_files)"
# How many lines a session has, and which dose level it tells, could be seen from the gaps between the other lines.
MIXED = "holds injections between lines of another kind, which would show through in a blinded study; send them apart"
FILES_AT_ONCE = 1000
COPIES_AT_ONCE = 16  # each waits for the disk most of its time; a disk writes many small files in one go
Refused = tuple[str, str, str | None, str, str]  # path, SHA-256, kind, status, reason


class Landing(NamedTuple):
    """What one landing step did; lines of injections of a blinded study are not counted."""

    files_seen: int
    files_landed: int
    lines_landed: int
    files_refused: int
    files_repeated: int = 0  # with the content of one that counts


class Offer(NamedTuple):
    """A file of the inbox that was not landed before."""

    source: Path
    path: str  # relative to inbox/
    sha256: str
    readings: tuple[Reading, ...]
    id_folding: tuple[str, ...]

    @property
    def kind(self) -> str:
        """The kind of its first reading: what the file is listed as."""
        return self.readings[0].kind


def create_landing_tables(con: Connection) -> None:
    """Empty landing tables for each kind of file, plus the list of files and the lines that are no records."""
    con.execute("CREATE SCHEMA IF NOT EXISTS landing")
    for kind in FILE_KINDS:
        columns = ", ".join(f"{c.name} {LANDED_TYPES[c.type]}" for c in file_columns(kind))
        con.execute(
            f"CREATE TABLE IF NOT EXISTS landing.{kind}"
            f" (file_id VARCHAR, line_number INTEGER, {columns}, unreadable VARCHAR, out_of_range VARCHAR,"
            " other_unit VARCHAR)"
        )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.landed_files (
            file_id VARCHAR, path VARCHAR, sha256 VARCHAR, kind VARCHAR, lines_read BIGINT, landed_at TIMESTAMP,
            sequence INTEGER, encoding VARCHAR, delimiter VARCHAR, extra_columns VARCHAR, date_format VARCHAR,
            evidence VARCHAR, is_in_inbox BOOLEAN DEFAULT true, entries_per_day VARCHAR, part VARCHAR,
            lines_elsewhere BIGINT DEFAULT 0, lines_unclaimed BIGINT DEFAULT 0, first_unclaimed INTEGER)"""
    )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.broken_lines (
            file_id VARCHAR, line_number INTEGER, kind VARCHAR, raw VARCHAR, reason VARCHAR)"""
    )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.written_ids (
            file_id VARCHAR, subject_id VARCHAR, written VARCHAR, n_lines BIGINT)"""
    )
    create_settings_tables(con)
    find_dates_come(con, None)


def land(con: Connection, study: Study, kept: KeptInputs, knows_all_files: bool = True) -> Landing:
    """Land the inbox files that were never landed before; a file that cannot be read is refused by name and reason.

    Files go in the order of their paths. Kept files missing from the warehouse are landed again first, and what was
    landed but never listed as kept is undone. Files that do not count are listed in landing.refused_files, each with
    its status: refused, ignored or withdrawn. Where not all files that ever came are known (``check``, ``--as-of``), a
    withdrawal may name one of the others.
    Raises ConfigurationError where no diary or no injections file is left, or a withdrawal names no file.
    """
    create_landing_tables(con)
    con.execute(
        "CREATE OR REPLACE TABLE landing.refused_files (path VARCHAR, sha256 VARCHAR, kind VARCHAR, status VARCHAR,"
        " reason VARCHAR, content_id VARCHAR)"
    )
    kinds = _land_kept(con, study, kept)
    offers: list[Offer] = []
    in_inbox = set()
    for source, path, unlisted in _entries(study.inbox):
        if unlisted:
            _refuse(con, kept, path, "", None, "refused", unlisted)
            continue
        in_inbox.add(path)
        readings = study.readings_of(path)
        try:
            sha256 = sha256_of(source) if source.is_file() else None
        except OSError as error:
            kinds |= {reading.kind for reading in readings}
            _refuse(con, kept, path, "", readings[0].kind if readings else None, "refused", _unreadable(error))
            continue
        if sha256 is None:
            reason = "is not a file: a link that leads nowhere or to a folder, or a pipe"
            _refuse(con, kept, path, "", None, "ignored", reason)
            continue
        if readings and _is_new(con, study, kept, offer := Offer(source, path, sha256, readings, study.id_folding)):
            # Of a refused one too: file.kind_needed then tells which, and why.
            kinds |= {reading.kind for reading in readings}
            offers.append(offer)
        elif not readings:
            _refuse_unmatched(con, study, kept, path, sha256)
    last_sequence = max((entry.sequence for entry in kept.files), default=0)
    landed = _land_offers(con, study, kept, offers)
    _undo_replaced(con, study, kept)
    con.execute(
        "UPDATE landing.landed_files SET is_in_inbox = false WHERE path NOT IN (SELECT unnest($1))", [sorted(in_inbox)]
    )
    withdrawn = con.execute("SELECT path, sha256 FROM landing.refused_files WHERE status = 'withdrawn'").fetchall()
    paths = list_unused_settings(con, study, (entry.path for entry in kept.files))
    for entry in study.withdrawn:
        if any(entry.covers(path, *kept.hashes_of(sha256)) for path, sha256 in withdrawn):
            continue
        if knows_all_files:
            raise ConfigurationError(
                f"{study.folder / 'study.toml'}: [[withdrawn]] names '{entry.file}', which is no file of this study"
                f"{did_you_mean(entry.file, paths) or '.'} Give its path in inbox/ or its file_id (see landing.files)."
            )
        note_withdrawal(con, entry.file, paths)
    _needs_files(con, study, kinds)
    find_dates_come(con, tomorrow())
    # Between two nights the lines of injections, which a blinded study does not publish, tell whose session was added.
    lines = one_value(
        con,
        "SELECT CAST(coalesce(sum(lines_read - lines_elsewhere), 0) AS BIGINT) FROM landing.landed_files"
        " WHERE sequence > $1 AND NOT ($2 AND kind = 'injections')",
        [last_sequence, study.facts.blinded],
    )
    repeated = one_value(con, f"SELECT count(*) FROM landing.refused_files WHERE {REPEATS_ANOTHER}")
    return Landing(len(in_inbox), len(landed) - landed.count(None), lines, landed.count(None), repeated)


def _entries(inbox: Path) -> list[tuple[Path, str, str | None]]:
    """Everything in inbox/ but hidden files and folders, in the order of the paths: where it lies, its path, and for a
    folder that cannot be listed why."""
    found: dict[Path, str | None] = {}

    def unlisted(error: OSError) -> None:
        found[Path(os.fsdecode(error.filename))] = f"cannot be listed ({error.strerror}): its files were not looked at"

    for folder, folders, files in os.walk(inbox, onerror=unlisted):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(folder, name).is_symlink()]  # they are not followed
        found |= {Path(folder, name): None for name in (*links, *files) if not name.startswith(".")}
    if reason := found.get(inbox):
        raise ConfigurationError(f"{inbox}: {reason}.")
    # A name that is not UTF-8 is shown with its odd bytes spelled out.
    return [
        (source, source.relative_to(inbox).as_posix().encode("utf-8", "backslashreplace").decode(), found[source])
        for source in sorted(found)
    ]


def _unreadable(error: OSError) -> str:
    return f"cannot be read ({error.strerror}); see to it that the file can be, and run again"


def _is_new(con: Connection, study: Study, kept: KeptInputs, offer: Offer) -> bool:
    """Whether the content of a file is to be landed; if not, the file is listed with the reason."""
    path, sha256 = offer.path, offer.sha256
    known = kept.holds(sha256)
    if known and known.path == path:
        return False
    if withdrawal := study.withdrawal_of(path, *kept.hashes_of(sha256)):
        _refuse(con, kept, path, sha256, offer.kind, "withdrawn", withdrawal.reason)
    elif study.facts.blinded and mixes_injections(offer.readings):
        _refuse(con, kept, path, sha256, offer.kind, "refused", MIXED)
    elif known:
        _refuse(con, kept, path, sha256, known.kind, "ignored", _same_content(known))
    else:
        return True
    return False


def _refuse_unmatched(con: Connection, study: Study, kept: KeptInputs, path: str, sha256: str) -> None:
    known = kept.holds(sha256)
    if known and known.path != path:
        _refuse(con, kept, path, sha256, known.kind, "ignored", _same_content(known))
    elif not known:
        _refuse(con, kept, path, sha256, None, "ignored", why_unread(study, path))


def _land_offers(con: Connection, study: Study, kept: KeptInputs, offers: list[Offer]) -> list[int | None]:
    """Land new files, several at a time; the number of lines of each in turn, None where it is refused.

    What counts is the content of the copy: a file may be replaced between the look at it and the copy, by another one
    that was landed before or is about to be. The files are listed as kept in the order of their paths, whichever is
    read first. Of files with one content the first counts; the others wait until its fate is known.
    """
    landed: list[int | None] = []
    copied = []
    for offer in _each_copied(con, kept, offers):
        if isinstance(offer, Offer):
            copied += [offer] if _is_new(con, study, kept, offer) else []
        else:
            landed.append(None)
    firsts = {offer.sha256: offer for offer in reversed(copied)}
    landed += _each_read(con, kept, [offer for offer in copied if firsts[offer.sha256] is offer])
    for offer in copied:
        if firsts[offer.sha256] is not offer and _is_new(con, study, kept, offer):
            landed += _each_read(con, kept, [offer])
    for sha256 in firsts:
        kept.discard(sha256)
    return landed


def _each_copied(con: Connection, kept: KeptInputs, offers: list[Offer]) -> Iterator[Offer | None]:
    """The offers with the SHA-256 of what was copied; None, and a refusal, where the file cannot be read."""

    def copy(offer: Offer) -> Offer | OSError:
        try:
            return offer._replace(sha256=kept.store(offer.source))
        except OSError as error:
            if error.filename != str(offer.source):  # it is our copy that cannot be written
                raise
            return error

    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        for offer, outcome in zip(offers, pool.map(copy, offers), strict=True):
            if isinstance(outcome, OSError):
                _refuse(con, kept, offer.path, offer.sha256, offer.kind, "refused", _unreadable(outcome))
                yield None
            else:
                yield outcome


def _each_read(con: Connection, kept: KeptInputs, offers: list[Offer]) -> Iterator[int | None]:
    first = 1 + max((entry.sequence for entry in kept.files), default=0)
    sources = [
        source
        for sequence, offer in enumerate(offers, start=first)
        for entry in [kept.entry(offer.sha256, offer.path, offer.kind, sequence)]
        for source in _sources(kept.location(entry), entry, offer.readings, offer.id_folding)
    ]
    waiting: list[KeptFile] = []
    for outcome, of_file in _land_sources(con, sources):
        entry = of_file[0].kept
        if isinstance(outcome, FileRefused):
            _refuse(con, kept, entry.path, entry.sha256, entry.kind, "refused", str(outcome))
            yield None
            continue
        waiting.append(entry)
        if not all(one.is_together for one in of_file) or len(waiting) >= FILES_AT_ONCE:
            kept.keep(*waiting)  # many small files are listed by one write
            waiting.clear()
        yield outcome
    kept.keep(*waiting)


class _Landed(NamedTuple):
    """One source, and its number of lines or why it is refused."""

    kept: KeptFile
    source: Source
    outcome: int | FileRefused
    is_together: bool


def _sources(
    place: Path, entry: KeptFile, readings: Iterable[Reading], id_folding: tuple[str, ...]
) -> Iterator[tuple[KeptFile, Source]]:
    """A file as it is landed: once for each reading."""
    for reading in readings:
        update = {"file_id": part_id(entry.file_id, reading.part), "kind": reading.kind}
        yield entry, Source(place, entry.model_copy(update=update), reading, id_folding)


def _land_sources(
    con: Connection, sources: list[tuple[KeptFile, Source]]
) -> Iterator[tuple[int | FileRefused, list[_Landed]]]:
    """Land kept files; gives for each in turn its number of lines, or why it is refused: then none of its parts lands."""
    for _, of_file in groupby(_land_each(con, sources), key=lambda one: one.kept.sha256):
        landed = list(of_file)
        refusal = next((one.outcome for one in landed if isinstance(one.outcome, FileRefused)), None)
        if refusal and len(landed) > 1:
            _undo(con, {landed[0].kept.file_id})
        elif len(landed) > 1:
            _name_unread_columns_once(con, [one.source for one in landed])
        yield refusal or sum(one.outcome for one in landed if isinstance(one.outcome, int)), landed


def _name_unread_columns_once(con: Connection, parts: list[Source]) -> None:
    """Columns that no part of a sheet reads, listed with its first part; one that another part reads is read."""
    by_sheet: dict[str | None, list[str]] = defaultdict(list)
    for part in parts:
        by_sheet[part.reading.group.sheet].append(part.entry.file_id)
    for file_ids in by_sheet.values():
        found = [
            one_value(
                con, "SELECT coalesce(any_value(extra_columns), '') FROM landing.landed_files WHERE file_id = $1", [id]
            )
            for id in file_ids
        ]
        unread = [name for name in found[0].split(", ") if name and all(name in text.split(", ") for text in found)]
        con.execute(
            "UPDATE landing.landed_files SET extra_columns = CASE WHEN file_id = $1 THEN $2 END"
            " WHERE file_id IN (SELECT unnest($3))",
            [file_ids[0], ", ".join(unread) or None, file_ids],
        )


def _land_each(con: Connection, sources: list[tuple[KeptFile, Source]]) -> Iterator[_Landed]:
    def read(source: Source) -> int | FileRefused:
        try:
            with con.cursor() as cursor:
                return land_file(cursor, source)
        except FileRefused as refusal:
            return refusal

    for start in range(0, len(sources), FILES_AT_ONCE):
        some = sources[start : start + FILES_AT_ONCE]
        together = land_together(con, [source for _, source in some])
        alone = [source for _, source in some if source.entry.file_id not in together]
        with ThreadPoolExecutor(_threads(con)) as pool:
            outcomes = pool.map(read, alone)
            for kept, source in some:
                lines = together.get(source.entry.file_id)
                yield _Landed(kept, source, next(outcomes) if lines is None else lines, lines is not None)


def _threads(con: Connection) -> int:
    return one_value(con, "SELECT current_setting('threads')")


def _same_content(known: KeptFile) -> str:
    return f"has the same content as {known.path}, landed before"


def _land_kept(con: Connection, study: Study, kept: KeptInputs) -> set[str]:
    """Make the warehouse hold just the kept files that count; gives the kinds of file among them."""
    landed = [row[0] for row in con.execute("SELECT file_id FROM landing.landed_files").fetchall()]
    # What an earlier version landed under two names is landed anew, once.
    twice = {_file_of(part) for part, times in Counter(landed).items() if times > 1}
    present = set(map(_file_of, landed)) - twice
    withdrawn = _withdrawn(study, kept)
    _undo(con, twice | present - {file.file_id for file in kept.files} | present & withdrawn.keys())
    con.execute("UPDATE landing.landed_files SET is_in_inbox = true WHERE NOT is_in_inbox")
    missing: list[tuple[KeptFile, Source]] = []
    for entry in kept.files:
        if entry.file_id in withdrawn:
            _refuse(con, kept, entry.path, entry.sha256, entry.kind, "withdrawn", withdrawn[entry.file_id])
        elif entry.file_id not in present:
            missing += _sources(kept.sound(entry), entry, readings_of(study, entry), study.id_folding)
    for outcome, (first, *_) in _land_sources(con, missing):
        if isinstance(outcome, FileRefused):  # landed before, under other settings
            entry = first.kept
            _refuse(con, kept, entry.path, entry.sha256, entry.kind, "refused", str(outcome))
    counted = [entry for entry in kept.files if entry.file_id not in withdrawn]
    return {reading.kind for entry in counted for reading in readings_of(study, entry)}


def readings_of(study: Study, entry: KeptFile) -> tuple[Reading, ...]:
    """How a kept file is read, by the study of today; where no entry fits it any more, as it was."""
    return study.readings_of(entry.path) or (Reading("", entry.kind, FileFormat()),)


def _file_of(part: str) -> str:
    return part.partition(".")[0]


def _withdrawn(study: Study, kept: KeptInputs) -> dict[str, str]:
    """Kept files that do not count, and why: withdrawn by study.toml, or replaced by a later one of the same name."""
    reasons = {}
    later: dict[str, KeptFile] = {}
    for entry in sorted(kept.files, key=lambda entry: -entry.sequence):
        if withdrawal := study.withdrawal_of(entry.path, *kept.hashes_of(entry.sha256)):
            reasons[entry.file_id] = withdrawal.reason
        elif entry.path in later:
            reasons[entry.file_id] = f"is replaced by the later file of this name ({later[entry.path].file_id})"
        elif any(reading.group.replaces_same_name for reading in study.readings_of(entry.path)):
            later[entry.path] = entry
    return reasons


def _undo_replaced(con: Connection, study: Study, kept: KeptInputs) -> None:
    """Take back what an earlier file of the same name landed, where the later one stands alone."""
    refused = {row[0] for row in con.execute("SELECT sha256 FROM landing.refused_files").fetchall()}
    for file_id, reason in _withdrawn(study, kept).items():
        entry = next(entry for entry in kept.files if entry.file_id == file_id)
        if entry.sha256 not in refused:
            _undo(con, {file_id})
            _refuse(con, kept, entry.path, entry.sha256, entry.kind, "withdrawn", reason)


def _undo(con: Connection, file_ids: set[str]) -> None:
    if not file_ids:
        return
    with transaction(con):
        for table in (*FILE_KINDS, "broken_lines", "written_ids", "settings_used", "landed_files"):
            con.execute(
                f"DELETE FROM landing.{table} WHERE split_part(file_id, '.', 1) IN (SELECT unnest($1))",
                [sorted(file_ids)],
            )


def _needs_files(con: Connection, study: Study, kinds: set[str]) -> None:
    unread = con.execute(
        "SELECT path FROM landing.refused_files WHERE starts_with(reason, ?) ORDER BY path", [UNREAD]
    ).fetchall()
    lying = f" Nothing reads {', '.join(path for (path,) in unread[:5])}." if unread else ""
    for needed in (("diary", "attacks"), ("injections",)):
        if not kinds.intersection(needed):
            kind = needed[0]
            raise ConfigurationError(
                f"{study.inbox}: has no {kind} file; a run needs at least one ({kind}*.csv).{lying}"
            )


def _refuse(
    con: Connection, kept: KeptInputs, path: str, sha256: str, kind: str | None, status: str, reason: str
) -> None:
    write_refused(con, kept, [(path, sha256, kind, status, reason)])


def write_refused(con: Connection, kept: KeptInputs, files: list[Refused]) -> None:
    """Files that do not count, into landing.refused_files; ``sha256`` is the plain one, which stays in OUT/state."""
    for file in files:
        con.execute("INSERT INTO landing.refused_files VALUES (?, ?, ?, ?, ?, ?)", [*file, kept.content_id(file[1])])
