"""land: every line of every inbox file into landing.<kind>, typed, with its file and line number; nothing twice."""

import csv
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.dictionary import FILE_KINDS, SQL_TYPES, file_columns
from flows.errors import ConfigurationError, FileRefused
from flows.inputs import KeptFile, KeptInputs
from flows.parsing import parsed_select, quoted
from flows.query import one_row, one_value
from flows.reading import Layout, PlainText, fields_of, find_layout, records, sha256_of, to_plain_text
from flows.study import FileFormat, Study

Connection = duckdb.DuckDBPyConnection
# Null means that a line lacks the field; an empty field is an empty text.
NO_FIELD_READS_LIKE_THIS = "no-field-reads-like-this-5e1f0c"


class Landing(NamedTuple):
    """What one landing step did."""

    files_seen: int
    files_landed: int
    lines_landed: int
    files_refused: int


def create_landing_tables(con: Connection) -> None:
    """Empty landing tables for each kind of file, plus the list of files and the lines that are no records."""
    con.execute("CREATE SCHEMA IF NOT EXISTS landing")
    for kind in FILE_KINDS:
        columns = ", ".join(f"{c.name} {SQL_TYPES[c.type]}" for c in file_columns(kind))
        con.execute(
            f"CREATE TABLE IF NOT EXISTS landing.{kind}"
            f" (file_id VARCHAR, line_number INTEGER, {columns}, unreadable VARCHAR)"
        )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.landed_files (
            file_id VARCHAR, path VARCHAR, sha256 VARCHAR, kind VARCHAR, lines_read BIGINT, landed_at TIMESTAMP,
            sequence INTEGER, encoding VARCHAR, delimiter VARCHAR, extra_columns VARCHAR)"""
    )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.broken_lines (
            file_id VARCHAR, line_number INTEGER, kind VARCHAR, raw VARCHAR, reason VARCHAR)"""
    )


def land(con: Connection, study: Study, kept: KeptInputs) -> Landing:
    """Land the inbox files that were never landed before; a file that cannot be read is refused by name and reason.

    Files go in the order of their paths. Kept files missing from the warehouse are landed again first.
    Refused and ignored files are listed in landing.refused_files.
    Raises ConfigurationError where the inbox has no diary or no injections file at all.
    """
    create_landing_tables(con)
    con.execute(
        "CREATE OR REPLACE TABLE landing.refused_files (path VARCHAR, sha256 VARCHAR, kind VARCHAR, status VARCHAR,"
        " reason VARCHAR)"
    )
    present = {row[0] for row in con.execute("SELECT file_id FROM landing.landed_files").fetchall()}
    for entry in kept.files:
        if entry.file_id not in present:
            _, group = study.kind_of(entry.path) or (entry.kind, FileFormat())
            try:
                land_file(con, kept.location(entry), entry, group)
            except FileRefused as refusal:  # landed before, under other settings
                _refuse(con, entry.path, entry.sha256, entry.kind, "refused", str(refusal))
    seen = landed = lines = refused = 0
    kinds = {entry.kind for entry in kept.files}
    for source in sorted(path for path in study.inbox.rglob("*") if not path.name.startswith(".")):
        if source.is_dir() and not source.is_symlink():
            continue
        seen += 1
        # A name that is not UTF-8 is shown with its odd bytes spelled out.
        path = source.relative_to(study.inbox).as_posix().encode("utf-8", "backslashreplace").decode()
        if not source.is_file():
            _refuse(
                con, path, "", None, "ignored", "is not a file: a link that leads nowhere or to a folder, or a pipe"
            )
            continue
        sha256 = sha256_of(source)
        known = kept.holds(sha256)
        matched = study.kind_of(path)
        if known and known.path != path:
            _refuse(con, path, sha256, known.kind, "ignored", f"has the same content as {known.path}, landed before")
        elif not matched:
            _refuse(con, path, sha256, None, "ignored", "matches no file pattern; see [files] in study.toml")
        elif not known:
            kind, group = matched
            kinds.add(kind)
            entry = kept.entry(sha256, path, kind)
            try:
                lines += land_file(con, source, entry, group)
                kept.keep(source, entry)
                landed += 1
            except FileRefused as refusal:
                _refuse(con, path, sha256, kind, "refused", str(refusal))
                refused += 1
    for kind in ("diary", "injections"):
        if kind not in kinds:
            raise ConfigurationError(f"{study.inbox}: has no {kind} file; a run needs at least one ({kind}*.csv).")
    return Landing(seen, landed, lines, refused)


def _refuse(con: Connection, path: str, sha256: str, kind: str | None, status: str, reason: str) -> None:
    con.execute("INSERT INTO landing.refused_files VALUES (?, ?, ?, ?, ?)", [path, sha256, kind, status, reason])


