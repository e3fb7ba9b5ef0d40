"""Injection sessions: what is wrong with the dose, with the interval that follows, and with whom they belong to."""

import numpy as np

from flows.simulation import dirt_other
from flows.simulation.chance import Purpose
from flows.simulation.course import Run
from flows.simulation.csv_text import Block
from flows.simulation.dirt import Spoilt, facts_of
from flows.simulation.planting import FLAGGED, Edit, Mark, NewLine, plan
from flows.simulation.schedule import KEPT, LONG, MISSED, SHORT

DEVIATIONS = {
    SHORT: Mark("interval_short", "injections.interval.short", FLAGGED),
    LONG: Mark("interval_long", "injections.interval.long", FLAGGED),
    MISSED: Mark("visit_missed", "injections.interval.long", FLAGGED),
}
UNENROLLED = Mark("re_enrolled", "injections.subject_id.unknown", FLAGGED)


def session_edits(run: Run, block: Block, spoilt: Spoilt) -> dict[int, Edit]:
    """The edits of the injections file, whole sessions at a time."""
    is_first = np.ones(len(block.subject), dtype=bool)
    is_first[1:] = (block.subject[1:] != block.subject[:-1]) | (block.item[1:] != block.item[:-1])
    starts = np.flatnonzero(is_first)
    size = dict(zip(starts.tolist(), np.diff(np.append(starts, len(block.subject))).tolist(), strict=True))
    subject, cycle = block.subject[starts], block.item[starts]
    twice = spoilt.mask("re_enrolled")
    deviation = np.where(run.schedule.deviating[subject] == cycle, run.schedule.deviation[subject], KEPT)
    without_diary = np.isin(subject, list(spoilt.no_diary)) & (cycle == 0)
    words = run.chance.words(Purpose.DIRT_INJECTIONS, run.preset.study.cycles)[subject, cycle]

    def lines(row: int) -> list[list[str]]:
        return [block.line(row + place) for place in range(size[row])]

    found: dict[int, Edit] = {}
    for row, name, bits in plan(spoilt.dirt.injections, spoilt.rate, words, starts):
        if not twice[block.subject[row]]:
            found[row] = dirt_other.session_edit(name, lines(row), facts_of(run, block, row, bits))
    for place in np.flatnonzero((deviation != KEPT) | twice[subject] | without_diary).tolist():
        row = int(starts[place])
        edit = found.get(row) or Edit(size[row], [NewLine(line) for line in lines(row)])
        shared = (DEVIATIONS[int(deviation[place])],) if deviation[place] != KEPT else ()
        shared += (UNENROLLED,) if twice[subject[place]] else ()
        on_first = ()
        if without_diary[place]:
            on_first = (Mark(spoilt.no_diary[int(subject[place])], "injections.subject_id.no_diary", FLAGGED),)
        found[row] = _marked(edit, block.line(row)[:2], shared, on_first)
    return found


def _marked(edit: Edit, session: list[str], shared: tuple[Mark, ...], on_first: tuple[Mark, ...]) -> Edit:
    """Marks on every line of the session; a line that is set aside, or is somebody else's, does not belong to it."""
    made = []
    for place, line in enumerate(edit.lines):
        own = line.fields[:2] == session and len(line.fields) == 5
        marks = shared + (on_first if place == 0 else ()) if own else ()
        made.append(line._replace(marks=line.marks + marks))
    return Edit(edit.rows, made)
