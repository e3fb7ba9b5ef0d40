"""Status of each subject and cycle under a rule set, counted by NumPy; held against the pipeline's SQL by a test."""

from typing import NamedTuple

import numpy as np

from flows.simulation.course import Run
from flows.simulation.schedule import CYCLE_DAYS
from flows.study.rule_sets import Condition, MissingDays, RuleSet

RESPONDER, NON_RESPONDER, NOT_EVALUABLE, NOT_GIVEN = 0, 1, 2, 3
NAMES = ("responder", "non_responder", "not_evaluable", "not_given")
LONG_ENOUGH = 16  # quarter hours: 4 hours


class Counts(NamedTuple):
    """Subjects x cycles: recorded and headache days of the window (of ``length`` days) and of the baseline."""

    length: np.ndarray
    recorded: np.ndarray
    headache: np.ndarray
    baseline_recorded: np.ndarray
    baseline_headache: np.ndarray


def headache_days(run: Run, definition: str) -> np.ndarray:
    """The days that are headache days under a definition: days x subjects, whether recorded or not."""
    diary = run.diary
    if definition == "any":
        return diary.headache
    long = diary.headache & (diary.quarters >= LONG_ENOUGH)
    if definition == "hours_4":
        return long
    specific = run.medicines.belongs("triptan", "ergot")[run.subjects.drugs]
    took = ((diary.intake & 1) > 0) & specific[:, 0] | (diary.intake > 1) & specific[:, 1]
    return long | diary.headache & took


def cumulated(flags: np.ndarray) -> np.ndarray:
    """Number of true days before each day: (days + 1) x subjects."""
    sums = np.zeros((flags.shape[0] + 1, flags.shape[1]), dtype=np.int16)
    np.cumsum(flags, axis=0, dtype=np.int16, out=sums[1:])
    return sums


def between(sums: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
    """True days from start to end, both included: subjects x cycles; 0 for an empty span."""
    column = np.arange(sums.shape[1])[:, None]
    last = np.maximum(end + 1, start)
    return (sums[np.minimum(last, len(sums) - 1), column] - sums[start, column]).astype(np.int64)


def count(run: Run, rule_set: RuleSet, has_row: np.ndarray) -> Counts:
    """The counts a rule set asks for, from the days that ``has_row``."""
    is_headache = headache_days(run, rule_set.headache_day)
    recorded, headache = cumulated(has_row), cumulated(is_headache & has_row)
    start, end = windows(run, rule_set)
    injection = run.schedule.injection
    anchor = (
        injection if rule_set.baseline.anchor == "each_injection" else np.broadcast_to(injection[:, :1], start.shape)
    )
    before = np.maximum(anchor - rule_set.baseline.days, 0)
    return Counts(
        length=np.maximum(end - start + 1, 0),
        recorded=between(recorded, start, end),
        headache=between(headache, start, end),
        baseline_recorded=between(recorded, before, anchor - 1),
        baseline_headache=between(headache, before, anchor - 1),
    )


def windows(run: Run, rule_set: RuleSet) -> tuple[np.ndarray, np.ndarray]:
    """First and last day of each cycle's window; the window is empty where the last lies before the first."""
    start = run.schedule.injection
    cycles = np.arange(start.shape[1])
    following = np.full(start.shape, np.iinfo(np.int32).max)
    following[:, :-1] = start[:, 1:]
    has_next = cycles + 1 < run.schedule.cycles_given[:, None]
    following = np.where(has_next, following, np.iinfo(np.int32).max)
    window = rule_set.window
    if window.position == "first":
        planned = start + window.days - 1
    elif window.end == "next_injection":
        planned = np.where(has_next, following - 1, start + CYCLE_DAYS - 1)
    else:
        planned = start + CYCLE_DAYS - 1
    begin = np.maximum(planned - window.days + 1, start) if window.position == "last" else start
    return begin, np.minimum(planned, following - 1)


def judged_days(counts: Counts, policy: MissingDays) -> tuple[np.ndarray, np.ndarray]:
    """Headache days h of d judged days, after the missing-day policy."""
    if policy == "prorate":
        return counts.headache, counts.recorded
    if policy == "headache":
        return counts.headache + counts.length - counts.recorded, counts.length
    return counts.headache, counts.length


def judge(rule_set: RuleSet, counts: Counts, given: np.ndarray) -> np.ndarray:
    """Status codes, subjects x cycles; integers are compared, as the pipeline does."""
    h, d = judged_days(counts, rule_set.window.missing_days)
    bh, bd = counts.baseline_headache, counts.baseline_recorded
    evaluable = (counts.recorded >= rule_set.window.min_recorded_days) & (counts.length > 0)
    met = [_meets(condition, rule_set.month_days, h, d, bh, bd) for condition in rule_set.response.conditions]
    if rule_set.response.by_measure("reduction_pct"):
        evaluable &= (bd >= rule_set.baseline.min_recorded_days) & (bh > 0)
    responds = np.all(met, axis=0) if rule_set.response.require == "all" else np.any(met, axis=0)
    status = np.where(responds, RESPONDER, NON_RESPONDER)
    status = np.where(evaluable, status, NOT_EVALUABLE)
    cycles = np.arange(status.shape[1])
    return np.where(cycles < given[:, None], status, NOT_GIVEN)


def _meets(
    condition: Condition, month_days: int, h: np.ndarray, d: np.ndarray, bh: np.ndarray, bd: np.ndarray
) -> np.ndarray:
    limit = condition.threshold
    if condition.measure == "reduction_pct":
        left, right = 100 * h * bd, (100 - limit) * bh * d
        return left <= right if condition.comparator == ">=" else left < right
    if condition.measure == "headache_free_days":
        left, right = (d - h) * month_days, limit * d
        return left >= right if condition.comparator == ">=" else left > right
    left, right = h * month_days, limit * d
    return left < right if condition.comparator == "<" else left <= right


def statuses(run: Run, rule_set: RuleSet, *, fully_observed: bool = False) -> np.ndarray:
    """Status codes of a run of subjects, from the recorded diary or as if every day had been recorded."""
    has_row = np.ones_like(run.recorded.has_row) if fully_observed else run.recorded.has_row
    return judge(rule_set, count(run, rule_set, has_row), run.schedule.cycles_given)
