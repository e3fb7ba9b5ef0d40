"""Cases where definitions disagree: every one that the engine computes, by hand.

HIT-6 (change of -5: >=5 yes, >=6 no) is the row left out: the reference reads no scores.
"""

from datetime import date
from fractions import Fraction

from .diaries import (
    PROTOCOL,
    SHIPPED,
    day,
    diary,
    follow,
    injection,
    judge,
    marks,
    respond,
    rule,
)
from .engine import evaluate


def reduction(comparator, threshold):
    return {"conditions": [{"measure": "reduction_pct", "comparator": comparator, "threshold": threshold}]}


def test_15_of_28_is_chronic_by_ichd3_but_not_by_the_article():
    # 15 * 28 = 420 = 15 * 28: at the limit, not above it. 16 is above for both, 14 below for both.
    for headache_days, article, ichd3 in [(14, False, False), (15, False, True), (16, True, True)]:
        days = diary(-28, marks(headache_days, 28))
        (row,) = evaluate(days, [injection()], [], PROTOCOL, day(1))["eligibility"]
        assert (row["is_chronic_article"], row["is_chronic_ichd3"]) == (article, ichd3)


def test_alternate_day_headache_is_14_or_15_or_16_days_a_month():
    # 14 of 28 recorded days: 14 per 28-day month, 14/28 * 30 = 15 per 30-day month.
    assert judge(rule(), "1" * 28, "10" * 14)["headache_days_per_month"] == 14
    assert judge(rule(month_days=30), "1" * 28, "10" * 14)["headache_days_per_month"] == 15
    # By the calendar, from 1 January: 1, 3, .. 31 January are 16 days; 2, 4, .. 28 February are 14.
    days = diary(date(2025, 1, 1), "10" * 29 + "1")
    january = rule(month_days=31, window={"position": "first", "days": 31})
    february = rule(month_days=28, window={"position": "first", "days": 28})
    assert respond(january, days, [date(2025, 1, 1)])[0]["headache_days_per_month"] == 16
    assert respond(february, days, [date(2025, 2, 1)])[0]["headache_days_per_month"] == 14


def test_missing_days_free_prorated_headache_or_not_evaluable():
    # Baseline 20 of 28; window 10 headaches in 20 recorded days, 8 days unknown.
    # free 10 of 28: 1 - 10/20 = 50%. prorate 10/20 * 28 = 14: 30%. headache 10 + 8 = 18 of 28: 10%.
    expected = {"free": (10, 50), "prorate": (14, 30), "headache": (18, 10)}
    for policy, (per_month, pct) in expected.items():
        row = judge(rule(window={"missing_days": policy}), marks(20, 28), marks(10, 20))
        assert (row["headache_days_per_month"], row["reduction_pct"]) == (per_month, pct)
        assert (row["headache_days"], row["recorded_days"]) == (10, 20)  # as counted, before the policy
        assert row["status"] == ("non_responder" if policy == "headache" else "responder")
    strict = judge(rule(window={"min_recorded_days": 23}), marks(20, 28), marks(10, 20))
    assert strict["status"] == "not_evaluable"


def test_which_month_of_the_cycle():
    # Baseline 20; months 8, 9, 13. first 1 - 8/20 = 60%; whole 30 of 84 = 10 a month: 50%; last 1 - 13/20 = 35%.
    days = diary(-28, marks(20, 28) + marks(8, 28) + marks(9, 28) + marks(13, 28))
    for position, pct in [("first", 60), ("whole", 50), ("last", 35)]:
        (row,) = respond(rule(window={"position": position}), days)
        assert row["reduction_pct"] == pct


def test_late_injection_on_day_105():
    # Baseline 20. Headaches: 5 on Days 57-76, 4 on Days 77-84, 10 on Days 85-104.
    # Days 57-84 hold 9: 1 - 9/20 = 55%; Days 77-104 hold 14: 1 - 14/20 = 30%.
    days = diary(-28, marks(20, 28)) + diary(57, marks(5, 20, 20) + marks(4, 8, 8) + marks(10, 20, 20))
    for end, first_day, last_day, pct in [("protocol", 57, 84, 55), ("next_injection", 77, 104, 30)]:
        row = respond(rule(window={"end": end}), days, [1, 105], cutoff=105)[0]
        assert (row["window_start_date"], row["window_end_date"]) == (day(first_day), day(last_day))
        assert row["reduction_pct"] == pct


