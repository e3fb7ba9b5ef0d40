"""Which column of theirs is which of ours: by its name first, and only where its cells agree."""

import re
from collections import Counter, defaultdict
from typing import NamedTuple

from flows.landing.date_formats import CLOCK, dates_of
from flows.landing.draft.answers import fault_of
from flows.landing.draft.look import Look
from flows.landing.draft.names import CANONICAL, fold, likeness
from flows.study.dictionary import Column, file_columns
from flows.study.file_format import JOINED, day_column

BOX = re.compile(r"(.+)___(\w+)")  # REDCap: a checkbox for each choice
SUBJECT = "subject_id"
FEWEST_COLUMNS = 3
DAY_NAMES = ("date", "datum", "fecha")
HOW_SURE = {3: "by its name", 2: "a known name for it", 1: "a known name for it among other words"}


class Match(NamedTuple):
    """The columns of a kind that a header has. ``boxes``: by our column, their boxes. ``doubts``: what could not be told."""

    kind: str
    columns: dict[str, tuple[str, ...]]
    evidence: dict[str, str]
    boxes: dict[str, tuple[str, ...]]
    doubts: tuple[str, ...]

    @property
    def found(self) -> set[str]:
        """Our columns that the file has."""
        return {*self.columns, *self.boxes}

    def lacks(self, from_name: set[str]) -> list[str]:
        """Required columns that neither the header nor ``told`` has."""
        required = [column.name for column in file_columns(self.kind) if column.required]
        return [name for name in required if name not in self.found | from_name]


def match(look: Look, kind: str) -> Match:
    """The columns of one kind in a header."""
    ranks: dict[str, dict[str, int]] = defaultdict(dict)  # ours -> theirs -> how sure the name is
    doubts: list[str] = []
    surest = {name: max(likeness(name, kind, c.name) for c in file_columns(kind)) for name in look.header if name}
    for column in file_columns(kind):
        for place, name in enumerate(look.header):
            # A column that is no headache for its cells is not something else by a name that is less like it.
            if not (name and (sure := likeness(name, kind, column.name))) or sure < surest[name]:
                continue
            if fault := fault_of(column, name, look.cells(place)):
                doubts.append(f"column '{name}' reads like {column.name} by its name, but {fault}")
            else:
                ranks[column.name][name] = sure
    columns: dict[str, tuple[str, ...]] = {}
    evidence: dict[str, str] = {}
    taken = _surest(ranks)
    for ours, theirs in ranks.items():
        mine = {name: sure for name, sure in theirs.items() if taken[name] == ours}
        best = [name for name, sure in mine.items() if sure == max(mine.values())]
        best = _not_numbers_of_rows(best, look, kind) if ours == SUBJECT else best
        if len(best) == 1:
            columns[ours], evidence[ours] = (best[0],), HOW_SURE[mine[best[0]]]
        elif best:
            doubts.append(f"columns {_names(best)} could {'both' if len(best) == 2 else 'all'} be {ours}")
    boxes = {}
    for column in file_columns(kind):
        if column.type in JOINED and column.name not in columns:
            if column.type == "codes" and (found := _boxes(look, kind, column)):
                boxes[column.name] = found
            elif column.type == "codes" and (found := _numbered(look, kind, column)):
                columns[column.name] = found
                evidence[column.name] = f"{len(found)} columns of one name that differ by a number"
            elif column.type == "timestamp" and (found := _date_and_time(look, kind, column, columns)):
                columns[column.name] = found
                evidence[column.name] = "a column of dates and one of times of day that share their name"
    doubts = [doubt for doubt in doubts if not any(f"'{name}' reads" in doubt for name in sum(columns.values(), ()))]
    return Match(kind, columns, evidence, boxes, tuple(doubts))


def _surest(ranks: dict[str, dict[str, int]]) -> dict[str, str]:
    """By column of theirs, the one of ours it is most surely; of two as sure, the one that the file cannot do without."""
    best: dict[str, tuple[int, str]] = {}
    for ours, theirs in ranks.items():
        for name, sure in theirs.items():
            if name not in best or sure > best[name][0]:
                best[name] = (sure, ours)
    return {name: ours for name, (_, ours) in best.items()}


def _not_numbers_of_rows(names: list[str], look: Look, kind: str) -> list[str]:
    """Of several columns that could be the subject's, those that repeat: a number of the row does not."""
    if len(names) < 2 or day_column(kind) is None:
        return names
    repeating = []
    for name in names:
        cells = look.cells(look.place(name))
        if len(set(cells)) < len(cells):
            repeating.append(name)
    return repeating or names


def _names(names: list[str]) -> str:
    quoted = [f"'{name}'" for name in names]
    return f"{', '.join(quoted[:-1])} and {quoted[-1]}"


def _boxes(look: Look, kind: str, column: Column) -> tuple[str, ...]:
    """Their checkboxes for our codes, the choices of one question."""
    questions: dict[str, list[str]] = defaultdict(list)
    for name in look.header:
        if (parts := BOX.fullmatch(name)) and likeness(parts[1], kind, column.name):
            questions[parts[1]].append(name)
    return tuple(next(iter(questions.values()))) if len(questions) == 1 else ()


def _numbered(look: Look, kind: str, column: Column) -> tuple[str, ...]:
    """Columns whose names differ by a number only: med1_name, med2_name."""
    stems: dict[str, list[str]] = defaultdict(list)
    for name in look.header:
        words = fold(name).split()
        stem = " ".join(word for word in words if not word.isdigit())
        if stem and len(words) > len(stem.split()) and likeness(stem, kind, column.name):
            stems[stem].append(name)
    several = [names for names in stems.values() if len(names) > 1]
    return tuple(several[0]) if len(several) == 1 else ()


def _date_and_time(look: Look, kind: str, column: Column, columns: dict[str, tuple[str, ...]]) -> tuple[str, ...]:
    """A date and a time of day that stand in two columns of one name: Entry Date and Entry Time."""
    taken = {name for theirs in columns.values() for name in theirs}
    stems: dict[str, dict[str, list[str]]] = defaultdict(lambda: {"date": [], "time": []})
    for place, name in enumerate(look.header):
        cells = look.cells(place)
        stem = " ".join(word for word in fold(name).split() if word not in ("date", "time"))
        if not cells or not stem or name in taken or not likeness(stem, kind, column.name):
            continue
        if all(CLOCK.fullmatch(text) for text in cells):
            stems[stem]["time"].append(name)
        elif dates_of(cells).are_dates:
            stems[stem]["date"].append(name)
    pairs = [found for found in stems.values() if len(found["date"]) == len(found["time"]) == 1]
    alone = [found["time"][0] for found in stems.values() if not found["date"] and len(found["time"]) == 1]
    if not pairs and column.required and len(alone) == 1:
        # An attack begins on the day of its row; when it ends, the row may not say.
        days = [
            n for place, n in enumerate(look.header) if fold(n) in DAY_NAMES and dates_of(look.cells(place)).are_dates
        ]
        return (days[0], alone[0]) if len(days) == 1 else ()
    return (pairs[0]["date"][0], pairs[0]["time"][0]) if len(pairs) == 1 else ()


def is_row_of_its_own(look: Look, name: str) -> bool:
    """Whether no two rows have the same text in a column: a file of subjects has each once."""
    return max(Counter(look.cells(look.place(name))).values(), default=0) <= 1


def is_same_name(ours: str, theirs: tuple[str, ...], kind: str) -> bool:
    """Whether the product finds the column by itself."""
    return len(theirs) == 1 and theirs[0].strip().casefold() == ours and likeness(theirs[0], kind, ours) == CANONICAL
