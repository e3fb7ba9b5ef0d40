"""In which order a file writes day, month and year: declared, or proved by its own dates, never guessed.

05/06/2026 is a day in May or in June. A file proves its order when some of its dates can be read in one order only
and none contradicts them; else it is refused with the setting that would tell.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import islice
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.landing.layout import Layout
from flows.landing.partial_dates import is_partial
from flows.landing.plain_text import PlainText
from flows.landing.reading import data_records
from flows.study.dictionary import FILE_KINDS, file_columns

FIRST_LINES = 100  # a file whose first lines are all ISO is taken for ISO; another date in it is then unreadable
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T].*)?", re.ASCII)
NUMBERS = re.compile(r"(\d{1,2})([./-])(\d{1,2})\2(\d{4})(?:[ T].*)?", re.ASCII)
YEAR_FIRST = re.compile(r"\d{4}([./])\d{1,2}\1\d{1,2}(?:[ T].*)?", re.ASCII)
EIGHT_DIGITS = re.compile(r"(?:19|20)\d{2}(?:0[1-9]|1[0-2])\d{2}", re.ASCII)
NAMED_MONTH = re.compile(r"\d{1,2}([ .-])(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\1\d{4}", re.IGNORECASE)
DATES = ("date", "timestamp", "partial_date")
DAY_BY_DAY = ("diary", "attacks")
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
    columns = [c for c in file_columns(kind) if c.type in DATES and c.name in layout.described.positions]
    wanted = [c for c in columns if c.required] or [c for c in columns if c.type != "timestamp"]
    names = [column.name for column in wanted]
    if not names:
        return DateFormat(None, "no dates")
    if all(ISO.fullmatch(text) for _, _, text in islice(written_dates(plain, layout, names), FIRST_LINES)):
        return DateFormat(None, "dates ISO, year first")
    kinds: Counter[str] = Counter()
    day_first: dict[str, list[int]] = defaultdict(list)  # separator -> lines whose first number can only be a day
    month_first: dict[str, list[int]] = defaultdict(list)
    for line, _, text in written_dates(plain, layout, names):
        kinds[_kind_of(text)] += 1
        if parts := NUMBERS.fullmatch(text):
            first, separator, second = int(parts[1]), parts[2], int(parts[3])
            if first > 12 >= second:
                day_first[separator].append(line)
            elif second > 12 >= first:
                month_first[separator].append(line)
    usual = max(kinds, key=lambda kind: kinds[kind])
    if usual not in ("-", ".", "/"):
        return DateFormat(None if usual in ("ISO", "other") else usual, f"most dates are written as {usual}")
    by_day, by_month = day_first[usual], month_first[usual]
    how = HOW_TO_TELL.format(usual)
    if by_day and by_month:
        raise FileRefused(f"line {by_day[0]} has the day first and line {by_month[0]} the month first; {how}")
    proofs = by_day or by_month
    # Only entries made day by day have days that follow each other.
    if proofs and kind in DAY_BY_DAY and 2 * len(proofs) < kinds[usual]:
        _refuse_a_lone_slip(plain, layout, names, proofs, bool(by_day), usual)
    if by_day:
        return DateFormat(f"%d{usual}%m{usual}%Y", f"dates day first: line {by_day[0]} can be read in no other order")
    if by_month:
        return DateFormat(
            f"%m{usual}%d{usual}%Y", f"dates month first: line {by_month[0]} can be read in no other order"
        )
    raise FileRefused(f"no date tells whether day or month stands first: all can be read in both orders; {how}")


def written_dates(plain: PlainText, layout: Layout, wanted: list[str]) -> Iterator[tuple[int, str, str]]:
    """(line number, subject, text) of every date that is given in a record of the header's width; where it may be known
    in part, of those known wholly."""
    partial = {c.name for kind in FILE_KINDS for c in file_columns(kind) if c.type == "partial_date"}
    for record in data_records(plain, layout):
        if record.is_read:
            places = record.layout.positions
            subject = record.fields[places["subject_id"]].strip()
            for name in wanted:
                text = record.fields[places[name]].strip() if name in places else ""
                if text and not (name in partial and is_partial(text)):
                    yield record.line_number, subject, text


def _refuse_a_lone_slip(
    plain: PlainText, layout: Layout, wanted: list[str], proofs: list[int], day_is_first: bool, usual: str
) -> None:
    """One wrong date among dates of the first twelve days of months would decide the order of them all.

    Each date that can be read in one order only is a witness of that order; so is each pair of one subject's days that
    follow each other, of the order in which they do. Witnesses against the order in the majority: refused. In a daily
    diary three dates of five tell the order, and the days of a year follow each other as often in both orders.
    """
    days: dict[str, tuple[set[date], set[date]]] = defaultdict(lambda: (set(), set()))  # by subject: day, month first
    for _, subject, text in written_dates(plain, layout, wanted):
        if parts := NUMBERS.fullmatch(text):
            first, second, year = int(parts[1]), int(parts[3]), int(parts[4])
            if 1 <= first <= 12 and 1 <= second <= 12 and year:
                days[subject][0].add(date(year, second, first))
                days[subject][1].add(date(year, first, second))
    pairs = [
        sum(day + timedelta(1) in of_subject[order] for of_subject in days.values() for day in of_subject[order])
        for order in (0, 1)
    ]
    proved, other = pairs if day_is_first else pairs[::-1]
    if other > proved + len(proofs):
        names = ("day first", "month first") if day_is_first else ("month first", "day first")
        lines = (
            f"line {proofs[0]} alone has" if len(proofs) == 1 else f"{len(proofs)} lines (the first: {proofs[0]}) have"
        )
        raise FileRefused(
            f"{lines} a date that can be read {names[0]} only, against all others: read {names[0]}, the days of one"
            f" subject follow each other {proved} times, read {names[1]} {other} times; correct the date, or"
            f" {HOW_TO_TELL.format(usual)}"
        )


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
