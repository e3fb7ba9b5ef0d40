"""Multiple imputation: by hand, against the likelihood of a monotone pattern, and on trials with a known truth."""

from math import isclose

import numpy as np
import pytest
from scipy.stats import t as student
from statsmodels.regression.linear_model import OLS

from flows.statistics.imputation import ASSUMPTIONS, Draw, Visits, analyse, draws_of, impute_under, pooled
from flows.statistics.imputation.chain import Array
from tests.simulation.imputation import complete_estimate, estimate, mmrm_estimate, simulate_trial


def test_rubins_rules_by_hand() -> None:
    """Within 1, between 1 x 4/3; Barnard and Rubin's degrees of freedom from 20 of the complete analysis."""
    result = pooled([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], complete_df=20)
    share = (4 / 3) / (7 / 3)
    df = 1 / (share**2 / 2 + 1 / (21 / 23 * 20 * (1 - share)))
    assert isclose(result.estimate, 2)
    assert isclose(result.se, (7 / 3) ** 0.5)
    assert isclose(result.df, df)
    assert isclose(result.high, 2 + student.ppf(0.975, df) * (7 / 3) ** 0.5)
    assert isclose(result.p_value, 2 * student.sf(2 / (7 / 3) ** 0.5, df))
    assert isclose(pooled([1.0, 2.0, 3.0], [1.0, 1.0, 1.0], complete_df=np.inf).df, 2 / share**2)


def made(n: int = 120, seed: int = 3) -> tuple[Array, Array]:
    """Three correlated visits, and covariates: 1, an arm, a baseline."""
    random = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), np.arange(n) % 2, random.normal(size=n)])
    errors = random.multivariate_normal(np.zeros(3), 0.5 + 0.5 * np.eye(3), n)
    return x @ np.array([[-2.0, -3, -4], [-1, -1.5, -2], [0.5, 0.5, 0.5]]) + errors, x


def test_complete_visits_are_left_as_they_are_and_analysed_by_least_squares() -> None:
    values, x = made()
    draws = list(draws_of(Visits(values, x), 3, seed=1, burn_in=2, between=1))
    assert all(np.array_equal(draw.values, values) for draw in draws)
    estimates, variances = analyse(values, x, np.array([[0.0, 1.0, 0.0]]))
    for visit in range(3):
        wanted = OLS(values[:, visit], x).fit()
        assert isclose(estimates[0, visit], wanted.params[1])
        assert isclose(variances[0, visit], wanted.bse[1] ** 2)


def test_draws_have_the_mean_and_the_spread_of_their_posterior() -> None:
    """Of complete visits it is known: coefficients around least squares, covariance around S / (df - visits - 1)."""
    values, x = made(60)
    draws = list(draws_of(Visits(values, x), 2000, seed=5, burn_in=0, between=1))
    fitted = np.linalg.lstsq(x, values)[0]
    rest = values - x @ fitted
    coefficients = np.stack([draw.coefficients for draw in draws])
    spread = rest.T @ rest / (60 - 3 - 3 - 1)
    expected = np.sqrt(np.outer(np.linalg.inv(x.T @ x).diagonal(), spread.diagonal()))
    assert np.abs((coefficients.mean(axis=0) - fitted) / expected).max() < 4 / np.sqrt(2000)
    assert coefficients.std(axis=0) == pytest.approx(expected, rel=0.08)
    assert np.mean([draw.covariance for draw in draws], axis=0) == pytest.approx(spread, rel=0.05)


def test_a_monotone_pattern_has_the_mean_of_its_likelihood() -> None:
    """Anderson 1957: regress the later visit on the earlier ones where it is seen, predict it where it is not."""
    values, x = made(200)
    values[(values[:, 0] > -2) & (np.arange(200) % 3 > 0), 1:] = np.nan
    gone = np.isnan(values[:, 1])
    assert 40 < gone.sum() < 120
    with_first = np.column_stack([x, values[:, 0]])
    filled = values.copy()
    for visit in (1, 2):
        fitted = np.linalg.lstsq(with_first[~gone], values[~gone, visit])[0]
        filled[gone, visit] = with_first[gone] @ fitted
    wanted = np.linalg.lstsq(x, filled)[0]
    found = np.stack([np.linalg.lstsq(x, d.values)[0] for d in draws_of(Visits(values, x), 300, seed=2, between=3)])
    error = found.std(axis=0) / np.sqrt(300)
    assert (np.abs(found.mean(axis=0) - wanted) < 5 * error + 1e-12).all()
    complete_cases = np.linalg.lstsq(x[~gone], values[~gone])[0]
    assert abs(complete_cases[0, 2] - wanted[0, 2]) > 20 * error[0, 2]  # the test would see them


