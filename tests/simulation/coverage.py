"""Coverage of the intervals, type I error of the comparison of arms, and power, over simulated trials."""

from collections.abc import Callable
from functools import cache

import numpy as np
from scipy.stats import binom

from flows.statistics.proportions import exact_interval, miettinen_nurminen_interval, newcombe_interval, wilson_interval
from flows.statistics.stratified import Stratum, cochran_mantel_haenszel
from tests.simulation.pools import Pool, pools, trials

TRIALS = 1000
ERROR_TRIALS = 4000  # a share of 5% needs more of them
SIZES = {20: 10_000, 50: 4_000, 100: 2_000, 200: 1_000}  # evaluable per arm -> trials: the smaller, the cheaper
ONE = {"Wilson": cache(wilson_interval), "Clopper-Pearson": cache(exact_interval)}
TWO = {"Newcombe": cache(newcombe_interval), "Miettinen-Nurminen": cache(miettinen_nurminen_interval)}
LARGE = 400_000  # subjects per arm whose rate is taken as the true one
NEGLIGIBLE = 1e-7


def _row(name: str, outcome: str, size: int, hits: float, exact: float) -> str:
    error = 100 * (exact * (1 - exact) / SIZES[size]) ** 0.5
    difference = 100 * (hits - exact)
    judged = "yes" if abs(difference) <= 3 * error else "**no**"
    return f"| {name} | {outcome} | {size} | {SIZES[size]:,} | {100 * hits:.2f} | {100 * exact:.2f} | {difference:+.2f} | {error:.2f} | {judged} |"


def coverage_table() -> list[str]:
    """Share of trials whose interval holds the true value, and the coverage that binomial arithmetic gives."""
    rows = [
        "| interval | outcome | evaluable per arm | trials | coverage, % | exact, % | difference | Monte-Carlo SE | within 3 SE |",
        "|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    for threshold in (50, 75):
        truths = [float(pool.responds.mean()) for pool in pools(20_001, LARGE, threshold=threshold)]
        samples = pools(20_002, 920_000, threshold=threshold)
        skip = 0
        for size, number in SIZES.items():
            counts = [trials(pool, number, size, skip=skip) for pool in samples]
            skip += size * number
            for name, interval in ONE.items():
                hits = np.mean([_holds(interval(int(x), size), truths[1]) for x in counts[1]])
                outcome = f"{threshold}% response, ona ({100 * truths[1]:.1f}%)"
                rows.append(_row(name, outcome, size, float(hits), _exact_one(interval, size, truths[1])))
            difference = truths[1] - truths[0]
            for name, interval in TWO.items():
                pairs = zip(counts[1].tolist(), counts[0].tolist(), strict=True)
                hits = np.mean([_holds(interval(x, size, y, size), difference) for x, y in pairs])
                outcome = f"{threshold}% response, difference ({100 * difference:.1f} points)"
                rows.append(_row(name, outcome, size, float(hits), _exact_two(interval, size, truths[1], truths[0])))
    return rows


def _holds(interval: tuple[float, float] | None, value: float) -> bool:
    return interval is not None and interval[0] <= value <= interval[1]


def _exact_one(interval: Callable, size: int, p: float) -> float:
    """Coverage of a proportion's interval: the binomial probability of the counts whose interval holds p."""
    weights = binom.pmf(np.arange(size + 1), size, p)
    return float(sum(w for x, w in enumerate(weights) if w > NEGLIGIBLE and _holds(interval(x, size), p)))


def _exact_two(interval: Callable, size: int, p: float, p_ref: float) -> float:
    """The same for the difference of two proportions, over all pairs of counts that matter."""
    first, second = binom.pmf(np.arange(size + 1), size, p), binom.pmf(np.arange(size + 1), size, p_ref)
    covered = total = 0.0
    for x, a in enumerate(first):
        for y, b in enumerate(second):
            if a * b > NEGLIGIBLE:
                total += a * b
                covered += a * b * _holds(interval(x, size, y, size), p - p_ref)
    return covered / total


def error_table() -> list[str]:
    """Share of trials without any effect in which the comparison of arms claims one."""
    rows = [
        "| comparison | evaluable per arm | trials | rejected, % | 95% interval (Wilson) | holds 5% |",
        "|---|---:|---:|---:|---|---|",
    ]
    arms = pools(20_003, 920_000, no_effect=True)
    for size in (50, 100, 200):
        for name, share in _rejections(arms, ERROR_TRIALS, size).items():
            low, high = ONE["Wilson"](round(share * ERROR_TRIALS), ERROR_TRIALS)
            rows.append(
                f"| {name} | {size} | {ERROR_TRIALS:,} | {100 * share:.1f} | {100 * low:.1f} to {100 * high:.1f} |"
                f" {'yes' if low <= 0.05 <= high else '**no**'} |"
            )
    return rows


def power_table() -> list[str]:
    """Share of trials in which the comparison finds the preset's effect, by number per arm."""
    rows = [
        "| treated per arm | evaluable per arm | Newcombe interval without 0, % | Miettinen-Nurminen, % | CMH by overuse, % |",
        "|---:|---:|---:|---:|---:|",
    ]
    arms = pools(20_005, 700_000)
    for treated in (50, 100, 150, 200, 250, 300, 400, 500, 688):
        size = round(treated * arms[1].evaluable_pct / 100)
        number = min(TRIALS, *(len(pool.responds) // size for pool in arms))
        found = _rejections(arms, number, size)
        shown = " | ".join(f"{100 * share:.1f}" for share in found.values())
        note = "" if number == TRIALS else f" ({number} trials)"
        rows.append(f"| {treated} | {size}{note} | {shown} |")
    return rows


def _rejections(arms: tuple[Pool, Pool], number: int, size: int) -> dict[str, float]:
    """Share of trials in which each comparison finds a difference, by the pipeline's own functions."""
    reference, active = (trials(pool, number, size) for pool in arms)
    pairs = list(zip(active.tolist(), reference.tolist(), strict=True))
    found = {
        f"{name} interval": float(np.mean([not _holds(interval(x, size, y, size), 0.0) for x, y in pairs]))
        for name, interval in TWO.items()
    }
    tables = [_strata(arms, trial, size) for trial in range(number)]
    p_values = [cochran_mantel_haenszel(strata).p_value for strata in tables]
    found["CMH by overuse"] = float(np.mean([value is not None and value < 0.05 for value in p_values]))
    return found


def _strata(arms: tuple[Pool, Pool], trial: int, size: int) -> list[Stratum]:
    span = slice(trial * size, (trial + 1) * size)
    made = []
    for level in (False, True):
        counts = []
        for pool in (arms[1], arms[0]):
            inside = pool.is_overuser[span] == level
            counts += [int(pool.responds[span][inside].sum()), int(inside.sum())]
        made.append(Stratum(str(level), *counts))
    return made
