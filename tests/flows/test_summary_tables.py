"""The tables of summary.* on small studies whose every count can be read off the page."""

from datetime import date, datetime, timedelta

import duckdb
import pytest

from tests.conftest import Published
from tests.summary_study import CYCLE, DAY_1, MONTH, Trial, matching, only, picked

DAY = timedelta(days=1)
R, N, X = (20, 20, 10), (20, 20, 19), (20, 20, None)


@pytest.fixture(scope="module")
def courses() -> duckdb.DuckDBPyConnection:
    """Three cycles: what becomes of a response under the NICE rule set (30% fewer than 20 headache days)."""
    made = Trial()
    made.add("always", "ona", 20, R, R, R)
    made.add("late", "ona", 20, N, X, R)
    made.add("loses", "ona", 20, R, N, N)
    made.add("regains", "placebo", 20, R, N, R)
    made.add("gap", "placebo", 20, R, X, R)
    made.add("never", "placebo", 20, N, N)
    made.add("unseen", "placebo", 20, X)
    return made.summarise()


def test_courses(courses: duckdb.DuckDBPyConnection) -> None:
    found = picked(matching(courses, "analysis.response_course"), "subject_id", "cycle", "course")
    by_subject = {name: [course for s, _, course in found if s == name] for name, _, _ in found}
    assert by_subject == {
        "always": ["first", "sustained", "sustained"],
        "late": ["none_yet", "not_evaluable", "first"],
        "loses": ["first", "lost", "lost"],
        "regains": ["first", "lost", "regained"],
        "gap": ["first", "not_evaluable", "sustained"],
        "never": ["none_yet", "none_yet", "not_given"],
        "unseen": ["not_evaluable", "not_given", "not_given"],
    }


def test_courses_of_response_add_up_to_the_treated(courses: duckdb.DuckDBPyConnection) -> None:
    third = matching(courses, "summary.response_courses", arm="all", cycle=3)
    counts = {row["course"]: row["n_course"] for row in third if row["n_course"]}
    assert counts == {"sustained": 2, "first": 1, "lost": 1, "regained": 1, "not_given": 2}
    assert {row["n_subjects"] for row in third} == {7}
    assert only(courses, "summary.response_courses", arm="ona", cycle=3, course="first")["course_pct"] == pytest.approx(
        100 / 3
    )


def test_first_response_keeps_its_denominator(courses: duckdb.DuckDBPyConnection) -> None:
    rows = matching(courses, "summary.first_response", arm="all")
    assert picked(rows, "cycle", "n_subjects", "n_first") == [(1, 7, 4), (2, 7, 0), (3, 7, 1)]
    assert [row["cumulative_pct"] for row in rows] == pytest.approx([400 / 7, 400 / 7, 500 / 7])


def test_a_late_response_that_lasts_is_sustained_not_regained() -> None:
    con = Trial().add("a", "ona", 20, N, R, R).summarise()
    assert [row["course"] for row in matching(con, "analysis.response_course")] == ["none_yet", "first", "sustained"]
    assert only(con, "summary.response_outcomes", arm="ona", outcome="sustained")["n_outcome"] == 1


@pytest.mark.parametrize(("days", "status", "is_in_nri"), [(0, "not_given", True), (-1, "not_reached", False)])
def test_a_cycle_not_given_counts_once_its_time_is_past(days: int, status: str, is_in_nri: bool) -> None:
    con = (
        Trial().add("a", "ona", 20, R, R).add("b", "ona", 20, R).summarise(cutoff=DAY_1 + 2 * CYCLE - DAY + days * DAY)
    )
    row = only(con, "analysis.response_course", subject_id="b", cycle=2)
    assert (row["status"], row["is_in_nri"]) == (status, is_in_nri)


def test_outcomes(courses: duckdb.DuckDBPyConnection) -> None:
    counts = dict(picked(matching(courses, "summary.response_outcomes", arm="all"), "outcome", "n_outcome"))
    assert counts == {
        "ever": 5, "at_first_cycle": 4, "late": 1, "sustained": 3, "lost_and_regained": 1, "lost": 1, "never": 1,
        "never_judged": 1,
    }  # fmt: skip


