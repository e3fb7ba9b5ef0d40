"""Comparison of arms, from trials small enough to count by hand, and what happens where there is nothing to compare."""

from math import exp, isclose, log, sqrt
from typing import Any

import duckdb
import pytest

from tests.summary_study import ARMS, Trial, matching, only, picked

RESPONDS, FAILS = (20, 20, 10), (20, 20, 19)
COMPARED = (
    "summary.arm_differences",
    "summary.arm_differences_by_population",
    "summary.estimates",
    "summary.hypotheses",
    "summary.imputed_change",
    "summary.imputed_responders",
    "summary.mmrm_change",
    "summary.mmrm_quality_of_life",
    "summary.repeated_response",
    "summary.tipping_points",
)


def trial(ona: str, placebo: str, **facts: Any) -> Trial:
    """One subject per letter and arm: R responds, N does not, x has no diary in the window."""
    made = Trial()
    months = {"R": RESPONDS, "N": FAILS, "x": (20, 20, None)}
    for arm, letters in (("ona", ona), ("placebo", placebo)):
        for number, letter in enumerate(letters):
            made.add(f"{arm}-{number}", arm, 20, months[letter], **facts)
    return made


def test_counts_and_difference() -> None:
    con = trial("RRRRRRNNxx", "RRNNNNNNNx").summarise()
    observed = only(con, "summary.arm_differences", analysis="observed")
    assert picked([observed], "arm", "reference_arm", "n_responders", "n_subjects") == [("ona", "placebo", 6, 8)]
    assert picked([observed], "n_reference_responders", "n_reference") == [(2, 9)]
    assert isclose(observed["difference_pct"], 100 * (6 / 8 - 2 / 9))
    assert isclose(observed["nnt"], 1 / (6 / 8 - 2 / 9))
    imputed = only(con, "summary.arm_differences", analysis="non_responder_imputed")
    assert picked([imputed], "n_responders", "n_subjects", "n_reference") == [(6, 10, 10)]
    assert isclose(imputed["difference_pct"], 40)
    rates = only(con, "summary.responder_rates", arm="ona")
    assert picked([rates], "n_subjects", "n_evaluable", "n_nri") == [(10, 8, 10)]
    assert rates["exact_ci_low_pct"] < rates["ci_low_pct"] < 75 < rates["ci_high_pct"] < rates["exact_ci_high_pct"]


@pytest.mark.parametrize("arms", [{}, {"ona": "OnabotulinumtoxinA"}])
def test_one_arm_has_no_comparison_and_no_p_value(arms: dict[str, str]) -> None:
    con = trial("RRRNN", "").summarise(arms)
    for table in COMPARED:
        assert matching(con, table) == []
    (p_values,) = con.execute("SELECT count(p_value) FROM summary.change_from_baseline").fetchall()
    assert p_values == (0,)
    (changes,) = con.execute("SELECT count(*) FROM summary.change_from_baseline WHERE change_mean < 0").fetchall()
    assert changes > (0,)
    reasons = matching(con, "summary.methods", is_given=False)
    assert {row["table_name"] for row in reasons} >= {*COMPARED, "summary.change_from_baseline"}
    assert all("the study has one arm" in row["reason"] for row in reasons)


def test_a_blinded_study_tells_no_arm_apart() -> None:
    con = trial("RRRNN", "RNNNN").summarise(blinded=True)
    for table in COMPARED:
        assert matching(con, table) == []
    with_arm = con.execute(
        "SELECT table_name FROM duckdb_columns() WHERE schema_name = 'summary' AND column_name = 'arm'"
    ).fetchall()
    assert len(with_arm) > 15
    for (table,) in with_arm:
        assert {row["arm"] for row in matching(con, f"summary.{table}")} <= {"all"}, table
    assert matching(con, "summary.exposure", measure="units") == []
    assert matching(con, "summary.deviations", deviation="sites_outside_range") == []
    assert matching(con, "summary.exposure_muscles") == []
    assert {row["reason"] for row in matching(con, "summary.methods", is_given=False)} == {
        "the study is blinded: arms are not told apart"
    }


