"""Days to the first response, on studies whose days can be read off the page."""

from collections import Counter
from datetime import timedelta
from fractions import Fraction

import numpy as np
import pytest

from flows.statistics.survival import median_of, quantiles, times_of
from tests.summary_study import CYCLE, DAY_1, MONTH, Trial, matching, only, picked

R, N, X = (20, 20, 10), (20, 20, 19), (20, 20, None)


def test_days_to_the_first_response() -> None:
    """Under the NICE rule set the window is Days 57-84 of the cycle, so cycle 1 ends on Day 84, cycle 2 on Day 168."""
    made = Trial()
    made.add("always", "ona", 20, R, R, R)
    made.add("late", "ona", 20, N, X, R)
    made.add("loses", "ona", 20, R, N, N)
    made.add("gap", "placebo", 20, R, X, R)
    made.add("never", "placebo", 20, N, N)
    made.add("unseen", "placebo", 20, X)
    made.add("delayed", "placebo", 20, N)
    made.inject("delayed", DAY_1 + CYCLE + timedelta(days=10))  # Day 95: its window ends on Day 95 + 83
    made._month("delayed", DAY_1 + CYCLE + timedelta(days=10) + 2 * MONTH, 10)
    con = made.summarise()
    found = picked(
        matching(con, "analysis.response_days"),
        "subject_id", "first_response_cycle", "after_days", "response_days", "censored_days",
    )  # fmt: skip
    assert found == [
        ("always", 1, 0, 84, None),
        ("delayed", 2, 84, 178, None),
        ("gap", 1, 0, 84, None),
        ("late", 3, 84, 252, None),
        ("loses", 1, 0, 84, None),
        ("never", None, None, None, 168),
        ("unseen", None, None, None, 0),
    ]
    names = ("arm", "n_subjects", "n_responders", "q1_days", "median_days", "q3_days")
    assert picked(matching(con, "summary.first_response_days"), *names) == [
        ("all", 7, 5, 84, 84, 178),  # 3 of 6 at risk at Day 84: 1/2; "never" leaves at 168; 1 of 2 at Day 178: 3/4
        ("ona", 3, 3, 84, 84, 252),  # 2 of 3, then the third
        ("placebo", 4, 2, 84, 178, 178),  # 1 of 3 at risk at Day 84: 1/3; at Day 178 the only one left
    ]
    row = only(con, "summary.first_response_days", arm="all")
    responders = ("responder_q1_days", "responder_median_days", "responder_q3_days")
    assert picked([row], *responders, "min_response_days", "max_response_days") == [(84, 84, 178, 84, 252)]


@pytest.mark.parametrize(
    ("events", "censored", "median"),
    [
        ([1, 2], [5, 5], 2),  # 3/4 x 2/3 are still without it: exactly one half has had it
        ([1], [1, 5], None),  # who is censored on the day is still at risk on it: 1 of 3
        ([2], [1, 1], 2),  # who is censored before is not: 1 of 1
        ([], [0, 3], None),
        ([], [], None),
    ],
)
def test_half_of_the_subjects_is_one_half(events: list[int], censored: list[int], median: int | None) -> None:
    assert quantiles(Counter(events), Counter(censored), (Fraction(1, 2),)) == [median]
    is_event = np.array([True] * len(events) + [False] * len(censored), dtype=bool)
    times = times_of(np.array([*events, *censored], dtype=int), is_event)
    assert median_of(times).value == median


def test_without_arms_there_is_one_row() -> None:
    con = Trial().add("a", "ona", 20, R).add("b", "placebo", 20, N).summarise(arms={}, blinded=True)
    assert picked(matching(con, "summary.first_response_days"), "arm", "n_subjects", "n_responders") == [("all", 2, 1)]
