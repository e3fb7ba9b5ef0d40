"""CSV text from columns, a block of rows at a time: bytes put side by side, without a loop over rows."""

from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import NamedTuple

import numpy as np


class Block(NamedTuple):
    """Rows of one file as they would be clean: the text, where each line ends in it, and what each line is about."""

    text: bytes
    ends: np.ndarray
    subject: np.ndarray  # place in the run of subjects
    item: np.ndarray  # diary: day; injections: cycle; scores: instrument; adverse events: term

    def line(self, row: int) -> list[str]:
        """The fields of one line."""
        start = 0 if row == 0 else int(self.ends[row - 1])
        return self.text[start : int(self.ends[row]) - 1].decode().split(",")


def column(values: Iterable[str]) -> np.ndarray:
    """Texts as an array of bytes."""
    return np.array([value.encode() for value in values] or [b""])


def numbers(values: np.ndarray) -> np.ndarray:
    """Whole numbers as text."""
    low, high = (int(values.min()), int(values.max())) if values.size else (0, 0)
    if high - low < 100_000:
        return column(str(value) for value in range(low, high + 1))[values - low]
    return column(str(value) for value in values)


def ten_thousandths(values: np.ndarray) -> np.ndarray:
    """Whole numbers of ten-thousandths as decimals."""
    return column(
        f"{'-' if value < 0 else ''}{abs(int(value)) // 10000}.{abs(int(value)) % 10000:04d}" for value in values
    )


def dates(start: date, first: int, last: int) -> np.ndarray:
    """The days first..last after ``start``, as year-month-day."""
    return column((start + timedelta(days=day)).isoformat() for day in range(first, last + 1))


def block(columns: Sequence[np.ndarray], subject: np.ndarray, item: np.ndarray, is_last_in_two: bool = False) -> Block:
    """One line per row: fields joined by commas. Bytes that a field does not fill are dropped.

    ``is_last_in_two``: the last field is written in two pieces (a date and its time).
    """
    rows = len(subject)
    width = sum(texts.dtype.itemsize + 1 for texts in columns)
    canvas = np.zeros((rows, width), dtype=np.uint8)
    place = 0
    for texts in columns:
        size = texts.dtype.itemsize
        canvas[:, place : place + size] = np.ascontiguousarray(texts).view(np.uint8).reshape(rows, size)
        canvas[:, place + size] = ord(",")
        place += size + 1
    canvas[:, -1] = ord("\n")
    if is_last_in_two:
        canvas[:, -columns[-1].dtype.itemsize - 2] = 0
    filled = canvas != 0
    return Block(canvas[filled].tobytes(), np.cumsum(filled.sum(axis=1)), subject, item)
