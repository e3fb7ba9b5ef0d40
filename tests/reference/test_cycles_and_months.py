"""Cycles, months and the shape of the tables."""

from fractions import Fraction

import pytest

from .diaries import PROTOCOL, SHIPPED, day, diary, injection, marks
from .engine import evaluate


def tables(days=(), injections=(), cutoff=400, **known):
    return evaluate(list(days), list(injections), list(SHIPPED.values()), PROTOCOL, day(cutoff), **known)


def test_a_cycle_ends_before_the_next_injection_or_on_day_84():
    # Intervals: 70 days (early), 100 days (late), then none.
    rows = tables(injections=[injection(171), injection(1), injection(71)])["cycles"]
    assert [(row["cycle"], row["start_date"], row["end_date"], row["next_injection_date"]) for row in rows] == [
        (1, day(1), day(70), day(71)),
        (2, day(71), day(71 + 83), day(171)),
        (3, day(171), day(171 + 83), None),
    ]
    # The injection on Day 71 does not exist on Day 70.
    (row,) = tables(injections=[injection(1), injection(71)], cutoff=70)["cycles"]
    assert (row["end_date"], row["next_injection_date"]) == (day(84), None)


def test_several_injections_on_one_date_are_one():
    # A row per muscle: 20 + 40 U over 4 + 8 sites; an unknown dose adds nothing; all unknown is unknown.
    muscles = [injection(1, 20, 4), injection(1, 40, 8), injection(1, None, None), injection(85, None, None)]
    rows = tables(injections=muscles)["cycles"]
    assert [(row["units"], row["sites"]) for row in rows] == [(60, 12), (None, None)]


def months_of(days, injections, cutoff=400):
    rows = tables(days, injections, cutoff)["months"]
    return [(row["cycle"], row["month"], row["start_date"], row["end_date"]) for row in rows]


def test_months_are_28_days_and_listed_whether_or_not_due():
    assert months_of([], [injection()], cutoff=1) == [
        (0, 1, day(-28), day(-1)),
        (1, 1, day(1), day(28)),
        (1, 2, day(29), day(56)),
        (1, 3, day(57), day(84)),
    ]


def test_an_early_injection_cuts_months():
    # Day 57: month 3 would begin after the end. Day 58: month 3 is Day 57 alone.
    for next_day, last_month in [(57, (1, 2, day(29), day(56))), (58, (1, 3, day(57), day(57)))]:
        months = months_of([], [injection(1), injection(next_day)])
        assert [month for month in months if month[0] == 1][-1] == last_month
    # Day 105: Days 85-104 belong to no month.
    months = months_of([], [injection(1), injection(105)])
    assert months[3:5] == [(1, 3, day(57), day(84)), (2, 1, day(105), day(132))]


def test_what_a_month_counts():
    days = (
        diary(1, "1", hours=6.25, severity=2, migraine=True, acute_medication=("SUMA", "ASA"))
        + diary(2, "1", hours=0.5, severity=1, migraine=False)
        + diary(3, "1", severity=3, migraine=True)
        + diary(4, "0", hours=5, severity=3, acute_medication=("ASA",))  # no headache: no hours, not severe
        + diary(5, "?", hours=5, severity=3, migraine=True, acute_medication=("ASA",))
        + diary(6, "0")
        + diary(29, "1", hours=24)
    )
    rows = tables(days, [injection()], cutoff=28)["months"]
    month = next(row for row in rows if (row["cycle"], row["month"]) == (1, 1))
    counts = {key: month[key] for key in list(month)[5:]}
    assert counts == {
        "recorded_days": 5,  # Days 1-4, 6
        "headache_days": 3,
        "moderate_severe_days": 2,  # Days 1, 3
        "headache_hours": Fraction(27, 4),  # 6.25 + 0.5
        "migraine_days": 2,  # Days 1, 3; Day 5 is not recorded
        "acute_medication_days": 2,  # Days 1, 4: days, not doses
        "crystal_clear_days": 2,  # Days 4, 6
    }
    # The month after the cut-off is listed and empty; Day 29 does not exist.
    assert rows[2]["recorded_days"] == rows[2]["headache_hours"] == 0


def test_every_subject_has_its_rows_in_the_order_of_the_key():
    days = diary(1, "1", subject_id="S3") + diary(-28, marks(20, 28))
    injections = [injection(85), injection(1), injection(1, subject_id="S2")]
    found = tables(days, injections, subjects=[{"subject_id": "S0"}])
    assert [row["subject_id"] for row in found["eligibility"]] == ["S0", "S1", "S2", "S3"]
    assert [(row["subject_id"], row["cycle"]) for row in found["cycles"]] == [("S1", 1), ("S1", 2), ("S2", 1)]
    # Six rule sets x three cycles given.
    keys = [(row["rule_set"], row["subject_id"], row["cycle"]) for row in found["responder"]]
    assert len(keys) == 6 * 3
    assert keys == sorted(keys)
    months = [(row["subject_id"], row["cycle"], row["month"]) for row in found["months"]]
    assert months == sorted(months)
    assert len(months) == (1 + 3 + 3) + (1 + 3)


def test_a_subject_known_only_after_the_cutoff_is_untreated_not_absent():
    found = tables(diary(5, "1", subject_id="S4"), [injection(5)], cutoff=4)
    assert [row["subject_id"] for row in found["eligibility"]] == ["S1", "S4"]
    assert found["cycles"] == found["months"] == found["responder"] == []


def test_two_rows_for_one_subject_day_are_refused():
    with pytest.raises(ValueError, match="two diary rows"):
        tables(diary(1, "1") + diary(1, "0"), [injection()])