def test_an_arm_nobody_is_in() -> None:
    con = trial("RRRNN", "").summarise()
    row = only(con, "summary.arm_differences", analysis="observed")
    assert picked([row], "n_reference", "difference_pct", "ci_low_pct", "score_ci_low_pct", "nnt", "p_value") == [
        (0, None, None, None, None, None)
    ]
    assert row["nnt_reason"] == "nobody could be judged in one of the arms"
    assert row["cmh_note"].startswith("no stratum can contribute")
    assert "left out: nobody" in only(con, "summary.repeated_response")["note"]
    changes = matching(con, "summary.change_from_baseline", measure="headache_days", cycle=1, month=3, arm="ona")
    assert picked(changes, "ls_mean", "note") == [(None, "fewer than two arms have subjects: no comparison")]
    assert matching(con, "summary.tipping_points") == []


def test_three_arms_are_each_compared_with_the_first() -> None:
    made = trial("RRRN", "RNNN")
    for number, months in enumerate((RESPONDS, RESPONDS, FAILS, FAILS)):
        made.add(f"high-{number}", "high", 20, months)
    con = made.summarise(ARMS | {"high": "High dose"})
    rows = matching(con, "summary.arm_differences", analysis="observed")
    assert picked(rows, "arm", "reference_arm", "n_responders", "n_subjects") == [
        ("high", "placebo", 2, 4),
        ("ona", "placebo", 3, 4),
    ]
    months = matching(con, "summary.change_from_baseline", measure="headache_days", cycle=1, month=3)
    assert {row["arm"]: row["difference"] is None for row in months} == {
        "all": True, "placebo": True, "ona": False, "high": False,
    }  # fmt: skip


def test_a_stratum_of_one_subject_is_left_out_and_named() -> None:
    made = trial("RRRN", "RNNN").add("ona-over", "ona", 20, RESPONDS, overuse_excluded=False)
    row = only(made.summarise(), "summary.arm_differences", analysis="observed")
    assert picked([row], "n_subjects", "n_strata", "n_strata_used", "cmh_note") == [
        (5, 2, 1, "left out: yes (one arm is empty)")
    ]
    # (N - 1) / N of Pearson's chi-square of 3/4 against 1/4
    assert isclose(row["cmh_statistic"], 7 / 8 * 2)


def test_a_subject_without_an_arm_counts_among_all_only() -> None:
    con = trial("RRN", "RNN").add("nobody", None, 20, RESPONDS).summarise()
    counts = dict(picked(matching(con, "summary.responder_rates"), "arm", "n_responders"))
    assert counts == {"all": 4, "ona": 2, "placebo": 1}


def test_gee_on_complete_data_gives_the_odds_ratios_of_the_cycles() -> None:
    """With all cycles judged and one stratum the model is saturated: Woolf's standard error follows by algebra."""
    made = Trial()
    courses = {
        "ona": ["RR", "RR", "RN", "NR", "RR", "NN", "RR", "NN"],
        "placebo": ["RN", "NN", "NN", "NR", "RR", "NN", "NN"],
    }
    for arm, subjects in courses.items():
        for number, letters in enumerate(subjects):
            made.add(f"{arm}{number}", arm, 20, *(RESPONDS if c == "R" else FAILS for c in letters))
    con = made.summarise()
    for cycle in (1, 2):
        row = only(con, "summary.repeated_response", cycle=cycle)
        a, c = (sum(letters[cycle - 1] == "R" for letters in courses[arm]) for arm in ("ona", "placebo"))
        b, d = len(courses["ona"]) - a, len(courses["placebo"]) - c
        half = 1.959963984540054 * sqrt(1 / a + 1 / b + 1 / c + 1 / d)
        assert isclose(row["odds_ratio"], a * d / (b * c), rel_tol=1e-6)
        assert isclose(row["odds_ratio_ci_high"], exp(log(a * d / (b * c)) + half), rel_tol=1e-5)
        assert picked([row], "n_subjects", "n_observations", "note") == [(15, 30, None)]


