"""The raw text of every line and cell that was set aside, as it stands in the kept file."""

import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path

import duckdb

from flows.base.sql_text import one_value
from flows.landing.parsing import BLANKS
from flows.landing.reading import Layout, data_records, fields_of, find_layout, to_plain_text
from flows.study.file_format import FileFormat
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection


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
        of_lines, of_cells = lines.get(entry.file_id, {}), cells.get(entry.file_id, {})
        if of_lines or of_cells:
            _, group = study.kind_of(entry.path) or (entry.kind, FileFormat())
            lines_read = one_value(
                con, "SELECT lines_read FROM landing.landed_files WHERE file_id = $1", [entry.file_id]
            )
            text: dict[str, list[object]] = {"lines": [], "raw": [], "cell_lines": [], "names": [], "cells": []}
            broken = one_value(con, "SELECT count(*) FROM landing.broken_lines WHERE file_id = $1", [entry.file_id])
            wanted = of_lines.keys() | of_cells.keys()
            for number, raw, layout in _lines(kept, entry, group, wanted, lines_read, is_whole=not broken):
                if number in of_lines:
                    text["lines"].append(number)
                    text["raw"].append(raw)
                fields = fields_of(raw, layout.delimiter) or []
                for name in of_cells.get(number, ()):
                    text["cell_lines"].append(number)
                    text["names"].append(name)
                    text["cells"].append(fields[layout.positions[name]].strip(BLANKS))
            con.execute(
                "INSERT INTO landing.quarantined_text"
                " SELECT $1, unnest(CAST($2 AS INTEGER[])), unnest(CAST($3 AS VARCHAR[]))",
                [entry.file_id, text["lines"], text["raw"]],
            )
            con.execute(
                "INSERT INTO landing.cell_text SELECT $1, unnest(CAST($2 AS INTEGER[])),"
                " unnest(CAST($3 AS VARCHAR[])), unnest(CAST($4 AS VARCHAR[]))",
                [entry.file_id, text["cell_lines"], text["names"], text["cells"]],
            )


def _wanted(con: Connection, query: str) -> dict[str, dict[int, list[str]]]:
    """By file and line the columns whose cells are wanted (a null stands for the whole line)."""
    wanted: dict[str, dict[int, list[str]]] = {}
    for file_id, line_number, column in con.execute(query).fetchall():
        wanted.setdefault(file_id, {}).setdefault(line_number, []).append(column)
    return wanted


def _lines(
    kept: KeptInputs, entry: KeptFile, group: FileFormat, wanted: Collection[int], lines_read: int, is_whole: bool
) -> Iterator[tuple[int, str, Layout]]:
    with tempfile.TemporaryDirectory(prefix="scratch-", dir=kept.folder) as folder:
        plain = to_plain_text(kept.sound(entry), Path(folder), group.encoding)
        layout = find_layout(plain, entry.kind, group)
        # As many records as lines, and each record has at least one line: each has exactly one. A file without a
        # broken line has one header.
        if is_whole and lines_read + 1 == plain.physical_lines and layout.header_line == 1 and not plain.has_lone_cr:
            with plain.path.open(encoding="utf-8", newline=None) as text:
                yield from ((n, line.rstrip("\n"), layout) for n, line in enumerate(text, start=1) if n in wanted)
        else:
            found = data_records(plain, layout)
            yield from ((r.line_number, r.raw, r.layout) for r in found if r.line_number in wanted)
