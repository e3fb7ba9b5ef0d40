"""Lines of a described file rewritten with our columns: several of theirs for one, boxes, codes, parts of the file's
name, a column a day, and lines that are another kind's. Everything after it reads as if the file had been written so.

The line number stays that of the file as it came.
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from flows.base.errors import FileRefused
from flows.base.suggestions import did_you_mean
from flows.study.dictionary import Column, file_columns
from flows.study.file_format import (
    FIELD,
    SERIAL_DATES,
    Conditions,
    FileFormat,
    Reading,
    csv_name,
    day_column,
    unpacked_name,
)

Cell = Callable[[Sequence[str]], str]
CHECKED = ("1", "yes", "y", "true", "t", "x", "checked", "ja", "j")
BOX = "___"  # REDCap: acute_med___1 is the box of choice 1
ISO = "%Y-%m-%d"


class Elsewhere(NamedTuple):
    """A line that this reading does not take: another one does, its form was not filled in, or nobody does."""

    is_claimed: bool


class Row(NamedTuple):
    """One row of ours; ``part`` tells the column of the day where a line holds many."""

    part: str
    fields: list[str]


class Day(NamedTuple):
    """One column of a file with a column a day."""

    part: str
    place: int
    date: Cell


class Description:
    """What a header and an entry of study.toml together make of a line.

    Raises FileRefused where a column is not there that decides whether a line is read, or the file's name does not fit.
    """

    def __init__(self, reading: Reading, path: str, header: list[str]) -> None:
        self.reading, self.path = reading, path
        self.kind, self.group = reading.kind, reading.group
        self._header = [name.strip().casefold() for name in header]
        self._used: set[int] = set()
        self._from_name = _columns_in_name(self.group, path)
        cells = {column.name: cell for column in file_columns(self.kind) if (cell := self._cell(column)) is not None}
        self._days = self._find_days() if self.group.wide else []
        day = day_column(self.kind)
        if self.group.wide and day:
            cells |= {day: _nothing, self.group.wide.value: _nothing}
        self.names = tuple(cells)
        self._cells = tuple(cells.values())
        self._wanted = self._tests(self.group.where, "where")
        self._answered = self._tests(self.group.answered, "answered")
        self._claims = [self._tests(where, "where") for where in reading.others]
        self.unread = tuple(name for place, name in enumerate(header) if place not in self._used)

    def for_header(self, header: list[str]) -> "Description":
        """The same description of lines below another header."""
        return Description(self.reading, self.path, header)

    @property
    def parts(self) -> tuple[str, ...]:
        """The parts a line may be taken into; one without a name where a line is one row."""
        return tuple(day.part for day in self._days) if self.group.wide else ("",)

    def rows(self, fields: Sequence[str]) -> list[Row] | Elsewhere:
        """The rows that a line makes: one, or one for each day with an answer."""
        if not _hold(self._wanted, fields):
            return Elsewhere(not self.reading.is_first or any(_hold(claim, fields) for claim in self._claims))
        if not _hold(self._answered, fields):
            return Elsewhere(True)
        row = [cell(fields) for cell in self._cells]
        if not self.group.wide:
            return [Row("", row)]
        day, value = self.names.index(day_column(self.kind) or ""), self.names.index(self.group.wide.value)
        rows = []
        for part, place, date in self._days:
            if answer := fields[place].strip():
                row[day], row[value] = date(fields), self._labelled(place, answer)
                rows.append(Row(part, row.copy()))
        return rows

    def _cell(self, column: Column) -> Cell | None:
        """Where a column of ours comes from; None where the file does not tell it."""
        name = column.name
        if name in self._from_name:
            constant = self._from_name[name]
            return lambda fields: constant
        boxes = [(self._place(box), code) for box, code in self.group.codes.get(name, {}).items()]
        asked = self.group.columns.get(name, (name,))
        places = [place for theirs in asked if (place := self._place(theirs)) is not None]
        if column.type == "codes":
            boxes += [box for theirs in asked if self._place(theirs) is None for box in self.boxes_of(theirs)]
        found = [(place, code) for place, code in boxes if place is not None]
        if not places and not found:
            return None
        if len(places) == 1 and not found:
            only = places[0]
            return lambda fields: self._labelled(only, fields[only].strip())
        between = ";" if column.type == "codes" else " "

        def joined(fields: Sequence[str]) -> str:
            texts = [self._labelled(place, fields[place].strip()) for place in places]
            texts += [code for place, code in found if fields[place].strip().casefold() in CHECKED]
            return between.join(text for text in texts if text)

        return joined

    def boxes_of(self, field: str) -> list[tuple[int | None, str]]:
        """(place, label) of the boxes of a question, one for each of its answers, as the codebook lists them."""
        choices = self.group.choices.get(field.casefold(), {})
        start = field.casefold() + BOX
        found = [(self._place(start + code), label) for code, label in choices.items()]
        return [(place, label) for place, label in found if place is not None]

    def _labelled(self, place: int, text: str) -> str:
        choices = self.group.choices.get(self._header[place])
        return choices.get(text, text) if choices else text

    def _place(self, theirs: str) -> int | None:
        name = theirs.strip().casefold()
        if self._header.count(name) > 1:
            raise FileRefused(f"holds column '{theirs}' twice")
        if name not in self._header:
            return None
        place = self._header.index(name)
        self._used.add(place)
        return place

    def _needed(self, theirs: str, key: str) -> int:
        place = self._place(theirs)
        if place is None:
            raise FileRefused(
                f"holds no column '{theirs}', which '{key}' in study.toml names{did_you_mean(theirs, self._header)}"
            )
        return place

    def _tests(self, conditions: Conditions, key: str) -> list[tuple[int, set[str]]]:
        """(place, texts one of which stands there): a code is known by its label too."""
        tests = []
        for theirs, texts in conditions.items():
            place = self._needed(theirs, key)
            choices = self.group.choices.get(self._header[place], {})
            wanted = {text.strip().casefold() for text in texts}
            tests.append((place, wanted | {code for code, label in choices.items() if label.casefold() in wanted}))
        return tests

    def _find_days(self) -> list[Day]:
        wide = self.group.wide
        assert wide is not None
        days: list[Day] = []
        if wide.dates:
            for place, name in enumerate(self._header):
                if written := _read_date(name, wide.dates):
                    date = written.strftime(self._date_format)
                    days.append(Day(name, place, lambda fields, date=date: date))
        else:
            start = self._needed(wide.first_day or "", "wide")
            before, after = (re.escape(text.casefold()) for text in (wide.days or "").split("{n}"))
            for place, name in enumerate(self._header):
                if number := re.fullmatch(f"{before}([0-9]+){after}", name):
                    if int(number[1]) == 0:
                        raise FileRefused(f"holds column '{name}': days count from 1, the one of '{wide.first_day}'")
                    days.append(Day(name, place, self._counted(start, int(number[1]) - 1)))
        if not days:
            raise FileRefused(f"holds no column of a day, named as '{wide.days or wide.dates}', which 'wide' asks for")
        for day in days:
            self._place(day.part)
        return days

    @property
    def _date_format(self) -> str:
        """The format in which days are written again: the one in which they are read later."""
        declared = self.group.date_format
        return ISO if declared is None or declared in SERIAL_DATES else declared

    def _counted(self, start: int, days: int) -> Cell:
        """The day so many days after the first; the text of the first as it is where it is no date."""

        def date(fields: Sequence[str]) -> str:
            text = fields[start].strip()
            if self.group.date_format in SERIAL_DATES and text.isdecimal():
                return str(int(text) + days)
            first = _read_date(text, self._date_format)
            return (first + timedelta(days)).strftime(self._date_format) if first else text

        return date


def _nothing(fields: Sequence[str]) -> str:
    return ""


def _hold(tests: list[tuple[int, set[str]]], fields: Sequence[str]) -> bool:
    return all(fields[place].strip().casefold() in wanted for place, wanted in tests)


def _read_date(text: str, date_format: str) -> datetime | None:
    try:
        return datetime.strptime(text, date_format.replace("%-", "%"))
    except ValueError:
        return None


def _columns_in_name(group: FileFormat, path: str) -> dict[str, str]:
    """Our columns that the path tells."""
    if not group.file_name:
        return {}
    pieces = FIELD.split(group.file_name)
    # As little or as much as may be: where the two differ, nobody knows where one column ends.
    short, long = (
        "(?:.*/)?" + "".join(f"(?P<{p}>{some})" if odd % 2 else re.escape(p) for odd, p in enumerate(pieces))
        for some in ("[^/]+?", "[^/]+")
    )
    for name in (path, unpacked_name(path), csv_name(path)):
        if found := re.fullmatch(short, name, re.IGNORECASE):
            other = re.fullmatch(long, name, re.IGNORECASE)
            if other and other.groupdict() != found.groupdict():
                raise FileRefused(f"has a name that fits file_name = '{group.file_name}' in more than one way")
            return found.groupdict()
    raise FileRefused(
        f"has a name that does not fit file_name = '{group.file_name}', which tells {' and '.join(group.path_columns)}"
    )