def test_baseline_before_the_first_or_before_each_injection():
    # Before the first injection 24; cycle 3 opens on Day 169: before it (Days 141-168) 12, after it 10.
    # 1 - 10/24 = 58.33..% = 175/3; 1 - 10/12 = 16.66..% = 50/3.
    days = diary(-28, marks(24, 28)) + diary(141, marks(12, 28) + marks(10, 28))
    for anchor, pct in [("first_injection", Fraction(175, 3)), ("each_injection", Fraction(50, 3))]:
        first_28 = rule(baseline={"anchor": anchor}, window={"position": "first"})
        row = respond(first_28, days, [1, 85, 169])[2]
        assert row["reduction_pct"] == pct


def test_after_two_cycles_the_latest_or_every_one():
    # Baseline 20: 13 is 35% (response), 15 is 25% (none).
    for mode, verdict in [("latest", "stop_no_response"), ("every", "continue")]:
        stop = rule(stop_no_response={"mode": mode, "cycles": 2})
        outcome = follow(stop, marks(20, 28), [marks(13, 28), marks(15, 28)])
        assert outcome == [("responder", "continue"), ("non_responder", verdict)]


def test_a_gap_breaks_three_consecutive_months():
    # NICE: fewer than 15. Months 14, 14, missing, 14 from Day 1 on; baseline 28. The last is month 1 of cycle 2.
    low, missing = marks(14, 28), "." * 28
    with_gap = low + low + missing + low + missing * 2
    assert follow(SHIPPED["nice_ta260"], "1" * 28, [with_gap[:84], with_gap[84:]]) == [
        ("not_evaluable", "undetermined"),
        ("not_evaluable", "undetermined"),
    ]
    # Without the gap the third 14 ends the run.
    assert follow(SHIPPED["nice_ta260"], "1" * 28, [low * 3]) == [("responder", "stop_success")]


def test_nice_and_ehf_success():
    # Months 12, 12, 12 after 24: below 15 (NICE), not below 10 (EHF). 1 - 12/24 = 50%: a response for both.
    months = marks(12, 28) * 3
    assert follow(SHIPPED["nice_ta260"], marks(24, 28), [months]) == [("responder", "stop_success")]
    assert follow(SHIPPED["ehf_2018"], marks(24, 28), [months]) == [("responder", "continue")]


def test_headache_day_definition():
    # 16 headaches: 13 of 4 h, 3 aborted by a triptan after 2 h. hours_4: 13; with the triptan: 16.
    days = diary(57, "1" * 13, hours=4) + diary(70, "111", hours=2, acute_medication=("SUMA",))
    days += diary(73, "0" * 12)
    for definition, headache_days in [("any", 16), ("hours_4", 13), ("hours_4_or_acute", 16)]:
        (row,) = respond(rule(headache_day=definition), days)
        assert (row["headache_days"], row["recorded_days"]) == (headache_days, 28)


def test_at_least_half_or_more_than_half():
    # 20 -> 10 is exactly 50%.
    for comparator, status in [(">=", "responder"), (">", "non_responder")]:
        row = judge(rule(response=reduction(comparator, 50)), marks(20, 28), marks(10, 28))
        assert row["status"] == status


def test_exactly_30_pct_where_floating_point_says_less():
    # 9 of 15 against 24 of 28: 10 * 9 * 28 = 2520 = 7 * 24 * 15.
    assert not 9 / 15 * 28 <= 0.7 * 24
    lenient = rule(window={"min_recorded_days": 15})
    row = judge(lenient, marks(24, 28), marks(9, 15))
    assert (row["status"], row["reduction_pct"]) == ("responder", 30)
    # One recorded free day fewer: 9 of 14 is 25%.
    lenient = rule(window={"min_recorded_days": 14})
    row = judge(lenient, marks(24, 28), marks(9, 14))
    assert (row["status"], row["reduction_pct"]) == ("non_responder", 25)
