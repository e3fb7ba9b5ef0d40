"""Diary literals laid out day by day.

A cell such as ``14 of 28`` means: 14 days with headache come first, then 14 free days; what is left of the range has
no diary row. Where the single day matters, a cell is a strip of letters, with counts and groups: ``HHFF-?``,
``13H 3t 12F``, ``14(HF)``.
"""

import re
from dataclasses import dataclass
from datetime import date, timedelta

from tests.spec.format import Row, Spec, pipe_table


@dataclass(frozen=True)
class Answer:
    """What a patient wrote down on a day."""

    words: str
    headache: bool | None
    hours: float | None = None
    drugs: tuple[str, ...] = ()
    severity: int = 2


LETTERS = {
    "H": Answer("headache, 6 h", True, 6.0),
    "m": Answer("mild headache, 6 h", True, 6.0, severity=1),
    "v": Answer("severe headache, 6 h", True, 6.0, severity=3),
    "B": Answer("headache, exactly 4 h", True, 4.0),
    "s": Answer("headache, 3 h 45 min", True, 3.75),
    "t": Answer("headache, 1 h 30 min, ended by a triptan", True, 1.5, ("sumatriptan",)),
    "e": Answer("headache, 1 h 30 min, ended by an ergot", True, 1.5, ("ergotamine",)),
    "c": Answer("headache, 1 h 30 min, ended by triptan with naproxen", True, 1.5, ("sumatriptan_naproxen",)),
    "n": Answer("headache, 1 h 30 min, ended by ibuprofen", True, 1.5, ("ibuprofen",)),
    "u": Answer("headache of unknown duration", True),
    "U": Answer("headache of unknown duration, a triptan taken", True, None, ("sumatriptan",)),
    "F": Answer("free of headache", False),
    "f": Answer("free of headache, a triptan taken nevertheless", False, None, ("sumatriptan",)),
    "?": Answer("a diary row, but the headache question is not answered", None),
}
NO_ROW = "-"
COUNTS = re.compile(r"(\d+) of (\d+)")
RUN = re.compile(r"(\d*)(?:\(([^()]+)\)|([A-Za-z?-]))\s*")
RANGE = re.compile(r"(?:Days? )?(-?\d+)(?:\.\.(-?\d+))?")
BY_PATIENT = ("patient", "injections")


def days_of(words: str) -> list[int]:
    """``Days -28..-1`` as study days; there is no Day 0."""
    found = RANGE.fullmatch(words)
    if not found:
        raise ValueError(f"not a range of days: {words}")
    first, last = int(found[1]), int(found[2] or found[1])
    days = [day for day in range(first, last + 1) if day != 0]
    if not days or 0 in (first, last):
        raise ValueError(f"no such days: {words}")
    return days


def strip_of(cell: str, length: int) -> str:
    """The cell as one letter a day, filled up with days that have no row."""
    counts = COUNTS.fullmatch(cell)
    if counts:
        headaches, recorded = int(counts[1]), int(counts[2])
        strip = "H" * headaches + "F" * (recorded - headaches) if headaches <= recorded else "x"
    elif re.fullmatch(f"(?:{RUN.pattern})*", cell):
        strip = "".join((group or letter) * int(times or 1) for times, group, letter in RUN.findall(cell))
    else:
        strip = "x"
    if len(strip) > length or not set(strip) <= {*LETTERS, NO_ROW}:
        raise ValueError(f"cannot lay out {cell!r} over {length} days")
    return strip.ljust(length, NO_ROW)


def diary_cells(spec: Spec) -> dict[str, dict[str, str]]:
    """patient -> range of days -> cell. A diary of plain lines is that of patient A."""
    if not spec.diary.strip().startswith("|"):
        lines = [line.split(":") for line in spec.diary.strip().splitlines()]
        return {"A": {days.strip(): cell.strip() for days, cell in lines}}
    rows = pipe_table(spec.diary)
    cells = {row["patient"]: {name: cell for name, cell in row.items() if name not in BY_PATIENT} for row in rows}
    if len(cells) < len(rows):
        raise ValueError("a patient appears twice")
    return cells


def strips(spec: Spec) -> dict[str, dict[int, str]]:
    """patient -> study day -> letter, days without a row left out."""
    patients: dict[str, dict[int, str]] = {}
    for patient, cells in diary_cells(spec).items():
        days = patients.setdefault(patient, {})
        for words, cell in cells.items():
            numbers = days_of(words)
            if days.keys() & set(numbers):
                raise ValueError(f"{words} overlaps another range")
            days.update(zip(numbers, strip_of(cell, len(numbers)), strict=True))
    return {patient: {d: x for d, x in days.items() if x != NO_ROW} for patient, days in patients.items()}


def injection_days(spec: Spec) -> dict[str, list[int]]:
    """patient -> study days of the injection rows, as often as they are written."""
    given = dict.fromkeys(diary_cells(spec), spec.injections)
    if spec.diary.strip().startswith("|"):
        given |= {row["patient"]: row["injections"] for row in pipe_table(spec.diary) if "injections" in row}
    days = {patient: [] if text == "none" else [int(day) for day in text.split(",")] for patient, text in given.items()}
    if any(numbers and (min(numbers) != 1 or 0 in numbers) for numbers in days.values()):
        raise ValueError("Day 1 is the first injection")
    return days


def date_of(day: int, day_1: date) -> date:
    return day_1 + timedelta(days=day - 1 if day > 0 else day)


def day_of(when: date, day_1: date) -> int:
    return (when - day_1).days + (1 if when >= day_1 else 0)


def medication_days(spec: Spec) -> dict[tuple[str, int], tuple[str, ...]]:
    """(patient, study day) -> drugs of the medication table."""
    taken: dict[tuple[str, int], tuple[str, ...]] = {}
    for row in pipe_table(spec.medication) if spec.medication else []:
        for day in days_of(row["taken on"]):
            key = (row["patient"], day)
            taken[key] = (*taken.get(key, ()), row["drug"])
    return taken


def diary_rows(spec: Spec) -> list[Row]:
    """The diary as an engine reads it: one row per patient and recorded day."""
    taken = medication_days(spec)
    letters = {(patient, day): letter for patient, days in strips(spec).items() for day, letter in days.items()}
    if not taken.keys() <= letters.keys():
        raise ValueError("medication on a day without a diary row")
    return [
        {
            "subject_id": patient,
            "diary_date": date_of(day, spec.day_1),
            "headache": LETTERS[letter].headache,
            "hours": LETTERS[letter].hours,
            "severity": {True: LETTERS[letter].severity, False: 0, None: None}[LETTERS[letter].headache],
            "migraine": None,
            "acute_medication": tuple(sorted({*LETTERS[letter].drugs, *taken.get((patient, day), ())})),
        }
        for (patient, day), letter in letters.items()
    ]
