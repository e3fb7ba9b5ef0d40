"""Gaps in the diaries: every run of days without an answer follows from the days that are taken out."""

from datetime import date, timedelta

import duckdb
import pytest

from tests.summary_study import CYCLE, DAY_1, Trial, matching, only, picked

R = (20, 20, 10)


def day(number: int) -> date:
    """Day 1 is the first injection, Day -1 the day before it."""
    return DAY_1 + timedelta(days=number - 1 if number > 0 else number)


def empty(made: Trial, subject: str, first: int, last: int, is_left_out: bool = False) -> None:
    """Take out the answers from one day to another: as a line without an answer, or the whole line."""
    days = {day(number) for number in range(first, last + 1) if number}
    for row in made.rows["diary_days"]:
        if row["subject_id"] == subject and row["diary_date"] in days:
            row["headache"] = None
            if is_left_out:
                row["subject_id"] = f"not {subject}"  # untreated: counts nowhere


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    made = Trial()
    made.add("whole", "ona", 20, R, R)
    made.add("gaps", "ona", 20, R, R, site="s2")
    empty(made, "gaps", -28, -28)  # 1 day at the very beginning
    empty(made, "gaps", -2, 2, is_left_out=True)  # 4 days over the first injection: they stand in the baseline
    empty(made, "gaps", 28, 30)  # 3 days over the border of months 1 and 2: month 1
    empty(made, "gaps", 32, 32)
    empty(made, "gaps", 80, 87)  # 8 days over the border of two cycles: month 3 of cycle 1
    made.add("leaves", "ona", 20, R, (None, None, None))
    empty(made, "leaves", 84, 84)  # the last answer is on Day 83; 1 + 84 days up to the end of cycle 2
    made.add("left", "placebo", 20, R, discontinued_date=day(50))
    empty(made, "left", 49, 60)  # 2 of these days are expected, and nothing comes after them
    made.add("late", "placebo", 20, R)  # no diary on Days 85-94, then a second cycle from Day 95 on
    made.inject("late", day(95))
    made._month("late", day(95), 20)
    made.add("new", "placebo", 20, (20, 20))  # its cycle is cut by the cut-off on Day 168: 84 days, 28 without a diary
    made.add("screened", None, 20)
    return made.summarise(cutoff=day(168))


def test_runs(con: duckdb.DuckDBPyConnection) -> None:
    rows = matching(con, "analysis.diary_gaps")
    found = picked(rows, "subject_id", "start_date", "end_date", "cycle", "month", "missing_days", "is_to_end")
    assert found == [
        ("gaps", day(-28), day(-28), 0, 1, 1, False),
        ("gaps", day(-2), day(2), 0, 1, 4, False),
        ("gaps", day(28), day(30), 1, 1, 3, False),
        ("gaps", day(32), day(32), 1, 2, 1, False),
        ("gaps", day(80), day(87), 1, 3, 8, False),
        ("late", day(85), day(94), 1, None, 10, False),
        ("late", day(123), day(168), 2, 2, 46, True),  # cycle 2 is expected up to the cut-off
        ("leaves", day(84), day(168), 1, 3, 85, True),
        ("left", day(49), day(50), 1, 2, 2, True),
        ("new", day(57), day(84), 1, 3, 28, True),
    ]


def test_days_expected(con: duckdb.DuckDBPyConnection) -> None:
    rows = matching(con, "analysis.observed_spans")
    days = {name: sum((row["end_date"] - row["start_date"]).days + 1 for row in rows if row["subject_id"] == name)
            for name in ("whole", "left", "late", "new")}  # fmt: skip
    assert days == {"whole": 28 + 168, "left": 28 + 50, "late": 28 + 168, "new": 28 + 84}
    assert [(row["cycle"], row["month"]) for row in rows if row["subject_id"] == "late"] == [
        (0, 1), (1, 1), (1, 2), (1, 3), (1, None), (2, 1), (2, 2), (2, 3),
    ]  # fmt: skip


def test_gaps_by_length_and_place(con: duckdb.DuckDBPyConnection) -> None:
    names = ("level", "n_subjects", "n_with_gap", "n_gaps", "gap_days", "n_to_end", "to_end_days")
    whole = only(con, "summary.diary_gaps", arm="ona", site="all", characteristic="any")
    assert picked([whole], *names) == [("", 3, 1, 5, 17, 1, 85)]
    assert whole["expected_days"] == 3 * (28 + 168)
    lengths = matching(con, "summary.diary_gaps", arm="ona", site="all", characteristic="length")
    assert {row["level"]: (row["n_with_gap"], row["n_gaps"], row["gap_days"], row["n_to_end"]) for row in lengths} == {
        "1": (1, 2, 2, 0), "2 to 3": (1, 1, 3, 0), "4 to 7": (1, 1, 4, 0), "8 to 27": (1, 1, 8, 0), "28 or more": (0, 0, 0, 1),
    }  # fmt: skip
    places = matching(con, "summary.diary_gaps", arm="all", site="all", characteristic="place")
    assert sorted(picked(places, *names)) == [
        ("baseline", 6, 1, 2, 5, 0, 0),
        ("later", 1, 1, 1, 10, 0, 0),
        ("month 1", 6, 1, 1, 3, 0, 0),
        ("month 2", 6, 1, 1, 1, 2, 48),
        ("month 3", 5, 1, 1, 8, 2, 113),
    ]
    expected = {row["level"]: row["expected_days"] for row in places}
    assert (expected["baseline"], expected["later"]) == (6 * 28, 10)
    assert expected["month 2"] == 9 * 28 + 22  # 5 of cycle 1 whole, "left" 22 days, 4 of cycle 2
    by_site = matching(con, "summary.diary_gaps", arm="ona", characteristic="any")
    assert picked(by_site, "site", "n_subjects", "n_gaps") == [("all", 3, 5), ("s1", 2, 0), ("s2", 1, 5)]


@pytest.mark.parametrize(
    ("days", "level"),
    [
        (1, "1"),
        (2, "2 to 3"),
        (3, "2 to 3"),
        (4, "4 to 7"),
        (7, "4 to 7"),
        (8, "8 to 27"),
        (27, "8 to 27"),
        (28, "28 or more"),
    ],
)
def test_each_length_has_its_class(days: int, level: str) -> None:
    made = Trial().add("a", "ona", 20, R)
    empty(made, "a", 10, 9 + days)
    rows = matching(made.summarise(), "summary.diary_gaps", arm="all", site="all", characteristic="length")
    assert [row["level"] for row in rows if row["n_gaps"]] == [level]


def test_who_left_before_the_baseline_or_never_wrote() -> None:
    made = Trial().add("silent", "ona", None, (None, None, None))
    made.add("gone", "ona", 20, R, discontinued_date=day(-29))
    con = made.summarise(cutoff=DAY_1 + CYCLE)
    assert picked(matching(con, "analysis.diary_gaps"), "subject_id", "missing_days", "is_to_end") == [
        ("silent", 28 + 84, True)
    ]
    assert only(con, "summary.diary_gaps", arm="all", site="all", characteristic="any")["n_subjects"] == 1


def test_a_blinded_study_tells_no_arm() -> None:
    made = Trial().add("a", "ona", 20, R).add("b", "placebo", 20, R)
    con = made.summarise(arms={}, blinded=True)
    for table in ("summary.diary_gaps", "summary.compliance_by_site"):
        assert {row["arm"] for row in matching(con, table)} == {"all"}
