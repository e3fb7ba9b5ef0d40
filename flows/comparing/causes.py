"""The causes of a change, in codes and in words, each with the places that it stands in."""

from collections.abc import Iterable
from itertools import groupby
from typing import NamedTuple

from flows.base.toml_files import Frozen

# In the order in which they are shown: what a person can look up first, then what holds for all.
CAUSES = {
    "new_lines": "new lines",
    "correction": "a correction",
    "withdrawal": "a withdrawal",
    "restored": "a file that counts again",
    "cutoff": "the moved cut-off",
    "rule": "a changed rule",
    "check": "a changed check or limit",
    "setting": "a changed setting",
    "calendar": "a date that has come",
    "software": "changed software",
    "unexplained": "no cause that was found, which is a defect",
}
UNEXPLAINED = "unexplained"


class Place(Frozen):
    """Lines of one file, and where they correct or are corrected the line of another one; null lines mean the whole file
    (in a blinded study the lines of subjects and injections are not published)."""

    file_id: str | None = None
    path: str | None = None
    line_number: int | None = None
    file_before: str | None = None
    path_before: str | None = None
    line_before: int | None = None


class Cause(Frozen):
    """One cause: its code, what changed in words where it is no line, and the places of its lines."""

    cause: str
    text: str | None = None
    places: tuple[Place, ...] = ()


class ChangedValue(Frozen):
    """One status, verdict, criterion or summary cell that differs; null = not known, or no such row."""

    scope: str
    rule_set: str | None
    subject_id: str | None
    cycle: int | None
    table_name: str
    column_name: str
    row_key: str | None
    value_before: str | None
    value_after: str | None


class Change(ChangedValue):
    """A value that differs, with its causes."""

    causes: tuple[Cause, ...]
    behind: tuple[str, ...] = ()  # of a summary cell: the first of the subjects whose data or statuses changed
    n_behind: int = 0  # and how many they are

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of its causes, in order."""
        return tuple(cause.cause for cause in self.causes)


class Comparison(NamedTuple):
    """All that differs between two snapshots, statuses first."""

    changes: tuple[Change, ...]

    def of_scope(self, *scopes: str) -> list[Change]:
        """The changes of statuses, verdicts, eligibility or summary cells."""
        return [change for change in self.changes if change.scope in scopes]


def in_order(causes: Iterable[Cause]) -> tuple[Cause, ...]:
    """Causes in the order of CAUSES."""
    return tuple(sorted(causes, key=lambda cause: list(CAUSES).index(cause.cause)))


def causes_in_words(codes: Iterable[str]) -> str:
    """new lines and the moved cut-off."""
    words = [CAUSES[code] for code in codes]
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)


def places_in_words(cause: Cause) -> list[str]:
    """file:line of each place, lines that follow each other as one range."""
    shown = []
    placed = sorted(
        cause.places, key=lambda p: (p.path_before or "", p.path or "", p.line_before or 0, p.line_number or 0)
    )
    for (path_before, path), group in groupby(placed, key=lambda place: (place.path_before, place.path)):
        places = list(group)
        if path_before and path:
            shown += [f"{_at(path_before, p.line_before)} -> {_at(path, p.line_number)}" for p in places]
        else:
            lines = [p.line_number if path else p.line_before for p in places]
            numbers = sorted({n for n in lines if n is not None})
            shown.append(f"{path or path_before}{':' if numbers else ''}{','.join(_ranges(numbers))}")
    return shown


def _at(path: str, line: int | None) -> str:
    return path if line is None else f"{path}:{line}"


def _ranges(numbers: list[int]) -> list[str]:
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return [str(first) if first == last else f"{first}-{last}" for first, last in runs]
