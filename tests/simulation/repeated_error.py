"""Type I error and coverage of the published MMRM: ``python -m tests.simulation.repeated_error [trials]``."""

import sys

import numpy as np

from tests.simulation.imputation import COVARIANCE, MEANS, TrialOfMonths, mmrm_estimate

TRIALS = 500
SIZES = (60, 600)  # subjects of both arms
DROP_OUT = (0.0, 0.15, 0.30)  # share that has left before the last month, missing at random


def simulate_months(random: np.random.Generator, n: int, drop_out: float, has_effect: bool) -> TrialOfMonths:
    """Four months of two arms; who has changed least leaves first, as many after each month."""
    is_treated = np.arange(n) % 2
    baseline = random.normal(0, 4, n)
    own = np.column_stack([np.ones(n), baseline, is_treated])
    means = np.where((is_treated[:, None] == 1) & has_effect, MEANS["ona"], MEANS["placebo"])
    values = means + random.multivariate_normal(np.zeros(4), COVARIANCE, n) - 0.2 * baseline[:, None]
    last_seen = np.full(n, 4)
    for month in (1, 2, 3):
        # The score is half chance: the likelier to leave, the less has changed in the month before.
        score = values[:, month - 1] + random.normal(0, 3, n)
        here = np.flatnonzero(last_seen == 4)
        gone = here[np.argsort(-score[here])[: round(drop_out * n / 3)]]
        last_seen[gone] = month
    seen = np.where(np.arange(4) >= last_seen[:, None], np.nan, values)
    return TrialOfMonths(values, seen, own, own * np.array([1.0, 1.0, 0.0]), last_seen)


def error_and_coverage(n: int, drop_out: float, trials: int) -> tuple[float, float]:
    """Of the last month's difference, in percent: trials without an effect that claim one, and intervals that cover an effect."""
    claims, covered = 0, 0
    effect = float(MEANS["ona"][3] - MEANS["placebo"][3])
    for seed in range(trials):
        _, low, high = mmrm_estimate(simulate_months(np.random.default_rng([21, n, seed]), n, drop_out, False))
        claims += not low <= 0 <= high
        _, low, high = mmrm_estimate(simulate_months(np.random.default_rng([22, n, seed]), n, drop_out, True))
        covered += low <= effect <= high
    return 100 * claims / trials, 100 * covered / trials


def repeated_error_table(trials: int = TRIALS) -> list[str]:
    """One row per size and drop-out."""
    rows = ["| subjects | drop-out, % | type I error, % | coverage, % |", "|---:|---:|---:|---:|"]
    for n in SIZES:
        for drop_out in DROP_OUT:
            error, coverage = error_and_coverage(n, drop_out, trials)
            rows.append(f"| {n} | {100 * drop_out:.0f} | {error:.1f} | {coverage:.1f} |")
    return rows


if __name__ == "__main__":
    print("\n".join(repeated_error_table(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS)))
