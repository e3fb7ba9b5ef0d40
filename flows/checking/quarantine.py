"""The raw text of every line and cell that was set aside, as it stands in the kept file."""

import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from flows.base.sql_text import one_value
from flows.landing.layout import Layout, find_layout
from flows.landing.loading import part_id
from flows.landing.parsing import BLANKS
from flows.landing.plain_text import to_plain_text
from flows.landing.reading import data_records
from flows.landing.records import fields_of
from flows.landing.sources import readings_of
from flows.study.file_format import Reading
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection
Wanted = dict[str, dict[int, list[str]]]  # file -> line -> columns


def quote_quarantined(con: Connection, study: Study, kept: KeptInputs) -> None:
    """Add the text of each line and each cell that is set aside and was not quoted by an earlier run.

    The typed columns do not hold it: a file is read again, once, for the lines of it that turn out to be wrong.
    """
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.quarantined_text (file_id VARCHAR, line_number INTEGER, raw VARCHAR);
        CREATE TABLE IF NOT EXISTS landing.cell_text (
            file_id VARCHAR, line_number INTEGER, column_name VARCHAR, raw VARCHAR)"""
    )
    lines = _wanted(
        con,
        "SELECT file_id, line_number, NULL FROM landing.set_aside WHERE outcome = 'quarantined'"
        " EXCEPT SELECT file_id, line_number, NULL FROM landing.quarantined_text",
    )
    cells = _wanted(
        con,
        "SELECT file_id, line_number, column_name FROM landing.cells_aside"
        " EXCEPT SELECT file_id, line_number, column_name FROM landing.cell_text",
    )
    for entry in kept.files:
        parts = {id for id in lines.keys() | cells.keys() if id.partition(".")[0] == entry.file_id}
        for reading in readings_of(study, entry):
            start = part_id(entry.file_id, reading.part)
            of_reading = {id for id in parts if id == start or (reading.group.wide and id.startswith(f"{start}."))}
            if of_reading:
                _quote(con, kept, entry, reading, {id: lines.get(id, {}) for id in of_reading}, cells)


def _quote(
    con: Connection, kept: KeptInputs, entry: KeptFile, reading: Reading, lines: Wanted, all_cells: Wanted
) -> None:
    """Quote the wanted lines and cells of one reading of a file."""
    cells = {id: all_cells.get(id, {}) for id in lines}
    numbers = {number for wanted in (lines, cells) for of_part in wanted.values() for number in of_part}
    text: dict[str, list[object]] = {"of_line": [], "lines": [], "raw": [], "of_cell": []}
    text |= {"cell_lines": [], "names": [], "cells": []}
    is_whole = len(lines) == 1 and _is_whole(con, next(iter(lines)))
    for part, number, raw, fields, layout in _lines(con, kept, entry, reading, numbers, is_whole):
        id = part_id(part_id(entry.file_id, reading.part), part)
        if number in lines.get(id, ()):
            text["of_line"].append(id)
            text["lines"].append(number)
            text["raw"].append(raw)
        for name in cells.get(id, {}).get(number, ()):
            text["of_cell"].append(id)
            text["cell_lines"].append(number)
            text["names"].append(name)
            text["cells"].append(fields[layout.positions[name]].strip(BLANKS))
    con.execute(
        "INSERT INTO landing.quarantined_text SELECT unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS INTEGER[])),"
        " unnest(CAST($3 AS VARCHAR[]))",
        [text["of_line"], text["lines"], text["raw"]],
    )
    con.execute(
        "INSERT INTO landing.cell_text SELECT unnest(CAST($1 AS VARCHAR[])), unnest(CAST($2 AS INTEGER[])),"
        " unnest(CAST($3 AS VARCHAR[])), unnest(CAST($4 AS VARCHAR[]))",
        [text["of_cell"], text["cell_lines"], text["names"], text["cells"]],
    )


def _is_whole(con: Connection, file_id: str) -> bool:
    """Whether no line of the file is broken."""
    return one_value(con, "SELECT count(*) FROM landing.broken_lines WHERE file_id = $1", [file_id]) == 0


def _wanted(con: Connection, query: str) -> Wanted:
    """By file and line the columns whose cells are wanted (a null stands for the whole line)."""
    wanted: Wanted = {}
    for file_id, line_number, column in con.execute(query).fetchall():
        wanted.setdefault(file_id, {}).setdefault(line_number, []).append(column)
    return wanted


def _lines(
    con: Connection, kept: KeptInputs, entry: KeptFile, reading: Reading, wanted: Collection[int], is_whole: bool
) -> Iterator[tuple[str, int, str, list[str], Layout]]:
    """Part, number, text and fields of the wanted lines, and the layout of the fields."""
    lines_read = one_value(
        con, "SELECT any_value(lines_read) FROM landing.landed_files WHERE file_id = $1", [entry.file_id]
    )
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=kept.folder) as folder:
        plain = to_plain_text(kept.sound(entry), Path(folder), reading.group.encoding, reading.group.sheet)
        layout = find_layout(plain, reading, entry.path)
        # As many records as lines, and each record has at least one line: each has exactly one. A file without a
        # broken line has one header.
        is_plain = layout.description is None and layout.header_line == 1 and not plain.has_lone_cr
        if is_whole and is_plain and lines_read is not None and lines_read + 1 == plain.physical_lines:
            with plain.path.open(encoding="utf-8", newline=None) as text:
                for number, line in enumerate(text, start=1):
                    if number in wanted:
                        raw = line.rstrip("\n")
                        yield "", number, raw, fields_of(raw, layout.delimiter) or [], layout
        else:
            for record in data_records(plain, layout):
                if record.line_number in wanted and not record.elsewhere:
                    yield record.part, record.line_number, record.raw, record.fields, record.layout
