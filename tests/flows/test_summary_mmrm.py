"""The published MMRM: equal to least squares where nothing is missing, to the model on a frame made by hand elsewhere."""

from itertools import product
from math import isclose
from typing import Any

import pandas as pd
import pytest

from flows.statistics.mmrm import fit_mmrm
from tests import summary_study
from tests.summary_study import ARMS, CYCLE, DAY_1, Trial, matching, only, picked

Months = tuple[int | None, ...]
# Baseline, then the months of two cycles; None is a month without a diary.
SUBJECTS: dict[str, list[tuple[int, Months]]] = {
    "placebo": [
        (20, (18, 17, 19, 16, 18, 17)),
        (24, (22, 23, 20, 21, 22, 19)),
        (16, (15, 12, 14, 16, 13, 15)),
        (22, (20, 22, 21, 23, 20, 21)),
        (18, (19, 15, 16, 14, 17, 12)),
        (26, (24, 21, 25, 22, 20, 24)),
        (15, (12, 14, 13, 15, 11, 14)),
        (21, (17, 19, 16, 20, 18, 15)),
        (23, (21, 17, 20, 18, 22, 19)),
        (19, (16, 18, 15, 14, 12, 17)),
        (25, (23, 25, 21, 22, 24, 20)),
    ],
    "ona": [
        (21, (14, 12, 9, 11, 8, 10)),
        (19, (15, 11, 12, 9, 10, 7)),
        (25, (20, 16, 18, 13, 15, 14)),
        (17, (11, 12, 7, 9, 6, 8)),
        (23, (16, 18, 13, 15, 12, 9)),
        (20, (13, 10, 12, 8, 11, 6)),
        (16, (12, 8, 9, 7, 5, 9)),
        (24, (18, 15, 14, 16, 11, 13)),
        (22, (17, 13, 15, 10, 12, 12)),
        (18, (10, 13, 9, 12, 7, 5)),
        (26, (21, 18, 16, 17, 14, 15)),
    ],
}


def trial(gaps: dict[tuple[str, int], set[int]] | None = None) -> Trial:
    """The subjects above, without the months (0 to 5) that ``gaps`` names by arm and number."""
    made = Trial()
    for arm, subjects in SUBJECTS.items():
        for number, (baseline, months) in enumerate(subjects):
            missing = (gaps or {}).get((arm, number), set())
            kept = tuple(None if i in missing else days for i, days in enumerate(months))
            made.add(f"{arm}-{number:02}", arm, baseline, kept[:3], kept[3:])
            for cycle in range(3):
                made.score(
                    f"{arm}-{number:02}",
                    DAY_1 + cycle * CYCLE,
                    70 - baseline / 4 - 2 * cycle - number * (cycle + 1) % 5,
                )
    return made


GAPS: dict[tuple[str, int], set[int]] = {
    ("placebo", 1): {4, 5}, ("placebo", 3): {2}, ("placebo", 6): {3, 4, 5}, ("ona", 0): {5}, ("ona", 4): {1, 2},
    ("ona", 7): {4, 5}, ("ona", 9): {0},
}  # fmt: skip


def test_complete_months_give_the_analysis_of_covariance_of_each_month() -> None:
    """An arm effect and a slope at each month, nothing missing: the unstructured model is least squares month by month."""
    con = trial().summarise()
    for cycle, month in product((1, 2), (1, 2, 3)):
        key = {"cycle": cycle, "month": month, "arm": "ona"}
        row = only(con, "summary.mmrm_change", **key)
        wanted = only(con, "summary.change_from_baseline", measure="headache_days", **key)
        assert (row["covariance"], row["note"], row["difference_df"]) == ("unstructured", None, pytest.approx(19))
        for name in ("ls_mean", "ls_ci_low", "difference", "difference_se", "difference_ci_high", "p_value"):
            assert isclose(row[name], wanted[name], rel_tol=1e-7), name
    for cycle in (1, 2):
        key = {"instrument": "HIT6", "cycle": cycle, "arm": "ona"}
        score, wanted = only(con, "summary.mmrm_quality_of_life", **key), only(con, "summary.quality_of_life", **key)
        for name in ("ls_mean", "difference", "difference_se", "p_value"):
            assert isclose(score[name], wanted[name], rel_tol=1e-7), name


