"""Analysis of covariance against published examples, and what it does with too little to work on."""

from math import isclose, sqrt

import numpy as np
import pytest

from flows.statistics.covariance import Covariance, fit_covariance

# Snedecor and Cochran 1967, p. 422: leprosy bacilli before and after, ten patients a drug; printed with its results in
# SAS/STAT User's Guide, PROC GLM, example "Analysis of Covariance".
LEPROSY = {
    "A": [(11, 6), (8, 0), (5, 2), (14, 8), (19, 11), (6, 4), (10, 13), (6, 1), (11, 8), (3, 0)],
    "D": [(6, 0), (6, 2), (7, 3), (8, 1), (18, 18), (8, 4), (19, 14), (8, 9), (5, 1), (15, 9)],
    "F": [(16, 13), (13, 10), (11, 18), (9, 5), (21, 23), (16, 12), (12, 5), (12, 16), (7, 1), (12, 20)],
}
# Naranjo, Western Michigan University, STAT 6620, "Analysis of Covariance (ANACOVA)": blood pressure and age.
PRESSURE = {
    "placebo": [(20, 110), (25, 118), (30, 132), (35, 140)],
    "treatment": [(30, 120), (35, 128), (35, 132), (40, 138), (40, 142), (45, 150)],
}


def fit(
    data: dict[str, list[tuple[int, int]]], strata: list[str] | None = None, arms: list[str] | None = None
) -> Covariance:
    """Fit the second number of each pair on arm and the first."""
    arm = np.array([name for name, pairs in data.items() for _ in pairs], dtype=object)
    pairs = np.array([pair for pairs in data.values() for pair in pairs], dtype=float).reshape(-1, 2)
    stratum = np.array(strata or ["no"] * len(arm), dtype=object)
    return fit_covariance(pairs[:, 1], pairs[:, 0], arm, stratum, arms or list(data))


def test_ls_means_of_the_leprosy_trial() -> None:
    arms = fit(LEPROSY).arms
    assert [round(arms[drug].mean or 0, 7) for drug in "ADF"] == [6.7149635, 6.8239348, 10.1611017]
    assert [round(arms[drug].se or 0, 7) for drug in "ADF"] == [1.2884943, 1.2724690, 1.3159234]


def test_standard_error_follows_from_the_published_mean_square() -> None:
    """Error sum of squares 417.202597 on 26 degrees of freedom; the textbook's formula for an adjusted difference."""
    mean_square = 417.202597 / 26
    before = {drug: [x for x, _ in pairs] for drug, pairs in LEPROSY.items()}
    means = {drug: sum(x) / len(x) for drug, x in before.items()}
    within = sum((x - means[drug]) ** 2 for drug, xs in before.items() for x in xs)
    wanted = sqrt(mean_square * (1 / 10 + 1 / 10 + (means["F"] - means["A"]) ** 2 / within))
    assert isclose(fit(LEPROSY).arms["F"].difference_se or 0, wanted, rel_tol=1e-7)


def test_difference_of_the_blood_pressure_example() -> None:
    """Estimate -10.38095, standard error 1.64051, p = 0.0004; intercept 68.95238, slope 2.03810."""
    arms = fit(PRESSURE).arms
    treatment = arms["treatment"]
    assert round(treatment.difference or 0, 5) == -10.38095
    assert round(treatment.difference_se or 0, 5) == 1.64051
    assert round(treatment.p_value or 0, 4) == 0.0004
    assert isclose(arms["placebo"].mean or 0, 68.95238 + 2.03810 * 33.5, abs_tol=2e-4)
    assert arms["placebo"].difference is None


def test_a_stratum_is_weighted_by_its_share() -> None:
    """Without a covariate's influence: arm effect 10, stratum effect 4 held by a third of the subjects."""
    strata = ["no", "no", "yes"] * 4
    arm = ["a"] * 6 + ["b"] * 6
    noise = [0.1, -0.1, 0.0, -0.1, 0.1, 0.0] * 2
    rows = [
        (1 + i % 2, (10 if name == "b" else 0) + (4 if level == "yes" else 0) + e)
        for i, (name, level, e) in enumerate(zip(arm, strata, noise, strict=True))
    ]
    data = {"a": rows[:6], "b": rows[6:]}
    arms = fit(data, strata).arms  # type: ignore[arg-type]
    assert isclose(arms["a"].mean or 0, 4 / 3, abs_tol=1e-6)
    assert isclose(arms["b"].difference or 0, 10, abs_tol=1e-6)


def test_fewer_than_two_arms_is_no_comparison() -> None:
    result = fit({"a": [(1, 2), (2, 3)]}, arms=["a", "b"])
    assert result.arms == {}
    assert result.note == "fewer than two arms have subjects: no comparison"
    assert fit_covariance(np.array([]), np.array([]), np.array([]), np.array([]), ["a", "b"]).arms == {}


def test_too_few_subjects_is_said() -> None:
    result = fit({"a": [(1, 2)], "b": [(2, 3)]})
    assert (result.arms, result.note) == ({}, "2 subjects are too few for 2 coefficients")


def test_an_empty_arm_is_named_and_the_others_compared() -> None:
    result = fit(PRESSURE, arms=["placebo", "treatment", "high"])
    assert result.note == "no subject in arm high"
    assert round(result.arms["treatment"].difference or 0, 5) == -10.38095
    reference_gone = fit(PRESSURE, arms=["low", "placebo", "treatment"])
    assert {name: arm.difference for name, arm in reference_gone.arms.items()} == {"placebo": None, "treatment": None}


def test_a_constant_covariate_is_left_out_and_told() -> None:
    result = fit({"a": [(5, 1), (5, 2)], "b": [(5, 4), (5, 5)]})
    assert result.arms["b"].difference == pytest.approx(3)
    assert "1 covariate(s) left out" in (result.note or "")


def test_a_stratum_of_one_subject_and_one_that_is_an_arm() -> None:
    strata = ["no", "no", "no", "unknown"] + ["no"] * 6
    assert fit(PRESSURE, strata).arms["treatment"].p_value is not None
    told_by_arm = fit(PRESSURE, ["yes"] * 4 + ["no"] * 6)
    assert round(told_by_arm.arms["treatment"].difference or 0, 5) == -10.38095
    assert "left out" in (told_by_arm.note or "")


def test_no_spread_gives_no_p_value() -> None:
    for after in (2, 0):
        result = fit({name: [(before, after) for before in (1, 2, 3)] for name in "ab"})
        assert result.arms["b"].difference == pytest.approx(0, abs=1e-12)
        assert (result.arms["b"].p_value, result.arms["b"].difference_low, result.arms["b"].se) == (None, None, None)
        assert result.note == "the model leaves no spread: no interval, no p-value"
