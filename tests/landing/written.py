"""Rows written as files: cells as a program would write them, CSV text, workbooks and packed files."""

import csv
import gzip
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from tests.landing.canonical import Row

Cell = Callable[[Any], Any]  # our value -> theirs
Cells = list[list[Any]]


def plain(value: Any) -> str:
    """A cell as the product's own files hold it."""
    match value:
        case None:
            return ""
        case bool():
            return str(int(value))
        case datetime():
            return value.strftime("%Y-%m-%d %H:%M")
        case date():
            return value.isoformat()
        case float():
            return f"{value:g}"
        case list():
            return ";".join(value)
        case _:
            return str(value)


def unless_empty(form: Cell) -> Cell:
    """The same form, and an empty cell for what is not known."""
    return lambda value: "" if value is None else form(value)


def table(
    rows: Iterable[Row],
    names: Mapping[str, str] | Sequence[str],
    forms: Mapping[str, Cell] | None = None,
    default: Cell = plain,
) -> Cells:
    """Header and cells. ``names``: our columns, or ours -> theirs; ``forms``: how a column is written."""
    theirs = names if isinstance(names, Mapping) else {name: name for name in names}
    forms = forms or {}
    lines = [[forms.get(name, default)(row[name]) for name in theirs] for row in rows]
    return [list(theirs.values()), *lines]


def csv_text(cells: Cells, delimiter: str = ",") -> str:
    """CSV with quotation marks where they are needed."""
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator="\n").writerows(cells)
    return out.getvalue()


def put(path: Path, content: str | bytes, encoding: str = "utf-8") -> None:
    """Write a file, and the folders it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else content.encode(encoding))


def gzipped(text: str) -> bytes:
    """The same bytes every time."""
    return gzip.compress(text.encode(), mtime=0)


def zipped(name: str, text: str) -> bytes:
    """A zip of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(name, text)
    return out.getvalue()


def workbook(sheets: Mapping[str, Cells]) -> bytes:
    """An .xlsx file with these sheets; an empty text is an empty cell."""
    from openpyxl import Workbook

    book = Workbook()
    del book["Sheet"]
    for title, cells in sheets.items():
        sheet = book.create_sheet(title)
        for line in cells:
            sheet.append([None if cell == "" else cell for cell in line])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
