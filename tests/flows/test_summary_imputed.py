"""Imputed months of small trials: what is imputed of whom, and what each assumption does to the difference."""

from datetime import timedelta
from math import isclose
from typing import Any

import duckdb
import pytest

from flows.study.analysis_plan import AnalysisPlan
from tests import summary_study
from tests.flows.test_summary_mmrm import SUBJECTS, trial
from tests.summary_study import CYCLE, DAY_1, MONTH, Trial, matching, only, picked

PLAN = {"imputation": {"cycles": 2, "imputations": 10, "seed": 7, "largest_delta": 2}}
LAST = {"cycle": 2, "month": 3}


def summarised(made: Trial, plan: dict[str, Any] | None = None, **settings: Any) -> duckdb.DuckDBPyConnection:
    """The summary of a trial under a plan."""

    def make_study(*arguments: Any) -> Any:
        planned = AnalysisPlan.model_validate(PLAN if plan is None else plan)
        return original(*arguments).model_copy(update={"analysis": planned})

    original = summary_study.make_study
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary_study, "make_study", make_study)
        return made.summarise(**settings)


@pytest.fixture(scope="module")
def con() -> duckdb.DuckDBPyConnection:
    """Two of the arm and one of the reference arm leave, one month of the arm is a gap, one subject has no baseline."""
    made = trial({("ona", 0): {5}, ("ona", 4): {3, 4, 5}, ("ona", 7): {2}, ("placebo", 2): {4, 5}})
    return summarised(made.add("ona-lost", "ona", None, (10, 10, 10), (10, 10, 10)))


def test_without_a_missing_month_every_assumption_is_the_analysis_of_covariance() -> None:
    con = summarised(trial())
    for cycle, month in ((1, 1), (2, 3)):
        key = {"cycle": cycle, "month": month, "arm": "ona"}
        wanted = only(con, "summary.change_from_baseline", measure="headache_days", **key)
        rows = matching(con, "summary.imputed_change", **key)
        assert len(rows) == 4 + 2
        for row in rows:
            for name in ("ls_mean", "difference", "difference_se"):
                assert isclose(row[name], wanted[name], rel_tol=1e-8), name
            assert row["n_imputed"] == 0
    # 30% fewer than 20 is at most 14 days: whole numbers say so, 28 * 14 / 28 in floating point need not.
    rows = matching(con, "summary.imputed_responders", cycle=2, min_reduction_pct=30, assumption="copy_reference")
    counts = {
        arm: sum(10 * months[5] <= 7 * baseline for baseline, months in subjects) for arm, subjects in SUBJECTS.items()
    }
    assert {row["arm"]: row["imputed_pct"] for row in rows} == pytest.approx(
        {a: 100 * n / 11 for a, n in counts.items()}
    )


def test_who_is_in_it_and_which_months_are_imputed(con: duckdb.DuckDBPyConnection) -> None:
    rows = matching(con, "summary.imputed_change", assumption="missing_at_random", delta=0)
    assert picked(rows, "cycle", "month", "arm", "n_subjects", "n_imputed") == [
        (cycle, month, arm, 11, n[arm == "placebo"])
        for cycle, month, n in ((1, 1, (0, 0)), (1, 2, (0, 0)), (1, 3, (1, 0)), (2, 1, (1, 0)), (2, 2, (1, 1)), (2, 3, (2, 1)))
        for arm in ("ona", "placebo")
    ]  # fmt: skip
    assert {row["note"] for row in rows} == {"subjects without an evaluable baseline, who are not in it: 1"}
    assert {(row["n_imputations"], row["seed"], row["population"]) for row in rows} == {(10, 7, "all_treated")}


def differences(con: duckdb.DuckDBPyConnection, **key: Any) -> dict[tuple[str, int], float]:
    rows = matching(con, "summary.imputed_change", arm="ona", **key)
    return {(row["assumption"], row["delta"]): row["difference"] for row in rows}


def test_assumptions_move_only_what_comes_after_the_last_month_seen(con: duckdb.DuckDBPyConnection) -> None:
    last, gap = differences(con, **LAST), differences(con, cycle=1, month=3)
    assert len(set(gap.values())) == 1  # a gap before later months is at random under all of them
    at_random, jumped = last["missing_at_random", 0], last["jump_to_reference", 0]
    assert max(at_random, last["copy_increments", 0]) < jumped < 0  # the difference shrinks towards the reference arm
    # The penalty is linear, and falls on two of eleven subjects.
    steps = [last["missing_at_random", delta] for delta in (0, 1, 2)]
    assert isclose(steps[2] - steps[1], steps[1] - steps[0], rel_tol=1e-6)
    assert 0.1 < steps[1] - steps[0] < 0.25
    reference = matching(con, "summary.imputed_change", arm="placebo", delta=0, **LAST)
    means = [row["ls_mean"] for row in reference]
    assert means == pytest.approx([means[0]] * 4, abs=0.15)
    assert {(row["difference"], row["p_value"]) for row in reference} == {(None, None)}


def test_the_same_seed_gives_the_same_numbers(con: duckdb.DuckDBPyConnection) -> None:
    from flows.statistics.imputed_tables import imputed_change

    made = [row for row in imputed_change(con) if row["arm"] == "ona"]
    stored = matching(con, "summary.imputed_change", arm="ona")
    key = ("assumption", "delta", "cycle", "month")
    assert sorted(picked(made, *key, "difference", "p_value")) == sorted(picked(stored, *key, "difference", "p_value"))


def test_a_month_whose_time_is_not_past_is_at_random(con: duckdb.DuckDBPyConnection) -> None:
    """The cut-off lies before the last month of everybody: who has come so far has not left."""
    cutoff = DAY_1 + CYCLE + 2 * MONTH - timedelta(1)
    early = summarised(trial({("ona", 4): {3, 4}}), cutoff=cutoff)
    row = only(early, "summary.imputed_change", assumption="missing_at_random", delta=0, arm="ona", **LAST)
    assert row["note"] == "visit 6 is seen in too few subjects for its mean"
    assert (row["difference"], row["p_value"], row["n_imputed"]) == (None, None, 11)
    ended = early.execute("SELECT DISTINCT cycle, month FROM analysis.expected_months WHERE NOT is_past").fetchall()
    assert ended == [(2, 3)]
    plan = {"imputation": PLAN["imputation"] | {"cycles": 1}}
    first = summarised(trial({("ona", 4): {1, 2}}), plan, cutoff=DAY_1 + 2 * MONTH - timedelta(1))
    assert matching(first, "summary.imputed_change", cycle=2) == []


@pytest.mark.parametrize(
    ("plan", "settings", "said"),
    [
        ({}, {}, "study.toml has no [analysis.imputation]"),
        (PLAN, {"arms": {"ona": "Ona"}}, "one arm"),
        (PLAN, {"blinded": True}, "blinded"),
    ],
)
def test_nothing_is_imputed_where_it_is_not_planned_or_no_two_arms_are_told_apart(
    plan: dict[str, Any], settings: dict[str, Any], said: str
) -> None:
    con = summarised(Trial().add("a", "ona", 20, (20, 20, 10)), plan, **settings)
    for table in ("imputed_change", "imputed_responders"):
        assert matching(con, f"summary.{table}") == []
        assert said in only(con, "summary.methods", table_name=f"summary.{table}")["reason"]
