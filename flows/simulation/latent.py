"""The latent process: how probable a headache is on each day of each subject, before anything is written down."""

from datetime import date
from itertools import pairwise

import numpy as np

from flows.simulation.schedule import BASELINE_DAYS, Schedule, levels
from flows.simulation.settings import Preset
from flows.simulation.subject_traits import Subjects

LEAST, MOST = 0.005, 0.99
MONTH = 28


def effect(preset: Preset, subjects: Subjects, schedule: Schedule, days: int) -> np.ndarray:
    """The proportional fall of the headache probability: days x subjects; 0 before the first injection.

    In each cycle the effect moves, over ``onset_days``, from what is left of the cycle before to the level of this
    one; it is full up to ``wear_from_day`` and fades to nothing at ``wear_gone_day`` unless injected again.
    """
    course = preset.course
    level = levels(preset, subjects)
    day = np.arange(days)[:, None]
    reached = np.zeros((days, len(subjects.number)))
    left = np.zeros(len(subjects.number))
    fade_days = course.wear_gone_day - course.wear_from_day
    for cycle in range(preset.study.cycles):
        since = day - schedule.injection[:, cycle]  # 0 on Day 1
        onset = np.clip((since + 1) / course.onset_days, 0.0, 1.0)
        worn = np.clip((course.wear_gone_day - 1 - since) / fade_days, 0.0, 1.0)
        here = (1.0 - onset) * left + onset * level[:, cycle] * worn
        reached = np.where(since >= 0, here, reached)
        if cycle + 1 < preset.study.cycles:
            gap = schedule.injection[:, cycle + 1] - schedule.injection[:, cycle]
            left = level[:, cycle] * np.clip((course.wear_gone_day - gap) / fade_days, 0.0, 1.0)
    return reached


def probability(
    preset: Preset, subjects: Subjects, trait: np.ndarray, months: np.ndarray, reached: np.ndarray
) -> np.ndarray:
    """Probability of a headache day: days x subjects, from the subject's own level, the effect and the day's place."""
    headache = preset.headache
    days = reached.shape[0]
    treated = trait * (1.0 - reached)
    bounded = np.clip(treated, LEAST, MOST)
    good_or_bad = months.T[np.arange(days) // MONTH] * headache.month_sd
    # A month's swing is widest at one half and vanishes where every day, or none, is a headache day.
    shifted = bounded + good_or_bad * 4.0 * bounded * (1.0 - bounded)
    shifted += calendar(preset, subjects, days)
    return np.clip(shifted, LEAST, MOST)


def calendar(preset: Preset, subjects: Subjects, days: int) -> np.ndarray:
    """What weekday and menstrual window add: days x subjects, or 0 where the preset has neither."""
    headache = preset.headache
    added = np.zeros((1, 1))
    day = np.arange(days)[:, None] + subjects.first_day
    if any(headache.weekday):
        weekday = (day + _weekday(preset.study.start_date)) % 7
        added = added + np.array(headache.weekday)[weekday]
    if headache.menstrual_rise:
        inside = (day + subjects.cycle_phase) % 28 < headache.menstrual_days
        added = added + np.where(inside & (subjects.cycle_phase >= 0), headache.menstrual_rise, 0.0)
    return added


def _weekday(start: date) -> int:
    return start.weekday()


def walk(likely: np.ndarray, draws: np.ndarray, persistence: float) -> np.ndarray:
    """Headache or not on each day: days x subjects; a two-state chain whose every day has its own probability.

    After a headache day the probability p becomes p + r (1 - p), after a free day p (1 - r): each day keeps its
    probability p, and neighbouring days are correlated by r. ``draws`` are 32-bit integers.
    """
    scaled = likely * 2.0**32
    after_free = draws < scaled * (1.0 - persistence)
    after_headache = draws < scaled * (1.0 - persistence) + persistence * 2.0**32
    headache = np.empty(likely.shape, dtype=bool)
    headache[0] = draws[0] < scaled[0]
    for day in range(1, len(likely)):
        headache[day] = (headache[day - 1] & after_headache[day]) | after_free[day]
    return headache


def quantile_table(points: tuple[tuple[float, float], ...], size: int) -> np.ndarray:
    """Quarter hours at ``size`` equally spaced probabilities, from a quantile function with straight pieces."""
    table = []
    for place in range(size):
        at = (place + 0.5) / size
        left, right = next((a, b) for a, b in pairwise(points) if at <= b[0])
        hours = left[1] + (right[1] - left[1]) * ((at - left[0]) / (right[0] - left[0]))
        table.append(min(max(int(hours * 4 + 0.5), 1), 96))
    return np.array(table, dtype=np.int64)


def quarter_hours(table: np.ndarray, bits: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Length of the headache, were there one: quarter hours of the day, 1 to 96; ``scale`` in 256ths."""
    return np.clip((table[bits] * scale + 128) >> 8, 1, 96)


def screen(preset: Preset, words: np.ndarray, traits: np.ndarray, months: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Which of a subject's tries is enrolled: the first with enough baseline days of 4 hours or more, else the last.

    ``words``: subjects x tries x 28; ``traits`` and ``months``: subjects x tries.
    """
    headache = preset.headache
    tries = words.shape[1]
    table = quantile_table(headache.hours, 1024)
    chosen = np.full(len(words), tries - 1)
    waiting = np.arange(len(words))
    for attempt in range(tries - 1):
        trait, day_words = traits[waiting, attempt], words[waiting, attempt].T
        bounded = np.clip(trait, LEAST, MOST)
        likely = bounded + months[waiting, attempt] * headache.month_sd * 4.0 * bounded * (1.0 - bounded)
        likely = np.broadcast_to(np.clip(likely, LEAST, MOST), (BASELINE_DAYS, len(waiting)))
        ached = walk(likely, day_words >> np.uint64(32), headache.persistence)
        long = quarter_hours(table, (day_words >> np.uint64(22)) & np.uint64(0x3FF), scale[waiting]) >= 16
        passed = (ached & long).sum(axis=0) >= headache.min_baseline_days
        chosen[waiting[passed]] = attempt
        waiting = waiting[~passed]
    return chosen