def land_file(con: Connection, source: Path, entry: KeptFile, group: FileFormat) -> int:
    """Land one file in one transaction; gives the number of data lines read.

    Raises FileRefused with nothing landed.
    """
    with tempfile.TemporaryDirectory(prefix="landing-") as folder:
        scratch = Path(folder)
        plain = to_plain_text(source, scratch, group.encoding)
        layout = find_layout(plain, entry.kind, group)
        con.execute("BEGIN")
        try:
            lines = _land_uniform(con, plain, layout, entry, group)
            if lines is None:
                con.execute("ROLLBACK")
                con.execute("BEGIN")
                lines = _land_record_by_record(con, plain, layout, entry, group, scratch)
            _refuse_wrong_dates(con, entry, group)
            con.execute(
                "INSERT INTO landing.landed_files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    entry.file_id,
                    entry.path,
                    entry.sha256,
                    entry.kind,
                    lines,
                    entry.landed_at,
                    entry.sequence,
                    layout.encoding,
                    layout.delimiter,
                    ", ".join(layout.extra_columns) or None,
                ],
            )
            con.execute("COMMIT")
        except BaseException:
            con.execute("ROLLBACK")
            raise
    return lines


def _land_uniform(con: Connection, plain: PlainText, layout: Layout, entry: KeptFile, group: FileFormat) -> int | None:
    """The fast way: DuckDB reads the file, which counts only if every physical line is exactly one record."""
    if plain.has_lone_cr or layout.header_line != 1:
        return None
    # DuckDB overlooks an empty field too many at the end of a line. One column more than the header has, padded with
    # null where a line does not reach it, shows both: a line too long fills it, a line too short lacks the last one.
    names = [*(f"c{i}" for i in range(layout.width)), "surplus"]
    reader = _read_csv(plain.path, names, layout.delimiter, padded=True)
    source = (
        f"(SELECT row_number() OVER () + 1 AS line_number, * FROM {reader}"
        f" WHERE CASE WHEN surplus IS NULL AND c{layout.width - 1} IS NOT NULL THEN true ELSE error('ragged') END)"
    )
    try:
        con.execute(_insert(entry, layout, group, source))
    except duckdb.Error:  # not uniform after all: the exact way finds out where
        return None
    rows = one_value(con, f"SELECT count(*) FROM landing.{entry.kind} WHERE file_id = ?", [entry.file_id])
    return rows if rows == plain.physical_lines - 1 else None


def _land_record_by_record(
    con: Connection, plain: PlainText, layout: Layout, entry: KeptFile, group: FileFormat, scratch: Path
) -> int:
    """The exact way: records one by one; those with the wrong number of fields become broken lines."""
    broken, lines = [], 0
    clean = scratch / "records.csv"

    def fits(raw: str) -> bool:
        return len(fields_of(raw, layout.delimiter) or ()) == layout.width

    with plain.path.open(encoding="utf-8", newline=None) as text, clean.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
        stream = records(text, fits)
        next(stream, None)  # the header
        for lines, (line_number, raw) in enumerate(stream, start=1):  # noqa: B007 (the last value is the count)
            fields = fields_of(raw, layout.delimiter)
            if fields is None:
                broken.append((line_number, raw, "a quotation mark is opened and never closed"))
            elif len(fields) != layout.width:
                broken.append((line_number, raw, f"has {len(fields)} fields, the header has {layout.width}"))
            else:
                writer.writerow([line_number, *fields])
    if broken:
        con.executemany(
            "INSERT INTO landing.broken_lines VALUES (?, ?, ?, ?, ?)",
            [(entry.file_id, number, entry.kind, raw, reason) for number, raw, reason in broken],
        )
    if lines > len(broken):
        names = ["line_number", *(f"c{i}" for i in range(layout.width))]
        con.execute(_insert(entry, layout, group, _read_csv(clean, names, ",", header=False)))
    return lines


def _read_csv(path: Path, names: list[str], delimiter: str, header: bool = True, padded: bool = False) -> str:
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return (
        f"read_csv({quoted(str(path))}, auto_detect=false, header={str(header).lower()}, delim={quoted(delimiter)},"
        f" quote='\"', escape='\"', columns={{{columns}}}, strict_mode=true,"
        f" null_padding={str(padded).lower()}, nullstr='{NO_FIELD_READS_LIKE_THIS}')"
    )


def _insert(entry: KeptFile, layout: Layout, group: FileFormat, source: str) -> str:
    select = parsed_select(entry.kind, layout, group, source)
    return f"INSERT INTO landing.{entry.kind} SELECT {quoted(entry.file_id)}, {select}"


def _refuse_wrong_dates(con: Connection, entry: KeptFile, group: FileFormat) -> None:
    """A file most of whose dates cannot be read is refused whole: its date order is not the one declared."""
    for column in file_columns(entry.kind):
        if column.type != "date" or not column.required:
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
