"""The GEE over distinct courses against statsmodels' own, fitted to every subject."""

import numpy as np
import pytest
from statsmodels.genmod.cov_struct import Exchangeable
from statsmodels.genmod.families import Binomial
from statsmodels.genmod.generalized_estimating_equations import GEE

from flows.statistics.courses import fit_courses

CYCLES = 4


@pytest.mark.parametrize("n_subjects", [40, 300, 2000])
def test_it_is_the_model_of_every_subject(n_subjects: int) -> None:
    """Correlated answers in two arms; subjects drop out after one to four cycles."""
    random = np.random.default_rng(n_subjects)
    lengths = random.integers(1, CYCLES + 1, n_subjects)
    subject = np.repeat(np.arange(n_subjects), lengths)
    cycle = np.concatenate([np.arange(length) for length in lengths])
    arm = random.integers(0, 2, n_subjects)[subject]
    propensity = random.normal(size=n_subjects)[subject] + 0.5 * arm - 0.3
    response = (random.random(len(subject)) < 1 / (1 + np.exp(-propensity))).astype(float)
    columns = [cycle == c for c in range(CYCLES)] + [(cycle == c) & (arm == 1) for c in range(CYCLES)]
    design = np.column_stack(columns).astype(float)
    structure = Exchangeable()
    expected = GEE(response, design, groups=subject, family=Binomial(), cov_struct=structure).fit(maxiter=100)
    fitted = fit_courses(subject, design, response)
    assert fitted is not None
    assert len(set(fitted.errors)) == design.shape[1]
    np.testing.assert_allclose(fitted.estimates, expected.params, rtol=1e-9)
    np.testing.assert_allclose(fitted.errors, expected.bse, rtol=1e-9)
    assert fitted.correlation == pytest.approx(structure.dep_params, rel=1e-9)
    assert 0.05 < fitted.correlation < 0.5


def test_one_observation_each_has_no_correlation() -> None:
    """One cycle judged: the model is a logistic regression, with robust errors."""
    random = np.random.default_rng(1)
    subject = np.arange(200)
    design = np.column_stack([np.ones(200), subject % 2]).astype(float)
    response = random.integers(0, 2, 200).astype(float)
    structure = Exchangeable()
    expected = GEE(response, design, groups=subject, family=Binomial(), cov_struct=structure).fit(maxiter=100)
    fitted = fit_courses(subject, design, response)
    assert fitted is not None
    np.testing.assert_allclose(fitted.estimates, expected.params, rtol=1e-9)
    np.testing.assert_allclose(fitted.errors, expected.bse, rtol=1e-9)
    assert fitted.correlation is None