def test_flow_between_cycles(courses: duckdb.DuckDBPyConnection) -> None:
    rows = matching(courses, "summary.response_flow", arm="all", cycle=1)
    assert picked(rows, "status", "next_status", "n_subjects", "n_flow") == [
        ("non_responder", "non_responder", 2, 1),
        ("non_responder", "not_evaluable", 2, 1),
        ("not_evaluable", "not_given", 1, 1),
        ("responder", "non_responder", 4, 2),
        ("responder", "not_evaluable", 4, 1),
        ("responder", "responder", 4, 1),
    ]


def test_disposition(courses: duckdb.DuckDBPyConnection) -> None:
    steps = {
        (row["step"], row["detail"]): (row["n"], row["n_subjects"])
        for row in matching(courses, "summary.disposition", arm="all")
    }
    assert steps["known", ""] == steps["treated", ""] == (7, 7)
    assert [steps["given_cycle", str(cycle)] for cycle in (1, 2, 3)] == [(7, 7), (6, 7), (5, 7)]
    assert steps["analysed", "nice_ta260"] == (6, 7)
    assert ("discontinued", "") not in steps  # no file says anything about leaving the study
    assert (steps["eligible", ""], steps["consented", ""]) == ((7, 7), (7, 7))


def test_discontinuation_counts_once_and_only_up_to_the_cutoff() -> None:
    made = Trial()
    made.add("a", "ona", 20, R, discontinued_date=DAY_1 + 10 * DAY, discontinued_reason="adverse event")
    made.add("b", "ona", 20, R, discontinued_date=DAY_1 + 500 * DAY, discontinued_reason="moved away")
    made.add("c", "ona", 20, R, discontinued_date=DAY_1 + 20 * DAY)
    made.add("screened", "ona", 20)
    con = made.summarise(cutoff=DAY_1 + 300 * DAY)
    steps = {
        (row["step"], row["detail"]): (row["n"], row["n_subjects"])
        for row in matching(con, "summary.disposition", arm="ona")
    }
    assert steps["discontinued", ""] == (2, 3)
    assert steps["discontinued_for", "adverse event"] == steps["discontinued_for", "not stated"] == (1, 3)
    assert ("discontinued_for", "moved away") not in steps
    assert steps["not_treated", ""] == (1, 4)
    weeks = only(con, "summary.exposure", arm="ona", measure="weeks_followed")
    assert (weeks["n"], weeks["minimum"]) == (3, pytest.approx(11 / 7))


def test_shift_from_chronic_to_episodic_at_both_boundaries() -> None:
    made = Trial()
    made.add("a", "ona", 20, (20, 15, 14))
    made.add("b", "ona", 15, (16, 15, None))
    con = made.summarise()

    def shift(state: str, month: int) -> list[tuple[str, str, int]]:
        rows = matching(con, "summary.shifts", arm="ona", state=state, month=month)
        return [(row["baseline_level"], row["level"], row["n_shift"]) for row in rows if row["n_shift"]]

    assert shift("chronic_article", 1) == [("no", "yes", 1), ("yes", "yes", 1)]  # 15 of 28 is not more than 15
    assert shift("chronic_ichd3", 2) == [("yes", "yes", 2)]  # 15 of 28 is 15 or more
    assert shift("chronic_article", 2) == [("no", "no", 1), ("yes", "no", 1)]
    assert shift("chronic_ichd3", 3) == [("yes", "no", 1), ("yes", "unknown", 1)]
    assert shift("overuse", 1) == [("unknown", "unknown", 2)]  # nobody ever wrote down a medication


