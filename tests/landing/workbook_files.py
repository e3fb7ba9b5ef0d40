"""Workbooks for tests: written by openpyxl, and changed by hand where it cannot write what Excel does."""

import re
import zipfile
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from flows.base.errors import FileRefused
from flows.landing.workbooks import sheet_as_csv

SHEET, WORKBOOK, STRINGS = "xl/worksheets/sheet1.xml", "xl/workbook.xml", "xl/sharedStrings.xml"
RELATIONS = "xl/_rels/workbook.xml.rels"
HEADER = ["subject_id", "diary_date", "headache"]
DIARY = [HEADER, ["0101", datetime(2024, 2, 13), 1], ["0101", datetime(2024, 2, 14), 0]]
DIARY_CSV = "subject_id,diary_date,headache\n0101,2024-02-13,1\n0101,2024-02-14,0\n"


def save(path: Path, sheets: Mapping[str, Sequence[Sequence[Any]]], **states: str) -> Path:
    """A workbook of these sheets' rows; ``states`` says of a sheet by its name that it is hidden or veryHidden."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        sheet.sheet_state = states.get(name, "visible")
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def changed(source: Path, target: Path, parts: Mapping[str, Callable[[bytes], bytes | None]]) -> Path:
    """The same workbook with some parts changed, or left out where their change is None."""
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            data = parts.get(name, bytes)(old.read(name))
            if data is not None:
                new.writestr(name, data)
    return target


def with_shared_texts(source: Path, target: Path) -> Path:
    """The same workbook as Excel writes it: each text once, in a part of its own; the cells hold its number."""
    texts: list[bytes] = []

    def pointed(match: re.Match[bytes]) -> bytes:
        if match[1] not in texts:
            texts.append(match[1])
        return b' t="s"><v>%d</v>' % texts.index(match[1])

    def cells(part: bytes) -> bytes:
        return re.sub(rb' t="inlineStr"><is>(.*?)</is>', pointed, part, flags=re.DOTALL)

    def names(part: bytes) -> bytes:
        kind = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
        relation = b'<Relationship Type="%s" Target="sharedStrings.xml" Id="texts" />' % kind
        return part.replace(b"</Relationships>", relation + b"</Relationships>")

    def kinds(part: bytes) -> bytes:
        kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sharedStrings+xml"
        return part.replace(
            b"</Types>", b'<Override PartName="/%s" ContentType="%s" /></Types>' % (STRINGS.encode(), kind)
        )

    sheets = [f"xl/worksheets/sheet{number}.xml" for number in range(1, 5)]
    changed(source, target, {RELATIONS: names, "[Content_Types].xml": kinds} | dict.fromkeys(sheets, cells))
    items = b"".join(b"<si>" + text + b"</si>" for text in texts)
    main = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(STRINGS, b'<sst xmlns="%s">%s</sst>' % (main, items))
    return target


def with_rows(source: Path, target: Path, rows: str) -> Path:
    """The same workbook with other rows in its first sheet, as XML."""

    def replaced(part: bytes) -> bytes:
        before, after = part.index(b"<sheetData>"), part.index(b"</sheetData>")
        return part[: before + len(b"<sheetData>")] + rows.encode() + part[after:]

    return changed(source, target, {SHEET: replaced})


def refusal(source: Path, sheet: str | None = None) -> str:
    """Why a file is refused."""
    with pytest.raises(FileRefused) as refused:
        sheet_as_csv(source, source.with_suffix(".out"), sheet)
    return str(refused.value)
