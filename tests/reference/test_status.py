"""Responder, non-responder, not evaluable: definitions, conditions, exact comparison."""

from fractions import Fraction

import pytest

from .diaries import CLASSES, SHIPPED, day, diary, judge, marks, respond, rule
from .headache_days import headache_answer

# definition -> answer for (headache, hours, medication), straight from the table in docs/rule-parameters.md
ANSWERS = [
    ((None, 6, ("SUMA",)), {"any": None, "hours_4": None, "hours_4_or_acute": None}),
    ((None, 1.5, ("SUMA",)), {"any": None, "hours_4": None, "hours_4_or_acute": None}),
    ((None, 1.5, ()), {"any": None, "hours_4": None, "hours_4_or_acute": None}),
    ((False, 6, ("SUMA",)), {"any": False, "hours_4": False, "hours_4_or_acute": False}),
    ((False, None, ()), {"any": False, "hours_4": False, "hours_4_or_acute": False}),
    ((True, 4, ()), {"any": True, "hours_4": True, "hours_4_or_acute": True}),
    ((True, 3.75, ()), {"any": True, "hours_4": False, "hours_4_or_acute": False}),
    ((True, 3.75, ("ASA_CAF", "COD")), {"any": True, "hours_4": False, "hours_4_or_acute": False}),
    ((True, 0.25, ("SUMA",)), {"any": True, "hours_4": False, "hours_4_or_acute": True}),
    ((True, 0.25, ("ASA", "ERGO")), {"any": True, "hours_4": False, "hours_4_or_acute": True}),
    ((True, None, ()), {"any": True, "hours_4": None, "hours_4_or_acute": None}),
    ((True, None, ("NEW",)), {"any": True, "hours_4": None, "hours_4_or_acute": None}),
    ((True, 3.75, ("NEW", "ASA")), {"any": True, "hours_4": False, "hours_4_or_acute": None}),
    ((True, 4, ("NEW",)), {"any": True, "hours_4": True, "hours_4_or_acute": True}),
    ((True, 3.75, ("NEW", "SUMA")), {"any": True, "hours_4": False, "hours_4_or_acute": True}),
    ((True, None, ("SUMA",)), {"any": True, "hours_4": None, "hours_4_or_acute": True}),
]


@pytest.mark.parametrize(("written", "expected"), ANSWERS)
def test_headache_answer(written, expected):
    diary_day = dict(zip(("headache", "hours", "acute_medication"), written, strict=True))
    for definition, answer in expected.items():
        assert headache_answer(diary_day, definition, CLASSES) is answer


def test_preempt_counts_baseline_and_window_under_hours_4():
    # Baseline: 20 of 5 h, 4 of unknown length (not recorded), 4 free: 20 of 24. Window: 10 of 4 h, 18 of 1 h: 10 of 28.
    # (10/28) / (20/24) = 3/7: a reduction of 400/7 = 57.1%. Under `any` it would be 28 of 28 against 24 of 28.
    days = diary(-28, "1" * 20, hours=5) + diary(-8, "1111") + diary(-4, "0000")
    days += diary(57, "1" * 10, hours=4) + diary(67, "1" * 18, hours=1)
    (row,) = respond(SHIPPED["preempt"], days)
    assert (row["baseline_headache_days"], row["baseline_recorded_days"]) == (20, 24)
    assert (row["headache_days"], row["recorded_days"]) == (10, 28)
    assert (row["reduction_pct"], row["status"]) == (Fraction(400, 7), "responder")


def test_27_to_19_is_not_30_pct():
    # 1 - 19/27 = 8/27 = 29.6%; rounded it would pass.
    row = judge(rule(), marks(27, 28), marks(19, 28))
    assert (row["reduction_pct"], row["status"]) == (Fraction(800, 27), "non_responder")


def test_worsening_stays_negative():
    # 10 -> 15 is -50%; 10 -> 10 is 0.
    assert judge(rule(), marks(10, 28), marks(15, 28))["reduction_pct"] == -50
    assert judge(rule(), marks(10, 28), marks(10, 28))["reduction_pct"] == 0


def test_a_baseline_is_prorated_whatever_the_policy():
    # 10 headaches in 20 recorded days are 14 a month, in the worst case of the window, too: 1 - 7/14 = 50%.
    row = judge(rule(window={"missing_days": "headache"}), marks(10, 20), marks(7, 28))
    assert (row["baseline_days_per_month"], row["reduction_pct"]) == (14, 50)


# (baseline, window) -> status, under a 30% reduction: 20 recorded days suffice, 19 do not.
EVALUABLE = [
    (marks(20, 20), marks(0, 20), "responder"),
    (marks(20, 20), marks(0, 19), "not_evaluable"),
    (marks(19, 19), marks(0, 20), "not_evaluable"),
    (marks(1, 28), marks(0, 28), "responder"),
    (marks(0, 28), marks(0, 28), "not_evaluable"),  # 0 at baseline: never 100%
    ("." * 28, marks(0, 28), "not_evaluable"),
    ("1" * 19 + "?" * 9, marks(0, 28), "not_evaluable"),  # a row without an answer is not recorded
    (marks(20, 28), "0" * 19 + "?" * 9, "not_evaluable"),
]


@pytest.mark.parametrize(("baseline", "window", "status"), EVALUABLE)
def test_evaluable(baseline, window, status):
    assert judge(rule(), baseline, window)["status"] == status


