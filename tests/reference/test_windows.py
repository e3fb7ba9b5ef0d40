"""Which days are judged and when: windows, cut-off, early and late injections."""

import pytest

from .diaries import day, diary, judge, marks, respond, rule

FULL = "1" * 28


def window_of(window, next_injection=None, cutoff=400):
    """(first day, last day) of cycle 1, as study days; None for an empty window."""
    injections = [1] if next_injection is None else [1, next_injection]
    row = respond(rule(window=window), [], injections, cutoff)[0]
    if row["window_start_date"] is None:
        assert row["window_end_date"] is None
        return None
    return tuple((row[key] - day(1)).days + 1 for key in ("window_start_date", "window_end_date"))


# A cycle is Days 1-84; the next injection's date is Day 1 of the next cycle.
WINDOWS = [
    ({"position": "first"}, None, (1, 28)),
    ({"position": "first"}, 20, (1, 19)),
    ({"position": "first", "end": "next_injection"}, 105, (1, 28)),
    ({"position": "first", "days": 84}, 84, (1, 83)),
    ({"position": "last"}, None, (57, 84)),
    ({"position": "last"}, 85, (57, 84)),
    ({"position": "last"}, 84, (57, 83)),
    ({"position": "last"}, 58, (57, 57)),
    ({"position": "last"}, 57, None),
    ({"position": "last"}, 40, None),
    ({"position": "last", "days": 30}, None, (55, 84)),
    ({"position": "last"}, 105, (57, 84)),
    ({"position": "last", "end": "next_injection"}, None, (57, 84)),
    ({"position": "last", "end": "next_injection"}, 105, (77, 104)),
    ({"position": "last", "end": "next_injection"}, 75, (47, 74)),
    ({"position": "last", "end": "next_injection"}, 29, (1, 28)),
    ({"position": "last", "end": "next_injection"}, 21, (1, 20)),
    ({"position": "whole"}, None, (1, 84)),
    ({"position": "whole"}, 71, (1, 70)),
    ({"position": "whole"}, 105, (1, 84)),
    ({"position": "whole", "end": "next_injection"}, None, (1, 84)),
    ({"position": "whole", "end": "next_injection"}, 71, (1, 70)),
    ({"position": "whole", "end": "next_injection"}, 105, (1, 104)),
]


@pytest.mark.parametrize(("window", "next_injection", "expected"), WINDOWS)
def test_window(window, next_injection, expected):
    assert window_of(window, next_injection) == expected


def test_an_injection_after_the_cutoff_does_not_move_the_window():
    window = {"position": "last", "end": "next_injection"}
    assert window_of(window, 105, cutoff=105) == (77, 104)
    assert window_of(window, 105, cutoff=104) == (57, 84)


def test_due_on_the_last_day_of_the_window():
    # Days 57-84 with 10 headaches after 20: on Day 84 a responder (50%), a day earlier not due, but counted.
    assert judge(rule(), marks(20, 28), marks(10, 28), cutoff=84)["status"] == "responder"
    row = judge(rule(), marks(20, 28), marks(10, 28), cutoff=83)
    assert (row["status"], row["recorded_days"], row["headache_days"]) == ("not_due", 27, 10)
    assert row["headache_days_per_month"] * 27 == 280  # 10/27 * 28
    # A window not yet begun holds no day: no rate, rather than a rate of 0.
    row = judge(rule(), marks(20, 28), marks(10, 28), cutoff=56)
    assert (row["recorded_days"], row["headache_days_per_month"], row["reduction_pct"]) == (0, None, None)


def test_a_cut_window_is_due_on_its_own_last_day():
    # First 28 days cut on Day 27 by the injection on Day 28 = the cut-off: due, with 27 recorded days.
    first = rule(window={"position": "first"})
    rows = respond(first, diary(-28, FULL * 2), [1, 28], cutoff=28)
    assert [row["status"] for row in rows] == ["non_responder", "not_due"]


def test_worst_case_counts_the_whole_window_before_it_is_due():
    # Cut-off Day 66: 10 recorded days of 28, 2 with headache. headache: 2 + 18 = 20 of 28; free: 2 of 28.
    days = diary(-28, FULL) + diary(57, marks(2, 10))
    for policy, per_month in [("headache", 20), ("free", 2)]:
        (row,) = respond(rule(window={"missing_days": policy}), days, cutoff=66)
        assert (row["status"], row["headache_days_per_month"]) == ("not_due", per_month)


def test_worst_case_counts_only_the_days_of_a_cut_window():
    # Injection on Day 80: window Days 57-79, 23 days, 20 recorded, 5 with headache. 5 + 3 = 8 of 23; 28 * 8/23.
    days = diary(-28, FULL) + diary(57, marks(5, 20))
    row = respond(rule(window={"missing_days": "headache"}), days, [1, 80], cutoff=84)[0]
    assert row["headache_days_per_month"] * 23 == 28 * 8
    assert row["status"] == "responder"


def test_an_empty_window_is_due_and_not_evaluable():
    # Injection on Day 50: no day of Days 57-84 is left. Not even the worst case has a day to count.
    for policy in ["prorate", "headache", "free"]:
        always = rule(window={"missing_days": policy, "min_recorded_days": 0})
        row = respond(always, diary(-28, FULL * 3), [1, 50], cutoff=50)[0]
        assert (row["status"], row["recorded_days"], row["headache_days"]) == ("not_evaluable", 0, 0)
        assert row["headache_days_per_month"] is None
        assert row["reduction_pct"] is None
        assert row["baseline_start_date"] == day(-28)


def test_the_baseline_ends_on_day_minus_1():
    # Headache on Day 1 and on Day -29 are outside; Days -28 and -1 inside.
    days = diary(-29, "1" + "1" + "0" * 26 + "1" + "1")
    (row,) = respond(rule(), days, cutoff=1)
    assert (row["baseline_start_date"], row["baseline_end_date"]) == (day(-28), day(-1))
    assert (row["baseline_recorded_days"], row["baseline_headache_days"]) == (28, 2)
    assert row["baseline_days_per_month"] == 2


def test_a_longer_baseline_before_each_injection_reaches_back_into_the_cycle_before():
    # 56 days before Day 85: Days 29-84, of which Days 29-56 hold 28 headaches and Days 57-84 none: 14 a month.
    anchored = rule(baseline={"anchor": "each_injection", "days": 56})
    row = respond(anchored, diary(29, FULL + "0" * 28), [1, 85], cutoff=85)[1]
    assert (row["baseline_start_date"], row["baseline_end_date"]) == (day(29), day(84))
    assert (row["baseline_headache_days"], row["baseline_days_per_month"]) == (28, 14)


def test_the_cutoff_is_the_latest_diary_date_of_the_study():
    # Another subject's entry on Day 84, with the answer unknown, makes this subject's window due.
    assert respond(rule(), diary(-28, FULL) + diary(57, marks(0, 27, 27)))[0]["status"] == "not_due"
    days = diary(-28, FULL) + diary(57, marks(0, 27, 27)) + diary(84, "?", subject_id="S2")
    assert respond(rule(), days)[0]["status"] == "responder"


def test_injections_after_the_cutoff_open_no_cycle():
    assert [row["cycle"] for row in respond(rule(), [], [1, 85, 169], cutoff=85)] == [1, 2]
    assert respond(rule(), [], [1], cutoff=-1) == []
    assert respond(rule(), [], [1]) == []  # no diary, no cut-off
