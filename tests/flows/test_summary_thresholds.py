"""Responder thresholds, worsening, and the distribution of the reduction: every subject stands at a boundary."""

import re
from datetime import timedelta

import duckdb
import pytest

from flows.report.change import load_days_distribution, load_distribution
from flows.report.figures import days_distribution_figure, distribution_figure
from tests.summary_study import CYCLE, DAY_1, MONTH, Trial, matching, only, picked

# Headache days at baseline and in the window (Days 57-84), of 28 each.
WINDOWS = {
    "half": (20, 10),  # exactly 50%
    "less_than_half": (21, 11),  # 47.6%
    "three_quarters": (20, 5),  # exactly 75%
    "free": (20, 0),
    "same": (20, 20),
    "worse": (20, 21),
    "worse_24": (25, 28),  # 12%: 28 of 28 is the most there is
    "worse_25": (20, 25),  # exactly 25% more
    "doubled": (14, 28),  # 100% more: a reduction of at least -100%
    "more_than_doubled": (13, 28),
    "from_zero": (0, 3),  # nothing to compare with
}


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """All in arm ona, given one cycle; of placebo one is at half and was given a second cycle, one was not judged."""
    made = Trial()
    for name, (baseline, window) in WINDOWS.items():
        made.add(name, "ona", baseline, (20, 20, window))
    made.add("p_half", "placebo", 20, (20, 20, 10), (20, 20, 20))
    made.add("p_unseen", "placebo", 20, (20, 20, None))
    return made.summarise(cutoff=DAY_1 + 2 * CYCLE)


def test_thresholds(con: duckdb.DuckDBPyConnection) -> None:
    rows = matching(con, "summary.response_thresholds", arm="ona", cycle=1)
    names = ("threshold", "n_subjects", "n_evaluable", "n_reached", "n_nri", "reached_nri_pct")
    assert sorted(picked(rows, *names)) == [
        ("reduction_100", 11, 10, 1, 11, pytest.approx(100 / 11)),
        ("reduction_30", 11, 10, 4, 11, pytest.approx(400 / 11)),
        ("reduction_50", 11, 10, 3, 11, pytest.approx(300 / 11)),
        ("reduction_75", 11, 10, 2, 11, pytest.approx(200 / 11)),
        ("worse", 11, 10, 5, None, None),
        ("worse_25", 11, 10, 3, None, None),
    ]
    half = next(row for row in rows if row["threshold"] == "reduction_50")
    # Wilson for 3 of 10, and for 3 of 11: statsmodels, held by tests/external/test_statistics.py
    assert (half["reached_pct"], half["ci_low_pct"], half["ci_high_pct"]) == pytest.approx(
        (30, 10.77912674, 60.32218525)
    )
    assert half["nri_ci_low_pct"] == pytest.approx(9.75, abs=0.01)
    assert half["nri_ci_high_pct"] == pytest.approx(56.56, abs=0.01)


def test_who_was_not_seen_did_not_reach_it(con: duckdb.DuckDBPyConnection) -> None:
    names = ("cycle", "n_subjects", "n_evaluable", "n_reached", "n_nri")
    rows = matching(con, "summary.response_thresholds", arm="placebo", threshold="reduction_50")
    assert picked(rows, *names) == [(1, 2, 1, 1, 2), (2, 1, 1, 0, 2)]
    worse = matching(con, "summary.response_thresholds", arm="placebo", threshold="worse")
    assert picked(worse, "cycle", "n_evaluable", "n_reached") == [(1, 1, 0), (2, 1, 0)]


def test_distribution_of_the_reduction_in_percent(con: duckdb.DuckDBPyConnection) -> None:
    rows = matching(con, "summary.reduction_distribution", arm="ona", cycle=1)
    assert {(row["n_subjects"], row["n_nri"]) for row in rows} == {(10, 11)}
    reached = {row["min_reduction_pct"]: row["n_at_least"] for row in rows}
    assert list(reached) == list(range(-100, 101, 5))
    wanted = {
        -100: 9,
        -95: 8,
        -25: 8,
        -20: 7,
        -15: 7,
        -10: 6,
        -5: 6,
        0: 5,
        5: 4,
        45: 4,
        50: 3,
        55: 2,
        75: 2,
        80: 1,
        100: 1,
    }
    assert {step: reached[step] for step in wanted} == wanted
    assert only(con, "summary.reduction_distribution", arm="ona", cycle=1, min_reduction_pct=50)[
        "at_least_nri_pct"
    ] == pytest.approx(300 / 11)


