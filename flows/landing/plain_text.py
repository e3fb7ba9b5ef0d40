"""A file as plain text on disk: unpacked, its encoding found out from its own bytes, its lines counted."""

import codecs
import os
import re
import shutil
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.landing.packing import unpacked
from flows.landing.workbooks import sheet_as_csv

CHUNK_BYTES = 1 << 20
# A space inside a field, as in a time of day, needs no trimming, which costs a fifth of what reading a file does.
EDGE_BLANK = re.compile(rb" (?:(?![0-9A-Za-z])|(?<![0-9A-Za-z] ))")
CELL_MARKS = (b",", b";", b"\t", b"|")  # no quotation mark: it may close a text of the line above
EMPTY_ROW = b" \r\n" + b"".join(CELL_MARKS)  # all that stands in a row of empty cells
ASCII_AND_MORE = ("utf-8", "cp1252")
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class PlainText(NamedTuple):
    """A file as UTF-8 text on disk, with what was learned while it was read once."""

    path: Path
    encoding: str
    evidence: str
    physical_lines: int
    has_lone_cr: bool
    has_blanks: bool  # a blank may stand at the edge of a field: fields have to be trimmed


def find_encoding(path: Path, declared: str | None) -> tuple[str, str]:
    """(encoding, what tells it): a byte-order mark; else as declared; else UTF-16 by its zero bytes; else UTF-8;
    else Windows-1252 where every byte has a meaning."""
    with path.open("rb") as stream:
        head = stream.read(1 << 10)
    marked = next((name for mark, name in BYTE_ORDER_MARKS if head.startswith(mark)), None)
    if marked:
        return marked, f"{marked.removesuffix('-sig')} by its byte-order mark"
    if declared:
        if not _decodes(path, declared):
            raise FileRefused(f"cannot be read as {declared}; set 'encoding' for these files in study.toml")
        return codecs.lookup(declared).name, f"{declared} as study.toml says"
    for name, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        # Digits, commas and Latin letters have one zero byte each; no other text has any.
        if (
            len(head) > 3
            and zeros.count(0) * 2 > len(zeros)
            and head.count(0) == zeros.count(0)
            and _decodes(path, name)
        ):
            return name, f"{name} by its zero bytes"
    if _decodes(path, "utf-8"):
        return "utf-8", "utf-8, for all of it decodes"
    if _decodes(path, "cp1252"):
        return "cp1252", "cp1252, for it is not UTF-8 and all of it decodes"
    raise FileRefused("is neither UTF-8 nor Windows-1252 text; set 'encoding' for these files in study.toml")


def _decodes(path: Path, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    try:
        with path.open("rb") as stream:
            while chunk := stream.read(CHUNK_BYTES):
                # Where no character is begun, ASCII is not decoded: to look for the first other byte takes no time.
                if encoding not in ASCII_AND_MORE or not chunk.isascii() or decoder.getstate()[0]:
                    decoder.decode(chunk)
        decoder.decode(b"", final=True)
    except UnicodeError:  # UTF-16 without its mark is not even a decode error
        return False
    return True


def to_plain_text(source: Path, scratch: Path, declared: str | None, sheet: str | None = None) -> PlainText:
    """The file as UTF-8 without byte-order mark: the file itself where it already is, else a copy in scratch. Of a
    workbook the sheet of that name, else the only one that is shown and has cells.

    Raises FileRefused for an empty or binary file, a bad archive, or text that its encoding cannot decode.
    """
    source, packing = unpacked(source, scratch)
    if source.stat().st_size == 0:
        raise FileRefused("is empty: it has not even a header line")
    if sheet_packing := sheet_as_csv(source, scratch / "sheet.csv", sheet):
        source, declared = scratch / "sheet.csv", None
        packing = f"{packing}; {sheet_packing}" if packing else sheet_packing
    elif sheet:
        raise FileRefused("is no workbook; take 'sheet' out of its entry in study.toml")
    encoding, evidence = find_encoding(source, declared)
    if packing:
        evidence = f"{packing}; {evidence}"
    # A name of our own: DuckDB would take [ or * in a file's name for a pattern, and read other files.
    target = scratch / "plain.csv"
    if encoding == "utf-8" and (kept := _without_empty_rows(source)) == source.stat().st_size:
        target.symlink_to(source.resolve())
    elif encoding == "utf-8":
        shutil.copyfile(source, target)
        os.truncate(target, kept)
    else:
        try:
            with (
                source.open(encoding=encoding, newline="") as incoming,
                target.open("w", encoding="utf-8", newline="") as out,
            ):
                while text := incoming.read(CHUNK_BYTES):
                    out.write(text)
        except UnicodeError:
            raise FileRefused(f"cannot be read as {encoding}; set 'encoding' for these files in study.toml") from None
        os.truncate(target, _without_empty_rows(target))
    lines, carriage_returns, pairs, last, has_blanks = 0, 0, 0, b"", False
    with target.open("rb") as stream:
        # Up to the end of a line: what stands beside a blank is in the same chunk.
        while chunk := stream.read(CHUNK_BYTES) + stream.readline(CHUNK_BYTES):
            if b"\0" in chunk:
                raise FileRefused("is a binary file, not CSV text; export it as CSV")
            lines += chunk.count(b"\n")
            if b"\r" in chunk:
                carriage_returns += chunk.count(b"\r")
                pairs += chunk.count(b"\r\n")
            pairs += last == b"\r" and chunk.startswith(b"\n")
            last = chunk[-1:]
            has_blanks = has_blanks or b"\t" in chunk or b"\xa0" in chunk or bool(EDGE_BLANK.search(chunk))
    return PlainText(target, encoding, evidence, lines + (last != b"\n"), carriage_returns != pairs, has_blanks)


def has_delimiters(plain: PlainText, delimiter: str, wanted: int) -> bool:
    """Whether the file has no quotation mark, and so many delimiters."""
    found, mark = 0, delimiter.encode()
    with plain.path.open("rb") as stream:
        while chunk := stream.read(CHUNK_BYTES):
            if b'"' in chunk:
                return False
            found += chunk.count(mark)
    return found == wanted


def _without_empty_rows(path: Path) -> int:
    """The size of a file without the rows of empty cells at its end, which spreadsheets leave: ``,,,`` is no line."""
    size = path.stat().st_size
    window = CHUNK_BYTES
    while True:
        start = max(0, size - window)
        with path.open("rb") as stream:
            stream.seek(start)
            tail = stream.read()
        filled = len(tail.rstrip(EMPTY_ROW))
        if filled or not start:
            break
        window *= 2
    line_end = tail.find(b"\n", filled) + 1 or len(tail)
    return start + line_end if any(mark in tail[line_end:] for mark in CELL_MARKS) else size
