"""Random numbers addressed by seed, purpose and subject, so that no order, chunk or thread count can change them.

Philox is counter-based: a subject's numbers for a purpose are a block of the counter, reached without drawing those of
the others. NumPy guarantees the raw words of a bit generator. What is made of them here uses integers and the
operations that IEEE 754 rounds exactly (+ - * / and comparison): no logarithm, no sine, no reduction of floats, whose
last bits differ between machines.
"""

from enum import IntEnum
from typing import NamedTuple

import numpy as np

WORDS_PER_BLOCK = 4


class Purpose(IntEnum):
    """What numbers are drawn for; a purpose added or changed leaves the others as they were."""

    ALLOCATION = 1
    PEOPLE = 2
    TRAITS = 3
    SCREENING = 4
    VISITS = 5
    LEAVING = 6
    MONTHS = 7
    HEADACHE = 8
    RECORDING = 9
    BLOCKS = 10
    SITES = 11
    SCORES = 12
    EVENTS = 13
    DIRT_DIARY = 14
    DIRT_SUBJECTS = 15
    DIRT_INJECTIONS = 16
    DIRT_SCORES = 17
    DIRT_EVENTS = 18
    DIRT_FILES = 19
    DIRT_SCHEDULE = 20
    AGE = 21
    EFFECT_CLASS = 22
    EFFECT_SIZE = 23
    SCORE_LEVEL = 24


class Chance(NamedTuple):
    """The random numbers of a run of subjects: ``first``, first + 1, ... (``count`` of them)."""

    seed: int
    first: int
    count: int

    def words(self, purpose: Purpose, width: int) -> np.ndarray:
        """``width`` words of 64 random bits per subject: an array count x width."""
        blocks = -(-width // WORDS_PER_BLOCK)
        generator = np.random.Philox(key=(int(purpose) << 64) | self.seed, counter=self.first * blocks)
        words = generator.random_raw(self.count * blocks * WORDS_PER_BLOCK)
        return words.reshape(self.count, blocks * WORDS_PER_BLOCK)[:, :width]

    def uniform(self, purpose: Purpose, width: int) -> np.ndarray:
        """Uniform numbers in [0, 1): count x width."""
        return uniform(self.words(purpose, width))

    def normal(self, purpose: Purpose, width: int) -> np.ndarray:
        """Standard normal numbers: count x width."""
        return normal(self.words(purpose, 3 * width))


def uniform(words: np.ndarray) -> np.ndarray:
    """Words as uniform numbers in [0, 1)."""
    return (words >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(words: np.ndarray) -> np.ndarray:
    """Three words to a number: the sum of twelve uniform 16-bit integers, centred and scaled (Irwin-Hall).

    Mean 0, SD 1, never beyond 6; tails a little lighter than the normal's (kurtosis 2.9). The sum is one of integers,
    so it is exact and the same on every machine.
    """
    count, width = words.shape[0], words.shape[1] // 3
    halves = np.zeros((count, width), dtype=np.int64)
    for place in range(3):
        word = words[:, place : 3 * width : 3]
        for shift in (0, 16, 32, 48):
            halves += ((word >> np.uint64(shift)) & np.uint64(0xFFFF)).astype(np.int64)
    return (halves - 12 * 65535 // 2).astype(np.float64) * 2.0**-16


def choice(draws: np.ndarray, shares: list[float]) -> np.ndarray:
    """The place in ``shares`` that each uniform number falls on (the last one takes what is left)."""
    place = np.zeros(draws.shape, dtype=np.int64)
    edge = 0.0
    for share in shares[:-1]:
        edge += share
        place += draws >= edge
    return place