def test_distribution_of_the_reduction_in_days(con: duckdb.DuckDBPyConnection) -> None:
    """A month of the NICE rule set has 28 days, so days are those of the diary."""
    rows = matching(con, "summary.reduction_days_distribution", arm="ona", cycle=1)
    reached = {row["min_reduction_days"]: row["n_at_least"] for row in rows}
    assert list(reached) == list(range(-28, 29))
    falls = [baseline - window for baseline, window in WINDOWS.values() if baseline]
    assert reached == {days: sum(fall >= days for fall in falls) for days in range(-28, 29)}
    assert (reached[-15], reached[-14], reached[10], reached[11], reached[20], reached[21]) == (10, 9, 4, 2, 1, 0)
    one = only(con, "summary.reduction_days_distribution", arm="placebo", cycle=1, min_reduction_days=10)
    assert picked([one], "n_subjects", "n_at_least", "at_least_pct", "n_nri", "at_least_nri_pct") == [
        (1, 1, 100, 2, 50)
    ]


def test_days_are_compared_exactly_after_proration() -> None:
    """12 of 21 recorded days are 16 of 28: 4 fewer than 20. 13 of 21 are 17.33: 2.67 fewer."""
    made = Trial().add("exact", "ona", 20, (20, 20, 12)).add("not_quite", "ona", 20, (20, 20, 13))
    made.add("risen", "ona", 10, (20, 20, 13))  # 17.33: 7.33 more, so at least -8 and not -7
    for row in made.rows["diary_days"]:
        if row["diary_date"] >= DAY_1 + 2 * MONTH + timedelta(days=21):
            row["headache"] = None
    rows = matching(made.summarise(), "summary.reduction_days_distribution", arm="ona")
    reached = {row["min_reduction_days"]: row["n_at_least"] for row in rows}
    assert [reached[days] for days in (-8, -7, 2, 3, 4, 5)] == [3, 2, 2, 1, 1, 0]


def test_a_missing_score_is_no_improvement_once_its_time_is_past() -> None:
    """A score of cycle 1 counts up to the next injection, without one up to 98 days after its own."""
    made = Trial().add("five", "ona", 20, (20, 20, 20)).add("six", "ona", 20, (20, 20, 20))
    made.add("none", "ona", 20, (20, 20, 20)).add("no_baseline", "ona", 20, (20, 20, 20))
    for subject, before, after in (("five", 66, 61), ("six", 66, 60), ("none", 66, None), ("no_baseline", None, 50)):
        for day, score in ((DAY_1, before), (DAY_1 + 80 * timedelta(days=1), after)):
            if score:
                made.score(subject, day, score)
    names = ("min_points", "n_subjects", "n_scored", "n_improved", "n_nri", "improved_nri_pct")
    for days, n_nri in ((97, 2), (98, 4)):
        con = made.summarise(cutoff=DAY_1 + days * timedelta(days=1))
        rows = matching(con, "summary.quality_of_life_improved", arm="ona", instrument="HIT6")
        assert picked(rows, *names) == [(5, 4, 2, 2, n_nri, 200 / n_nri), (6, 4, 2, 1, n_nri, 100 / n_nri)]


def test_the_curves_are_those_of_the_tables(con: duckdb.DuckDBPyConnection) -> None:
    """Cycle 1 is the last one in which both arms have somebody; the words are what is drawn."""
    arms = {"placebo": "Placebo", "ona": "OnabotulinumtoxinA"}
    pct = distribution_figure(load_distribution(con, "nice_ta260"), arms)
    days = days_distribution_figure(load_days_distribution(con, "nice_ta260"), arms, 28)
    assert pct
    assert days
    assert (pct.cycle, days.cycle) == (1, 1)
    assert "OnabotulinumtoxinA: at least 30%: 40.0% of subjects; at least 50%: 30.0% of subjects" in pct.words
    assert (
        "at least 0 days: 50.0% of subjects; at least 4 days: 40.0% of subjects; at least 8 days: 40.0%" in days.words
    )
    assert set(days.drawings) == {"wide", "narrow"}
    for drawn in days.drawings.values():
        assert [text for text in re.findall(r"<text[^>]*>([^<]*)</text>", drawn) if "28" in text][:2] == ["−28", "28"]


def test_nobody_to_compare_draws_nothing() -> None:
    made = Trial().add("a", "ona", 0, (20, 20, 10))
    con = made.summarise()
    assert days_distribution_figure(load_days_distribution(con, "nice_ta260"), {"ona": "Ona"}, 28) is None
