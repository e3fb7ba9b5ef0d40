"""The tables that a report of the field holds: sql/publication/*.sql, each a query on a snapshot with title and note in its header.

Each query gives section, label, arm and cell (text), one row per cell, in the order in which they are read. Numbers come
from summary.* and are only formatted, by the macros of sql/macros/publication_cells.sql.
"""

import re
from functools import cache
from typing import NamedTuple

import duckdb

from flows.base.resources import resource


class PublicationTable(NamedTuple):
    """One table: its file name, title, query and footnote; ``methods`` names the row of summary.methods that explains an
    empty one."""

    name: str
    title: str
    query: str
    note: str
    methods: str | None


@cache
def load_publication_tables() -> tuple[PublicationTable, ...]:
    """The tables in the order of their numbers."""
    return tuple(
        _table(path.stem, path.read_text(encoding="utf-8"))
        for path in sorted(resource("sql/publication").glob("*.sql"))
    )


def _table(name: str, text: str) -> PublicationTable:
    """``-- Word:    text`` in the header; a line without a word goes on with the text of the one before."""
    header = text[: text.index("\nSELECT")]
    words = {
        word: " ".join(line.removeprefix("--").strip() for line in lines.splitlines())
        for word, lines in re.findall(r"^-- (\w+): +(.*(?:\n--  .*)*)", header, flags=re.MULTILINE)
    }
    return PublicationTable(name, words["Title"], text, words["Note"], words.get("Methods"))


def create_cell_macros(con: duckdb.DuckDBPyConnection) -> None:
    """The formats of cells, as macros of the connection."""
    con.execute(resource("sql/macros/publication_cells.sql").read_text(encoding="utf-8"))
