"""MMRM against published results of SAS and against R; sources in tests/external/mmrm/README.md."""

from functools import cache
from math import isclose

import numpy as np
import pytest
from scipy.stats import ttest_ind

from flows.statistics.mmrm import STRUCTURES, Estimate, Mmrm, fit_mmrm
from flows.statistics.mmrm.designs import design_of
from flows.statistics.mmrm.inference import inference_of
from flows.statistics.mmrm.likelihood import point_at, slopes_at
from flows.statistics.mmrm.scoring import Maximum
from tests.external.mmrm_data import Number, fev, growth, later_fev, name_of_r, numbers_of_r

DATA = {
    "growth": (growth, "y ~ gender * age", "person", "age"),
    "arms": (fev, "fev ~ arm * visit", "subject", "visit"),
    "later": (later_fev, "fev ~ visit1 + arm * visit", "subject", "visit"),
}


@cache
def fitted(case: str, df: str = "satterthwaite", information: str = "observed") -> Mmrm:
    data, structure, method = case.split("/")
    frame, formula, subject, visit = DATA[data]
    return fit_mmrm(
        frame(),
        formula,
        subject=subject,
        visit=visit,
        covariance=structure,
        method=method,
        df=df,
        information=information,
        fallback=False,
    )


def coefficient(model: Mmrm, name: str) -> Estimate:
    return {name_of_r(item.name): item for item in model.coefficients}[name]


def ours(number: Number) -> tuple[float | None, float]:
    """Our number for one of R's, and how much they may differ."""
    close = 1e-4 * abs(number.value)
    if number.software == "nlme" and number.quantity in ("covariance", "estimate"):
        # nlme stops a little before the maximum: to four digits of a standard error, or of a variance.
        model = fitted(number.case)
        if number.quantity == "estimate":
            item = coefficient(model, number.name)
            return item.estimate, 1e-4 * (item.se or 0)
        row, column = (int(place) - 1 for place in number.name.split())
        assert model.covariance is not None
        return float(model.covariance[row, column]), 1e-4 * float(model.covariance.diagonal().max())
    match number.quantity:
        case "minus2loglik":
            return fitted(number.case).minus_2_log_likelihood, 1e-6
        case "kr se" | "kr df":
            information = "expected" if number.software == "pbkrtest" else "observed"
            item = coefficient(fitted(number.case, "kenward-roger", information), number.name)
            return (item.se if number.quantity == "kr se" else item.df), close
        case "estimate" | "se" | "df":
            return getattr(coefficient(fitted(number.case), number.name), number.quantity), close
        case "ls mean" | "ls mean se":
            visit, arm = number.name.split()
            item = fitted(number.case).ls_means("arm")[visit, arm]
        case "difference" | "difference se":
            item = fitted(number.case).differences("arm", "PBO")[number.name, "TRT"]
        case _:
            raise AssertionError(number)
    return (item.se if number.quantity.endswith("se") else item.estimate), close


@pytest.mark.parametrize("case", sorted({number.case for number in numbers_of_r()}))
def test_as_in_r(case: str) -> None:
    """Likelihood, estimates, errors, degrees of freedom and LS means of five structures, three models, REML and ML."""
    apart = {}
    for number in (number for number in numbers_of_r() if number.case == case):
        value, close = ours(number)
        if value is None or abs(value - number.value) > close:
            apart[number] = value
    assert apart == {}


def test_r_gave_every_kind_of_number() -> None:
    """A reference file that lost a part would leave nothing to compare with."""
    numbers = numbers_of_r()
    assert {number.case for number in numbers} == {
        f"{data}/{structure}/{method}" for data in DATA for structure in STRUCTURES for method in ("reml", "ml")
    }
    kinds = {(number.software, number.quantity) for number in numbers}
    assert {("pbkrtest", "kr se"), ("pbkrtest", "kr df"), ("lmerTest", "df"), ("plain R", "df")} <= kinds
    assert {("plain R", "kr se"), ("emmeans", "ls mean"), ("emmeans", "difference se"), ("nlme", "covariance")} <= kinds


