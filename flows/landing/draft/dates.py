"""In which formats the dates of a column can be read. More than one is an ambiguity, which is named and not decided."""

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

TIME = r"(?:[ T]\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?: ?(?:[Zz]|UTC|[+-]\d\d:?\d\d))?)?"
NUMBERS = re.compile(rf"(\d{{1,4}})([./-])(\d{{1,2}})\2(\d{{1,4}}){TIME}", re.ASCII)
EIGHT_DIGITS = re.compile(r"(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])", re.ASCII)
NAMED_MONTH = re.compile(
    rf"\d{{1,2}}([ ./-]?)(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)\1(\d{{4}}|\d\d){TIME}", re.IGNORECASE
)
NUMBER = re.compile(r"(\d{5,10})(?:\.\d+)?", re.ASCII)
CLOCK = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?( ?[AaPp][Mm])?")
ISO = "%Y-%m-%d"
# Days of a spreadsheet from 1982 to 2064; days of SAS from 1998 to 2042 and seconds from 1990 to 2042. They do not overlap.
SERIALS = (("excel", 30_000, 60_000), ("sas", 14_000, 30_000), ("sas", 946_684_800, 2_587_680_000))
ENOUGH = 0.95  # of the cells; a few may be slips


class Dates(NamedTuple):
    """What the cells of a column say: the formats that read as many of them as any does."""

    formats: tuple[str, ...]
    share: float  # of the cells, read by these
    proofs: int  # cells that the first format alone reads

    @property
    def are_dates(self) -> bool:
        """Whether the column holds dates."""
        return self.share >= ENOUGH


def dates_of(cells: Iterable[str]) -> Dates:
    """The formats of the day in a column's cells; what follows the day is a time."""
    total, read, alone = 0, Counter[str](), Counter[str]()
    for text in cells:
        total += 1
        formats = formats_of(text)
        read.update(formats)
        if len(formats) == 1:
            alone.update(formats)
    if not read:
        return Dates((), 0.0, 0)
    most = max(read.values())
    best = tuple(sorted(name for name, count in read.items() if count == most))
    return Dates(best, most / total, alone[best[0]])


def formats_of(text: str) -> set[str]:
    """Every format in which a text is a date."""
    if parts := NUMBERS.fullmatch(text):
        return _of_numbers(parts[1], parts[2], parts[3], parts[4])
    if EIGHT_DIGITS.fullmatch(text):
        return {"%Y%m%d"}
    if parts := NAMED_MONTH.fullmatch(text):
        return {f"%d{parts[1]}%b{parts[1]}{'%Y' if len(parts[2]) == 4 else '%y'}"}
    if parts := NUMBER.fullmatch(text):
        return {name for name, first, last in SERIALS if first <= int(parts[1]) < last}
    return set()


def _of_numbers(first: str, mark: str, second: str, third: str) -> set[str]:
    orders = {"%Y%m%d": (first, second, third), "%d%m%Y": (third, second, first), "%m%d%Y": (third, first, second)}
    found = set()
    for order, (year, month, day) in orders.items():
        if len(year) in (2, 4) and len(month) < 3 and len(day) < 3 and _is_day(year, month, day):
            year_mark = "%Y" if len(year) == 4 else "%y"
            found.add(mark.join(part.replace("%Y", year_mark) for part in re.findall("%.", order)))
    return found


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True