def test_missing_months_are_left_out_and_the_rest_is_the_model_of_the_diaries() -> None:
    con = trial(GAPS).summarise()
    lines: list[dict[str, Any]] = [
        {"subject": f"{arm}-{number}", "arm": arm, "visit": visit, "baseline": baseline, "change": days - baseline}
        for arm, subjects in SUBJECTS.items()
        for number, (baseline, months) in enumerate(subjects)
        for visit, days in enumerate(months)
        if days is not None and visit not in GAPS.get((arm, number), set())
    ]
    frame = pd.DataFrame(lines).astype({"arm": pd.CategoricalDtype(list(ARMS))})
    model = fit_mmrm(
        frame, "change ~ C(visit) * (baseline + arm)", subject="subject", visit="visit", df="kenward-roger"
    )
    means, differences = model.ls_means("arm"), model.differences("arm", "placebo")
    for visit, (cycle, month) in enumerate(product((1, 2), (1, 2, 3))):
        row = only(con, "summary.mmrm_change", cycle=cycle, month=month, arm="ona")
        assert isclose(row["ls_mean"], means[visit, "ona"].estimate or 0, rel_tol=1e-8)
        assert isclose(row["difference_se"], differences[visit, "ona"].se or 0, rel_tol=1e-8)
        assert isclose(row["difference_df"], differences[visit, "ona"].df or 0, rel_tol=1e-7)
        seen = sum(line["visit"] == visit and line["arm"] == "ona" for line in lines)
        assert picked([row], "n_subjects", "n_change", "n_model", "n_observations") == [(11, seen, 22, 132 - 12)]
        reference = only(con, "summary.mmrm_change", cycle=cycle, month=month, arm="placebo")
        assert picked([reference], "difference", "difference_se", "p_value") == [(None, None, None)]


def test_a_structure_that_cannot_be_fitted_is_named_with_the_one_that_was() -> None:
    """Nobody has both the first and the last month: their covariance is not known."""
    gaps = {(arm, number): {0 if number % 2 else 5} for arm in SUBJECTS for number in range(11)}
    rows = matching(trial(gaps).summarise(), "summary.mmrm_change", arm="ona")
    assert {row["covariance"] for row in rows} <= {
        "heterogeneous Toeplitz",
        "heterogeneous first-order autoregressive",
        "heterogeneous compound symmetry",
        "compound symmetry",
    }
    assert all("unstructured covariance was not fitted: no subject has both visit 0 and" in row["note"] for row in rows)
    assert all(row["p_value"] is not None for row in rows)


def test_a_month_that_an_arm_lacks_has_no_mean_of_that_arm_and_says_so() -> None:
    gaps = {("ona", number): {5} for number in range(11)}
    con = trial(gaps).summarise()
    last = {"cycle": 2, "month": 3}
    row, reference = (only(con, "summary.mmrm_change", arm=arm, **last) for arm in ("ona", "placebo"))
    assert picked([row], "n_change", "ls_mean", "difference", "p_value") == [(0, None, None, None)]
    assert "cannot be estimated" in row["note"]
    assert reference["ls_mean"] < 0
    assert only(con, "summary.mmrm_change", cycle=2, month=2, arm="ona")["p_value"] is not None


def test_an_arm_nobody_is_in_leaves_no_comparison() -> None:
    made = Trial()
    for number, (baseline, months) in enumerate(SUBJECTS["ona"]):
        made.add(f"ona-{number}", "ona", baseline, months[:3])
    rows = matching(made.summarise(), "summary.mmrm_change")
    assert {row["note"] for row in rows} == {"fewer than two arms have subjects: no comparison"}
    assert {(row["ls_mean"], row["p_value"], row["covariance"]) for row in rows} == {(None, None, None)}


def test_headache_days_are_those_of_the_primary_rule_set(monkeypatch: pytest.MonkeyPatch) -> None:
    """Under hours_4 the headaches of two hours do not count, and one of unknown length is not recorded."""
    made = trial()
    for row in made.rows["diary_days"]:
        row["hours"] = (2 if row["diary_date"].day % 4 == 0 else 6) if row["headache"] else None
    any_headache = made.summarise()
    rule = summary_study.nice_rule() | {"headache_day": "hours_4"}
    monkeypatch.setattr(summary_study, "nice_rule", lambda: rule)
    long_headache = made.summarise()
    counted = "SELECT per_month FROM analysis.headache_months WHERE subject_id = 'ona-00' AND cycle = 0"
    assert any_headache.execute(counted).fetchall() == [(21.0,)]
    # Days -28..-1 before 1 March 2024 begin on 2 February; headaches to the 22nd, of which 4, 8, 12, 16 and 20 are short.
    assert long_headache.execute(counted).fetchall() == [(16.0,)]
    first = {"cycle": 1, "month": 1, "arm": "ona"}
    means = [only(con, "summary.mmrm_change", **first)["ls_mean"] for con in (any_headache, long_headache)]
    assert means[0] != pytest.approx(means[1], abs=0.5)


def test_more_visits_than_an_unstructured_covariance_can_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.statistics.mmrm_tables.MOST_UNSTRUCTURED", 5)
    rows = matching(trial(GAPS).summarise(), "summary.mmrm_change", arm="ona")
    assert {row["covariance"] for row in rows} <= {"heterogeneous Toeplitz", "heterogeneous first-order autoregressive"}
    assert all("6 months are more than 5" in row["note"] for row in rows)