def test_overuse_ends() -> None:
    made = Trial().add("a", "ona", 20, (20, 20, 20))
    for row in made.rows["diary_days"]:
        if row["headache"] and row["diary_date"] < DAY_1 + MONTH:
            row["acute_medication"] = "sumatriptan"
    con = made.summarise()
    levels = picked(matching(con, "analysis.month_states"), "cycle", "month", "is_overuse")
    assert levels == [(0, 1, True), (1, 1, True), (1, 2, False), (1, 3, False)]
    assert (
        only(con, "summary.shifts", arm="all", state="overuse", cycle=1, month=3, baseline_level="yes", level="no")[
            "n_shift"
        ]
        == 1
    )


# ICHD-3 8.2: simple analgesics from 15 days, others from 10; several classes together from 10.
OVERUSE = [
    ("ibuprofen", 15, True),
    ("ibuprofen", 14, False),
    ("sumatriptan", 10, True),
    ("sumatriptan", 9, False),
    ("ibuprofen sumatriptan", 10, True),
    ("ibuprofen sumatriptan", 9, False),
]


def test_overuse_by_the_diary_of_a_month() -> None:
    """A subject for each case."""
    made = Trial()
    for medication, days, _ in OVERUSE:
        subject, drugs = f"{medication}, {days} days", medication.split()
        made.add(subject, "ona", 20, (20, 20, 20))
        of_subject = [row for row in made.rows["diary_days"] if row["subject_id"] == subject]
        month = [row for row in of_subject if DAY_1 <= row["diary_date"] < DAY_1 + MONTH]
        for number, row in enumerate(month[:days]):
            row["acute_medication"] = drugs[number % len(drugs)]
    found = picked(matching(made.summarise(), "analysis.month_states", cycle=1, month=1), "subject_id", "is_overuse")
    assert dict(found) == {f"{medication}, {days} days": is_overuse for medication, days, is_overuse in OVERUSE}


def test_a_month_that_has_not_ended_is_in_no_mean() -> None:
    con = Trial().add("a", "ona", 20, (14, 10, 10)).summarise(cutoff=DAY_1 + 2 * MONTH - 2 * DAY)
    counts = picked(matching(con, "summary.change_from_baseline", arm="ona"), "cycle", "month", "n")
    assert counts == [(0, 1, 1), (1, 1, 1), (1, 2, 0), (1, 3, 0)]
    assert not matching(con, "summary.compliance", cycle=1, month=2)


def test_reduction_is_compared_exactly() -> None:
    made = (
        Trial()
        .add("half", "ona", 20, (20, 20, 10))
        .add("exact", "ona", 10, (10, 10, 7))
        .add("worse", "ona", 10, (9, 9, 12))
    )
    con = made.summarise()
    counts = dict(picked(matching(con, "summary.reduction_distribution", arm="ona"), "min_reduction_pct", "n_at_least"))
    wanted = {-100: 3, -20: 3, -15: 2, 0: 2, 30: 2, 35: 1, 50: 1, 55: 0, 100: 0}
    assert {step: counts[step] for step in wanted} == wanted


def test_change_from_baseline_counts_observed_months_only() -> None:
    made = (
        Trial()
        .add("a", "ona", 20, (14, 10, None))
        .add("b", "ona", 18, (16, 12, 12))
        .add("c", "placebo", None, (9, 9, 9))
    )
    con = made.summarise()
    month = only(con, "summary.change_from_baseline", measure="headache_days", cycle=1, month=1, arm="ona")
    assert picked([month], "n_subjects", "n", "mean", "baseline_mean", "change_mean") == [(2, 2, 15, 19, -4)]
    # SD of -6 and -2 is 2 root 2; t(0.975, 1) = 12.7062
    assert month["change_sd"] == pytest.approx(8**0.5)
    assert (month["change_ci_low"], month["change_ci_high"]) == pytest.approx((-4 - 25.4124, -4 + 25.4124), abs=1e-3)
    last = only(con, "summary.change_from_baseline", measure="headache_days", cycle=1, month=3, arm="ona")
    assert picked([last], "n", "n_change", "change_mean", "change_sd") == [(1, 1, -6, None)]
    without_baseline = only(
        con, "summary.change_from_baseline", measure="headache_days", cycle=1, month=1, arm="placebo"
    )
    assert picked([without_baseline], "n", "mean", "n_change", "change_mean") == [(1, 9, 0, None)]
    # Severity, hours, migraine and medication were never written down: unknown is not 0.
    assert {row["measure"] for row in matching(con, "summary.change_from_baseline")} == {"headache_days"}