# SAS/STAT User's Guide, The MIXED Procedure, example "Repeated Measures": growth of 27 children, maximum likelihood.
# The two likelihoods to three digits: Jennrich and Schluchter 1986, Biometrics 42:805, models 2 and 7.
SAS_GROWTH = {
    "Intercept": (15.8423, 0.9356),
    "gender[T.M]": (-1.5831, 1.4658),
    "age": (0.8268, 0.07911),
    "gender[T.M]:age": (0.3504, 0.1239),
}


def test_growth_as_published() -> None:
    boys_first = growth().assign(gender=lambda frame: frame["gender"].map({"M": "A", "F": "B"}))
    model = fit_mmrm(boys_first, "y ~ gender * age", subject="person", visit="age", method="ml")
    got = {item.name.replace("[T.B]", "[T.M]"): item for item in model.coefficients}
    for name, (estimate, se) in SAS_GROWTH.items():
        sign = -1 if name.startswith("gender") else 1
        assert isclose(got[name].estimate or 0, sign * estimate, abs_tol=5.1e-5)
        assert isclose(got[name].se or 0, se, abs_tol=5.1e-5)
    assert round(model.minus_2_log_likelihood or 0, 3) == 419.477
    assert round(fitted("growth/cs/ml").minus_2_log_likelihood or 0, 3) == 428.639


# SAS PROC MIXED with ddfm=kenwardroger on the FEV data, model FEV1 = ARMCD, REML: the R package mmrm, folder design/KR
# (kr_us.txt, kr_toeph.csv, kr_arh1.txt, kr_csh.csv, kr_cs.txt) and tests/testthat/test-kenwardroger.R. For each
# structure -2 log likelihood, and of the difference of the arms estimate, adjusted standard error, degrees of freedom.
SAS_FEV = {
    "unstructured": (3667.96276376, 3.8197, 0.66124382270307, 160.733266403768),
    "toeplitz_h": (None, 3.92287746213894, 0.72543828853831, 180.062730071701),
    "ar1_h": (3715.28043805, 3.7267, 0.7590316099633, 188.225339095373),
    "cs_h": (3754.18491472, 3.77090812499029, 0.67414806011886, 190.737701349941),
    "cs": (3890.97896859, 4.1966, 0.7964696053595, 177.038485931223),
}
# The covariance parameters that SAS printed with them, where it printed them to more than the results show.
SAS_PARAMETERS = {
    "unstructured": [108.39, 45.4113, 40.1721, -2.6971, 0.7771, 24.6058, -47.0103, -13.0998, 18.7346, 152.36],
    "ar1_h": [88.7252, 34.6829, 32.6996, 169.66, 0.3674],
    "cs_h": [100.98, 35.2903, 28.6359, 168.89, 0.09475],
}


@pytest.mark.parametrize("structure", SAS_FEV)
def test_kenward_roger_as_in_sas(structure: str) -> None:
    """SAS ends when a step gains less than 1e-8 of the likelihood, so its last digits are those of a point before the
    maximum (next test); the responses here are rounded to four decimals."""
    likelihood, estimate, se, df = SAS_FEV[structure]
    model = fit_mmrm(
        fev(), "fev ~ arm", subject="subject", visit="visit", covariance=structure, df="kenward-roger", fallback=False
    )
    arm = model.coefficients[1]
    assert (model.n_subjects, model.n_observations, model.n_left_out) == (197, 537, 263)
    assert isclose(arm.estimate or 0, estimate, rel_tol=5e-5)
    assert isclose(arm.se or 0, se, rel_tol=1.5e-4)
    assert isclose(arm.df or 0, df, rel_tol=4e-4)
    if likelihood is not None:
        assert isclose(model.minus_2_log_likelihood or 0, likelihood, abs_tol=3e-4)


