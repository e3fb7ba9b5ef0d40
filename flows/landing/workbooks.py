"""A sheet of a workbook as CSV text: line N of the text is row N of the sheet, so that a quoted line is found in it."""

import csv
import mmap
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.base.suggestions import did_you_mean
from flows.landing.cell_values import Shown, formats_of, reader_of
from flows.landing.limited_text import LimitedText
from flows.landing.packing import is_workbook, most_bytes
from flows.landing.sheet_rows import Sheet, shared_texts
from flows.landing.statistics_files import statistics_as_csv
from flows.landing.workbook_parts import AGAIN, MOST_FILES, Parts, opened_parts

WORKBOOK = "xl/workbook.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"  # the container of Office before 2007, and of encrypted workbooks since
MOST_STYLES = 1 << 17


class Listed(NamedTuple):
    """One sheet as the workbook lists it."""

    name: str
    part: str
    is_shown: bool
    has_rows: bool  # not a chart, a dialog or a macro


class Contents(NamedTuple):
    """What the workbook says about itself."""

    sheets: list[Listed]
    is_1904: bool
    strings: str | None
    styles: str | None


def sheet_as_csv(source: Path, target: Path, sheet: str | None) -> str | None:
    """Writes a sheet of a workbook, or the data of a file of a statistics program, to ``target``: UTF-8, commas, one
    line per row. Returns what was read and why, or None where the file is neither.

    Every row with a value has as many fields as the widest; a row without one is an empty line, and none follows the
    last value. A hidden sheet is read only where ``sheet`` names it.
    Raises FileRefused for a file that is damaged, encrypted or of the old kind, and where no one sheet is meant.
    """
    with source.open("rb") as stream:
        head = stream.read(len(OLE))
    if head == OLE:
        raise FileRefused(_old_or_encrypted(source))
    if is_workbook(source):
        with opened_parts(source) as parts:
            return _written(parts, target, sheet, most_bytes(source))
    return statistics_as_csv(source, target, sheet)


def _old_or_encrypted(source: Path) -> str:
    with source.open("rb") as stream, mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ) as held:
        if held.find("EncryptedPackage".encode("utf-16-le")) >= 0:
            return "is an Office file locked with a password; save it without one and send that"
    return "is an Office file of the kind before 2007, such as .xls; save it as .xlsx, or export the sheet as CSV"


def _written(parts: Parts, target: Path, name: str | None, limit: int) -> str:
    contents = contents_of(parts)
    strings = shared_texts(parts, contents.strings) if contents.strings else []
    text_of = reader_of(strings, _formats(parts, contents.styles) if contents.styles else [], contents.is_1904)
    rows = {listed.name: Sheet(parts, listed.part, text_of) for listed in contents.sheets if listed.has_rows}
    chosen, why = _named(contents.sheets, name) if name is not None else _only_one(contents.sheets, rows)
    if not _write(rows[chosen], target, limit):
        raise FileRefused(f"has no filled cell in its sheet '{chosen}'")
    return f"sheet '{chosen}' of a workbook, {why}"


def _named(sheets: list[Listed], name: str) -> tuple[str, str]:
    """A sheet by its name; a workbook itself tells no two apart by upper and lower case."""
    found = [each for each in sheets if each.name == name] or [
        each for each in sheets if each.name.casefold() == name.casefold()
    ]
    if not found:
        known = [each.name for each in sheets]
        raise FileRefused(
            f"has no sheet '{name}'; it has {_listed(known)}{did_you_mean(name, known)}; set 'sheet' in study.toml"
        )
    if not found[0].has_rows:
        raise FileRefused(
            f"has in its sheet '{found[0].name}' no cells but a chart or a macro; name another in study.toml"
        )
    return found[0].name, "as study.toml says"


def _only_one(sheets: list[Listed], rows: dict[str, Sheet]) -> tuple[str, str]:
    """The one sheet that is shown and has cells."""
    shown = [each.name for each in sheets if each.is_shown and each.has_rows]
    if len(shown) == 1 and len(sheets) == 1:
        return shown[0], "the only one"
    if len(shown) == 1:
        return shown[0], "the only one shown"
    filled = [name for name in shown if rows[name].has_cells()]
    if len(filled) == 1:
        return filled[0], "the only one shown with cells"
    if not filled:
        hidden = [each.name for each in sheets if not each.is_shown and each.has_rows]
        unseen = f"; a hidden one is read where study.toml names it: {_listed(hidden)}" if hidden else ""
        raise FileRefused(f"is a workbook without a filled cell in a sheet that is shown{unseen}")
    raise FileRefused(
        f'is a workbook of several sheets, {_listed(filled)}; say which in study.toml, as in sheet = "{filled[0]}"'
    )


