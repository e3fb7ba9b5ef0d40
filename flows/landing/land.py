"""land: every line of every inbox file into landing.<kind>, typed, with its file and line number; nothing twice."""

import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.errors import ConfigurationError, FileRefused
from flows.base.files import sha256_of
from flows.base.sql_text import one_value
from flows.base.suggestions import did_you_mean
from flows.landing.dates_come import find_dates_come, tomorrow
from flows.landing.kept_files import MIXED, land_kept, undo_replaced
from flows.landing.loading import Source
from flows.landing.refused_files import REPEATS_ANOTHER, refuse
from flows.landing.sources import FILES_AT_ONCE, land_sources
from flows.landing.unused_settings import (
    UNREAD,
    create_settings_tables,
    list_unused_settings,
    note_withdrawal,
    why_unread,
)
from flows.study.dictionary import FILE_KINDS, LANDED_TYPES, file_columns
from flows.study.file_format import Reading, mixes_injections
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection
COPIES_AT_ONCE = 16  # each waits for the disk most of its time; a disk writes many small files in one go


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
    kinds = land_kept(con, study, kept)
    offers: list[Offer] = []
    in_inbox = set()
    for source, path, unlisted in _entries(study.inbox):
        if unlisted:
            refuse(con, kept, path, "", None, "refused", unlisted)
            continue
        in_inbox.add(path)
        readings = study.readings_of(path)
        try:
            sha256 = sha256_of(source) if source.is_file() else None
        except OSError as error:
            kinds |= {reading.kind for reading in readings}
            refuse(con, kept, path, "", readings[0].kind if readings else None, "refused", _unreadable(error))
            continue
        if sha256 is None:
            reason = "is not a file: a link that leads nowhere or to a folder, or a pipe"
            refuse(con, kept, path, "", None, "ignored", reason)
            continue
        if readings and _is_new(con, study, kept, offer := Offer(source, path, sha256, readings, study.id_folding)):
            # Of a refused one too: file.kind_needed then tells which, and why.
            kinds |= {reading.kind for reading in readings}
            offers.append(offer)
        elif not readings:
            _refuse_unmatched(con, study, kept, path, sha256)
    last_sequence = max((entry.sequence for entry in kept.files), default=0)
    landed = _land_offers(con, study, kept, offers)
    undo_replaced(con, study, kept)
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
        refuse(con, kept, path, sha256, offer.kind, "withdrawn", withdrawal.reason)
    elif study.facts.blinded and mixes_injections(offer.readings):
        refuse(con, kept, path, sha256, offer.kind, "refused", MIXED)
    elif known:
        refuse(con, kept, path, sha256, known.kind, "ignored", _same_content(known))
    else:
        return True
    return False


def _same_content(known: KeptFile) -> str:
    return f"has the same content as {known.path}, landed before"


def _refuse_unmatched(con: Connection, study: Study, kept: KeptInputs, path: str, sha256: str) -> None:
    known = kept.holds(sha256)
    if known and known.path != path:
        refuse(con, kept, path, sha256, known.kind, "ignored", _same_content(known))
    elif not known:
        refuse(con, kept, path, sha256, None, "ignored", why_unread(study, path))


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
                refuse(con, kept, offer.path, offer.sha256, offer.kind, "refused", _unreadable(outcome))
                yield None
            else:
                yield outcome


def _each_read(con: Connection, kept: KeptInputs, offers: list[Offer]) -> Iterator[int | None]:
    first = 1 + max((entry.sequence for entry in kept.files), default=0)
    entries = [
        (kept.entry(offer.sha256, offer.path, offer.kind, sequence), offer)
        for sequence, offer in enumerate(offers, start=first)
    ]
    sources = [
        Source(kept.location(entry), entry, reading, offer.id_folding)
        for entry, offer in entries
        for reading in offer.readings
    ]
    waiting: list[KeptFile] = []
    for outcome, of_file in land_sources(con, sources):
        entry = of_file[0].source.kept
        if isinstance(outcome, FileRefused):
            refuse(con, kept, entry.path, entry.sha256, entry.kind, "refused", str(outcome))
            yield None
            continue
        waiting.append(entry)
        if not all(one.is_together for one in of_file) or len(waiting) >= FILES_AT_ONCE:
            kept.keep(*waiting)  # many small files are listed by one write
            waiting.clear()
        yield outcome
    kept.keep(*waiting)


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
