"""Curves of Kaplan and Meier, medians, log-rank test and hazard ratios, for times that are counted in cycles."""

import warnings
from collections import Counter
from fractions import Fraction
from math import exp, log
from typing import Any, NamedTuple

from flows.statistics.rounding import finite

QUANTILE = 1.959963984540054  # of the normal distribution, for 95% intervals


class Times(NamedTuple):
    """Of each subject the time at risk in cycles, and whether the event came then: arrays of equal length."""

    cycles: Any
    events: Any

    def where(self, chosen: Any) -> "Times":
        return Times(self.cycles[chosen], self.events[chosen])


class Step(NamedTuple):
    """One cycle of a curve; ``event_free`` is None where nobody is at risk any more."""

    cycle: int
    n_at_risk: int
    n_event: int
    n_censored: int
    event_free: float | None
    low: float | None
    high: float | None


class Median(NamedTuple):
    """The first cycle by which half have had the event, with its bounds; None where it is not reached."""

    value: float | None
    low: float | None
    high: float | None


class HazardRatio(NamedTuple):
    """Of an arm against the reference arm; ``note`` says why there is none."""

    value: float | None
    low: float | None
    high: float | None
    note: str | None


def curve_of(times: Times, last: int) -> list[Step]:
    """The curve from cycle 0 to ``last``: the share without the event by Kaplan and Meier, with its interval.

    Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457; the interval: Kalbfleisch and Prentice 1980, ch. 1;
    computed by statsmodels.
    """
    from statsmodels.duration.survfunc import SurvfuncRight

    fitted = SurvfuncRight(times.cycles.astype(float), times.events.astype(int)) if times.events.any() else None
    steps, free, spread = [], 1.0, 0.0
    for cycle in range(last + 1):
        n_at_risk = int((times.cycles >= cycle).sum())
        ends = times.cycles == cycle
        if fitted is not None and (ends & times.events).any():
            place = list(fitted.surv_times).index(cycle)
            free, spread = float(fitted.surv_prob[place]), float(fitted.surv_prob_se[place])
        low, high = _log_log(free, spread)
        is_seen = n_at_risk > 0
        steps.append(
            Step(
                cycle,
                n_at_risk,
                int((ends & times.events).sum()),
                int((ends & ~times.events).sum()),
                free if is_seen else None,
                low if is_seen else None,
                high if is_seen else None,
            )
        )
    return steps


def _log_log(free: float, spread: float) -> tuple[float | None, float | None]:
    """The bounds of a share without the event; none where nobody or everybody has had it."""
    if not 0 < free < 1:
        return None, None
    half = QUANTILE * spread / (free * abs(log(free)))
    return free ** exp(half), free ** exp(-half)


def median_of(times: Times) -> Median:
    """The median: the first cycle at which the curve, and for its interval each bound of the curve, is at most one half.

    Source: Brookmeyer and Crowley 1982, Biometrics 38:29, by the bounds of ``curve_of``.
    """
    steps = curve_of(times, int(times.cycles.max())) if len(times.cycles) else []
    found = []
    for free in ([_bound(s, s.low) for s in steps], [_bound(s, s.high) for s in steps]):
        below = [step.cycle for step, share in zip(steps, free, strict=True) if share is not None and share <= 0.5]
        found.append(float(below[0]) if below else None)
    events = [int(time) for time in times.cycles[times.events]]
    (median,) = quantiles(events, [int(time) for time in times.cycles[~times.events]], (Fraction(1, 2),))
    return Median(None if median is None else float(median), *found)


def quantiles(events: list[int], censored: list[int], shares: tuple[Fraction, ...]) -> list[int | None]:
    """The first time by which each share has had the event, by Kaplan and Meier; None where it is not reached.

    Shares are compared as fractions, so that one half is one half: as floating point 3/4 x 2/3 may be more. Who is
    censored at a time is still at risk at it.
    """
    at_time = Counter(events)
    leaving = Counter([*events, *censored])
    n_at_risk, free = leaving.total(), Fraction(1)
    found: list[int | None] = [None] * len(shares)
    for time in sorted(leaving):
        free *= Fraction(n_at_risk - at_time[time], n_at_risk)
        n_at_risk -= leaving[time]
        for place, share in enumerate(shares):
            if found[place] is None and at_time[time] and 1 - free >= share:
                found[place] = time
    return found


def _bound(step: Step, bound: float | None) -> float | None:
    """The bound of a step; where everybody has had the event there is none but the share itself."""
    return step.event_free if bound is None else bound


