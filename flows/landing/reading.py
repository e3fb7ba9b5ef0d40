"""How a CSV file is written, found out from its own bytes, and its records with their line numbers."""

import codecs
import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.landing.packing import unpacked
from flows.landing.workbooks import sheet_as_csv
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.file_format import FileFormat

CHUNK_BYTES = 1 << 20
LONGEST_FIELD = 1 << 24
csv.field_size_limit(LONGEST_FIELD)  # the default refuses fields over 128 KiB
LONGEST_RECORD_LINES = 50  # a quoted text may run over lines; past this the quote was never meant to open
# A space inside a field, as in a time of day, needs no trimming, which costs a fifth of what reading a file does.
EDGE_BLANK = re.compile(rb" (?:(?![0-9A-Za-z])|(?<![0-9A-Za-z] ))")
DELIMITERS = (",", ";", "\t", "|")
DELIMITER_NAMES = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


class Layout(NamedTuple):
    """How one file is written: found in the file, or as study.toml declares."""

    encoding: str
    delimiter: str
    width: int  # number of columns
    header_line: int  # line number of the header
    positions: dict[str, int]  # canonical column -> position
    extra_columns: tuple[str, ...]
    evidence: str  # what tells encoding and delimiter
    has_blanks: bool
    kind: str
    theirs: dict[str, str]  # the study's name of a column, folded -> canonical

    def fits(self, raw: str) -> bool:
        """Whether a record has as many fields as the header, and runs over lines only within a text.

        Two stray quotation marks make one record of all lines from one to the other: a record of which a line could
        stand alone is none.
        """
        fields = fields_of(raw, self.delimiter) or []
        if len(fields) != self.width:
            return False
        if "\n" not in raw:
            return True
        texts = {self.positions.get(c.name) for c in file_columns(self.kind) if c.type not in ("text", "codes")}
        if any("\n" in field and place in texts for place, field in enumerate(fields)):
            return False
        first, *inner, last = raw.rstrip("\n").split("\n")
        # A line that ends one quoted text and begins another holds marks within its fields: it is no line of its own.
        whole = (line for line in inner if not any('"' in field for field in fields_of(line, self.delimiter) or ['"']))
        if any(self._stands_alone(line, line) for line in whole):
            return False
        return not (self._stands_alone(first, first + '"') and self._stands_alone(last, last))

    def _stands_alone(self, line: str, mended: str) -> bool:
        """Whether a line has all fields, its quotation marks taken for characters or mended, and digits for a date."""
        dates = [
            self.positions[c.name] for c in file_columns(self.kind) if c.required and c.type in ("date", "timestamp")
        ]
        for fields in (line.split(self.delimiter), fields_of(mended, self.delimiter) or []):
            if len(fields) == self.width > 1 and all(any(c.isdigit() for c in fields[place]) for place in dates):
                return True
        return False


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
    if told := sheet_as_csv(source, scratch / "sheet.csv", sheet):
        source, declared = scratch / "sheet.csv", None
        packing = f"{packing}; {told}" if packing else told
    encoding, evidence = find_encoding(source, declared)
    if packing:
        evidence = f"{packing}; {evidence}"
    # A name of our own: DuckDB would take [ or * in a file's name for a pattern, and read other files.
    target = scratch / "plain.csv"
    if encoding == "utf-8":
        target.symlink_to(source.resolve())
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
    lines, carriage_returns, pairs, last, has_blanks = 0, 0, 0, b"", False
    with target.open("rb") as stream:
        # Up to the end of a line: what stands beside a blank is in the same chunk.
        while chunk := stream.read(CHUNK_BYTES) + stream.readline(CHUNK_BYTES):
            if b"\0" in chunk:
                raise FileRefused("is a binary file, not CSV text; export it as CSV")
            lines += chunk.count(b"\n")
            carriage_returns += chunk.count(b"\r")
            pairs += chunk.count(b"\r\n") + (last == b"\r" and chunk.startswith(b"\n"))
            last = chunk[-1:]
            has_blanks = has_blanks or b"\t" in chunk or b"\xa0" in chunk or bool(EDGE_BLANK.search(chunk))
    return PlainText(target, encoding, evidence, lines + (last != b"\n"), carriage_returns != pairs, has_blanks)


