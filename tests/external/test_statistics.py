"""Intervals, differences, numbers needed and the stratified test against published values, each with its source."""

from math import isclose, log

import pytest

from flows.statistics.proportions import (
    Interval,
    exact_interval,
    miettinen_nurminen_interval,
    newcombe_interval,
    number_needed,
    score_statistic,
    wilson_interval,
)
from flows.statistics.stratified import Stratum, cochran_mantel_haenszel

Counts = tuple[int, int, int, int]


def shown(interval: Interval | None, digits: int = 4) -> tuple[float, float] | None:
    return (round(interval.low, digits), round(interval.high, digits)) if interval else None


def test_wilson_of_the_first_cycle_of_preempt() -> None:
    """339 of 688 responded in cycle 1: 49.3%, 45.6 to 53.0 (Silberstein 2015, J Neurol Neurosurg Psychiatry 86:996)."""
    assert round(100 * 339 / 688, 1) == 49.3
    assert shown(wilson_interval(339, 688), 3) == (0.456, 0.530)


@pytest.mark.parametrize(
    ("count", "n", "wilson", "exact"),
    [  # Newcombe 1998, Stat Med 17:857, table I, methods 3 (score) and 5 (Clopper-Pearson)
        (81, 263, (0.2553, 0.3662), (0.2527, 0.3676)),
        (15, 148, (0.0624, 0.1605), (0.0578, 0.1617)),
        (0, 20, (0.0000, 0.1611), (0.0000, 0.1684)),
        (1, 29, (0.0061, 0.1718), (0.0009, 0.1776)),
    ],
)
def test_one_proportion_as_published(count: int, n: int, wilson: object, exact: object) -> None:
    assert shown(wilson_interval(count, n)) == wilson
    assert shown(exact_interval(count, n)) == exact


def test_difference_and_number_needed_of_preempt() -> None:
    """44.8% of 688 against 34.2% of 696: 10.6 points (5.4 to 15.6), one more responder for 9.5 treated (6.4 to 18.4)."""
    interval = newcombe_interval(308, 688, 238, 696)
    difference = 308 / 688 - 238 / 696
    assert round(100 * difference, 1) == 10.6
    assert shown(interval, 3) == (0.054, 0.156)
    number = number_needed(difference, interval)
    assert (number.kind, number.reason) == ("benefit", None)
    assert [round(value or 0, 1) for value in number[:3]] == [9.5, 6.4, 18.4]


@pytest.mark.parametrize(
    ("counts", "newcombe"),
    [  # Newcombe 1998, Stat Med 17:873, table II, method 10
        ((56, 70, 48, 80), (0.0524, 0.3339)),
        ((9, 10, 3, 10), (0.1705, 0.8090)),
        ((5, 56, 0, 29), (-0.0381, 0.1926)),
        ((0, 10, 0, 20), (-0.1611, 0.2775)),
        ((0, 10, 0, 10), (-0.2775, 0.2775)),
        ((10, 10, 0, 20), (0.6791, 1.0)),
    ],
)
def test_newcombe_as_published(counts: Counts, newcombe: object) -> None:
    assert shown(newcombe_interval(*counts)) == newcombe


@pytest.mark.parametrize(
    ("counts", "published"),
    [
        # Newcombe 1998, Stat Med 17:873, table II, method 6
        ((56, 70, 48, 80), (0.0528, 0.3382)),
        # documentation of the R package ratesci 1.0, rdci(5, 56, 0, 29), row Miettinen-Nurminen
        ((5, 56, 0, 29), (-0.0326, 0.1933)),
        # tests of the R package cicalc 0.1 ("matches the values in the paper")
        ((10, 10, 0, 20), (0.7156, 1.0)),
    ],
)
def test_miettinen_nurminen_as_published(counts: Counts, published: object) -> None:
    assert shown(miettinen_nurminen_interval(*counts)) == published