def _listed(names: Iterable[str], most: int = 10) -> str:
    every = [f"'{name}'" for name in names]
    return ", ".join(every[:most]) + (f" and {len(every) - most} more" if len(every) > most else "")


def contents_of(parts: Parts) -> Contents:
    """The sheets of a workbook in their order, and which dates they count from."""
    if WORKBOOK not in parts:
        if "xl/workbook.bin" in parts:
            raise FileRefused("is a binary workbook (.xlsb); save it as .xlsx, or export the sheet as CSV")
        raise FileRefused(f"is a damaged workbook: a part of it is missing; {AGAIN}")
    related = parts.related(WORKBOOK)
    sheets: list[Listed] = []
    is_1904 = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal is_1904
        if element == "workbookPr":
            is_1904 = attributes.get("date1904", "0").lower() in ("1", "true", "on")
        elif element == "sheet":
            relation = next((value for name, value in attributes.items() if name.rpartition(":")[2] == "id"), "")
            kind, part = related[relation]
            shown = attributes.get("state", "visible") == "visible"
            sheets.append(Listed(attributes["name"], part, shown, kind == "worksheet"))
            if len(sheets) > MOST_FILES:
                raise ValueError("more sheets than parts")

    parts.read_whole(WORKBOOK, start)
    if len({each.part.casefold() for each in sheets}) < len(sheets) or len({each.name for each in sheets}) < len(
        sheets
    ):
        raise FileRefused(f"is a damaged workbook: two of its sheets are one; {AGAIN}")
    by_kind = dict(related.values())
    return Contents(sheets, is_1904, by_kind.get("sharedStrings"), by_kind.get("styles"))


def _formats(parts: Parts, name: str) -> list[Shown]:
    """What a number means in every style that a cell may have."""
    numbers: list[int] = []
    codes: dict[int, str] = {}
    in_styles = False

    def start(element: str, attributes: dict[str, str]) -> None:
        nonlocal in_styles
        if element == "cellXfs":
            in_styles = True
        elif element == "xf" and in_styles:
            numbers.append(int(attributes.get("numFmtId", 0)))
        elif element == "numFmt" and not in_styles:
            codes[int(attributes["numFmtId"])] = attributes["formatCode"][:1000]
        if len(numbers) > MOST_STYLES or len(codes) > MOST_STYLES:
            raise ValueError("more styles than a workbook can have")

    def end(element: str) -> None:
        nonlocal in_styles
        if element == "cellXfs":
            in_styles = False

    parts.read_whole(name, start, end)
    return formats_of(numbers, codes)


def _write(rows: Iterable[tuple[int, list[str]]], target: Path, limit: int) -> bool:
    """Whether there was any row. How wide the widest is, only the last tells: the rows are filled up afterwards."""
    narrow = target.with_name(f"{target.name}.narrow")
    try:
        widths = _write_narrow(rows, narrow, limit)
        widest = max(widths, default=0)
        if widest * len(widths) - sum(widths) + narrow.stat().st_size > limit:
            raise FileRefused("has a cell far off the others, which makes every row too wide; delete what stands there")
        missing = iter(widths)
        with narrow.open("rb") as lines, target.open("wb") as out:
            for line in lines:
                out.write(line if line == b"\n" else line[:-1] + b"," * (widest - next(missing)) + b"\n")
    finally:
        narrow.unlink(missing_ok=True)
    return bool(widths)


def _write_narrow(rows: Iterable[tuple[int, list[str]]], target: Path, limit: int) -> "array[int]":
    """How many fields every row has that has any; each ends with its last value."""
    widths, written = array("H"), 0
    with target.open("w", encoding="utf-8", newline="") as out:
        limited = LimitedText(out, limit)
        writer = csv.writer(limited, lineterminator="\n")
        for number, fields in rows:
            limited.write("\n" * (number - written - 1))
            writer.writerow(fields)
            widths.append(len(fields))
            written = number
    return widths
