"""land many small files in one transaction: to plan and commit statements for each takes longer than to read them.

Only files without any trouble are landed so: every line is one record of the header's width, and nothing in the file
could be a reason to refuse it or to set a column aside. The others are left to ``land_file``, one by one, so each rule
is written once, in the way that reads a single file.
"""

import csv
import tempfile
from collections import defaultdict
from collections.abc import Hashable, Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.errors import FileRefused
from flows.base.sql_text import quoted, transaction
from flows.landing.date_order import DateFormat, find_date_format
from flows.landing.identities import fold_ids
from flows.landing.layout import Layout, find_layout, header_words
from flows.landing.loading import LinesOf, Source, list_landed, says_not_uniform
from flows.landing.parsing import parsed_select
from flows.landing.plain_text import PlainText, to_plain_text
from flows.landing.records import read_csv
from flows.landing.unused_settings import SettingUsed, find_settings_used, note_settings_used
from flows.study.dictionary import file_columns
from flows.study.file_format import FileFormat
from flows.warehouse.kept_inputs import KeptFile

Connection = duckdb.DuckDBPyConnection
SMALL_FILE_BYTES = 1 << 18
FEWEST_TOGETHER = 3


class _Read(NamedTuple):
    """A small file of which every line is one record, as it was found to be written."""

    entry: KeptFile
    group: FileFormat
    layout: Layout
    dates: DateFormat
    lines: list[str]  # the data lines, without line ends
    used: list[SettingUsed]

    @property
    def way(self) -> Hashable:
        """What decides how its lines become rows: files of one way are read by one statement."""
        return self.entry.kind, repr(self.group), str(self.layout._replace(encoding="", evidence="", has_blanks=False))


def land_together(con: Connection, sources: Iterable[Source]) -> dict[str, int]:
    """Land the small files that are no trouble, those of one way of writing in one transaction.

    Gives the data lines read by file_id; nothing is landed of the others.
    """
    small = [source for source in sources if source.place.stat().st_size < SMALL_FILE_BYTES]
    if len(small) < FEWEST_TOGETHER:
        return {}
    landed: dict[str, int] = {}
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=small[0].place.parent) as folder:
        ways: dict[Hashable, list[_Read]] = defaultdict(list)
        for source in small:
            if read := _read(con, source, Path(folder)):
                ways[read.way].append(read)
        for files in ways.values():
            if len(files) >= FEWEST_TOGETHER:
                landed |= _land_alike(con, files, Path(folder) / "together.csv", small[0].id_folding)
    return landed


def _read(con: Connection, source: Source, scratch: Path) -> _Read | None:
    """The file read, or None where it is not to be landed with others."""
    entry, group = source.entry, source.reading.group
    if group.is_described:
        return None
    try:
        plain = to_plain_text(source.place, scratch, group.encoding, group.sheet)
        if plain.has_lone_cr or plain.path.stat().st_size >= SMALL_FILE_BYTES:
            return None
        layout = find_layout(plain, source.reading, entry.path)
        if (lines := _uniform_lines(plain, layout)) is None:
            return None
        dates = find_date_format(plain, layout, entry.kind, group.date_format)
        used = find_settings_used(con, plain, layout, group)
    except FileRefused:
        return None
    finally:
        for left in scratch.iterdir():
            left.unlink()
    return _Read(entry, group.model_copy(update={"date_format": dates.format}), layout, dates, lines, used)


def _uniform_lines(plain: PlainText, layout: Layout) -> list[str] | None:
    """The lines below the header, if each is one record with as many fields as the header; else None."""
    lines = plain.path.read_text(encoding="utf-8").split("\n")  # universal line ends; a lone one was excluded
    if not lines[-1]:
        lines.pop()
    try:
        records = list(csv.reader(lines, delimiter=layout.delimiter, strict=True))
    except csv.Error:
        return None
    is_uniform = layout.header_line == 1 and len(records) == len(lines) == plain.physical_lines
    return lines[1:] if is_uniform and all(len(fields) == layout.width for fields in records) else None