@pytest.mark.parametrize("structure", SAS_PARAMETERS)
def test_at_the_covariance_that_sas_found_the_results_are_those_of_sas(structure: str) -> None:
    """Standard error and degrees of freedom to five digits, without the search for the maximum."""
    design = design_of(fev(), "fev ~ arm", "subject", "visit")
    assert not isinstance(design, str)
    theta = np.array(SAS_PARAMETERS[structure])
    theta[: 10 if structure == "unstructured" else 4] /= design.scale**2
    kind = STRUCTURES[structure]
    point = point_at(design, kind.covariance(theta, 4), is_reml=True)
    assert point is not None
    there = Maximum(theta, point, slopes_at(design, point, is_reml=True), kind.derivatives(theta, 4), 0)
    inference = inference_of(design, there, is_adjusted=True, is_observed=True)
    assert not isinstance(inference, str)
    arm = inference.estimate("arm", np.array([0.0, 1.0]))
    _, _, se, df = SAS_FEV[structure]
    assert isclose(arm.se or 0, se, rel_tol=1e-5)
    assert isclose(arm.df or 0, df, rel_tol=2e-5)


def test_complete_visits_give_the_t_test_of_each_visit() -> None:
    """With every visit of everybody, and an arm effect at each, the unstructured model is exactly one t test a visit."""
    frame = growth()
    model = fit_mmrm(frame, "y ~ gender * C(age)", subject="person", visit="age")
    for (age, _), difference in model.differences("gender", "F").items():
        at = frame[frame["age"] == age]
        wanted = ttest_ind(at.loc[at["gender"] == "M", "y"], at.loc[at["gender"] == "F", "y"])
        assert isclose(difference.t or 0, wanted.statistic, rel_tol=1e-9)
        assert isclose(difference.df or 0, 25, rel_tol=1e-9)
        assert isclose(difference.p_value or 0, wanted.pvalue, rel_tol=1e-8)
        low, high = wanted.confidence_interval(0.95)
        assert (difference.low, difference.high) == (pytest.approx(low, rel=1e-8), pytest.approx(high, rel=1e-8))


def test_one_visit_is_least_squares() -> None:
    """Analysis of covariance by statsmodels: estimates, errors, degrees of freedom, p-values."""
    from statsmodels.formula.api import ols

    frame = later_fev().dropna()
    frame = frame[frame["visit"] == "visit3"]
    wanted = ols("fev ~ visit1 + arm", frame).fit()
    for covariance in STRUCTURES:
        model = fit_mmrm(frame, "fev ~ visit1 + arm", subject="subject", visit="visit", covariance=covariance)
        for item, name in zip(model.coefficients, ("Intercept", "visit1", "arm[T.TRT]"), strict=True):
            place = list(wanted.params.index).index(name)
            assert item.name == name
            assert isclose(item.estimate or 0, wanted.params.iloc[place], rel_tol=1e-10)
            assert isclose(item.se or 0, wanted.bse.iloc[place], rel_tol=1e-10)
            assert isclose(item.df or 0, wanted.df_resid, rel_tol=1e-10)
            assert isclose(item.p_value or 0, wanted.pvalues.iloc[place], rel_tol=1e-9)


def test_means_at_observed_shares() -> None:
    """Of a further factor: its observed shares instead of equal weights; both follow from the coefficients."""
    frame = fev().assign(site=lambda table: np.where(table["subject"] % 3 == 0, "b", "a")).dropna()
    model = fit_mmrm(frame, "fev ~ arm * visit + site", subject="subject", visit="visit")
    site = next(item for item in model.coefficients if item.name == "site[T.b]").estimate or 0
    equal, observed = (
        model.ls_means("arm", weights)["visit2", "TRT"].estimate or 0 for weights in ("equal", "observed")
    )
    assert isclose(observed - equal, site * ((frame["site"] == "b").mean() - 0.5), rel_tol=1e-9)
    numbered = frame.assign(site=(frame["site"] == "b").astype(int))
    again = fit_mmrm(numbered, "fev ~ arm * visit + C(site)", subject="subject", visit="visit")
    assert isclose(again.ls_means("arm")["visit2", "TRT"].estimate or 0, equal, rel_tol=1e-9)


def test_the_two_informations_differ_where_visits_are_missing() -> None:
    """Else the choice would be of no consequence, and its tests against pbkrtest of no worth."""
    observed, expected = (
        coefficient(fitted("arms/cs/reml", "kenward-roger", kind), "armTRT").df for kind in ("observed", "expected")
    )
    assert observed is not None
    assert expected is not None
    assert abs(observed - expected) > 0.01
