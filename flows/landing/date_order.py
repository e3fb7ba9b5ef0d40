"""In which order a file writes day, month and year: declared, or proved by its own dates, never guessed.

05/06/2026 is a day in May or in June. A file proves its order when some of its dates can be read in one order only
and none contradicts them; else it is refused with the setting that would tell.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.landing.reading import Layout, PlainText, fields_of, records
from flows.study.dictionary import file_columns

FIRST_LINES = 100  # a file whose first lines are all ISO is taken for ISO; another date in it is then unreadable
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?")
NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T].*)?")
YEAR_FIRST = re.compile(r"\d{4}([./])\d{1,2}\1\d{1,2}(?:[ T].*)?")
EIGHT_DIGITS = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}")
NAMED_MONTH = re.compile(r"\d{1,2}([ .-])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\1\d{4}", re.IGNORECASE)
HOW_TO_TELL = (
    'set date_format for these files in study.toml, e.g. "%d{0}%m{0}%Y" (day first) or "%m{0}%d{0}%Y" (month first)'
)


class DateFormat(NamedTuple):
    """The format (null: ISO) and what tells it."""

    format: str | None
    evidence: str


def find_date_format(plain: PlainText, layout: Layout, kind: str, declared: str | None) -> DateFormat:
    """The order of day and month in the dates a file cannot do without (all its dates where it has none such).

    Raises FileRefused where the dates can be read in two orders, or contradict each other.
    """
    if declared:
        return DateFormat(declared, f"dates {declared} as study.toml says")
    columns = [c for c in file_columns(kind) if c.type in ("date", "timestamp") and c.name in layout.positions]
    wanted = [c for c in columns if c.required] or [c for c in columns if c.type == "date"]
    places = [layout.positions[column.name] for column in wanted]
    if not places:
        return DateFormat(None, "no dates")
    if all(ISO.fullmatch(text) for _, text in islice(_dates(plain, layout, places), FIRST_LINES)):
        return DateFormat(None, "dates ISO, year first")
    kinds: Counter[str] = Counter()
    day_first: dict[str, int] = {}  # separator -> first line whose first number can only be a day
    month_first: dict[str, int] = {}
    for line, text in _dates(plain, layout, places):
        kinds[_kind_of(text)] += 1
        if parts := NUMBERS.fullmatch(text):
            first, separator, second = int(parts[1]), parts[2], int(parts[3])
            if first > 12 >= second:
                day_first.setdefault(separator, line)
            elif second > 12 >= first:
                month_first.setdefault(separator, line)
    usual = max(kinds, key=lambda kind: kinds[kind])
    if usual not in ("-", ".", "/"):
        return DateFormat(None if usual in ("ISO", "other") else usual, f"most dates are written as {usual}")
    by_day, by_month = day_first.get(usual), month_first.get(usual)
    how = HOW_TO_TELL.format(usual)
    if by_day and by_month:
        raise FileRefused(f"line {by_day} has the day first and line {by_month} the month first; {how}")
    if by_day:
        return DateFormat(f"%d{usual}%m{usual}%Y", f"dates day first: line {by_day} can be read in no other order")
    if by_month:
        return DateFormat(f"%m{usual}%d{usual}%Y", f"dates month first: line {by_month} can be read in no other order")
    raise FileRefused(f"no date tells whether day or month stands first: all can be read in both orders; {how}")


def _dates(plain: PlainText, layout: Layout, places: list[int]) -> Iterator[tuple[int, str]]:
    """(line number, text) of every date that is given in a record of the header's width."""

    with plain.path.open(encoding="utf-8", newline=None) as text:
        for line, raw in islice(records(text, layout.fits), 1, None):
            fields = fields_of(raw, layout.delimiter) or ()
            if len(fields) == layout.width:
                yield from ((line, fields[place].strip()) for place in places if fields[place].strip())


def _kind_of(text: str) -> str:
    """A date's way of writing: 'ISO', a separator, a format that is never ambiguous, or 'other'."""
    if ISO.fullmatch(text):
        return "ISO"
    if parts := NUMBERS.fullmatch(text):
        return parts[2]
    if parts := YEAR_FIRST.fullmatch(text):
        return f"%Y{parts[1]}%m{parts[1]}%d"
    if EIGHT_DIGITS.fullmatch(text):
        return "%Y%m%d"
    if parts := NAMED_MONTH.fullmatch(text):
        return f"%d{parts[1]}%b{parts[1]}%Y"
    return "other"
