"""Intervals of a proportion, of the difference of two proportions, and of the number needed to treat; all 95%."""

from math import acos, copysign, cos, inf, pi, sqrt
from typing import NamedTuple

ALPHA = 0.05
QUANTILE = 1.9599639845400545  # of the normal distribution, for 95% intervals, with the last digit of scipy
Z_SQUARED = 3.841458820694124  # the 95% quantile of chi-square with one degree of freedom


class Interval(NamedTuple):
    """Two bounds, as proportions."""

    low: float
    high: float


def wilson_interval(count: int, n: int) -> Interval | None:
    """The score interval of count/n; None for n = 0.

    Ours, for one of statsmodels takes a hundred times as long and the tables ask for thousands; the digits are the same.
    Source: Wilson 1927, J Am Stat Assoc 22:209.
    """
    if not n:
        return None
    share, square = count / n, QUANTILE**2
    centre = (share + square / (2 * n)) / (1 + square / n)
    half = QUANTILE * sqrt(share * (1 - share) / n + square / (4 * n**2)) / (1 + square / n)
    return Interval(max(centre - half, 0.0), min(centre + half, 1.0))


def exact_interval(count: int, n: int) -> Interval | None:
    """The Clopper-Pearson interval of count/n: never too narrow, often too wide; None for n = 0.

    Source: Clopper and Pearson 1934, Biometrika 26:404, as computed by statsmodels.
    """
    from statsmodels.stats.proportion import proportion_confint

    if not n:
        return None
    low, high = proportion_confint(count, n, alpha=ALPHA, method="beta")
    return Interval(float(low), float(high))


def newcombe_interval(count: int, n: int, count_ref: int, n_ref: int) -> Interval | None:
    """The interval of count/n - count_ref/n_ref from the two Wilson intervals; None when an arm is empty.

    Source: Newcombe 1998, Stat Med 17:873, method 10.
    """
    own, reference = wilson_interval(count, n), wilson_interval(count_ref, n_ref)
    if own is None or reference is None:
        return None
    share, share_ref = count / n, count_ref / n_ref
    return Interval(
        share - share_ref - sqrt((share - own.low) ** 2 + (reference.high - share_ref) ** 2),
        share - share_ref + sqrt((share_ref - reference.low) ** 2 + (own.high - share) ** 2),
    )


def miettinen_nurminen_interval(count: int, n: int, count_ref: int, n_ref: int) -> Interval | None:
    """The score interval of count/n - count_ref/n_ref; None when an arm is empty.

    Ours, for statsmodels 0.15 (method "score") gives 0.0526 to 0.3440 for 56/70 against 48/80, where its bounds do not
    solve the score equation, and stops with an error at 9/10 against 3/10 and wherever a proportion is 0 or 1.

    Source: Miettinen and Nurminen 1985, Stat Med 4:213.
    """
    from scipy.optimize import bisect

    if not n or not n_ref:
        return None
    difference = count / n - count_ref / n_ref

    def beyond(delta: float) -> float:
        # A distance of "infinity" at the ends of the scale still has a sign, which is all that bisection needs.
        return min(score_statistic(count, n, count_ref, n_ref, delta), 1e9) - Z_SQUARED

    low = -1.0 if difference == -1 else bisect(beyond, -1.0, difference, xtol=1e-12)
    high = 1.0 if difference == 1 else bisect(beyond, difference, 1.0, xtol=1e-12)
    return Interval(float(low), float(high))


def score_statistic(count: int, n: int, count_ref: int, n_ref: int, delta: float) -> float:
    """The squared distance of the observed difference from ``delta``, in variances under that difference.

    The two proportions are those most likely among all that differ by ``delta``: the root of a cubic in closed form
    (Miettinen and Nurminen 1985, appendix; Farrington and Manning 1990, Stat Med 9:1447). The variance carries the
    factor N / (N - 1).
    """
    total, events = n + n_ref, count + count_ref
    c2 = ((n + 2 * n_ref) * delta - total - events) / total
    c1 = ((n_ref * delta - total - 2 * count_ref) * delta + events) / total
    c0 = count_ref * delta * (1 - delta) / total
    q = c2**3 / 27 - c1 * c2 / 6 + c0 / 2
    p = copysign(sqrt(max(c2**2 / 9 - c1 / 3, 0.0)), q)
    angle = (pi + acos(max(-1.0, min(1.0, q / p**3 if p else 0.0)))) / 3
    p_ref = min(max(2 * p * cos(angle) - c2 / 3, 0.0, -delta), 1.0, 1.0 - delta)
    p_arm = p_ref + delta
    variance = (p_arm * (1 - p_arm) / n + p_ref * (1 - p_ref) / n_ref) * total / (total - 1)
    distance = (count / n - count_ref / n_ref - delta) ** 2
    if variance > 0:
        return distance / variance
    return inf if distance > 0 else 0.0


class NumberNeeded(NamedTuple):
    """Subjects to treat for one more responder (benefit) or one fewer (harm), or why there is no such number."""

    value: float | None
    low: float | None
    high: float | None
    kind: str | None
    reason: str | None


def number_needed(difference: float | None, interval: Interval | None) -> NumberNeeded:
    """The number needed to treat: 1 / difference, with the inverted bounds of the difference.

    Where the difference may be 0 the interval of the number needed has two parts with infinity between them; it has no
    simple bounds then, and the reason says both parts. Source: Altman 1998, BMJ 317:1309.
    """
    if difference is None or interval is None:
        return NumberNeeded(None, None, None, None, "no difference can be computed")
    if difference == 0:
        return NumberNeeded(None, None, None, None, "the difference is 0: no number is large enough")
    kind = "benefit" if difference > 0 else "harm"
    value = 1 / abs(difference)
    if interval.low > 0 or interval.high < 0:
        low, high = sorted((1 / abs(interval.low), 1 / abs(interval.high)))
        return NumberNeeded(value, low, high, kind, None)
    parts = (f"{1 / bound:.1f}" if bound else "infinity" for bound in (-interval.low, interval.high))
    harm, benefit = parts
    reason = (
        "the interval of the difference holds 0, so there are no simple bounds:"
        f" from {harm} to harm one, through infinity, to {benefit} to benefit one"
    )
    return NumberNeeded(value, None, None, kind, reason)
