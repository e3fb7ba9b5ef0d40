"""Dirt into clean lines: each kind replaces a line (or a group of lines) by others and says what has to be found."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np

from flows.simulation.csv_text import Block

QUARANTINED, FLAGGED, DUPLICATE, SUPERSEDED = "quarantined", "flagged", "duplicate", "superseded"
CELL = "cell"  # the line counts, one of its cells does not
REFUSED, IGNORED = "refused", "ignored"


class Mark(NamedTuple):
    """What has to be found on a line: ``check_id`` is empty where a line is a duplicate, superseded,
    or one of many cells of a column that its file writes in another unit."""

    kind: str
    check_id: str
    outcome: str


class NewLine(NamedTuple):
    """A line that takes the place of another one."""

    fields: list[str]
    marks: tuple[Mark, ...] = ()


class Edit(NamedTuple):
    """``rows`` lines from one on, replaced."""

    rows: int
    lines: list[NewLine]


class Facts(NamedTuple):
    """What a kind of dirt may need to know of the line's subject and of itself."""

    consent: date
    last_day: date
    has_left: bool
    day: int  # diary: days from the subject's first diary day
    is_last_row: bool
    bits: int  # 32 random bits


class Kind(NamedTuple):
    """One kind of dirt: which lines it can befall, and what becomes of them."""

    fits: Callable[[list[str], Facts], bool]
    made: Callable[[str, list[str], Facts], list[NewLine]]


def any_line(fields: list[str], facts: Facts) -> bool:
    """Befalls every line."""
    return True


def changed(
    check_id: str, outcome: str, *changes: tuple[int, str | Callable[[list[str], Facts], str]], also: str = ""
) -> Callable[[str, list[str], Facts], list[NewLine]]:
    """The line with some fields changed. ``also``: a second check that must find it as well (a warning)."""

    def made(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
        marks = [Mark(kind, check_id, outcome)] + ([Mark(kind, also, FLAGGED)] if also else [])
        return [NewLine(_with(fields, facts, changes), tuple(marks))]

    return made


def added(
    check_id: str, outcome: str, *changes: tuple[int, str | Callable[[list[str], Facts], str]], also: str = ""
) -> Callable[[str, list[str], Facts], list[NewLine]]:
    """The line, and after it another one made from it."""

    def made(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
        (line,) = changed(check_id, outcome, *changes, also=also)(kind, fields, facts)
        return [NewLine(fields), line]

    return made


def _with(
    fields: list[str], facts: Facts, changes: tuple[tuple[int, str | Callable[[list[str], Facts], str]], ...]
) -> list[str]:
    new = list(fields)
    for place, value in changes:
        new[place] = value if isinstance(value, str) else value(fields, facts)
    return new


def shifted(day: str, days: int) -> str:
    """A date some days later (or earlier), as text."""
    return (date.fromisoformat(day[:10]) + timedelta(days=days)).isoformat()


def broken(check_id: str) -> Kind:
    """A line with a field too many or too few, after the intact one."""

    def made(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
        wrong = [*fields, "1"] if facts.bits & 1 else fields[:-1]
        return [NewLine(fields), NewLine(wrong, (Mark(kind, check_id, QUARANTINED),))]

    return Kind(any_line, made)


def plan(weights: dict[str, float], rate: float, words: np.ndarray, rows: np.ndarray) -> Iterator[tuple[int, str, int]]:
    """Which of the units are hit, by what, and 32 random bits for it.

    ``words``: one random word per unit; ``rows``: the row of each unit. A unit is hit by at most one kind, each with
    probability rate x weight.
    """
    names = list(weights)
    edges = np.cumsum([min(rate * weights[name], 1.0) for name in names]) if names else np.zeros(0)
    draws = (words >> np.uint64(32)).astype(np.float64) * 2.0**-32
    hit = np.flatnonzero(draws < (edges[-1] if len(edges) else 0.0))
    chosen = np.searchsorted(edges, draws[hit], side="right")
    for unit, place in zip(hit.tolist(), chosen.tolist(), strict=True):
        yield int(rows[unit]), names[place], int(words[unit]) & 0xFFFFFFFF


def apply(text: Block, edits: dict[int, Edit], first_line: int) -> Iterator[tuple[bytes, int, list[tuple[int, Mark]]]]:
    """The block in pieces: text, number of lines, and the marked lines of the piece with their line numbers."""
    done = 0  # rows behind us
    number = first_line
    for row in sorted(edits):
        edit = edits[row]
        if row > done:
            yield _rows(text, done, row), row - done, []
            number += row - done
        marks = [(number + place, mark) for place, line in enumerate(edit.lines) for mark in line.marks]
        piece = "".join(",".join(line.fields) + "\n" for line in edit.lines).encode()
        yield piece, len(edit.lines), marks
        number += len(edit.lines)
        done = row + edit.rows
    if len(text.ends) > done:
        yield _rows(text, done, len(text.ends)), len(text.ends) - done, []


def _rows(text: Block, first: int, last: int) -> bytes:
    start = 0 if first == 0 else int(text.ends[first - 1])
    return text.text[start : int(text.ends[last - 1])]
