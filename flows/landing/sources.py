"""Kept files landed several at a time, each whole or not at all: a file that is read in parts is a source for each."""

from collections import defaultdict
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import groupby
from typing import NamedTuple

import duckdb

from flows.base.errors import FileRefused
from flows.base.sql_text import one_value, transaction
from flows.landing.loading import Source, land_file
from flows.landing.together import land_together
from flows.study.dictionary import FILE_KINDS
from flows.study.file_format import FileFormat, Reading
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile

Connection = duckdb.DuckDBPyConnection
FILES_AT_ONCE = 1000


class Landed(NamedTuple):
    """One source, and its number of lines or why it is refused."""

    source: Source
    outcome: int | FileRefused
    is_together: bool


def land_sources(con: Connection, sources: list[Source]) -> Iterator[tuple[int | FileRefused, list[Landed]]]:
    """Land kept files, the sources of each one after the other; gives for each file in turn its number of lines, or why
    it is refused: then none of its parts lands."""
    for _, of_file in groupby(_land_each(con, sources), key=lambda one: one.source.kept.sha256):
        landed = list(of_file)
        refusal = next((one.outcome for one in landed if isinstance(one.outcome, FileRefused)), None)
        if refusal and len(landed) > 1:
            undo(con, {landed[0].source.kept.file_id})
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


def _land_each(con: Connection, sources: list[Source]) -> Iterator[Landed]:
    def read(source: Source) -> int | FileRefused:
        try:
            with con.cursor() as cursor:
                return land_file(cursor, source)
        except FileRefused as refusal:
            return refusal

    for start in range(0, len(sources), FILES_AT_ONCE):
        some = sources[start : start + FILES_AT_ONCE]
        together = land_together(con, some)
        alone = [source for source in some if source.entry.file_id not in together]
        with ThreadPoolExecutor(_threads(con)) as pool:
            outcomes = pool.map(read, alone)
            for source in some:
                lines = together.get(source.entry.file_id)
                yield Landed(source, next(outcomes) if lines is None else lines, lines is not None)


def _threads(con: Connection) -> int:
    return one_value(con, "SELECT current_setting('threads')")


def readings_of(study: Study, entry: KeptFile) -> tuple[Reading, ...]:
    """How a kept file is read, by the study of today; where no entry fits it any more, as it was."""
    return study.readings_of(entry.path) or (Reading("", entry.kind, FileFormat()),)


def file_of(part: str) -> str:
    """The file_id of the file that a part belongs to."""
    return part.partition(".")[0]


def undo(con: Connection, file_ids: set[str]) -> None:
    """Take back all that files landed, all their parts."""
    if not file_ids:
        return
    with transaction(con):
        for table in (*FILE_KINDS, "broken_lines", "written_ids", "settings_used", "landed_files"):
            con.execute(
                f"DELETE FROM landing.{table} WHERE split_part(file_id, '.', 1) IN (SELECT unnest($1))",
                [sorted(file_ids)],
            )