def test_amounts_are_per_28_recorded_days() -> None:
    made = Trial().add("a", "ona", 14, (12, 28, 28))
    for row in made.rows["diary_days"]:
        row["hours"] = 4.0 if row["headache"] else None
    in_first = [row for row in made.rows["diary_days"] if DAY_1 <= row["diary_date"] < DAY_1 + MONTH]
    for row in in_first[-7:]:
        row["headache"] = None
    months = matching(made.summarise(), "analysis.month_measures", cycle=1, month=1)
    assert dict(picked(months, "measure", "per_month")) == {
        "headache_days": 12 * 28 / 21,
        "headache_hours": 48 * 28 / 21,
    }


def test_compliance_counts_days_and_late_entries() -> None:
    made = Trial().add("a", "ona", 20, (20, None, 20)).add("b", "ona", 20, (20, 20, 20), site=None)
    made.add("c", "placebo", 20, (20, 20, 20))
    for row in made.rows["diary_days"]:
        if row["diary_date"] < DAY_1:
            row["entered_at"] = datetime.combine(row["diary_date"] + DAY, datetime.min.time())
    made.rows["diary_days"][0]["entered_at"] += timedelta(hours=48)
    made.rows["diary_days"][1]["entered_at"] += timedelta(hours=48, seconds=1)
    for row in made.rows["diary_days"]:
        if row["subject_id"] == "b" and DAY_1 + 10 * DAY <= row["diary_date"] < DAY_1 + MONTH:
            row["headache"] = None  # ten days of month 1 are left: too few, and more than none
    con = made.summarise()
    first = only(con, "summary.compliance", arm="ona", cycle=1, month=1)
    assert picked([first], "recorded_days", "n_subjects", "n_evaluable", "n_without_entry") == [(38, 2, 1, 0)]
    baseline = only(con, "summary.compliance", arm="ona", cycle=0)
    assert picked([baseline], "n_subjects", "expected_days", "recorded_days", "timed_days", "late_days") == [
        (2, 56, 56, 56, 1)
    ]
    second = only(con, "summary.compliance", arm="ona", cycle=1, month=2)
    assert picked([second], "recorded_pct", "n_evaluable", "n_without_entry", "late_pct") == [(50, 1, 1, None)]
    by_site = matching(con, "summary.compliance_by_site", cycle=1, month=1)
    assert picked(by_site, "site", "arm", "n_subjects", "expected_days", "recorded_days") == [
        ("s1", "all", 2, 56, 56),
        ("s1", "ona", 1, 28, 28),
        ("s1", "placebo", 1, 28, 28),
        ("unknown", "all", 1, 28, 10),
        ("unknown", "ona", 1, 28, 10),
    ]


def test_exposure_and_deviations() -> None:
    made = Trial().add("a", "ona", 20, R, R).add("b", "ona", 20, R)
    made.rows["injections"][1] |= {"units": 200.0, "sites": 40}  # the second session of a: 5 U each, one point too many
    made.inject("b", DAY_1 + 99 * DAY, 160, 31)
    con = made.summarise()
    assert picked(matching(con, "summary.exposure", arm="ona", measure="units"), "cycle", "n", "mean") == [
        (1, 2, 155),
        (2, 2, 180),
    ]
    interval = only(con, "summary.exposure", arm="ona", measure="interval_days", cycle=1)
    assert picked([interval], "n_subjects", "n", "minimum", "median", "maximum") == [(2, 2, 84, 91.5, 99)]
    assert only(con, "summary.exposure", arm="ona", measure="total_units")["mean"] == 335
    deviating = {
        (row["deviation"], row["cycle"]): (row["n_deviating"], row["n_subjects"])
        for row in matching(con, "summary.deviations", arm="ona")
    }
    assert deviating["sites_outside_range", 2] == deviating["units_not_5_per_site", 2] == (1, 2)
    assert deviating["next_injection_late", 1] == (1, 2)
    assert deviating["next_injection_early", 1] == deviating["sites_outside_range", 1] == (0, 2)
    assert deviating["next_injection_late", 2] == (0, 0)


