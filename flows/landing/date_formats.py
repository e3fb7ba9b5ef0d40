"""In which formats the dates of a column can be read. More than one is an ambiguity, which is named and not decided."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from functools import lru_cache
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
LONGEST_SHAPE = 30
ENOUGH = 0.95  # of the cells; a few may be slips
FEW_YEARS = 3


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
    texts = list(cells)
    read = Counter(name for text in texts for name in formats_of(text))
    if not read:
        return Dates((), 0.0, 0)
    most = max(read.values())
    best = _without_scattered(sorted(name for name, count in read.items() if count == most), texts)
    others = {name for name in read if not _is_scattered_form(name)} | set(best)
    proofs = sum(formats_of(text) & others == {best[0]} for text in texts)
    return Dates(tuple(best), most / len(texts), proofs)


def _is_scattered_form(date_format: str) -> bool:
    return date_format.startswith("%y")


def _without_scattered(formats: list[str], texts: Sequence[str]) -> list[str]:
    """Of several formats, not those with a year of two digits first that would scatter the dates over many years, where
    another holds them together: 13.02.24 and 14.02.24 are no days of 2013 and 2014."""
    scattered = [name for name in formats if _is_scattered_form(name)]
    together = [name for name in formats if name not in scattered]
    if not together:
        return formats
    years = {name: len({int(text[:2].strip("./-")) for text in texts}) for name in scattered}
    last = {text.split(" ")[0].split("T")[0][-2:] for text in texts}
    return together + [name for name in scattered if years[name] <= FEW_YEARS or len(last) > FEW_YEARS]


@lru_cache(maxsize=1 << 14)  # the days of a study stand in many cells, and each column is looked at several times
def formats_of(text: str) -> frozenset[str]:
    """Every format in which a text is a date."""
    if parts := NUMBERS.fullmatch(text):
        return _of_numbers(parts[1], parts[2], parts[3], parts[4])
    if EIGHT_DIGITS.fullmatch(text):
        return frozenset({"%Y%m%d"})
    if parts := NAMED_MONTH.fullmatch(text):
        return frozenset({f"%d{parts[1]}%b{parts[1]}{'%Y' if len(parts[2]) == 4 else '%y'}"})
    if parts := NUMBER.fullmatch(text):
        return frozenset(name for name, first, last in SERIALS if first <= int(parts[1]) < last)
    return frozenset()


def _of_numbers(first: str, mark: str, second: str, third: str) -> frozenset[str]:
    orders = {"%Y%m%d": (first, second, third), "%d%m%Y": (third, second, first), "%m%d%Y": (third, first, second)}
    found = set()
    for order, (year, month, day) in orders.items():
        if len(year) in (2, 4) and len(month) < 3 and len(day) < 3 and _is_day(year, month, day):
            year_mark = "%Y" if len(year) == 4 else "%y"
            found.add(mark.join(part.replace("%Y", year_mark) for part in re.findall("%.", order)))
    return frozenset(found)


def _is_day(year: str, month: str, day: str) -> bool:
    try:
        date(int(year) if len(year) == 4 else 2000 + int(year), int(month), int(day))
    except ValueError:
        return False
    return True


def how_written(texts: Iterable[str]) -> str:
    """For a message: the shape of most of these dates, which shows no value, and what would read them."""
    texts = list(texts)
    shapes = Counter(shape_of(text) for text in texts)
    read = Counter(name for text in texts for name in formats_of(text))
    # One slip must not tell the order of all: each order that reads half of them is named.
    formats = [
        name for name, count in sorted(read.items(), key=lambda item: (-item[1], item[0])) if 2 * count >= len(texts)
    ]
    found = " or ".join(f'"{name}"' for name in formats)
    setting = (
        f"set date_format = {found}"
        if found
        else 'set date_format, e.g. "%d/%m/%Y" (day first) or "%m/%d/%Y" (month first),'
    )
    shape = f"; most look like {shapes.most_common(1)[0][0]}" if shapes else ""
    return f"{shape}; {setting}"


def shape_of(text: str) -> str:
    """A text with every digit as 9 and every letter as a: 2/13/24 0:00 is 9/99/99 9:99."""
    return re.sub(r"[^\W\d_]", "a", re.sub(r"\d", "9", text[:LONGEST_SHAPE]))
