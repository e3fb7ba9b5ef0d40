"""A column a day: columns that are numbered days, or whose names are dates."""

import re
from collections import defaultdict
from typing import NamedTuple

from flows.landing.date_formats import dates_of
from flows.landing.draft.answers import fault_of
from flows.landing.draft.columns import SUBJECT, match
from flows.landing.draft.look import Look
from flows.study.dictionary import file_columns
from flows.study.file_format import day_column

FEWEST_DAYS = 5


class WideLayout(NamedTuple):
    """How the days stand in the columns, for ``wide`` of an entry; ``doubts`` where something of it could not be told."""

    keys: dict[str, str]
    columns: dict[str, tuple[str, ...]]
    evidence: str
    doubts: tuple[str, ...]


def wide_layout(look: Look, kind: str) -> WideLayout | None:
    """The layout of a file with a column a day; None where it has none."""
    if (day := day_column(kind)) is None:
        return None
    found = match(look, kind)
    needed = [c for c in file_columns(kind) if c.required and c.name not in (SUBJECT, day)]
    if SUBJECT not in found.columns or len(needed) != 1 or needed[0].name in found.columns:
        return None
    if needed[0].allowed:  # what happened once has no column for every day
        return None
    if dated := _dated(look):
        keys, places, evidence = {"dates": dated[0]}, dated[1], f"{len(dated[1])} columns are named by dates"
        doubts = _date_doubts(dated[2])
    elif numbered := _numbered(look):
        starts = [n for place, n in enumerate(look.header) if place not in numbered[1] and _is_date(look, place)]
        places = numbered[1]
        keys, evidence = {"days": numbered[0]}, f"{len(places)} columns are named so"
        doubts = ()
        if len(starts) == 1:
            keys["first_day"] = starts[0]
        else:
            doubts = (f"which column holds the date of day 1: {len(starts)} columns hold dates; set first_day in wide",)
    else:
        return None
    cells = [text for place in places for text in look.cells(place)]
    if fault := fault_of(needed[0], "", cells):
        doubts = (
            *doubts,
            f"what the columns of the days hold: {fault}, so it is not {needed[0].name}; set value in wide",
        )
    else:
        keys["value"] = needed[0].name
        evidence += f"; {needed[0].name} is what a file of this kind cannot do without, and the cells are such answers"
    return WideLayout(keys, {SUBJECT: found.columns[SUBJECT]}, evidence, doubts)


def _dated(look: Look) -> tuple[str, list[int], tuple[str, ...]] | None:
    places = [place for place, name in enumerate(look.header) if dates_of([name]).are_dates]
    names = [look.header[place] for place in places]
    if len(places) < FEWEST_DAYS:
        return None
    dates = dates_of(names)
    return (dates.formats[0], places, dates.formats) if dates.share == 1 else None


def _date_doubts(formats: tuple[str, ...]) -> tuple[str, ...]:
    if len(formats) == 1:
        return ()
    return (f"the dates that are names of columns can be read as {' and as '.join(formats)}; set dates in wide",)


def _numbered(look: Look) -> tuple[str, list[int]] | None:
    """(name with {n}, places) of columns that count from 1 on without a gap."""
    stems: dict[tuple[str, str], dict[int, int]] = defaultdict(dict)
    for place, name in enumerate(look.header):
        if parts := re.fullmatch(r"(\D*)(\d+)(\D*)", name):
            stems[(parts[1], parts[3])][int(parts[2])] = place
    for (before, after), numbers in stems.items():
        if len(numbers) >= FEWEST_DAYS and sorted(numbers) == list(range(1, len(numbers) + 1)):
            return f"{before}{{n}}{after}", list(numbers.values())
    return None


def _is_date(look: Look, place: int) -> bool:
    return dates_of(look.cells(place)).are_dates
