"""land one file: its layout found, its lines typed into landing.<kind>, in one transaction; or refused whole."""

import csv
import tempfile
from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.errors import FileRefused
from flows.base.sql_text import one_row, one_value, quoted
from flows.landing.date_formats import how_written
from flows.landing.date_order import DateFormat, find_date_format, written_dates
from flows.landing.entries import refuse_undeclared_entries
from flows.landing.identities import fold_ids
from flows.landing.layout import Layout, find_layout, header_words
from flows.landing.other_units import set_other_units_aside
from flows.landing.parsing import parsed_select
from flows.landing.plain_text import PlainText, has_delimiters, to_plain_text
from flows.landing.reading import data_records
from flows.landing.records import read_csv
from flows.landing.unused_settings import find_settings_used, note_settings_used
from flows.study.dictionary import file_columns
from flows.study.file_format import FileFormat, Reading
from flows.warehouse.kept_inputs import KeptFile

Connection = duckdb.DuckDBPyConnection
LARGE_FILE_BYTES = 1 << 26
DATES_LOOKED_AT = 1000


class Source(NamedTuple):
    """A kept file to be landed, or a part of it: its bytes, its entry in the store, and how it is read."""

    place: Path
    kept: KeptFile
    reading: Reading
    id_folding: tuple[str, ...] = ()

    @property
    def entry(self) -> KeptFile:
        """The entry under which its lines land: file_id and kind are those of the part."""
        file_id = part_id(self.kept.file_id, self.reading.part)
        return self.kept.model_copy(update={"file_id": file_id, "kind": self.reading.kind})


class LinesOf(NamedTuple):
    """What one part of a file came to: its lines, and those of them that are no rows of this kind."""

    part: str
    lines: int
    elsewhere: int = 0
    unclaimed: int = 0
    first_unclaimed: int | None = None


def part_id(file_id: str, part: str) -> str:
    """The name of a part of a file: that of the file where it is not read in parts."""
    return f"{file_id}.{part}" if part else file_id


def land_file(con: Connection, source: Source) -> int:
    """Land one file, or one part of it, in one transaction; gives the number of data lines that are its rows.

    Raises FileRefused with nothing landed.
    """
    entry, group = source.entry, source.reading.group
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=source.place.parent) as folder:
        scratch = Path(folder)
        plain = to_plain_text(source.place, scratch, group.encoding, group.sheet)
        layout = find_layout(plain, source.reading, entry.path)
        dates = find_date_format(plain, layout, entry.kind, group.date_format)
        used = find_settings_used(con, plain, layout, group)
        group = group.model_copy(update={"date_format": dates.format})
        con.execute("BEGIN")
        try:
            lines = None if layout.description else _land_uniform(con, plain, layout, entry, group)
            if lines is None or _holds_a_header(con, entry, layout):
                con.execute("ROLLBACK")
                con.execute("BEGIN")
                found = _land_record_by_record(con, plain, layout, entry, group, scratch)
            else:
                found = [LinesOf("", lines)]
            entries = [entry.model_copy(update={"file_id": part_id(entry.file_id, of.part)}) for of in found]
            _refuse_wrong_dates(con, entries, group, plain, layout)
            fold_ids(con, f"landing.{entry.kind}", [part.file_id for part in entries], source.id_folding)
            for part in entries:
                refuse_undeclared_entries(con, part, group)
            set_other_units_aside(con, entries)
            note_settings_used(con, [(entry, group, used)])
            list_landed(con, [(part, of, layout, dates, group) for part, of in zip(entries, found, strict=True)])
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
    return sum(of.lines - of.elsewhere for of in found)


def list_landed(con: Connection, files: Iterable[tuple[KeptFile, LinesOf, Layout, DateFormat, FileFormat]]) -> None:
    """Add files to landing.landed_files: each with its lines, and how it was found to be written."""
    rows = [
        {
            **entry.model_dump(),
            "sha256": entry.content_id,
            "part": entry.file_id.partition(".")[2] or None,
            "lines_read": of.lines,
            "lines_elsewhere": of.elsewhere,
            "lines_unclaimed": of.unclaimed,
            "first_unclaimed": of.first_unclaimed,
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "extra_columns": ", ".join(layout.extra_columns) or None,
            "date_format": dates.format or "%Y-%m-%d",
            "evidence": f"{layout.evidence}; {dates.evidence}",
            "entries_per_day": group.entries_per_day,
        }
        for entry, of, layout, dates, group in files
    ]
    if rows:
        names = list(rows[0])
        con.execute(
            f"INSERT INTO landing.landed_files ({', '.join(names)}) SELECT {', '.join(f'unnest(${n})' for n in names)}",
            {name: [row[name] for row in rows] for name in names},
        )