class Silent(np.random.Generator):
    """Random numbers that are all zero: only the means are left."""

    def __init__(self) -> None:
        super().__init__(np.random.PCG64(1))

    def standard_normal(self, size: object = None, *args: object, **kwargs: object) -> Array:  # type: ignore[override]
        return np.zeros(size)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("assumption", "wanted"),
    [
        ("missing_at_random", [-5 + 0.5 * 3, -7 + 0.5 * 3]),
        ("jump_to_reference", [-2 + 0.5 * 3, -3 + 0.5 * 3]),
        ("copy_reference", [-2 + 0.5 * 1, -3 + 0.5 * 1]),
        ("copy_increments", [-2 - 2 + 0.5 * 3, -3 - 2 + 0.5 * 3]),
    ],
)
def test_each_assumption_by_hand(assumption: str, wanted: list[float]) -> None:
    """Means of the arm -3, -5, -7 and of the reference -1, -2, -3; all correlations 0.5. The first visit was 0: 3 above
    the arm's mean and 1 above that of the reference. A subject never seen has no distance from the reference to keep."""
    own = np.array([[1.0, 1.0], [1.0, 1.0], [1.0, 0.0]])
    reference = np.array([[1.0, 0.0]] * 3)
    coefficients = np.array([[-1.0, -2.0, -3.0], [-2.0, -3.0, -4.0]])
    values = np.array([[0.0, 9.0, 9.0], [9.0, 9.0, 9.0], [9.0, 9.0, 9.0]])
    draw = Draw(values, coefficients, 0.5 + 0.5 * np.eye(3))
    # Visit 3 given visit 1 only: both later visits lean on the first by 0.5.
    found = impute_under(assumption, draw, own, reference, np.array([1, 0, 3]), Silent())
    assert found[0] == pytest.approx([0.0, *wanted])
    never_seen = [-3.0, -5.0, -7.0] if assumption == "missing_at_random" else [-1.0, -2.0, -3.0]
    assert found[1] == pytest.approx(never_seen)
    assert found[2] == pytest.approx([9.0, 9.0, 9.0])


def test_the_noise_has_the_covariance_given_what_was_seen() -> None:
    n = 20_000
    own = np.ones((n, 1))
    draw = Draw(np.zeros((n, 3)), np.zeros((1, 3)), 0.5 + 0.5 * np.eye(3))
    found = impute_under("missing_at_random", draw, own, own, np.full(n, 1), np.random.default_rng(4))
    assert np.cov(found[:, 1:].T) == pytest.approx(np.array([[0.75, 0.25], [0.25, 0.75]]), abs=0.03)


def test_equal_seeds_give_equal_draws() -> None:
    values, x = made()
    values[::4, 2] = np.nan
    first, again, other = (
        [draw.values for draw in draws_of(Visits(values, x), 2, seed, burn_in=3, between=2)] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert not np.array_equal(first[0], first[1])


def test_too_few_subjects_for_a_covariance_is_a_reason() -> None:
    values, x = made(6)
    assert Visits(values, x).why_not() == "6 subjects are too few for 3 visits and 3 covariates"
    values, x = made(40)
    values[x[:, 1] == 1, 2] = np.nan
    assert Visits(values, x).why_not() == "visit 3 is seen in too few subjects for its mean"
    with pytest.raises(ValueError, match="too few subjects"):
        next(draws_of(Visits(values, x), 1, seed=1))


def test_at_random_agrees_with_the_mmrm_and_jumping_subjects_are_met_by_jump_to_reference() -> None:
    """Eight trials whose subjects go on as the reference arm after drop-out; ``make validity`` has two hundred."""
    truth = "jump_to_reference"
    trials = [simulate_trial(np.random.default_rng([11, seed]), 120, truth) for seed in range(8)]
    at_random, jumped = (
        np.array([estimate(trial, assumption, 20, seed)[0] for seed, trial in enumerate(trials)])
        for assumption in list(ASSUMPTIONS)[:2]
    )
    modelled = np.array([mmrm_estimate(trial)[0] for trial in trials])
    assert np.abs(at_random - modelled).max() < 0.15
    assert abs((at_random - modelled).mean()) < 0.04
    complete = np.array([complete_estimate(trial) for trial in trials])
    assert abs((jumped - complete).mean()) < 3.5 * (jumped - complete).std(ddof=1) / np.sqrt(8)
    assert (modelled - complete).mean() < -0.5