SMALL = [
    (x, n, y, m) for n in (1, 2, 7) for m in (1, 3, 10) for x in sorted({0, n // 2, n}) for y in sorted({0, m // 2, m})
]


@pytest.mark.parametrize("counts", SMALL)
def test_score_bounds_solve_the_score_equation(counts: Counts) -> None:
    """The constrained maximum is found here by search, not by the cubic; the statistic at a bound is 3.84."""
    x, n, y, m = counts
    interval = miettinen_nurminen_interval(*counts)
    assert interval
    assert -1 <= interval.low <= x / n - y / m <= interval.high <= 1
    for bound in interval:
        if abs(bound) < 1:
            assert isclose(searched_statistic(x, n, y, m, bound), 3.841458820694124, rel_tol=1e-4)
    for delta in (-0.9, -0.31, 0.0, 0.2, 0.77):
        if delta != x / n - y / m:
            found, wanted = score_statistic(*counts, delta), searched_statistic(*counts, delta)
            assert isclose(found, wanted, rel_tol=1e-4, abs_tol=1e-6)


def searched_statistic(x: int, n: int, y: int, m: int, delta: float) -> float:
    """The score statistic with the likeliest pair of proportions found by ternary search (the likelihood is concave)."""

    def term(count: int, p: float) -> float:
        return count * log(p) if count else 0.0

    def likelihood(p: float) -> float:
        return term(x, p + delta) + term(n - x, 1 - p - delta) + term(y, p) + term(m - y, 1 - p)

    low, high = max(0.0, -delta), min(1.0, 1 - delta)
    for _ in range(200):
        third = (high - low) / 3
        left, right = low + third, high - third
        if likelihood(left) < likelihood(right):
            low = left
        else:
            high = right
    p = (low + high) / 2
    variance = ((p + delta) * (1 - p - delta) / n + p * (1 - p) / m) * (n + m) / (n + m - 1)
    return (x / n - y / m - delta) ** 2 / max(variance, 1e-300)


def test_score_interval_mirrors_when_the_arms_are_swapped() -> None:
    for x, n, y, m in SMALL:
        there, back = miettinen_nurminen_interval(x, n, y, m), miettinen_nurminen_interval(y, m, x, n)
        assert there
        assert back
        assert isclose(there.low, -back.high, abs_tol=1e-9)


def test_nobody_has_no_interval() -> None:
    assert wilson_interval(0, 0) is exact_interval(0, 0) is None
    for counts in ((0, 0, 3, 5), (3, 5, 0, 0), (0, 0, 0, 0)):
        assert newcombe_interval(*counts) is miettinen_nurminen_interval(*counts) is None
    assert number_needed(None, None).reason == "no difference can be computed"


def test_nobody_and_everybody() -> None:
    assert shown(wilson_interval(0, 1)) == (0.0, 0.7935)
    assert shown(wilson_interval(1, 1)) == (0.2065, 1.0)
    assert shown(exact_interval(10, 10)) == (0.6915, 1.0)  # 0.025 ** (1 / 10)
    assert isclose(exact_interval(10, 10)[0], 0.025**0.1)  # type: ignore[index]


def test_number_needed_where_the_difference_may_be_zero() -> None:
    """Altman 1998, BMJ 317:1309: no simple interval; it runs from harm through infinity to benefit."""
    number = number_needed(0.1, Interval(-0.05, 0.25))
    assert (number.value, number.low, number.high) == (10, None, None)
    assert "from 20.0 to harm one, through infinity, to 4.0 to benefit one" in (number.reason or "")
    assert number_needed(0.0, Interval(-0.1, 0.1))[:3] == (None, None, None)
    touching = number_needed(0.2, Interval(0.0, 0.4))
    assert touching.low is None
    assert "from infinity to harm one" in (touching.reason or "")


def test_number_needed_to_harm() -> None:
    number = number_needed(-0.2, Interval(-0.4, -0.1))
    assert number == (5.0, 2.5, 10.0, "harm", None)


MIGRAINE = [Stratum("female", 16, 27, 5, 25), Stratum("male", 12, 28, 7, 26)]


def test_cmh_of_the_sas_migraine_example() -> None:
    """SAS/STAT User's Guide, PROC FREQ, example "Cochran-Mantel-Haenszel Statistics": a trial of 106 subjects."""
    result = cochran_mantel_haenszel(MIGRAINE)
    assert round(result.statistic or 0, 4) == 8.3052
    assert round(result.p_value or 0, 4) == 0.0040
    assert [round(v or 0, 4) for v in (result.odds_ratio, result.odds_ratio_low, result.odds_ratio_high)] == [
        3.3132,
        1.4456,
        7.5934,
    ]
    assert (result.strata_used, result.note) == (2, None)


def test_cmh_by_its_formula() -> None:
    """Mantel and Haenszel 1959, computed here term by term."""
    excess = variance = above = below = 0.0
    for _, a, n, c, m in MIGRAINE:
        total, events = n + m, a + c
        excess += a - n * events / total
        variance += n * m * events * (total - events) / (total**2 * (total - 1))
        above += a * (m - c) / total
        below += (n - a) * c / total
    result = cochran_mantel_haenszel(MIGRAINE)
    assert isclose(result.statistic or 0, excess**2 / variance, rel_tol=1e-9)
    assert isclose(result.odds_ratio or 0, above / below, rel_tol=1e-9)


@pytest.mark.parametrize(
    ("silent", "why"),
    [
        (Stratum("unknown", 1, 1, 0, 0), "one arm is empty"),
        (Stratum("unknown", 0, 0, 0, 0), "nobody in it"),
        (Stratum("unknown", 3, 3, 2, 2), "all respond"),
        (Stratum("unknown", 0, 4, 0, 2), "nobody responds"),
    ],
)
def test_a_stratum_that_cannot_contribute_changes_nothing_and_is_named(silent: Stratum, why: str) -> None:
    with_it, without = cochran_mantel_haenszel([*MIGRAINE, silent]), cochran_mantel_haenszel(MIGRAINE)
    assert with_it[:6] == without[:6]
    assert with_it.note == f"left out: unknown ({why})"


def test_cmh_without_a_stratum_that_can_contribute() -> None:
    result = cochran_mantel_haenszel([Stratum("yes", 1, 1, 0, 0)])
    assert result[:6] == (None, None, None, None, None, 0)
    assert (result.note or "").startswith("no stratum can contribute")


def test_cmh_with_an_infinite_odds_ratio_keeps_the_test() -> None:
    result = cochran_mantel_haenszel([Stratum("yes", 5, 5, 0, 5)])
    assert round(result.statistic or 0, 4) == 9.0  # (N - 1) * phi^2 with phi = 1
    assert result.odds_ratio is None
    assert "infinite" in (result.note or "")
    assert cochran_mantel_haenszel([Stratum("yes", 0, 5, 5, 5)]).odds_ratio is None


def test_cmh_with_one_subject_in_each_arm() -> None:
    result = cochran_mantel_haenszel([Stratum("no", 1, 1, 0, 1)])
    assert (result.statistic, result.strata_used) == (1.0, 1)


def test_wilson_and_newcombe_have_the_digits_of_statsmodels() -> None:
    """Ours are faster and nothing else; bounds of 0 of n and n of n included."""
    from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint

    for n in (1, 2, 7, 40, 688):
        for count in {0, 1, n // 3, n - 1, n}:
            assert wilson_interval(count, n) == proportion_confint(count, n, method="wilson")
            theirs = confint_proportions_2indep(count, n, 48, 80, method="newcomb", compare="diff")
            assert newcombe_interval(count, n, 48, 80) == tuple(map(float, theirs))
