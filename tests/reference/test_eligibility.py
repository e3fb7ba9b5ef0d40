"""The article's three criteria: chronic, drugs have failed, no overuse. Unknown stays unknown."""

import pytest

from .diaries import CLASSES, PROTOCOL, day, diary, injection, marks
from .engine import evaluate


def eligibility(days, injections=(1,), cutoff=1, **subject):
    given = [injection(start) for start in injections]
    subjects = [{"subject_id": "S1", "prior_preventives_failed": None, "overuse_excluded": None} | subject]
    tables = evaluate(days, given, [], PROTOCOL, day(cutoff), medication_classes=CLASSES, subjects=subjects)
    (row,) = tables["eligibility"]
    return row


def overuse(*stretches, **subject):
    """is_overuse from (number of days, medication) stretches from Day -28 on; headache every day."""
    days, start = [], -28
    for length, *codes in stretches:
        days += diary(start, "1" * length, acute_medication=tuple(codes))
        start += length
    return eligibility(days, **subject)["is_overuse"]


def test_the_baseline_rate_is_prorated():
    # 20 recorded days: 11 * 28 = 308 > 300 = 15 * 20 chronic; 10 * 28 = 280 not.
    # 28 * 15 = 420 = 15 * 28 is the only exact tie of 20..28 days.
    for headache_days, recorded_days, is_chronic in [(11, 20, True), (10, 20, False), (16, 28, True)]:
        row = eligibility(diary(-28, marks(headache_days, recorded_days)))
        assert row["is_chronic_article"] is is_chronic
        assert row["is_chronic_ichd3"] is is_chronic
        assert row["baseline_headache_days"] == headache_days
        assert row["baseline_recorded_days"] == recorded_days


def test_19_recorded_days_are_too_few():
    row = eligibility(diary(-28, "1" * 19 + "?" * 9))
    assert (row["is_chronic_article"], row["is_chronic_ichd3"]) == (None, None)
    assert (row["baseline_recorded_days"], row["baseline_headache_days"]) == (19, 19)


def test_an_untreated_subject_has_no_baseline():
    for injections in [(), (2,)]:  # none, or after the cut-off on Day 1
        row = eligibility(diary(-28, "1" * 28, acute_medication=("SUMA",)), injections)
        assert (row["baseline_recorded_days"], row["baseline_headache_days"]) == (None, None)
        assert (row["is_chronic_article"], row["is_overuse"], row["is_eligible"]) == (None, None, None)
    assert eligibility([], (), overuse_excluded=True)["is_overuse"] is False
    assert eligibility([], (), prior_preventives_failed=1)["is_eligible"] is False


def test_two_failed_preventives():
    for failed, expected in [(None, None), (0, False), (1, False), (2, True), (3, True)]:
        assert eligibility([], prior_preventives_failed=failed)["has_failed_preventives"] is expected


# (stretches of the 28 baseline days) -> overuse. ICHD-3 8.2: 10 days, simple analgesics 15 days.
OVERUSE = [
    ([(10, "SUMA"), (18,)], True),
    ([(9, "SUMA"), (19,)], False),
    ([(10, "COD"), (18,)], True),
    ([(10, "ERGO"), (18,)], True),
    ([(15, "ASA"), (13,)], True),
    ([(14, "ASA"), (14,)], False),
    ([(7, "ASA"), (7, "PARA"), (14,)], False),  # both simple: 14 days of one class
    ([(7, "ASA"), (8, "PARA"), (13,)], True),
    ([(5, "SUMA"), (5, "ASA"), (18,)], True),  # several classes together: 10 days
    ([(5, "SUMA"), (4, "ASA"), (19,)], False),
    ([(5, "SUMA", "ASA"), (4, "SUMA"), (19,)], False),  # both on one day are one day: 9
    ([(5, "SUMA", "SUMA"), (4, "SUMA"), (19,)], False),  # days, not doses
    ([(10, "ASA_CAF"), (18,)], True),  # as a combination
    ([(9, "ASA_CAF"), (6, "ASA"), (13,)], True),  # 15 days of simple, 15 days of both classes
    ([(9, "ASA_CAF"), (19,)], False),
    ([(28, "VITAMIN")], False),  # written down, but in no class
    ([(9, "SUMA"), (19, "VITAMIN")], False),
    ([(9, "SUMA"), (1, "NEW"), (18,)], None),  # a drug that nobody knows: it may be of any class
    ([(8, "SUMA"), (1, "SUMA", "NEW"), (19,)], False),
    ([(14, "ASA"), (1, "NEW"), (13,)], None),
    ([(10, "SUMA"), (18, "NEW")], True),
    ([(10, "NEW"), (18,)], None),
    ([(9, "NEW"), (19, "VITAMIN")], False),
]


