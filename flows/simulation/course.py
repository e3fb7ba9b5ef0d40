"""A run of subjects from the first draw to the true state and the recorded diary of every day."""

from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

import numpy as np

from flows.simulation import latent
from flows.simulation.chance import Chance, Purpose, normal
from flows.simulation.recording import Medicines, Recorded, medicines, record
from flows.simulation.schedule import BASELINE_DAYS, Schedule, draw_schedule, longest_stay
from flows.simulation.settings import Preset
from flows.simulation.subject_traits import Subjects, allocate, draw_subjects

CELLS = 600_000  # subject-days simulated at a time: bounds the memory


class Diary(NamedTuple):
    """The true diary, had every day been written down: days x subjects; day 28 is the first injection."""

    trait: np.ndarray  # per subject: latent probability of a headache day before treatment
    likely: np.ndarray  # latent probability of a headache day
    headache: np.ndarray
    quarters: np.ndarray  # quarter hours of headache; 0 on a free day
    severity: np.ndarray  # 0 on a free day, 1..3
    migraine: np.ndarray
    intake: np.ndarray  # 0 nothing, 1 the first drug, 2 the second, 3 both


class Run(NamedTuple):
    """A run of subjects with all that is true of them and all that they recorded."""

    preset: Preset
    chance: Chance
    subjects: Subjects
    schedule: Schedule
    diary: Diary
    recorded: Recorded
    medicines: Medicines


@cache
def allocation(seed: int, sizes: tuple[int, ...]) -> np.ndarray:
    """The arm of every subject, drawn once a study."""
    return allocate(seed, list(sizes))


def spans(preset: Preset, total: int) -> Iterator[tuple[int, int]]:
    """The study's subjects in runs (first, count) that fit into the memory meant for them."""
    step = max(CELLS // longest_stay(preset, True), 1)
    return ((first, min(step, total - first)) for first in range(0, total, step))


def runs(preset: Preset, seed: int, sizes: tuple[int, ...]) -> Iterator[Run]:
    """A clean study in runs of subjects, in order."""
    return (simulate_run(preset, seed, sizes, first, count) for first, count in spans(preset, sum(sizes)))


def simulate_run(
    preset: Preset,
    seed: int,
    sizes: tuple[int, ...],
    first: int,
    count: int,
    interval_rates: dict[str, float] | None = None,
    back_filled: np.ndarray | None = None,
) -> Run:
    """Simulate ``count`` subjects from ``first`` on; the same whatever else is simulated beside them.

    ``interval_rates`` and ``back_filled`` are dirt: intervals outside the paradigm, and subjects who fill in a block
    of days in one evening.
    """
    chance = Chance(seed, first, count)
    subjects = draw_subjects(preset, chance, allocation(seed, sizes)[first : first + count])
    schedule = draw_schedule(preset, chance, subjects, interval_rates or {})
    diary = _draw_diary(preset, chance, subjects, schedule, longest_stay(preset, bool(interval_rates)))
    recorded = record(preset, chance, subjects, schedule, diary.headache, back_filled)
    return Run(preset, chance, subjects, schedule, diary, recorded, medicines(preset))


def _draw_diary(preset: Preset, chance: Chance, subjects: Subjects, schedule: Schedule, days: int) -> Diary:
    headache = preset.headache
    tries = headache.screenings
    # The width is that of the longest possible stay, so that dirt in the schedule does not move the other draws.
    width = longest_stay(preset, True)
    words = chance.words(Purpose.HEADACHE, width)[:, :days]
    months = normal(chance.words(Purpose.MONTHS, 3 * (width // latent.MONTH + 1)))
    screening = chance.words(Purpose.SCREENING, tries * (BASELINE_DAYS + 6)).reshape(chance.count, tries, -1)
    own = normal(screening[:, :, BASELINE_DAYS:].reshape(chance.count, -1)).reshape(chance.count, tries, 2)
    traits = np.clip(headache.mean + headache.sd * own[:, :, 0], headache.lowest, headache.highest)
    chosen = latent.screen(preset, screening[:, :, :BASELINE_DAYS], traits, own[:, :, 1], subjects.hours_scale)
    row = np.arange(chance.count)
    words = np.concatenate([screening[row, chosen, :BASELINE_DAYS], words[:, BASELINE_DAYS:]], axis=1).T.copy()
    months[:, 0] = own[row, chosen, 1]
    reached = latent.effect(preset, subjects, schedule, days)
    likely = latent.probability(preset, subjects, traits[row, chosen], months, reached)
    ached = latent.walk(likely, words >> np.uint64(32), headache.persistence)
    scale = subjects.hours_scale
    if headache.hours_effect or headache.hours_own:
        begun = np.clip((np.arange(days)[:, None] - BASELINE_DAYS + 1) / preset.course.onset_days, 0.0, 1.0)
        fall = headache.hours_effect * reached + begun * subjects.hours_fall
        scale = np.rint(scale * (1.0 - np.minimum(fall, 1.0))).astype(np.int64)
    table = latent.quantile_table(headache.hours, 1024)
    quarters = latent.quarter_hours(table, (words >> np.uint64(22)) & np.uint64(0x3FF), scale)
    bits = (words & np.uint64(0x7FF)).astype(np.int64)
    mild, moderate, _ = headache.severity
    severity = 1 + (bits >= round(2048 * mild)).astype(np.int8) + (bits >= round(2048 * (mild + moderate)))
    bits = ((words >> np.uint64(11)) & np.uint64(0x7FF)).astype(np.int64)
    takes = chance.words(Purpose.RECORDING, width)[:, :days].T & np.uint64(0xFFFF)
    first = (takes >> np.uint64(8)).astype(np.int64) < subjects.intake[:, 0]
    second = (takes & np.uint64(0xFF)).astype(np.int64) < subjects.intake[:, 1]
    return Diary(
        trait=traits[row, chosen],
        likely=likely,
        headache=ached,
        quarters=np.where(ached, quarters, 0).astype(np.int8),
        severity=np.where(ached, severity, 0).astype(np.int8),
        migraine=ached & (bits < round(2048 * headache.migraine)),
        intake=np.where(ached, first + 2 * (second & first), 0).astype(np.int8),
    )
