"""From the true day to the diary: which days get a row, when it is entered, and what the drugs are."""

from typing import NamedTuple

import numpy as np

from flows.base.errors import ConfigurationError
from flows.simulation.chance import Chance, Purpose
from flows.simulation.schedule import Schedule, longest_stay
from flows.simulation.settings import Preset
from flows.simulation.subject_traits import Subjects
from flows.study.medication import load_medication, read_medication

BLOCKS = 6  # blocks of missing days a subject may have in a study
EVENING = 18 * 60  # entries are made from 18:00 to 22:15
MORNING = 30 * 60  # or from 06:00 to 10:15 of the next day
NOON = 12 * 60  # back-filled entries: well apart from the others of that day
BACK_FILLED_DAYS = 14  # a back-filled block: entered in one go on the day after it


class Medicines(NamedTuple):
    """The preset's drugs: code, and the overuse classes of ICHD-3 8.2 each belongs to (data/codelists)."""

    codes: tuple[str, ...]
    classes: tuple[frozenset[str], ...]

    def belongs(self, *names: str) -> np.ndarray:
        """Which drugs belong to one of these classes."""
        return np.array([bool(own & set(names)) for own in self.classes])


class Recorded(NamedTuple):
    """Days x subjects."""

    has_row: np.ndarray  # a day of the study with a diary row
    entered: np.ndarray  # minutes from the start of the diary day to the entry
    is_late: np.ndarray  # entered more than 48 hours after the day's end
    is_back_filled: np.ndarray  # one of many days entered in one go


def medicines(preset: Preset) -> Medicines:
    """The drugs of a preset with their classes.

    Raises ConfigurationError for a drug that the code list does not hold.
    """
    medication = load_medication()
    codes = tuple(preset.medication.drugs)
    readings = [read_medication(code, medication) for code in codes]
    for code, reading in zip(codes, readings, strict=True):
        if not reading.is_known:
            raise ConfigurationError(
                f"preset {preset.id}: medication.drugs: '{code}' is not in data/codelists/medication.toml."
            )
    return Medicines(codes, tuple(frozenset(reading.overuse_classes) for reading in readings))


def record(
    preset: Preset,
    chance: Chance,
    subjects: Subjects,
    schedule: Schedule,
    headache: np.ndarray,
    back_filled: np.ndarray | None = None,
) -> Recorded:
    """Which days were written down, and when.

    ``back_filled``: subjects who fill in one block of days in one go (dirt: most of its entries are late).
    """
    days = headache.shape[0]
    missing = preset.missing
    width = longest_stay(preset, True)
    words = chance.words(Purpose.RECORDING, width)[:, :days].T
    habits = chance.uniform(Purpose.BLOCKS, 4 + 3 * BLOCKS)
    # 3 u^2 has mean 1: most subjects miss few days, some miss many.
    tendency = missing.scattered * 3.0 * habits[:, 0] * habits[:, 0]
    bar = tendency * np.where(headache, missing.headache_day_factor, 1.0) * 2.0**16
    is_missing = ((words >> np.uint64(48)) & np.uint64(0xFFFF)).astype(np.float64) < bar
    is_missing |= _blocks(missing.blocks_per_year * width / 365.25, missing.longest_block, habits[:, 4:], width)[:days]
    day = np.arange(days)[:, None]
    minutes = ((words >> np.uint64(16)) & np.uint64(0xFF)).astype(np.int64)  # up to 4 h 15
    next_morning = ((words >> np.uint64(24)) & np.uint64(0xFFFF)).astype(np.int64) < missing.next_morning * 2.0**16
    entered = np.where(next_morning, MORNING, EVENING) + minutes
    has_row = (day <= schedule.last_day) & ~is_missing
    inside = np.zeros_like(has_row)
    if back_filled is not None:
        start = np.floor(habits[:, 1] * np.maximum(schedule.last_day - BACK_FILLED_DAYS, 1)).astype(np.int64)
        inside = back_filled & (day >= start) & (day < start + BACK_FILLED_DAYS)
        entered = np.where(inside, (start + BACK_FILLED_DAYS - day) * 1440 + NOON, entered)
    return Recorded(has_row, entered, entered > 3 * 1440, inside & has_row)


def _blocks(expected: float, longest: int, draws: np.ndarray, days: int) -> np.ndarray:
    """Blocks of missing days: days x subjects."""
    edges = np.zeros((days + 1, len(draws)), dtype=np.int8)
    row = np.arange(len(draws))
    for block in range(BLOCKS):
        happens = draws[:, 3 * block] < expected / BLOCKS
        start = np.floor(draws[:, 3 * block + 1] * days).astype(np.int64)
        length = 2 + np.floor(draws[:, 3 * block + 2] * max(longest - 1, 1)).astype(np.int64)
        np.add.at(edges, (start, row), happens.astype(np.int8))
        np.add.at(edges, (np.minimum(start + length, days), row), -happens.astype(np.int8))
    return np.cumsum(edges[:days], axis=0, dtype=np.int8) > 0
