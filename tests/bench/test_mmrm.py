"""The benchmarks of the MMRM and of the imputation run: small, and without a look at the clock."""

from tests.bench.imputation import measure_imputation
from tests.bench.mmrm import measure_fit, simulated_months


def test_a_small_fit_is_measured() -> None:
    took = measure_fit(40, 3)
    assert took.seconds > 0
    assert took.structure == "unstructured"
    assert took.n_observations == len(simulated_months(40, 3)) < 120


def test_a_small_imputation_is_measured() -> None:
    seconds, n_rows = measure_imputation(60, 3, 5)
    assert seconds > 0
    assert n_rows == 14 * 3 * 2  # four assumptions and ten deltas, three months, two arms
