"""Curves of Kaplan and Meier, medians, log-rank test and hazard ratios, for times that are counted in cycles."""

import warnings
from collections import Counter
from fractions import Fraction
from itertools import chain, islice, repeat
from math import copysign, exp, inf, log, log1p, sqrt
from typing import Any, NamedTuple

from flows.statistics.rounding import finite

QUANTILE = 1.959963984540054  # of the normal distribution, for 95% intervals
GROWN = 20.0  # a logarithm of a hazard ratio that no study has
CLOSE = 1e-12  # a step of a coefficient that no published digit shows
MAX_STEPS = 100


class Times(NamedTuple):
    """How many subjects had the event, and how many were censored, at the end of 0, 1, 2, ... cycles at risk."""

    n_event: Any
    n_censored: Any

    @property
    def n_at_risk(self) -> Any:
        """By cycle: the subjects whose time had not ended before it."""
        return (self.n_event + self.n_censored)[::-1].cumsum()[::-1]

    @property
    def n_subjects(self) -> int:
        return int(self.n_event.sum() + self.n_censored.sum())


def times_of(cycles: Any, events: Any, counts: Any = None, last: int = 0) -> Times:
    """Of arrays of equal length: the time at risk in cycles, whether the event came then, and of how many subjects (one)."""
    import numpy as np

    counts = np.ones(len(cycles)) if counts is None else counts
    size = max([last, *cycles]) + 1
    # Sums of whole numbers in floating point are exact.
    chosen = (np.bincount(cycles[is_in], counts[is_in], size).astype(np.int64) for is_in in (events, ~events))
    return Times(*chosen)


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

    Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457, with the error of Greenwood 1926; the interval: Kalbfleisch and
    Prentice 1980, ch. 1.
    """
    counts = zip(*(column.tolist() for column in (times.n_at_risk, times.n_event, times.n_censored)), strict=True)
    steps, free, spread = [], 1.0, 0.0
    for cycle, (n_at_risk, n_event, n_censored) in enumerate(islice(chain(counts, repeat((0, 0, 0))), last + 1)):
        if n_event:
            free *= (n_at_risk - n_event) / n_at_risk
            spread += n_event / (n_at_risk * (n_at_risk - n_event)) if n_at_risk > n_event else 0.0
        low, high = _log_log(free, free * sqrt(spread))
        shares = (free, low, high) if n_at_risk else (None, None, None)
        steps.append(Step(cycle, n_at_risk, n_event, n_censored, *shares))
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
    steps = curve_of(times, len(times.n_event) - 1)
    found = []
    for free in ([_bound(s, s.low) for s in steps], [_bound(s, s.high) for s in steps]):
        below = [step.cycle for step, share in zip(steps, free, strict=True) if share is not None and share <= 0.5]
        found.append(float(below[0]) if below else None)
    events, censored = (Counter(dict(enumerate(counts.tolist()))) for counts in times)
    (median,) = quantiles(events, censored, (Fraction(1, 2),))
    return Median(None if median is None else float(median), *found)


def quantiles(events: Counter[int], censored: Counter[int], shares: tuple[Fraction, ...]) -> list[int | None]:
    """The first time by which each share has had the event, by Kaplan and Meier; None where it is not reached. ``events``
    and ``censored`` count subjects by time.

    Shares are compared as fractions, so that one half is one half: as floating point 3/4 x 2/3 may be more. Who is
    censored at a time is still at risk at it.
    """
    leaving = events + censored
    n_at_risk, free = leaving.total(), Fraction(1)
    found: list[int | None] = [None] * len(shares)
    for time in sorted(leaving):
        free *= Fraction(n_at_risk - events[time], n_at_risk)
        n_at_risk -= leaving[time]
        for place, share in enumerate(shares):
            if found[place] is None and events[time] and 1 - free >= share:
                found[place] = time
    return found


def _bound(step: Step, bound: float | None) -> float | None:
    """The bound of a step; where everybody has had the event there is none but the share itself."""
    return step.event_free if bound is None else bound


def log_rank(reference: Times, arm: Times) -> tuple[float | None, float | None]:
    """The statistic, chi-square with 1 degree of freedom, and its p-value; none where no cycle tells the arms apart.

    Source: Mantel 1966, Cancer Chemother Rep 50:163. Ours, for that of statsmodels takes subjects and not their counts.
    """
    from scipy.stats import chi2

    at_risk, events = _by_cycle(reference, arm)
    n, n_event = at_risk.sum(axis=0), events.sum(axis=0)
    at_risk, events, n, n_event = at_risk[1, n > 1], events[1, n > 1], n[n > 1], n_event[n > 1]
    share = at_risk / n
    spread = float((share * (1 - share) * n_event * (n - n_event) / (n - 1)).sum())
    if spread == 0:  # no event, or none while both arms were at risk
        return None, None
    statistic = float((events - share * n_event).sum()) ** 2 / spread
    return finite(statistic), finite(float(chi2.sf(statistic, 1)))


def why_not(reference: Times, arm: Times) -> str | None:
    """Why there is no finite hazard ratio; None where nothing speaks against it before the fit."""
    if not (reference.n_subjects and arm.n_subjects):
        return "no hazard ratio: an arm has no subject"
    if not (reference.n_event.any() and arm.n_event.any()):
        return "no hazard ratio: an arm has no event"
    return None


def cox_ratio(reference: Times, arm: Times) -> HazardRatio:
    """The hazard ratio of Cox 1972, J R Stat Soc B 34:187, ties by Efron 1977, J Am Stat Assoc 72:557.

    Ours, for that of statsmodels takes subjects and not their counts. Each event of a cycle is one choice among those at
    risk less a share of those with an event there; the steps are those of Sun and Tran-Dinh 2019, Math Program 178:145, for
    a Newton step alone may go too far.
    """
    import numpy as np

    if reason := why_not(reference, arm):
        return HazardRatio(None, None, None, reason)
    at_risk, events = (counts[:, 1:] for counts in _by_cycle(reference, arm))  # who was never judged tells nothing
    n_event = events.sum(axis=0)
    before = np.concatenate([np.arange(n) / n for n in n_event if n])  # the share of the events of its cycle
    risk, risk_arm = np.repeat(at_risk, n_event, axis=1) - before * np.repeat(events, n_event, axis=1)
    coefficient, information = 0.0, 0.0
    for _ in range(MAX_STEPS):
        share = risk_arm * exp(coefficient) / (risk + risk_arm * exp(coefficient))
        information = float((share * (1 - share)).sum())
        step = (float(events[1].sum()) - float(share.sum())) / information if information else inf
        if abs(step) < CLOSE or abs(coefficient) > GROWN:
            break
        coefficient += copysign(log1p(abs(step)), step)
    return _ratio(coefficient, information**-0.5 if information else inf)


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
    last = max(len(reference.n_event), len(arm.n_event)) - 1
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
        fitted = GLM(response, design, family=Binomial(link=CLogLog())).fit(
            tol=CLOSE, tol_criterion="params", maxiter=MAX_STEPS
        )
    return _ratio(float(fitted.params[-1]), float(fitted.bse[-1]))


def _ratio(coefficient: float, error: float) -> HazardRatio:
    """A ratio that grows without end shows by its error."""
    if not (abs(coefficient) < 10 and 0 < error < 10):
        return HazardRatio(None, None, None, "no hazard ratio: the estimate grows without end")
    half = QUANTILE * error
    return HazardRatio(finite(exp(coefficient)), finite(exp(coefficient - half)), finite(exp(coefficient + half)), None)


def _by_cycle(reference: Times, arm: Times) -> tuple[Any, Any]:
    """Subjects at risk, and with the event: arms x cycles, the reference arm first."""
    import numpy as np

    found = np.zeros((2, 2, max(len(reference.n_event), len(arm.n_event))), dtype=np.int64)
    for position, times in enumerate((reference, arm)):
        found[:, position, : len(times.n_event)] = times.n_at_risk, times.n_event
    return found[0], found[1]