def test_no_reduction_without_an_evaluable_baseline():
    assert judge(rule(), marks(19, 19), marks(0, 28))["reduction_pct"] is None
    assert judge(rule(), marks(0, 28), marks(0, 28))["reduction_pct"] is None
    assert judge(rule(), marks(0, 28), marks(0, 28))["baseline_days_per_month"] == 0
    assert judge(rule(), "." * 28, marks(0, 28))["baseline_days_per_month"] is None
    # A window too thin to be judged has a reduction all the same: 19 of 19 free.
    row = judge(rule(), marks(20, 28), marks(0, 19))
    assert (row["status"], row["reduction_pct"]) == ("not_evaluable", 100)


def test_the_minimum_is_a_parameter():
    row = judge(rule(baseline={"min_recorded_days": 14}), marks(14, 14), marks(0, 28))
    assert row["status"] == "responder"
    # A single recorded day gives a rate, none gives none.
    for window, per_month in [("1", 28), ("." * 28, None)]:
        row = judge(rule(window={"min_recorded_days": 0}), marks(14, 28), window)
        assert row["headache_days_per_month"] == per_month


def test_article_judges_free_days_without_a_baseline():
    # 15 free of 30 days: 14 free of 28 are exactly 15 (14 * 30 = 420 = 15 * 28), 13 are not.
    # 10 free of 20 recorded: 300 = 300; 10 free of 21: 300 < 315.
    expected = [((14, 28), "responder"), ((15, 28), "non_responder")]
    expected += [((10, 20), "responder"), ((11, 21), "non_responder"), ((0, 19), "not_evaluable")]
    for window, status in expected:
        row = judge(SHIPPED["article"], "." * 28, marks(*window))
        assert row["status"] == status
    # Months of 30 days: 14 of 28 are 15 a month.
    row = judge(SHIPPED["article"], marks(28, 28), marks(14, 28))
    assert (row["headache_days_per_month"], row["baseline_days_per_month"]) == (15, 30)


def one(measure, comparator, threshold):
    return {"conditions": [{"measure": measure, "comparator": comparator, "threshold": threshold}]}


# 20 -> 14 of 28 is a reduction of 30%, 14 headache days and 14 free days a month: each comparator at its limit.
AT_THE_LIMIT = [
    (measure, comparator, threshold, comparator in (">=", "<="))
    for measure, threshold in [("reduction_pct", 30), ("headache_days", 14), ("headache_free_days", 14)]
    for comparator in (">=", ">", "<=", "<")
]


@pytest.mark.parametrize(("measure", "comparator", "threshold", "holds"), AT_THE_LIMIT)
def test_comparators_at_the_limit(measure, comparator, threshold, holds):
    row = judge(rule(response=one(measure, comparator, threshold)), marks(20, 28), marks(14, 28))
    assert row["status"] == ("responder" if holds else "non_responder")


@pytest.mark.parametrize(
    ("measure", "more", "fewer"),
    [("reduction_pct", 13, 15), ("headache_free_days", 13, 15), ("headache_days", 15, 13)],
)
def test_comparators_beside_the_limit(measure, more, fewer):
    # `more` headache days in the window make the measure larger than at 14, `fewer` make it smaller.
    threshold = 30 if measure == "reduction_pct" else 14
    for comparator, holds_above in [(">=", True), (">", True), ("<=", False), ("<", False)]:
        tested = rule(response=one(measure, comparator, threshold))
        above = judge(tested, marks(20, 28), marks(more, 28))["status"] == "responder"
        below = judge(tested, marks(20, 28), marks(fewer, 28))["status"] == "responder"
        assert (above, below) == (holds_above, not holds_above)


def test_a_threshold_is_the_decimal_number_written():
    # 2 free days of 20 are 2 * 28 / 20 = 2.8 a month, not more, though more than the binary number nearest to 2.8.
    # 1 free day of 25 is 1.12 a month; in floating point 1.12 * 25 comes to more than 28.
    assert 1.12 * 25 > 28
    for threshold, window in [(2.8, marks(18, 20)), (1.12, marks(24, 25))]:
        for comparator, status in [(">=", "responder"), (">", "non_responder")]:
            row = judge(rule(response=one("headache_free_days", comparator, threshold)), "", window)
            assert row["status"] == status


def test_all_or_any_of_several_conditions():
    # 20 -> 15 is 25%, but 13 free days: one condition of two holds.
    both = one("reduction_pct", ">=", 30)["conditions"] + one("headache_free_days", ">=", 13)["conditions"]
    for require, status in [("all", "non_responder"), ("any", "responder")]:
        local = rule(response={"require": require, "conditions": both})
        assert judge(local, marks(20, 28), marks(15, 28))["status"] == status
        # A condition on the baseline needs one, even where another condition would do.
        assert judge(local, "", marks(15, 28))["status"] == "not_evaluable"


@pytest.mark.parametrize(
    "misspelt",
    [
        {"headache_day": "hours4"},
        {"window": {"postion": "last"}},
        {"window": {"missing_days": "ignore"}},
        {"stop_no_response": {"mode": "last", "cycles": 2}},
        {"response": {"conditions": [{"measure": "free_days", "comparator": ">=", "threshold": 1}]}},
        {"response": {"conditions": [{"measure": "headache_days", "comparator": "=", "threshold": 1}]}},
    ],
)
def test_a_misspelt_parameter_is_refused(misspelt):
    with pytest.raises(ValueError, match=r"unknown in|cannot be|no comparator|no measure"):
        judge(rule(**misspelt), marks(20, 28), marks(14, 28))


def test_the_days_of_the_window_only():
    # Headache on Day 56 and Day 85, none on Days 57-84.
    days = diary(-28, "1" * 28) + diary(56, "1" + "0" * 28 + "1")
    (row,) = respond(rule(), days, cutoff=day(85))
    assert (row["headache_days"], row["recorded_days"]) == (0, 28)