def test_muscles_come_from_sessions_recorded_by_muscle() -> None:
    made = Trial().add("a", "ona", 20, R).add("b", "ona", 20, R)
    made.rows["injections"] = [row for row in made.rows["injections"] if row["subject_id"] == "a"]
    for muscle, sites in (("Cervical-Paraspinal", 4), ("temporalis", 9), ("masseter", 2)):
        made.inject("b", DAY_1, 5 * sites, sites, muscle)
    rows = matching(made.summarise(), "summary.exposure_muscles", arm="ona")
    assert picked(rows, "muscle", "n_subjects", "mean_units", "mean_sites", "fixed_sites", "extra_sites") == [
        ("cervical_paraspinal", 1, 20, 4, 4, 0),
        ("masseter", 1, 10, 2, None, None),
        ("temporalis", 1, 45, 9, 8, 2),
    ]


def test_adverse_events_count_subjects() -> None:
    made = Trial().add("a", "ona", 20, R).add("b", "ona", 20, R).add("c", "placebo", 20, R).add("screened", "ona", 20)
    for day in (DAY_1, DAY_1 + DAY):
        made.event("a", "Neck pain", day, soc="Musculoskeletal disorders", related=True)
    made.event("b", "neck pain ", None, soc="Musculoskeletal disorders", serious=True)
    made.event("b", "Drug hypersensitivity", DAY_1 + 5 * DAY)
    made.event("b", "Nausea", DAY_1 - DAY)  # before the first injection
    made.event("screened", "Nausea", DAY_1)  # never treated
    con = made.summarise()

    def counted(**key: str) -> tuple[int, int, int]:
        row = only(con, "summary.adverse_events", **key)
        return row["n_with_event"], row["n_subjects"], row["n_events"]

    assert counted(arm="ona", level="any") == (2, 2, 4)
    assert only(con, "summary.adverse_events", arm="ona", level="any")["n_events_imputed"] == 1  # without any date
    assert counted(arm="ona", level="term", term="neck pain") == (2, 2, 3)
    assert counted(arm="ona", level="of_interest", term="allergic_reaction") == (1, 2, 1)
    assert counted(arm="ona", level="serious") == (*counted(arm="ona", level="related")[:2], 1) == (1, 2, 1)
    assert counted(arm="placebo", level="of_interest", term="neck_pain") == (0, 1, 0)
    assert counted(arm="all", level="soc", soc="not coded") == (1, 3, 1)
    assert not matching(con, "summary.adverse_events", term="nausea")


