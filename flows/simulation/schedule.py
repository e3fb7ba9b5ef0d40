"""When injections are due and given, and when subjects leave."""

from typing import NamedTuple

import numpy as np

from flows.simulation.chance import Chance, Purpose
from flows.simulation.settings import Preset
from flows.simulation.subject_traits import Subjects

BASELINE_DAYS = 28
CYCLE_DAYS = 84
STAYED, AT_RANDOM, LACK_OF_EFFECT = 0, 1, 2
KEPT, SHORT, LONG, MISSED = 0, 1, 2, 3  # what may become of one interval of a subject


class Schedule(NamedTuple):
    """Days are counted from the subject's first diary day (0); the first injection is on day 28."""

    injection: np.ndarray  # subjects x cycles, as planned
    last_day: np.ndarray  # the last day in the study
    cycles_given: np.ndarray
    leaving: np.ndarray  # STAYED, AT_RANDOM or LACK_OF_EFFECT
    deviation: np.ndarray  # KEPT, SHORT, LONG or MISSED
    deviating: np.ndarray  # the cycle (0 = first) whose interval deviates


def longest_stay(preset: Preset, with_deviations: bool) -> int:
    """Days from the first diary day to the end of the last cycle, at most."""
    intervals = preset.study.cycles - 1
    deviation = CYCLE_DAYS + 14 if with_deviations and intervals else 0
    return BASELINE_DAYS + intervals * (CYCLE_DAYS + preset.visits.late_days) + CYCLE_DAYS + deviation


def draw_schedule(preset: Preset, chance: Chance, subjects: Subjects, rates: dict[str, float]) -> Schedule:
    """Visits and leaving. ``rates``: interval_short, interval_long and visit_missed, the share of subjects who have
    one such interval (dirt: outside 10 to 14 weeks)."""
    cycles = preset.study.cycles
    visits = chance.uniform(Purpose.VISITS, cycles)
    span = preset.visits.early_days + preset.visits.late_days + 1
    interval = CYCLE_DAYS - preset.visits.early_days + np.floor(visits * span).astype(np.int64)
    deviation, deviating, days = _deviations(chance, cycles, rates)
    rows = np.flatnonzero(deviation)
    interval[rows, deviating[rows]] = days[rows]
    injection = np.full((chance.count, cycles), BASELINE_DAYS)
    injection[:, 1:] += np.cumsum(interval[:, : cycles - 1], axis=1)
    last_day, given, leaving = _leave(preset, chance, subjects, injection)
    deviation = np.where(deviating + 1 < given, deviation, KEPT)
    return Schedule(injection, last_day, given, leaving, deviation, deviating)


def _deviations(chance: Chance, cycles: int, rates: dict[str, float]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Which subject has an interval outside the paradigm, after which cycle, and how long it is."""
    draws = chance.uniform(Purpose.DIRT_SCHEDULE, 4)
    kind = np.zeros(chance.count, dtype=np.int64)
    if cycles > 1:
        edge = 0.0
        for code, name in ((SHORT, "interval_short"), (LONG, "interval_long"), (MISSED, "visit_missed")):
            kind = np.where((draws[:, 0] >= edge) & (draws[:, 0] < edge + rates.get(name, 0.0)), code, kind)
            edge += rates.get(name, 0.0)
    after = np.floor(draws[:, 1] * max(cycles - 1, 1)).astype(np.int64)
    days = np.select(
        [kind == SHORT, kind == LONG],
        [50 + np.floor(draws[:, 2] * 20).astype(np.int64), 99 + np.floor(draws[:, 2] * 30).astype(np.int64)],
        2 * CYCLE_DAYS,
    )
    return kind, after, days


def _leave(
    preset: Preset, chance: Chance, subjects: Subjects, injection: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The last day of each subject, the cycles given, and why the subject left."""
    cycles = preset.study.cycles
    draws = chance.uniform(Purpose.LEAVING, 3 * cycles).reshape(chance.count, cycles, 3)
    last_day = injection[:, -1] + CYCLE_DAYS - 1
    given = np.full(chance.count, cycles)
    leaving = np.full(chance.count, STAYED)
    level = levels(preset, subjects)
    for cycle in range(cycles):
        staying = leaving == STAYED
        at_random = staying & (draws[:, cycle, 0] < preset.drop_out.at_random)
        lacking = level[:, cycle] < preset.drop_out.reduction_limit
        for_lack = staying & ~at_random & lacking & (draws[:, cycle, 1] < preset.drop_out.lack_of_effect)
        # At random on any day of the cycle; for lack of effect when the next injection would be due.
        end = injection[:, cycle] + CYCLE_DAYS - 1
        early = injection[:, cycle] + np.floor(draws[:, cycle, 2] * CYCLE_DAYS).astype(np.int64)
        if cycle + 1 < cycles:
            early = np.minimum(early, injection[:, cycle + 1] - 1)
            end = np.minimum(end, injection[:, cycle + 1] - 1)
        last_day = np.where(at_random, early, np.where(for_lack, end, last_day))
        given = np.where(at_random | for_lack, cycle + 1, given)
        leaving = np.where(at_random, AT_RANDOM, np.where(for_lack, LACK_OF_EFFECT, leaving))
    return last_day, given, leaving


def levels(preset: Preset, subjects: Subjects) -> np.ndarray:
    """The reduction at full effect in each cycle: subjects x cycles."""
    growth = preset.course.growth
    switch = np.array([arm.switch_cycle if arm.switches_to else 99 for arm in preset.arms])[subjects.arm]
    made = []
    for cycle in range(1, preset.study.cycles + 1):
        grown = growth[min(cycle, len(growth)) - 1]
        own = np.where(subjects.first_cycle <= cycle, subjects.reduction, np.minimum(subjects.reduction, 0.0))
        reached = np.where(switch <= cycle, subjects.later_reduction, own)
        # Growth of an effect, not of a worsening.
        made.append(np.minimum(np.where(reached > 0, reached * grown, reached), 1.0))
    return np.stack(made, axis=1)