def log_rank(reference: Times, arm: Times) -> tuple[float | None, float | None]:
    """The statistic, chi-square with 1 degree of freedom, and its p-value; none where no cycle tells the arms apart.

    Source: Mantel 1966, Cancer Chemother Rep 50:163; computed by statsmodels.
    """
    import numpy as np
    from statsmodels.duration.survfunc import survdiff

    if not (len(reference.cycles) and len(arm.cycles)):
        return None, None
    cycles, events, is_arm = _stacked(reference, arm)
    try:
        with np.errstate(all="ignore"):
            statistic, p_value = survdiff(cycles, events, is_arm)
    except np.linalg.LinAlgError:  # no event, or none while both arms were at risk: 0 of 0
        return None, None
    value = finite(float(np.squeeze(statistic)))
    return value, finite(float(np.squeeze(p_value))) if value is not None else None


def why_not(reference: Times, arm: Times) -> str | None:
    """Why there is no finite hazard ratio; None where nothing speaks against it before the fit."""
    if not (len(reference.cycles) and len(arm.cycles)):
        return "no hazard ratio: an arm has no subject"
    if not (reference.events.any() and arm.events.any()):
        return "no hazard ratio: an arm has no event"
    return None


def cox_ratio(reference: Times, arm: Times) -> HazardRatio:
    """The hazard ratio of Cox 1972, J R Stat Soc B 34:187, ties by Efron 1977; computed by statsmodels."""
    import numpy as np
    from statsmodels.duration.hazard_regression import PHReg

    if reason := why_not(reference, arm):
        return HazardRatio(None, None, None, reason)
    cycles, events, is_arm = _stacked(reference, arm)
    at_risk = cycles > 0  # who was never judged tells nothing
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # a fit that fails is told by its numbers
        model = PHReg(cycles[at_risk], is_arm[at_risk][:, None], status=events[at_risk], ties="efron")
        fitted = model.fit()
    return _ratio(float(fitted.params[0]), float(fitted.bse[0]))


def grouped_ratio(reference: Times, arm: Times) -> HazardRatio:
    """The hazard ratio of the same model for times that are known to the cycle: complementary log-log by cycle.

    Source: Prentice and Gloeckler 1978, Biometrics 34:57; computed by statsmodels.
    """
    import numpy as np
    from statsmodels.genmod.families import Binomial
    from statsmodels.genmod.families.links import CLogLog
    from statsmodels.genmod.generalized_linear_model import GLM

    if reason := why_not(reference, arm):
        return HazardRatio(None, None, None, reason)
    last = int(max(reference.cycles.max(), arm.cycles.max()))
    # A cycle in which nobody, or everybody at risk, has the event tells nothing about the ratio of the arms.
    counted = [
        (cycle, is_arm, step.n_event, step.n_at_risk)
        for is_arm, times in enumerate((reference, arm))
        for cycle, step in enumerate(curve_of(times, last))
        if step.n_at_risk
    ]
    total = {cycle: [sum(c[i] for c in counted if c[0] == cycle) for i in (2, 3)] for cycle, *_ in counted}
    kept = [cycle for cycle, (n, n_at_risk) in total.items() if 0 < n < n_at_risk]
    counted = [row for row in counted if row[0] in kept]
    design = np.array([[float(row[0] == cycle) for cycle in kept] + [float(row[1])] for row in counted])
    if not kept or np.linalg.matrix_rank(design) <= len(kept):
        return HazardRatio(None, None, None, "no hazard ratio: no cycle with both arms tells one")
    response = np.array([[row[2], row[3] - row[2]] for row in counted], dtype=float)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fitted = GLM(response, design, family=Binomial(link=CLogLog())).fit(tol=1e-14, maxiter=100)
    return _ratio(float(fitted.params[-1]), float(fitted.bse[-1]))


def _ratio(coefficient: float, error: float) -> HazardRatio:
    """A ratio that grows without end shows by its error."""
    if not (abs(coefficient) < 10 and 0 < error < 10):
        return HazardRatio(None, None, None, "no hazard ratio: the estimate grows without end")
    half = QUANTILE * error
    return HazardRatio(finite(exp(coefficient)), finite(exp(coefficient - half)), finite(exp(coefficient + half)), None)


def _stacked(reference: Times, arm: Times) -> tuple[Any, Any, Any]:
    """Both arms after each other: cycles, events as 0 and 1, and 1 for the arm."""
    import numpy as np

    sizes = [len(reference.cycles), len(arm.cycles)]
    cycles = np.concatenate([reference.cycles, arm.cycles]).astype(float)
    return cycles, np.concatenate([reference.events, arm.events]).astype(int), np.repeat([0.0, 1.0], sizes)
