"""The runs of diary lines in the report: against a plain loop that takes one line after the other."""

from typing import NamedTuple

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from flows.report.packed_diaries import _letters, _runs


class Line(NamedTuple):
    gap: int  # days since the line before
    file: int
    line: int


LINES = st.lists(st.builds(Line, st.integers(0, 2), st.integers(0, 1), st.integers(2, 5)), min_size=1, max_size=12)


def taken_one_by_one(days: list[int], lines: list[Line]) -> list[list[int]]:
    """(day, days, file, line, step) of each run: a line joins it the day after, in its file, as far on as the second one."""
    runs: list[list[int]] = []
    for day, (_, file, line) in zip(days, lines, strict=True):
        run = runs[-1] if runs else None
        if run and day == run[0] + run[1] and file == run[2] and (run[1] == 1 or line == run[3] + run[1] * run[4]):
            if run[1] == 1:
                run[4] = line - run[3]
            run[1] += 1
        else:
            runs.append([day, 1, file, line, 0])
    return runs


@given(LINES)
def test_runs_are_those_of_a_loop_over_the_lines(lines: list[Line]):
    days = np.cumsum([0, *(line.gap for line in lines[1:])])
    runs = _runs(days, np.array([line.file for line in lines]), np.array([line.line for line in lines]))
    assert runs == [number for run in taken_one_by_one(days.tolist(), lines) for number in run]


def test_a_day_without_a_line_has_a_letter_of_its_own():
    assert _letters(np.array([0, 1, 4]), np.array([ord(letter) for letter in "hfu"])) == "hf--u"
