"""land one file: its layout found, its lines typed into landing.<kind>, in one transaction; or refused whole."""

import csv
import tempfile
from collections.abc import Iterable
from pathlib import Path

import duckdb

from flows.base.errors import FileRefused
from flows.base.sql_text import one_row, one_value, quoted
from flows.landing.date_order import DateFormat, find_date_format
from flows.landing.entries import refuse_undeclared_entries
from flows.landing.identities import fold_ids
from flows.landing.other_units import set_other_units_aside
from flows.landing.parsing import parsed_select
from flows.landing.reading import Layout, PlainText, data_records, find_layout, header_words, to_plain_text
from flows.landing.unused_settings import find_settings_used, note_settings_used
from flows.study.dictionary import file_columns
from flows.study.file_format import FileFormat
from flows.warehouse.kept_inputs import KeptFile

Connection = duckdb.DuckDBPyConnection
LONGEST_LINE_BYTES = 1 << 25
LARGE_FILE_BYTES = 1 << 26
# Null means that a line lacks the field; an empty field is an empty text.
NO_FIELD_READS_LIKE_THIS = "no-field-reads-like-this-5e1f0c"


def land_file(
    con: Connection, source: Path, entry: KeptFile, group: FileFormat, id_folding: tuple[str, ...] = ()
) -> int:
    """Land one file in one transaction; gives the number of data lines read.

    Raises FileRefused with nothing landed.
    """
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=source.parent) as folder:
        scratch = Path(folder)
        plain = to_plain_text(source, scratch, group.encoding)
        layout = find_layout(plain, entry.kind, group)
        dates = find_date_format(plain, layout, entry.kind, group.date_format)
        used = find_settings_used(con, plain, layout, group)
        group = group.model_copy(update={"date_format": dates.format})
        con.execute("BEGIN")
        try:
            lines = _land_uniform(con, plain, layout, entry, group)
            if lines is None or _holds_a_header(con, entry, layout):
                con.execute("ROLLBACK")
                con.execute("BEGIN")
                lines = _land_record_by_record(con, plain, layout, entry, group, scratch)
            _refuse_wrong_dates(con, entry, group)
            fold_ids(con, f"landing.{entry.kind}", [entry.file_id], id_folding)
            refuse_undeclared_entries(con, entry, group)
            set_other_units_aside(con, entry)
            note_settings_used(con, [(entry, group, used)])
            list_landed(con, [(entry, lines, layout, dates, group)])
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
    return lines


def list_landed(con: Connection, files: Iterable[tuple[KeptFile, int, Layout, DateFormat, FileFormat]]) -> None:
    """Add files to landing.landed_files: each with its lines, and how it was found to be written."""
    rows = [
        {
            **entry.model_dump(),
            "sha256": entry.content_id,
            "lines_read": lines,
            "encoding": layout.encoding,
            "delimiter": layout.delimiter,
            "extra_columns": ", ".join(layout.extra_columns) or None,
            "date_format": dates.format or "%Y-%m-%d",
            "evidence": f"{layout.evidence}; {dates.evidence}",
            "entries_per_day": group.entries_per_day,
        }
        for entry, lines, layout, dates, group in files
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
    # DuckDB overlooks an empty field too many at the end of a line. One column more than the header has, padded with
    # null where a line does not reach it, shows both: a line too long fills it, a line too short lacks the last one.
    names = [*(f"c{i}" for i in range(layout.width)), "surplus"]
    lines = (
        f"{read_csv(plain.path, names, layout.delimiter, padded=True)}"
        f" WHERE CASE WHEN surplus IS NULL AND c{layout.width - 1} IS NOT NULL THEN true ELSE error('ragged') END"
    )
    try:
        if plain.path.stat().st_size < LARGE_FILE_BYTES:
            rows = one_value(
                con, _insert(entry, layout, group, f"(SELECT row_number() OVER () + 1 AS line_number, * FROM {lines})")
            )
        else:
            # Counting rows as they are read takes one thread; a table knows the place of its rows, read by many.
            con.execute(f"CREATE OR REPLACE TEMP TABLE lines AS FROM {lines}")
            numbered = "(SELECT rowid - (SELECT min(rowid) FROM lines) + 2 AS line_number, * FROM lines)"
            rows = one_value(con, _insert(entry, layout, group, numbered))
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
) -> int:
    """The exact way: records one by one; those with the wrong number of fields become broken lines."""
    broken, lines = [], 0
    clean = scratch / "records.csv"
    # Headers may differ within a file: what is written has the dictionary's columns, those that the file names.
    names = [column.name for column in file_columns(entry.kind)]
    seen = set(layout.positions)
    with clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        for lines, record in enumerate(data_records(plain, layout), start=1):  # noqa: B007 (the last value is the count)
            if record.broken:
                broken.append((record.line_number, record.raw, record.broken))
                continue
            positions = record.layout.positions
            seen |= positions.keys()
            writer.writerow(
                [record.line_number, *(record.fields[positions[n]] if n in positions else "" for n in names)]
            )
    if broken:
        con.executemany(
            "INSERT INTO landing.broken_lines VALUES (?, ?, ?, ?, ?)",
            [(entry.file_id, number, entry.kind, raw, reason) for number, raw, reason in broken],
        )
    if lines > len(broken):
        layout = layout._replace(positions={name: place for place, name in enumerate(names) if name in seen})
        columns = ["line_number", *(f"c{place}" for place in range(len(names)))]
        con.execute(_insert(entry, layout, group, read_csv(clean, columns, ",", header=False)))
    return lines


def read_csv(path: Path, names: list[str], delimiter: str, header: bool = True, padded: bool = False) -> str:
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return (
        f"read_csv({quoted(str(path))}, auto_detect=false, header={str(header).lower()}, delim={quoted(delimiter)},"
        f" quote='\"', escape='\"', columns={{{columns}}}, strict_mode=true,"
        f" max_line_size={LONGEST_LINE_BYTES}, null_padding={str(padded).lower()}, nullstr='{NO_FIELD_READS_LIKE_THIS}')"
    )


def _insert(entry: KeptFile, layout: Layout, group: FileFormat, source: str) -> str:
    select = parsed_select(entry.kind, layout, group, source)
    return f"INSERT INTO landing.{entry.kind} SELECT {quoted(entry.file_id)}, {select}"


def _refuse_wrong_dates(con: Connection, entry: KeptFile, group: FileFormat) -> None:
    """A file most of whose dates cannot be read is refused whole: its date order is not the one declared."""
    for column in file_columns(entry.kind):
        if column.type not in ("date", "timestamp") or not column.required:
            continue
        dates, wrong = one_row(
            con,
            f"SELECT count(*), count(*) FILTER (contains(unreadable, '{column.name}')) FROM landing.{entry.kind}"
            " WHERE file_id = ?",
            [entry.file_id],
        )
        if wrong * 2 > dates:
            expected = group.date_format or "%Y-%m-%d"
            raise FileRefused(
                f"column '{column.name}': {wrong} of {dates} dates are not written as {expected}; set date_format"
                f' for these files in study.toml, e.g. "%d/%m/%Y" (day first) or "%m/%d/%Y" (month first)'
            )