def test_gee_leaves_out_what_has_no_finite_odds_ratio_and_says_so() -> None:
    con = trial("RRRR", "RNNN").summarise()
    row = only(con, "summary.repeated_response")
    assert (row["odds_ratio"], row["n_observations"]) == (None, 0)
    assert row["note"] == "cycle 1 left out: nobody, none or all respond in ona"
    made = trial("RRRN", "RNNN")
    made.add("over", "ona", 20, RESPONDS, overuse_excluded=False)
    noted = only(made.summarise(), "summary.repeated_response")
    assert noted["note"] == "overuse left out: none or all respond in stratum yes"
    assert noted["odds_ratio"] > 1


def test_gee_that_does_not_converge_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Trial()
    for arm, courses in (("ona", "RR RN RR NR R- N- NN RR"), ("placebo", "RN NN NN -R N- RR NN")):
        for number, letters in enumerate(courses.split()):
            months = {"R": RESPONDS, "N": FAILS, "-": (20, 20, None)}
            made.add(f"{arm}{number}", arm, 20, *(months[letter] for letter in letters))
    assert only(made.summarise(), "summary.repeated_response", cycle=1)["odds_ratio"] > 1
    monkeypatch.setattr("flows.statistics.courses.MAX_ITERATIONS", 2)
    row = only(made.summarise(), "summary.repeated_response", cycle=1)
    assert row["odds_ratio"] is row["p_value"] is None
    assert row["note"].endswith("the model did not converge: no odds ratio is given")


def boundary(con: duckdb.DuckDBPyConnection) -> list[tuple[Any, ...]]:
    return picked(matching(con, "summary.tipping_points"), "n_imputed_responders", "n_reference_to_tip")


def test_tipping_points_equal_a_search_over_all_combinations() -> None:
    from flows.statistics.proportions import newcombe_interval

    con = trial("R" * 14 + "N" * 4 + "xxx", "R" * 4 + "N" * 11 + "xxxxxx").summarise()
    wanted = []
    for k in range(4):
        undone = [j for j in range(7) if newcombe_interval(14 + k, 21, 4 + j, 21).low <= 0]  # type: ignore[union-attr]
        wanted.append((k, min(undone, default=None)))
    assert boundary(con) == wanted
    assert wanted[0][1] is not None
    assert wanted[0][1] > 0  # significant with all missing failing, and it can be undone


@pytest.mark.parametrize("size", range(20, 32))
def test_tipping_boundary_of_many_sizes(size: int) -> None:
    from flows.statistics.proportions import newcombe_interval
    from flows.statistics.tipping import tipping_boundary

    rate = {"n_nri": size, "n_evaluable": size - 5, "n_responders": size - 11}
    reference = {"n_nri": size + 2, "n_evaluable": size - 9, "n_responders": 4}
    for row in tipping_boundary(rate, reference):
        count = rate["n_responders"] + row["n_imputed_responders"]
        intervals = [newcombe_interval(count, size, 4 + j, size + 2) for j in range(12)]
        undone = [j for j, interval in enumerate(intervals) if interval and interval.low <= 0]
        assert row["n_reference_to_tip"] == min(undone, default=None)


def test_tipping_points_where_nothing_is_missing_or_significant() -> None:
    assert boundary(trial("R" * 9 + "N", "R" + "N" * 9).summarise()) == [(0, None)]
    assert boundary(trial("RNN", "RNN").summarise()) == [(0, 0)]


def test_tipping_points_of_many_missing_are_spread_evenly() -> None:
    from flows.statistics.tipping import MOST_ROWS, spread

    assert spread(3) == [0, 1, 2, 3]
    assert len(spread(5000)) == MOST_ROWS
    assert (spread(5000)[0], spread(5000)[-1]) == (0, 5000)