@pytest.mark.parametrize(("stretches", "expected"), OVERUSE)
def test_overuse(stretches, expected):
    assert overuse(*stretches) is expected


def test_overuse_is_prorated_over_recorded_days():
    # 20 recorded days: 8 * 28 = 224 >= 200 = 10 * 20 (11.2 days a month); 7 * 28 = 196 is not.
    assert overuse((8, "SUMA"), (12,)) is True
    assert overuse((7, "SUMA"), (13,)) is False
    # Simple: 11 * 28 = 308 >= 300 = 15 * 20; 10 * 28 = 280 is not.
    assert overuse((11, "ASA"), (9,)) is True
    assert overuse((10, "ASA"), (10,)) is False


def test_intake_counts_on_recorded_baseline_days_only():
    # 9 triptan days in the baseline; more on a day of unknown headache, before Day -28 and from Day 1 on.
    outside = diary(day(-28) - (day(5) - day(1)), "1111", acute_medication=("SUMA",))
    within = diary(-28, "1" * 9, acute_medication=("SUMA",)) + diary(-19, "1" * 18)
    unknown = diary(-1, "?", acute_medication=("SUMA",)) + diary(1, "1", acute_medication=("SUMA",))
    assert eligibility(outside + within + unknown)["is_overuse"] is False
    known = diary(-1, "1", acute_medication=("SUMA",))
    assert eligibility(within + known)["is_overuse"] is True


def test_a_diary_without_any_medication_knows_nothing_of_overuse():
    assert overuse((28,)) is None
    # A single dose, outside the baseline, shows that medication was written down: then none is none.
    later = diary(-28, "1" * 28) + diary(1, "1", acute_medication=("SUMA",))
    assert eligibility(later)["is_overuse"] is False
    # After the cut-off it does not exist.
    after_cutoff = diary(-28, "1" * 28) + diary(2, "1", acute_medication=("SUMA",))
    assert eligibility(after_cutoff)["is_overuse"] is None


def test_overuse_needs_an_evaluable_baseline():
    assert overuse((19, "SUMA")) is None
    assert overuse((20, "SUMA")) is True


# (diary, overuse_excluded) -> is_overuse
BOTH = [
    (True, True, True),
    (True, None, True),
    (True, False, True),
    (False, True, False),
    (False, None, False),
    (False, False, True),
    (None, True, False),
    (None, None, None),
    (None, False, True),
]


@pytest.mark.parametrize(("in_diary", "excluded", "expected"), BOTH)
def test_the_diary_and_the_investigator(in_diary, excluded, expected):
    stretch = {True: [(28, "SUMA")], False: [(1, "SUMA"), (27,)], None: [(28,)]}[in_diary]
    assert overuse(*stretch, overuse_excluded=excluded) is expected


# (headache days of 28, preventives failed, overuse excluded) -> eligible. No medication written down.
ELIGIBLE = [
    (16, 2, True, True),
    (15, 2, True, False),  # the article's limit, not ICHD-3's
    (16, 1, True, False),
    (16, 2, False, False),
    (16, None, True, None),
    (16, 2, None, None),
    (15, None, None, False),  # one criterion that fails decides
    (16, None, False, False),
]


@pytest.mark.parametrize(("headache_days", "failed", "excluded", "expected"), ELIGIBLE)
def test_eligible(headache_days, failed, excluded, expected):
    days = diary(-28, marks(headache_days, 28))
    row = eligibility(days, prior_preventives_failed=failed, overuse_excluded=excluded)
    assert row["is_eligible"] is expected
