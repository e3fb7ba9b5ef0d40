"""Which lines of a run of subjects are spoilt, and how: the edits of each file's block."""

from datetime import timedelta
from typing import NamedTuple

import numpy as np

from flows.simulation import dirt_diary, dirt_other
from flows.simulation.chance import Chance, Purpose
from flows.simulation.course import Run
from flows.simulation.csv_text import Block
from flows.simulation.planting import CELL, FLAGGED, Edit, Facts, Kind, Mark, NewLine, plan
from flows.simulation.schedule import STAYED
from flows.simulation.settings import Dirt

IN_SCHEDULE = ("interval_short", "interval_long", "visit_missed")  # befall a subject's visits, before any diary
IN_ONE_GO = 7  # so many days entered without a pause are found (backfill_days in data/checks.toml)
WORDS_PER_SUBJECT = 64  # scores and adverse events of one subject that are spoilt independently


class Spoilt(NamedTuple):
    """What befalls a run of subjects."""

    dirt: Dirt
    rate: float
    lines: dict[int, tuple[str, int]]  # place in the run -> (kind, random bits)
    bare: np.ndarray  # subjects whose diary is free of dirt on single lines
    no_diary: dict[int, str]  # subjects none of whose diary lines can be read -> the kind of dirt to blame

    def mask(self, *kinds: str) -> np.ndarray:
        """Who is hit by one of the kinds."""
        hit = np.zeros(len(self.bare), dtype=bool)
        hit[[place for place, (name, _) in self.lines.items() if name in kinds]] = True
        return hit


def interval_rates(dirt: Dirt, rate: float) -> dict[str, float]:
    """The share of subjects with an interval outside the paradigm, by kind; at most 30% each."""
    return {name: min(rate * dirt.subjects[name], 0.3) for name in IN_SCHEDULE} if rate else {}


def spoil_subjects(dirt: Dirt, rate: float, chance: Chance) -> dict[int, tuple[str, int]]:
    """Which subjects of a run are hit, by what, and random bits for it."""
    weights = {name: weight for name, weight in dirt.subjects.items() if name not in IN_SCHEDULE}
    words = chance.words(Purpose.DIRT_SUBJECTS, 1)[:, 0]
    return {row: (kind, bits) for row, kind, bits in plan(weights, rate, words, np.arange(len(words)))}


def line_edits(kind: str, run: Run, block: Block, spoilt: Spoilt) -> dict[int, Edit]:
    """The edits of scores or adverse events."""
    kinds, weights, purpose = {
        "scores": (dirt_other.SCORES, spoilt.dirt.scores, Purpose.DIRT_SCORES),
        "adverse_events": (dirt_other.EVENTS, spoilt.dirt.adverse_events, Purpose.DIRT_EVENTS),
    }[kind]
    words = run.chance.words(purpose, WORDS_PER_SUBJECT)
    nth = _nth_of_subject(block)
    # No two lines share a word; what a subject has beyond them stays clean.
    twice = spoilt.mask("re_enrolled")[block.subject]
    drawn = words[block.subject, nth % WORDS_PER_SUBJECT]
    found = _edits(run, block, kinds, weights, spoilt.rate, drawn, twice | (nth >= WORDS_PER_SUBJECT))
    mark = (Mark("re_enrolled", f"{kind}.subject_id.unknown", FLAGGED),)
    return found | {row: Edit(1, [NewLine(block.line(row), mark)]) for row in np.flatnonzero(twice).tolist()}


def subject_edits(run: Run, block: Block, spoilt: Spoilt) -> dict[int, Edit]:
    """The edits of the subjects file."""
    found = {}
    for row, (name, bits) in spoilt.lines.items():
        fields = block.line(row)
        if name == "re_enrolled":
            found[row] = Edit(1, dirt_other.re_enrolled(fields))
        elif name in dirt_other.SUBJECTS:
            found[row] = Edit(1, dirt_other.SUBJECTS[name].made(name, fields, facts_of(run, block, row, bits)))
    return found


