"""The records of a text, each with its line number and its fields."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from flows.base.sql_text import quoted

LONGEST_FIELD = 1 << 24
csv.field_size_limit(LONGEST_FIELD)  # the default refuses fields over 128 KiB
LONGEST_LINE_BYTES = 1 << 25
# Null means that a line lacks the field; an empty field is an empty text.
NO_FIELD_READS_LIKE_THIS = "no-field-reads-like-this-5e1f0c"
LONGEST_RECORD_LINES = 50  # a quoted text may run over lines; past this the quote was never meant to open


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


def read_csv(path: Path, names: list[str], delimiter: str, header: bool = True, padded: bool = False) -> str:
    """SQL: the fields of every record as text. Where ``padded``, a short line's last fields are null; else it is an
    error."""
    columns = ", ".join(f"'{name}': 'VARCHAR'" for name in names)
    return (
        f"read_csv({quoted(str(path))}, auto_detect=false, header={str(header).lower()}, delim={quoted(delimiter)},"
        f" quote='\"', escape='\"', columns={{{columns}}}, strict_mode=true,"
        f" max_line_size={LONGEST_LINE_BYTES}, null_padding={str(padded).lower()}, nullstr='{NO_FIELD_READS_LIKE_THIS}')"
    )
