"""New files of the inbox: copied, read and landed, several at a time."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import duckdb

from flows.base.errors import FileRefused
from flows.landing.inbox import InboxFile, classify, list_refused, unreadable
from flows.landing.loading import Source
from flows.landing.refused_files import refuse
from flows.landing.sources import FILES_AT_ONCE, land_sources
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection
COPIES_AT_ONCE = 16  # each waits for the disk most of its time; a disk writes many small files in one go


def land_new_files(con: Connection, study: Study, kept: KeptInputs, files: list[InboxFile]) -> list[int | None]:
    """Land new files, several at a time; the number of lines of each in turn, None where it is refused.

    What counts is the content of the copy: a file may be replaced between the look at it and the copy, by another one
    that was landed before or is about to be. The files are listed as kept in the order of their paths, whichever is
    read first. Of files with one content the first counts; the others wait until its fate is known.
    """
    decided = [(copy, classify(copy, study, kept)) for copy in _each_copied(kept, files)]
    list_refused(con, kept, decided)
    landed: list[int | None] = [None for copy, _ in decided if copy.fault]
    copied = [copy for copy, decision in decided if decision.status == "new"]
    firsts = {copy.sha256: copy for copy in reversed(copied)}
    landed += _each_read(con, study, kept, [copy for copy in copied if firsts[copy.sha256] is copy])
    for copy in copied:
        if firsts[copy.sha256] is copy:
            continue
        decision = classify(copy, study, kept)
        list_refused(con, kept, [(copy, decision)])
        if decision.status == "new":
            landed += _each_read(con, study, kept, [copy])
    for sha256 in firsts:
        kept.discard(sha256)
    return landed


def _each_copied(kept: KeptInputs, files: list[InboxFile]) -> Iterator[InboxFile]:
    """The files with the SHA-256 of what was copied, or with the fault why they cannot be read."""

    def copy(file: InboxFile) -> InboxFile:
        try:
            return file._replace(sha256=kept.store(file.source))
        except OSError as error:
            if error.filename != str(file.source):  # it is our copy that cannot be written
                raise
            return file._replace(fault=unreadable(error))

    with ThreadPoolExecutor(COPIES_AT_ONCE) as pool:
        yield from pool.map(copy, files)


def _each_read(con: Connection, study: Study, kept: KeptInputs, files: list[InboxFile]) -> Iterator[int | None]:
    first = 1 + max((entry.sequence for entry in kept.files), default=0)
    entries = [
        (kept.entry(file.sha256, file.path, file.readings[0].kind, sequence), file)
        for sequence, file in enumerate(files, start=first)
    ]
    sources = [
        Source(kept.location(entry), entry, reading, study.id_folding)
        for entry, file in entries
        for reading in file.readings
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