def diary_edits(run: Run, block: Block, spoilt: Spoilt, writing: str) -> dict[int, Edit]:
    """The edits of one site's diary: of single lines, of whole subjects, and of the whole file."""
    words = run.chance.words(Purpose.DIRT_DIARY, run.diary.headache.shape[0])[block.subject, block.item]
    spared = (spoilt.bare | spoilt.mask("re_enrolled", "back_filled"))[block.subject]
    found = _edits(run, block, dirt_diary.KINDS, spoilt.dirt.diary, spoilt.rate, words, spared)
    if writing == "minutes":
        for row in np.flatnonzero(run.diary.headache[block.item, block.subject]).tolist():
            found[row] = _in_minutes(block.line(row))
    elif writing == "scale_of_ten":
        for row in np.flatnonzero(run.diary.headache[block.item, block.subject]).tolist():
            found[row] = _of_ten(block.line(row))
    for row, marks in _whole_diaries(run, block, spoilt).items():
        (line,) = found[row].lines if row in found else [NewLine(block.line(row))]
        found[row] = Edit(1, [line._replace(marks=line.marks + marks)])
    return found


def _in_minutes(fields: list[str]) -> Edit:
    minutes = round(60 * float(fields[dirt_diary.HOURS]))
    fields[dirt_diary.HOURS] = str(minutes)
    return Edit(1, [NewLine(fields, (Mark("minutes", "", CELL),))])


def _of_ten(fields: list[str]) -> Edit:
    pain = 3 * int(fields[dirt_diary.SEVERITY]) - 1
    fields[dirt_diary.SEVERITY] = str(pain)
    return Edit(1, [NewLine(fields, (Mark("scale_of_ten", "", CELL),))])


def _whole_diaries(run: Run, block: Block, spoilt: Spoilt) -> dict[int, tuple[Mark, ...]]:
    """Marks on back-filled entries, and on every line of a subject who is enrolled twice."""
    twice = spoilt.mask("re_enrolled")[block.subject]
    at = (block.item, block.subject)
    late = run.recorded.is_late[at] & run.recorded.is_back_filled[at]
    in_one_go = run.recorded.is_back_filled[at]
    many = np.bincount(block.subject[in_one_go], minlength=len(spoilt.bare)) >= IN_ONE_GO
    in_one_go &= many[block.subject]
    found = {}
    for row in np.flatnonzero(twice | late | in_one_go).tolist():
        marks = []
        if twice[row]:
            marks.append(Mark("re_enrolled", "diary.subject_id.unknown", FLAGGED))
        if late[row]:
            marks.append(Mark("back_filled", "diary.entered_at.late", FLAGGED))
        if in_one_go[row]:
            marks.append(Mark("back_filled", "diary.entered_at.batch", FLAGGED))
        found[row] = tuple(marks)
    return found


def _nth_of_subject(block: Block) -> np.ndarray:
    """0, 1, 2, ... within each subject's lines."""
    place = np.arange(len(block.subject))
    is_first = np.ones(len(place), dtype=bool)
    is_first[1:] = block.subject[1:] != block.subject[:-1]
    return place - np.maximum.accumulate(np.where(is_first, place, 0))


def facts_of(run: Run, block: Block, row: int, bits: int) -> Facts:
    """What is known of the subject of a line."""
    subject, start = int(block.subject[row]), run.preset.study.start_date
    first = int(run.subjects.first_day[subject])
    return Facts(
        consent=start + timedelta(days=int(run.subjects.consent_day[subject])),
        last_day=start + timedelta(days=first + int(run.schedule.last_day[subject])),
        has_left=bool(run.schedule.leaving[subject] != STAYED),
        day=int(block.item[row]),
        is_last_row=row + 1 == len(block.subject) or int(block.subject[row + 1]) != subject,
        bits=bits,
    )


def _edits(
    run: Run,
    block: Block,
    kinds: dict[str, Kind],
    weights: dict[str, float],
    rate: float,
    words: np.ndarray,
    spared: np.ndarray,
) -> dict[int, Edit]:
    found: dict[int, Edit] = {}
    for row, name, bits in plan(weights, rate, words, np.arange(len(words))):
        if not spared[row]:
            fields, facts = block.line(row), facts_of(run, block, row, bits)
            if kinds[name].fits(fields, facts):
                found[row] = Edit(1, kinds[name].made(name, fields, facts))
    return found
