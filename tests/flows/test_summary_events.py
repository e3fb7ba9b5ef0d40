"""Time to event from a trial small enough to follow every subject, under the NICE rule set: responder at 30% fewer days."""

import duckdb
import pytest

from tests.summary_study import Trial, matching, only, picked

MONTHS = {"R": (20, 20, 10), "N": (20, 20, 19), "x": (20, 20, None)}
# A letter a cycle: responder, non-responder, not judged. NICE stops when cycle 2 or a later one fails.
COURSES = {
    "placebo": ["NN", "NRR", "xRN", "xx", "NxR", "RNR"],
    "ona": ["RRR", "RxR", "NRRN", "RRN", "xNRR", "RR"],
}


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    made = Trial()
    for arm, courses in COURSES.items():
        for number, letters in enumerate(courses):
            made.add(f"{arm}-{number}", arm, 20, *(MONTHS[letter] for letter in letters))
    return made.summarise()


def times(con: duckdb.DuckDBPyConnection, event: str, arm: str) -> list[tuple[object, ...]]:
    rows = matching(con, "analysis.event_times", event=event, arm=arm)
    return picked(rows, "subject_id", "start_cycle", "after_cycle", "end_cycle", "is_event")


def test_first_response_is_dated_between_two_judged_cycles(con: duckdb.DuckDBPyConnection) -> None:
    assert times(con, "first_response", "placebo") == [
        ("placebo-0", 0, None, 2, False),
        ("placebo-1", 0, 1, 2, True),
        ("placebo-2", 0, 0, 2, True),  # cycle 1 was not judged: the response may be as old
        ("placebo-3", 0, None, 0, False),  # never judged
        ("placebo-4", 0, 1, 3, True),
        ("placebo-5", 0, 0, 1, True),
    ]


def test_sustained_is_the_second_response_in_a_row_of_judged_cycles(con: duckdb.DuckDBPyConnection) -> None:
    rows = times(con, "sustained_response", "placebo") + times(con, "sustained_response", "ona")
    assert [(end, is_event) for _, _, _, end, is_event in rows] == [
        (2, False), (3, True), (3, False), (0, False), (3, False), (3, False),
        (2, True), (3, True), (3, True), (2, True), (4, True), (2, True),
    ]  # fmt: skip


def test_loss_is_counted_from_the_first_response_of_who_had_one(con: duckdb.DuckDBPyConnection) -> None:
    assert times(con, "loss_of_response", "placebo") == [
        ("placebo-1", 2, None, 3, False),
        ("placebo-2", 2, 2, 3, True),
        ("placebo-4", 3, None, 3, False),
        ("placebo-5", 1, 1, 2, True),
    ]


def test_stop_is_the_first_verdict_and_a_rule_that_is_lacking_has_no_row(con: duckdb.DuckDBPyConnection) -> None:
    rows = times(con, "stop_no_response", "placebo")
    assert [(end, is_event) for _, _, _, end, is_event in rows] == [
        (2, True), (3, False), (3, True), (0, False), (3, False), (2, True),
    ]  # fmt: skip
    # 10 headache days in the last month only: NICE's three months in a row below 15 never come.
    assert [row[-1] for row in times(con, "stop_success", "placebo")] == [False] * 6
    made = Trial().add("a", "ona", 20, MONTHS["R"])
    con = made.summarise()
    con.execute("UPDATE meta.rule_sets SET stop_success_months = NULL")
    events = {event for (event,) in con.execute("SELECT DISTINCT event FROM analysis.event_times").fetchall()}
    assert events == {"first_response", "sustained_response", "loss_of_response", "stop_no_response"}


def test_curve_counted_by_hand(con: duckdb.DuckDBPyConnection) -> None:
    rows = matching(con, "summary.time_to_event", rule_set="nice_ta260", event="first_response", arm="placebo")
    assert picked(rows, "cycle", "n_subjects", "n_at_risk", "n_event", "n_censored") == [
        (0, 6, 6, 0, 1),
        (1, 6, 5, 1, 0),
        (2, 6, 4, 2, 1),
        (3, 6, 1, 1, 0),
    ]
    shares = [row["cumulative_pct"] for row in rows]
    assert shares == pytest.approx([0, 100 * (1 - 4 / 5), 100 * (1 - 4 / 5 * 2 / 4), 100])
    assert rows[1]["ci_low_pct"] < 20 < rows[1]["ci_high_pct"]
    assert (rows[0]["ci_low_pct"], rows[3]["ci_high_pct"]) == (None, None)
    late = only(con, "summary.time_to_event", event="loss_of_response", arm="placebo", cycle=2)
    assert picked([late], "n_subjects", "n_at_risk", "cumulative_pct") == [(4, 0, None)]


def test_medians_and_comparison(con: duckdb.DuckDBPyConnection) -> None:
    key = {"event": "first_response"}
    placebo, ona, all_arms = (
        only(con, "summary.time_to_event_tests", **key, arm=arm) for arm in ("placebo", "ona", "all")
    )
    assert picked([placebo, ona], "n_subjects", "n_event", "median") == [(6, 4, 2), (6, 6, 1)]
    assert picked([placebo, all_arms], "reference_arm", "p_value", "hazard_ratio") == [(None, None, None)] * 2
    assert (ona["reference_arm"], ona["note"]) == ("placebo", None)
    # Log-rank by hand. Cycle 1: 4 of 6 and 1 of 5 respond; cycle 2: 1 of 2 and 2 of 4; cycle 3: 1 of 1 and 1 of 1.
    expected = 5 * 6 / 11 + 3 * 2 / 6 + 2 * 1 / 2
    variance = 5 * 6 * 5 * 6 / (11**2 * 10) + 3 * 2 * 4 * 3 / (6**2 * 5)
    assert ona["log_rank_statistic"] == pytest.approx((6 - expected) ** 2 / variance)
    assert ona["hazard_ratio"] > 1
    loss = only(con, "summary.time_to_event_tests", event="loss_of_response", arm="ona")
    assert loss["note"].endswith("the arms are not compared as they were randomised")
    stop = only(con, "summary.time_to_event_tests", event="stop_success", arm="ona")
    assert picked([stop], "n_event", "p_value", "log_rank_statistic", "hazard_ratio") == [(0, None, None, None)]
    assert stop["note"] == "no hazard ratio: an arm has no event"


@pytest.mark.parametrize(("arms", "blinded"), [({}, False), ({"ona": "Ona"}, False), (None, True)])
def test_one_arm_or_blinded_has_curves_and_no_test(arms: dict[str, str] | None, blinded: bool) -> None:
    made = Trial()
    for number, letters in enumerate(COURSES["ona"]):
        made.add(f"ona-{number}", "ona", 20, *(MONTHS[letter] for letter in letters))
    con = made.summarise(arms, blinded=blinded)
    rows = matching(con, "summary.time_to_event_tests")
    assert {row["arm"] for row in rows} == {"all", *(arms or {})}
    assert {(row["reference_arm"], row["p_value"], row["hazard_ratio"]) for row in rows} == {(None, None, None)}
    assert only(con, "summary.time_to_event_tests", event="first_response", arm="all")["median"] == 1
    reason = only(con, "summary.methods", table_name="summary.time_to_event_tests", statistic="comparison")["reason"]
    assert ("blinded" if blinded else "one arm") in reason
