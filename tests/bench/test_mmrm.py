"""The benchmark of the MMRM runs: small, and without a look at the clock."""

from tests.bench.mmrm import measure_fit, simulated_months


def test_a_small_fit_is_measured() -> None:
    took = measure_fit(40, 3)
    assert took.seconds > 0
    assert took.structure == "unstructured"
    assert took.n_observations == len(simulated_months(40, 3)) < 120