def test_events_whose_start_is_not_wholly_known() -> None:
    """First injection of everybody: 2024-03-01, but "late": 2024-03-20. What may lie under treatment counts."""
    made = Trial().add("a", "ona", 20, R)
    made.add("late", "ona", 20)
    made.inject("late", date(2024, 3, 20))
    made.add("screened", "ona", 20)
    for subject, start, end in (
        ("a", "2024-03", None),
        ("a", "2024-04", "ongoing"),
        ("a", "2024", "2024-03-01"),
        ("a", "2024", "2024-02-29"),  # had ended the day before the first injection
        ("a", "2023", None),
        ("a", "2025", "2025"),
        ("a", "2024-02", None),
        ("a", "UNK", None),
        ("a", None, "UNK"),
        ("a", "UNK", "2024-02"),
        ("late", "2024-03", "2024-03"),
        ("late", "2024-03", "2024-03-19"),
        ("late", "2024-03-19", "ongoing"),
        ("screened", "2024-03", None),
        ("screened", "UNK", None),
        ("a", "2027", None),  # after the cut-off
    ):
        made.event(subject, "nausea", start, end_date=end)
    con = made.summarise()
    columns = "start_date, start_date_imputed, is_ongoing, is_treatment_emergent"
    found = con.execute(f"SELECT {columns} FROM tabulation.adverse_events ORDER BY line_number").fetchall()
    assert found == [
        (date(2024, 3, 1), "D", False, True),
        (date(2024, 4, 1), "D", True, True),
        (date(2024, 3, 1), "M", False, True),
        (date(2024, 1, 1), "M", False, False),
        (date(2023, 1, 1), "M", False, False),
        (date(2025, 1, 1), "M", False, True),
        (date(2024, 2, 1), "D", False, False),
        (date(2024, 3, 1), "Y", False, True),
        (date(2024, 3, 1), "Y", False, True),
        (None, None, False, False),
        (date(2024, 3, 20), "D", False, True),
        (date(2024, 3, 1), "D", False, False),
        (date(2024, 3, 19), None, True, False),
        (date(2024, 3, 1), "D", False, False),
        (None, None, False, False),
        (date(2027, 1, 1), "M", False, True),
    ]
    texts = con.execute(
        "SELECT start_date_text, end_date_text FROM tabulation.adverse_events WHERE line_number < 3 ORDER BY line_number"
    )
    assert texts.fetchall() == [("2024-03", None), ("2024-04", "ongoing"), ("2024", "2024-03-01")]
    row = only(con, "summary.adverse_events", arm="ona", level="any")
    assert (row["n_with_event"], row["n_events"], row["n_events_imputed"]) == (2, 7, 7)
    assert only(con, "summary.adverse_events", arm="placebo", level="any")["n_events_imputed"] == 0


def test_no_event_reported_is_not_no_event() -> None:
    assert matching(Trial().add("a", "ona", 20, R).summarise(), "summary.adverse_events") == []


def test_eligibility_that_cannot_be_told_is_not_ineligible() -> None:
    con = Trial().add("a", "ona", 20, R, prior_preventives_failed=None, consent_date=None).summarise()
    steps = picked(matching(con, "summary.disposition", arm="ona", position=7), "detail", "n")
    assert steps == [("", 0), ("cannot be told", 1)]
    assert not matching(con, "summary.disposition", step="consented")


def test_a_score_on_the_injection_day_closes_the_cycle_before() -> None:
    made = Trial().add("a", "ona", 20, R, R)
    made.score("a", DAY_1 - 30 * DAY, 70)
    made.score("a", DAY_1, 66)  # the last one up to the first injection is the baseline
    made.score("a", DAY_1 + 40 * DAY, 65)
    made.score("a", DAY_1 + CYCLE, 61)  # the day of the second injection
    made.score("a", DAY_1 + CYCLE + 98 * DAY, 60)
    made.score("a", DAY_1 + CYCLE + 99 * DAY, 40)  # too late for the last cycle
    con = made.summarise()
    assert picked(matching(con, "analysis.score_changes"), "cycle", "score", "change") == [
        (0, 66, 0),
        (1, 61, -5),
        (2, 60, -6),
    ]
    improved = matching(con, "summary.quality_of_life_improved", arm="ona", instrument="HIT6")
    assert picked(improved, "min_points", "cycle", "n_improved", "n_first_improved") == [
        (5, 1, 1, 1), (5, 2, 1, 0), (6, 1, 0, 0), (6, 2, 1, 1),
    ]  # fmt: skip
    bands = {
        (row["cycle"], row["band"]): row["n_band"] for row in matching(con, "summary.quality_of_life_bands", arm="ona")
    }
    assert bands[0, "60-78 severe"] == bands[2, "60-78 severe"] == 1
    life = only(con, "summary.quality_of_life", cycle=1, arm="all")
    assert picked([life], "n_subjects", "n", "mean", "change_mean") == [(1, 1, 61, -5)]


def test_the_baseline_score_is_not_the_score_of_cycle_1() -> None:
    made = Trial().add("a", "ona", 20, R)
    made.score("a", DAY_1, 66)
    assert picked(matching(made.summarise(), "analysis.score_changes"), "cycle", "score") == [(0, 66)]