def records(text: Iterable[str], fits: Callable[[str], bool] = bool) -> Iterator[tuple[int, str]]:
    """(line number, raw text) of every record; one record may span lines where a quoted text does.

    Lines are joined only where the joined record ``fits``, within LONGEST_RECORD_LINES; else the quote was a stray
    character: its line stands alone, and the lines after it are records of their own. Blank lines are not records.
    """
    waiting: list[str] = []  # lines that were read ahead and have to be read again
    number = 0
    stream = iter(text)

    def next_line() -> str | None:
        return waiting.pop(0) if waiting else next(stream, None)

    while (line := next_line()) is not None:
        number += 1
        lines = [line]
        while not _is_closed(lines) and len(lines) < LONGEST_RECORD_LINES:
            following = next_line()
            if following is None:
                break
            lines.append(following)
        if len(lines) > 1 and not (_is_closed(lines) and fits("".join(lines))):
            waiting[:0] = lines[1:]
            lines = lines[:1]
        raw = "".join(lines).rstrip("\r\n")
        if raw.strip(" "):  # a line of tabs is a record of empty fields where tabs delimit
            yield number, raw
        number += len(lines) - 1


def _is_closed(lines: list[str]) -> bool:
    return sum(line.count('"') for line in lines) % 2 == 0


def fields_of(raw: str, delimiter: str) -> list[str] | None:
    """The fields of one record, or None where its quotes do not close. Spaces between a quotation mark and the delimiter
    are no part of a field, as DuckDB reads it."""
    if raw and '"' not in raw and "\n" not in raw and "\r" not in raw and len(raw) < LONGEST_FIELD:
        return raw.split(delimiter)  # what the reader makes of it, in a tenth of the time
    try:
        text = io.StringIO(raw, newline="")
        rows = list(csv.reader(text, delimiter=delimiter, strict=True, skipinitialspace=delimiter != " "))
    except csv.Error:
        mended = raw if delimiter == " " else re.sub(f'" +(?={re.escape(delimiter)}|$)', '"', raw)
        return None if mended == raw else fields_of(mended, delimiter)
    return rows[0] if len(rows) == 1 else None


class Record(NamedTuple):
    """One data line: its fields by the header that stands above it, or why it has none."""

    line_number: int
    raw: str
    fields: list[str]
    broken: str | None
    layout: Layout


def data_records(plain: PlainText, layout: Layout) -> Iterator[Record]:
    """Every record below the header. A file pasted from several has a header again, maybe with its columns in another
    order: the lines below it are read by it, or are broken where it is not one of this kind of file."""
    current, why = layout, None
    words = header_words(layout)
    subjects = {"subject_id"} | {theirs for theirs, ours in layout.theirs.items() if ours == "subject_id"}
    with plain.path.open(encoding="utf-8", newline=None) as text:
        stream = records(text, lambda raw: current.fits(raw))
        for line_number, raw in islice(stream, 1, None):
            fields = fields_of(raw, current.delimiter)
            folded = raw.casefold()
            # A header names the subject's column and one more.
            names = [name.strip().casefold() for name in fields or ()] if any(s in folded for s in subjects) else []
            if subjects & set(names) and len(words & set(names)) > 1:
                before = why
                current, why = _next_layout(names, line_number, current)
                # A header that changes nothing is a line like any other, with a name where a date should be.
                if why or before or current is not layout or not _needs_a_date(current.kind):
                    yield Record(
                        line_number, raw, [], why or "is a header once more: the lines below follow it", current
                    )
                    continue
            if why:
                yield Record(line_number, raw, [], why, current)
            elif fields is None:
                yield Record(line_number, raw, [], "a quotation mark is opened and not closed in this record", current)
            elif len(fields) != current.width:
                reason = f"has {len(fields)} fields, the header has {current.width}"
                yield Record(line_number, raw, [], reason, current)
            else:
                yield Record(line_number, raw, fields, None, current)


