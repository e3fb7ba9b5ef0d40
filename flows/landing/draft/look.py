"""What stands in a file: its header, its cells as texts, and how it is written. A sheet of a workbook is a file of its own."""

import re
from collections.abc import Sequence
from contextlib import suppress
from itertools import islice, pairwise
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.landing.date_formats import formats_of
from flows.landing.draft.names import is_known
from flows.landing.draft.sheets import shown_sheets
from flows.landing.layout import DELIMITERS, LATEST_HEADER
from flows.landing.plain_text import PlainText, to_plain_text
from flows.landing.records import fields_of, records

MOST_ROWS = 20_000  # enough to know a file by; the trial reads all of it
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)", re.ASCII)


class Look(NamedTuple):
    """A table in a file: what its header says, and its rows as they stand there."""

    path: str  # below inbox/
    sheet: str | None
    header: tuple[str, ...]
    rows: list[list[str]]
    header_line: int
    delimiter: str
    encoding: str
    is_sure: bool  # whether the first line is a header: only then may its names be shown

    def cells(self, place: int) -> list[str]:
        """What stands in a column, empty cells left out."""
        return [text for row in self.rows if (text := row[place].strip())]

    def place(self, name: str) -> int:
        """The place of a column."""
        return self.header.index(name)

    def part(self, places: Sequence[int], rows: list[list[str]]) -> "Look":
        """Some columns of some rows."""
        header = tuple(self.header[place] for place in places)
        return self._replace(header=header, rows=[[row[place] for place in places] for row in rows])


def is_number(text: str) -> bool:
    """Digits, with a decimal mark or without."""
    return bool(NUMBER.fullmatch(text))


def look_at(path: str, source: Path, scratch: Path, sheet: str | None = None) -> Look:
    """Look at a CSV file, packed or not, a sheet of a workbook or a file of a statistics program.

    Raises FileRefused where it is none, or no line of it is like a header.
    """
    plain = to_plain_text(source, scratch, None, sheet)
    try:
        return _look(path, plain, sheet)
    finally:
        for left in scratch.iterdir():
            left.unlink()


def _look(path: str, plain: PlainText, sheet: str | None) -> Look:
    with plain.path.open(encoding="utf-8", newline=None) as text:
        head = [(number, raw.lstrip("\ufeff")) for number, raw in islice(records(text), LATEST_HEADER)]
    header_line, delimiter, known = _header_of(head)
    with plain.path.open(encoding="utf-8", newline=None) as text:
        below = records(islice(text, header_line - 1, None))
        header = [name.strip().lstrip("\ufeff") for name in fields_of(next(below)[1], delimiter) or []]
        rows = []
        for _, raw in islice(below, MOST_ROWS):
            fields = fields_of(raw, delimiter)
            if fields and len(fields) == len(header) and any(field.strip() for field in fields):
                rows.append(fields)
    plain_names = not any(is_number(name) for name in header)
    return Look(
        path,
        sheet,
        tuple(header),
        rows,
        header_line,
        delimiter,
        plain.encoding,
        known > 1 or (known > 0 and plain_names),
    )


def _header_of(head: list[tuple[int, str]]) -> tuple[int, str, int]:
    """(line, delimiter, known names) of the line with most known names; of two with as many the upper one."""
    best = (0, 0, 0, ",")  # known names, fields, -line, delimiter
    for number, raw in head:
        for delimiter in DELIMITERS:
            fields = [field.strip() for field in fields_of(raw, delimiter) or []]
            if len(fields) > 1:
                known = sum(is_known(field) for field in fields if field)
                best = max(best, (known, len(fields) if known else 0, -number, delimiter))
    known, _, line, delimiter = best
    if known:
        return -line, delimiter, known
    for (number, raw), (_, below) in pairwise(head):
        for delimiter in DELIMITERS:
            fields, others = fields_of(raw, delimiter) or [], fields_of(below, delimiter) or []
            if len(fields) > 1 and len(fields) == len(others) and not any(map(_is_value, fields)):
                return number, delimiter, 0
    raise FileRefused("none of its first lines is like a header with names of columns")


def _is_value(text: str) -> bool:
    return not text.strip() or is_number(text.strip()) or bool(formats_of(text.strip()))


def tables_in(path: str, source: Path, scratch: Path) -> list[Look]:
    """The tables of a file: the sheets of a workbook that have one, or the file itself.

    Raises FileRefused where there is none.
    """
    sheets = shown_sheets(source)
    if len(sheets) < 2:
        return [look_at(path, source, scratch)]
    found = []
    for sheet in sheets:
        with suppress(FileRefused):  # a sheet of notes, or an empty one
            found.append(look_at(path, source, scratch, sheet))
    if not found:
        raise FileRefused(f"is a workbook of {len(sheets)} sheets, none of which has a header")
    return found