def _land_alike(con: Connection, files: list[_Read], scratch: Path, id_folding: tuple[str, ...]) -> dict[str, int]:
    """Land files of one way, but those with a doubt; gives the lines of each file landed."""
    kind, group, layout = files[0].entry.kind, files[0].group, files[0].layout
    # Trimming fields that have no blanks changes nothing: one file with blanks has all of them trimmed.
    layout = layout._replace(has_blanks=any(file.layout.has_blanks for file in files))
    with scratch.open("w", encoding="utf-8", newline="") as out:
        for file in files:
            for number, line in enumerate(file.lines, start=2):
                out.write(f"{file.entry.file_id}{layout.delimiter}{number}{layout.delimiter}{line}\n")
    names = ["file_id", "line_number", *(f"c{place}" for place in range(layout.width))]
    select = parsed_select(
        kind, layout, group, read_csv(scratch, names, layout.delimiter, header=False), "file_id, line_number"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE together AS FROM landing.{kind} LIMIT 0")
    try:
        con.execute(f"INSERT INTO together SELECT {select}")
        sure = _without_doubt(con, files)
        with transaction(con):
            fold_ids(con, "together", [file.entry.file_id for file in sure], id_folding)
            con.execute(f"INSERT INTO landing.{kind} SELECT * FROM together ORDER BY file_id, line_number")
            note_settings_used(con, [(file.entry, file.group, file.used) for file in sure])
            list_landed(
                con, [(file.entry, LinesOf("", len(file.lines)), file.layout, file.dates, file.group) for file in sure]
            )
    except duckdb.Error as error:
        if not says_not_uniform(error):
            raise
        # DuckDB takes a line of one file for no record: the halves without it are landed.
        if len(files) < 2 * FEWEST_TOGETHER:
            return {}
        half = len(files) // 2
        return _land_alike(con, files[:half], scratch, id_folding) | _land_alike(con, files[half:], scratch, id_folding)
    finally:
        con.execute("DROP TABLE IF EXISTS together")
    return {file.entry.file_id: len(file.lines) for file in sure}


def _without_doubt(con: Connection, files: list[_Read]) -> list[_Read]:
    """The files whose lines are as many as were written and of which nothing has to be asked; the lines of the others
    are taken out of the table.

    What is asked of a single file (flows/landing/loading.py): whether a line is a header once more, whether most dates
    are unreadable, whether a column is in another unit, whether the diary has several entries a day.
    """
    kind, group, layout = files[0].entry.kind, files[0].group, files[0].layout
    words = ", ".join(quoted(word) for word in sorted(header_words(layout)))
    doubts = [
        f"count(*) FILTER (lower(subject_id) IN ({words})) > 0",
        "count(out_of_range) >= any_value(limits.unit_suspicion_lines)",
        *(
            f"2 * count(*) FILTER (contains(unreadable, '{column.name}')) > count(*)"
            for column in file_columns(kind)
            if column.required and column.type in ("date", "timestamp")
        ),
    ]
    if kind == "diary" and not group.entries_per_day:
        repeated = "count(*) - count(DISTINCT (subject_id, diary_date))"
        doubts.append(f"{repeated} >= any_value(limits.several_entries_days)")
    counted = con.execute(
        f"SELECT file_id, count(*), {' OR '.join(doubts)} FROM together CROSS JOIN meta.check_limits AS limits"
        " GROUP BY file_id"
    ).fetchall()
    lines = {file_id: count for file_id, count, has_doubt in counted if not has_doubt}
    doubtful = {file_id for file_id, _, has_doubt in counted if has_doubt}
    sure = []
    for file in files:
        file_id = file.entry.file_id
        if file_id not in doubtful and lines.get(file_id, 0) == len(file.lines):
            sure.append(file)
        else:
            doubtful.add(file_id)
    con.execute("DELETE FROM together WHERE file_id IN (SELECT unnest($1))", [sorted(doubtful)])
    return sure