def _needs_a_date(kind: str) -> bool:
    return any(column.required and column.type in ("date", "timestamp") for column in file_columns(kind))


def header_words(layout: Layout) -> set[str]:
    """Every name that a header may hold where this one has the subject's: what tells a header among the lines."""
    known = {column.name for kind in FILE_KINDS for column in file_columns(kind)}
    return known | set(layout.theirs) | {name.casefold() for name in layout.extra_columns}


def _next_layout(names: list[str], line_number: int, layout: Layout) -> tuple[Layout, str | None]:
    """(layout, None) of a further header, or why the lines below it cannot be read."""
    known = {column.name: column for column in file_columns(layout.kind)}
    positions: dict[str, int] = {}
    for position, name in enumerate(names):
        canonical = layout.theirs.get(name, name)
        if canonical in known and canonical in positions:
            return layout, f"stands below the header of line {line_number}, in which column '{canonical}' stands twice"
        if canonical in known:
            positions[canonical] = position
    missing = [name for name, column in known.items() if column.required and name not in positions]
    if missing:
        return layout, f"stands below the header of line {line_number}, which lacks the column '{missing[0]}'"
    if positions == layout.positions and len(names) == layout.width:
        return layout, None
    return layout._replace(width=len(names), positions=positions), None


def find_layout(plain: PlainText, kind: str, group: FileFormat) -> Layout:
    """Delimiter and column positions from the header line, by the column names it must hold.

    Raises FileRefused where a required column is missing or a column stands twice.
    """
    with plain.path.open(encoding="utf-8", newline=None) as text:
        # A header stands on one line: a quote left open in it must not draw the lines below into a column's name.
        header_line, header = next(records(text, lambda raw: False), (1, ""))
    header = header.lstrip("\ufeff")
    named = {theirs[0].strip().casefold(): canonical for canonical, theirs in group.columns.items() if len(theirs) == 1}
    known = {column.name: column for column in file_columns(kind)}
    best: Layout | None = None
    for delimiter in (group.delimiter,) if group.delimiter else DELIMITERS:
        names = [name.strip() for name in fields_of(header, delimiter) or []]
        positions: dict[str, int] = {}
        extra = []
        for position, name in enumerate(names):
            canonical = named.get(name.casefold(), name.casefold())
            if canonical not in known:
                extra.append(name)
            elif canonical in positions:
                raise FileRefused(f"line {header_line}: column '{canonical}' stands twice in the header")
            else:
                positions[canonical] = position
        if best is None or len(positions) > len(best.positions):
            why = f"delimiter {DELIMITER_NAMES.get(delimiter, delimiter)} "
            why += "as study.toml says" if group.delimiter else f"gives {len(positions)} known columns"
            evidence = f"{plain.evidence}; {why}"
            best = Layout(
                plain.encoding,
                delimiter,
                len(names),
                header_line,
                positions,
                tuple(extra),
                evidence,
                plain.has_blanks,
                kind,
                named,
            )
    assert best is not None
    missing = [name for name, column in known.items() if column.required and name not in best.positions]
    if missing:
        # Header names are shown only where the line is surely a header: a headerless file would show diary values, of
        # which one may read like a column's name, and one is a date.
        is_header = best.positions and not any(c.isdigit() for c in header)
        shown = f" (it has {', '.join(best.extra_columns)})" if is_header and best.extra_columns else ""
        raise FileRefused(
            f"line {header_line}: required column '{missing[0]}' is missing{shown}; "
            f'name it in study.toml, e.g. [files.{kind}] columns = {{ {missing[0]} = "their name" }}'
        )
    return best