def test_a_higher_msq_is_better() -> None:
    made = Trial().add("a", "ona", 20, R)
    made.score("a", DAY_1, 50.0, "MSQ_RP")
    made.score("a", DAY_1 + 80 * DAY, 57.9, "MSQ_RP")  # 57.9 - 50 is a little less than 7.9 in floating point
    rows = matching(made.summarise(), "summary.quality_of_life_improved", arm="ona", instrument="MSQ_RP")
    assert picked(rows, "min_points", "n_improved") == [(5, 1), (7.9, 1)]


def test_baseline_of_the_treated() -> None:
    made = Trial().add("a", "ona", 20, R, sex="M", birth_year=1990).add("b", "ona", 16, R, birth_year=None)
    made.add("screened", "ona", 20)
    con = made.summarise()
    age = only(con, "summary.baseline", arm="ona", characteristic="age")
    assert picked([age], "n_subjects", "n_known", "mean", "sd", "unit") == [(2, 1, 34, None, "years")]
    sexes = picked(matching(con, "summary.baseline", arm="ona", characteristic="sex"), "level", "n", "pct", "n_known")
    assert sexes == [("F", 1, 50, 2), ("M", 1, 50, 2)]
    days = only(con, "summary.baseline", arm="ona", characteristic="headache_days")
    assert picked([days], "n_known", "mean", "minimum", "maximum") == [(2, 18, 16, 20)]
    overuse = matching(con, "summary.baseline", arm="ona", characteristic="overuse")
    assert picked(overuse, "level", "n") == [("no", 2)]


def test_strata_of_the_responder_rates() -> None:
    made = Trial().add("a", "ona", 20, R, site="s2").add("b", "ona", 20, N).add("c", "placebo", 20, R, sex=None)
    con = made.summarise()

    def rate(stratum: str, level: str, arm: str) -> tuple[int, int]:
        row = only(con, "summary.responder_rates_by_stratum", stratum=stratum, level=level, arm=arm)
        return row["n_responders"], row["n_evaluable"]

    assert rate("site", "s2", "ona") == (1, 1)
    assert rate("site", "s1", "all") == (1, 2)
    assert rate("site", "s2", "placebo") == (0, 0)
    assert rate("sex", "unknown", "placebo") == (1, 1)
    assert rate("overuse", "no", "all") == (2, 3)


def test_agreement_of_two_rule_sets_on_the_demo(demo: Published) -> None:
    """Counted again in plain Python from the statuses; kappa by statsmodels from the four counts."""
    from statsmodels.stats.inter_rater import cohens_kappa

    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        rows = matching(con, "summary.rule_set_pairs")
        statuses = matching(con, "analysis.responder")
    assert len(rows) == 2 * 3 * 3  # questions x cycles x arms and all
    for row in rows:
        answers: dict[str, dict[str, bool]] = {"article": {}, "nice_ta260": {}}
        for status in statuses:
            if status["cycle"] == row["cycle"] and row["arm"] in ("all", status["arm"]):
                if row["question"] == "response" and status["status"] in ("responder", "non_responder"):
                    answers[status["rule_set"]][status["subject_id"]] = status["status"] == "responder"
                if row["question"] == "stop" and status["verdict"] != "undetermined":
                    answers[status["rule_set"]][status["subject_id"]] = status["verdict"].startswith("stop")
        both = set(answers["article"]) & set(answers["nice_ta260"])
        pairs = [(answers["article"][name], answers["nice_ta260"][name]) for name in both]
        table = [
            [pairs.count((True, True)), pairs.count((True, False))],
            [pairs.count((False, True)), pairs.count((False, False))],
        ]
        assert [[row["n_both"], row["n_first_only"]], [row["n_second_only"], row["n_neither"]]] == table
        assert row["n_subjects"] == len(both)
        assert row["kappa"] == pytest.approx(cohens_kappa(table).kappa)