def _land_uniform(con: Connection, plain: PlainText, layout: Layout, entry: KeptFile, group: FileFormat) -> int | None:
    """The fast way: DuckDB reads the file, which counts only if every physical line is exactly one record."""
    if plain.has_lone_cr or layout.header_line != 1:
        return None
    # DuckDB overlooks an empty field too many at the end of a line, and refuses a line that is shorter: with as many
    # delimiters in all as the lines need, none is longer either. They can be counted where no quotation mark hides any.
    names = [f"c{i}" for i in range(layout.width)]
    if layout.width > 1 and has_delimiters(plain, layout.delimiter, (layout.width - 1) * plain.physical_lines):
        lines = read_csv(plain.path, names, layout.delimiter)
    else:
        # One column more than the header has, padded with null where a line does not reach it: a line too long fills it,
        # a line too short lacks the last one.
        lines = (
            f"{read_csv(plain.path, [*names, 'surplus'], layout.delimiter, padded=True)}"
            f" WHERE CASE WHEN surplus IS NULL AND c{layout.width - 1} IS NOT NULL THEN true ELSE error('ragged') END"
        )
    try:
        if plain.path.stat().st_size < LARGE_FILE_BYTES:
            rows = one_value(
                con, _insert(entry, layout, group, f"(SELECT row_number() OVER () + 1 AS line_number, * FROM {lines})")
            )
        else:
            # Counting rows as they are read takes one thread; a table knows the place of its rows, read by many.
            typed = parsed_select(entry.kind, layout, group, f"(SELECT 0 AS line_number, * FROM {lines})")
            con.execute(f"CREATE OR REPLACE TEMP TABLE lines AS SELECT {typed}")
            rows = one_value(
                con,
                f"INSERT INTO landing.{entry.kind} SELECT {quoted(entry.file_id)},"
                " rowid - (SELECT min(rowid) FROM lines) + 2, * EXCLUDE (line_number) FROM lines",
            )
            con.execute("DROP TABLE lines")
    except duckdb.Error as error:
        if not says_not_uniform(error):
            raise
        return None  # the exact way finds out where
    return rows if rows == plain.physical_lines - 1 else None


def says_not_uniform(error: duckdb.Error) -> bool:
    """Whether the error is about what the file holds; a lack of memory or a disk that fails is not."""
    if isinstance(error, duckdb.InvalidInputException | duckdb.DataError):  # a wrong line, or a value out of its type
        return True
    # A line break inside quotes has no class of its own, and neither has a damaged block of the warehouse.
    return type(error) is duckdb.Error and str(error).startswith("CSV Error")


def _holds_a_header(con: Connection, entry: KeptFile, layout: Layout) -> bool:
    """Whether a line below the header may be one as well: it has a column's name for a subject."""
    wrong = [c.name for c in file_columns(entry.kind) if c.required and c.type in ("date", "timestamp")]
    # No name is a date: where dates are required, only lines without one have to be looked at.
    looked_at = "".join(f" AND contains(unreadable, '{name}')" for name in wrong)
    words = ", ".join(quoted(word) for word in sorted(header_words(layout)))
    found = f"SELECT count(*) FROM landing.{entry.kind} WHERE file_id = ?{looked_at} AND lower(subject_id) IN ({words})"
    return one_value(con, found, [entry.file_id]) > 0


def _land_record_by_record(
    con: Connection, plain: PlainText, layout: Layout, entry: KeptFile, group: FileFormat, scratch: Path
) -> list[LinesOf]:
    """The exact way: records one by one; those with the wrong number of fields become broken lines."""
    broken = []
    found = {part: LinesOf(part, 0) for part in layout.parts}
    clean = scratch / "records.csv"
    # Headers may differ within a file: what is written has the dictionary's columns, those that the file names.
    names = [column.name for column in file_columns(entry.kind)]
    seen = set(layout.described.positions)
    has_rows = False
    with clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for record in data_records(plain, layout):
            of = found.get(record.part, LinesOf(record.part, 0))
            found[record.part] = of = of._replace(lines=of.lines + 1)
            if record.elsewhere:
                of = of._replace(elsewhere=of.elsewhere + 1)
                if not record.elsewhere.is_claimed:
                    first = of.first_unclaimed or record.line_number
                    of = of._replace(unclaimed=of.unclaimed + 1, first_unclaimed=first)
                found[record.part] = of
                continue
            file_id = part_id(entry.file_id, record.part)
            if record.broken:
                broken.append((file_id, record.line_number, entry.kind, record.raw, record.broken))
                continue
            positions = record.layout.positions
            seen |= positions.keys()
            has_rows = True
            fields = [record.fields[positions[n]] if n in positions else "" for n in names]
            writer.writerow([file_id, record.line_number, *fields])
    if broken:
        con.executemany("INSERT INTO landing.broken_lines VALUES (?, ?, ?, ?, ?)", broken)
    if has_rows:
        layout = layout._replace(positions={name: place for place, name in enumerate(names) if name in seen})
        columns = ["file_id", "line_number", *(f"c{place}" for place in range(len(names)))]
        written = read_csv(clean, columns, ",", header=False)
        select = parsed_select(entry.kind, layout, group, written, "file_id, line_number")
        con.execute(f"INSERT INTO landing.{entry.kind} SELECT {select}")
    return list(found.values())


def _insert(entry: KeptFile, layout: Layout, group: FileFormat, source: str) -> str:
    select = parsed_select(entry.kind, layout, group, source)
    return f"INSERT INTO landing.{entry.kind} SELECT {quoted(entry.file_id)}, {select}"


def _refuse_wrong_dates(
    con: Connection, entries: list[KeptFile], group: FileFormat, plain: PlainText, layout: Layout
) -> None:
    """A file most of whose dates cannot be read is refused whole: its date order is not the one declared."""
    for column in file_columns(entries[0].kind):
        if column.type not in ("date", "timestamp") or not column.required:
            continue
        dates, wrong = one_row(
            con,
            f"SELECT count(*), count(*) FILTER (contains(unreadable, '{column.name}')) FROM landing.{entries[0].kind}"
            " WHERE file_id IN (SELECT unnest($1))",
            [[entry.file_id for entry in entries]],
        )
        if wrong * 2 > dates:
            texts = [text for _, _, text in islice(written_dates(plain, layout, [column.name]), DATES_LOOKED_AT)]
            raise FileRefused(
                f"column '{column.name}': {wrong} of {dates} dates are not written as {group.date_format or '%Y-%m-%d'}"
                f"{how_written(texts)} for these files in study.toml"
            )
