"""A flat export of REDCap: all instruments in one file. Each form becomes a table of its own, with labels for codes."""

from collections import defaultdict
from pathlib import Path
from typing import NamedTuple

from flows.base.errors import ConfigurationError
from flows.landing.draft.look import Look
from flows.landing.draft.names import fold
from flows.study.codebook import Codebook, read_codebook

EVENT, INSTRUMENT, INSTANCE = "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"
OWN = (EVENT, INSTRUMENT, INSTANCE, "redcap_data_access_group", "redcap_survey_identifier")
COMPLETE = "_complete"
FILLED_IN, UNVERIFIED = "2", "1"


class Form(NamedTuple):
    """One instrument of an export: the rows that are its own, as a table with labels, and what tells them apart."""

    name: str
    look: Look
    where: dict[str, str | list[str]]
    statuses: dict[str, int]  # text of its status column -> number of rows
    status_column: str | None


def is_export(look: Look) -> bool:
    """Whether a header is one of a REDCap export of several instruments."""
    names = set(look.header)
    return bool({EVENT, INSTRUMENT} & names) or sum(name.endswith(COMPLETE) for name in names) > 1


def find_codebook(folder: Path) -> Codebook | None:
    """The one project dictionary in a study folder; None where there is none, or more than one."""
    found = []
    for path in sorted(folder.glob("*.csv")):
        try:
            found.append(read_codebook(path))
        except ConfigurationError:
            continue
    return found[0] if len(found) == 1 else None


def forms_of(look: Look, codebook: Codebook | None) -> list[Form]:
    """The forms of an export that have rows."""
    places = _places(look, codebook)
    instrument = look.header.index(INSTRUMENT) if INSTRUMENT in look.header else None
    event = look.header.index(EVENT) if EVENT in look.header else None
    repeated = {fold(row[instrument]) for row in look.rows} - {""} if instrument is not None else set()
    forms = []
    for name, fields in places.items():
        status = f"{name}{COMPLETE}" if f"{name}{COMPLETE}" in look.header else None
        where: dict[str, str | list[str]] = {}
        rows = look.rows
        if instrument is not None and fold(name) in repeated:
            rows = [row for row in rows if fold(row[instrument]) == fold(name)]
            where[INSTRUMENT] = rows[0][instrument]
        else:
            rows = [row for row in rows if any(row[place].strip() for place in fields)]
            if instrument is not None:
                rows = [row for row in rows if not row[instrument].strip()]
            if event is not None:
                events = sorted({row[event] for row in rows})
                where[EVENT] = events[0] if len(events) == 1 else events
            if instrument is not None and repeated:
                where[INSTRUMENT] = ""
        if rows:
            statuses: dict[str, int] = defaultdict(int)
            for row in rows:
                statuses[row[look.header.index(status)].strip() if status else ""] += 1
            answered = [r for r in rows if not status or r[look.header.index(status)].strip() == FILLED_IN] or rows
            part = _labelled(look.part([0, *fields], answered), codebook)
            forms.append(Form(name, part, where, dict(statuses), status))
    return forms


def _places(look: Look, codebook: Codebook | None) -> dict[str, list[int]]:
    """By form the places of its fields: as the dictionary says, else those before the column of its status."""
    places: dict[str, list[int]] = defaultdict(list)
    waiting: list[int] = []
    for place, name in enumerate(look.header[1:], start=1):
        if name in OWN:
            continue
        field = name.partition("___")[0].casefold()
        if name.endswith(COMPLETE):
            places[name.removesuffix(COMPLETE)] += waiting
            waiting = []
        elif codebook and field in codebook.forms:
            places[codebook.forms[field]].append(place)
        else:
            waiting.append(place)
    return places


def _labelled(look: Look, codebook: Codebook | None) -> Look:
    """The cells as they are read with the codebook: labels for codes."""
    if codebook is None:
        return look
    labels = [codebook.choices.get(name.casefold(), {}) for name in look.header]
    return look._replace(
        rows=[[known.get(cell.strip(), cell) for known, cell in zip(labels, row, strict=True)] for row in look.rows]
    )
