"""Trials with a known truth, for the multiple imputation: python -m tests.simulation.imputation [trials]."""

import sys
from typing import NamedTuple

import numpy as np
import pandas as pd

from flows.statistics.imputation import ASSUMPTIONS, Visits, analyse, draws_of, impute_under, pooled
from flows.statistics.imputation.chain import Array
from flows.statistics.mmrm_tables import fit_changes

TRIALS = 200
MEANS = {"placebo": np.array([-2.0, -2.5, -3.0, -3.2]), "ona": np.array([-3.5, -4.5, -5.5, -6.0])}
COVARIANCE = 9.0 * (0.4 * np.eye(4) + 0.6)


class TrialOfMonths(NamedTuple):
    """Changes by month, covariates (1, baseline less its mean, arm) and the same in the reference arm, months seen."""

    complete: Array  # as it would have been seen
    values: Array
    own: Array
    reference: Array
    last_seen: np.ndarray


def simulate_trial(random: np.random.Generator, n_arm: int, truth: str, with_gaps: bool = True) -> TrialOfMonths:
    """Drop-out after each month is likelier the less a subject has changed: missing at random.

    ``truth``: missing_at_random, or jump_to_reference: the course itself goes on as in the reference arm after drop-out.
    """
    n = 2 * n_arm
    is_treated = np.arange(n) % 2
    baseline = random.normal(0, 4, n)
    own = np.column_stack([np.ones(n), baseline, is_treated])
    reference = own * np.array([1.0, 1.0, 0.0])
    means = np.where(is_treated[:, None] == 1, MEANS["ona"], MEANS["placebo"])
    errors = random.multivariate_normal(np.zeros(4), COVARIANCE, n)
    values = means + errors - 0.2 * baseline[:, None]
    last_seen = np.full(n, 4)
    for month in (1, 2, 3):
        leaves = random.random(n) < 1 / (1 + np.exp(2.2 - 0.15 * (values[:, month - 1] + 4)))
        last_seen[(last_seen == 4) & leaves] = month
    if truth == "jump_to_reference":
        for month in (1, 2, 3):
            gone = (last_seen == month) & (is_treated == 1)
            values[gone, month:] += (MEANS["placebo"] - MEANS["ona"])[month:]
    complete = values
    values = np.where(np.arange(4) >= last_seen[:, None], np.nan, values)
    if with_gaps:
        gaps = (random.random((n, 4)) < 0.05) & (np.arange(4) < (last_seen - 1)[:, None])
        values = np.where(gaps, np.nan, values)
    return TrialOfMonths(complete, values, own, reference, last_seen)


def true_difference(truth: str, n_arm: int = 200_000) -> float:
    """Of the arms in the last month: of everybody's course, seen or not."""
    if truth == "missing_at_random":
        return float(MEANS["ona"][3] - MEANS["placebo"][3])
    # The share that has left, of a very large trial: they are at the reference arm's mean.
    random = np.random.default_rng(12345)
    trial = simulate_trial(random, n_arm, truth, with_gaps=False)
    stayed = trial.last_seen[1::2] == 4
    return float((MEANS["ona"][3] - MEANS["placebo"][3]) * stayed.mean())


def estimate(trial: TrialOfMonths, assumption: str, n_draws: int, seed: int) -> tuple[float, float, float]:
    """Difference of the arms in the last month with its interval, by multiple imputation."""
    moved = np.where(trial.own[:, 2] == 1, trial.last_seen, 4)
    contrast = np.array([[0.0, 0.0, 1.0]])
    found = []
    for number, draw in enumerate(draws_of(Visits(trial.values, trial.own), n_draws, seed)):
        random = np.random.default_rng([seed, number])
        values = impute_under(assumption, draw, trial.own, trial.reference, moved, random)
        found.append([part[0, 3] for part in analyse(values, trial.own, contrast)])
    result = pooled(*np.array(found).T, complete_df=len(trial.own) - 3)
    return result.estimate, result.low, result.high


def mmrm_estimate(trial: TrialOfMonths) -> tuple[float, float, float]:
    """The same by the published MMRM."""
    n = len(trial.own)
    arm = np.where(trial.own[:, 2] == 1, "ona", "placebo").astype(object)
    frame = pd.DataFrame(
        {
            "subject_id": np.repeat(np.arange(n), 4), "visit": np.tile(np.arange(4), n), "change": trial.values.ravel(),
            "baseline": np.repeat(trial.own[:, 1], 4), "arm": np.repeat(arm, 4), "overuse": "no",
        }
    ).dropna(ignore_index=True)  # fmt: skip
    _, _, differences = fit_changes(frame, ["placebo", "ona"])
    item = differences[3, "ona"]
    return item.estimate or 0.0, item.low or 0.0, item.high or 0.0


def complete_estimate(trial: TrialOfMonths) -> float:
    """The same by analysis of covariance of everybody's month: what an estimator without bias gives on average."""
    found, _ = analyse(trial.complete, trial.own, np.array([[0.0, 0.0, 1.0]]))
    return float(found[0, 3])


def imputation_table(trials: int = TRIALS, n_arm: int = 150, n_draws: int = 20) -> list[str]:
    """Bias against the complete data of the same trials, its Monte-Carlo error, and coverage of the 95% interval."""
    rows = ["| truth | estimator | true difference | bias | its error | coverage, % |", "|---|---|---:|---:|---:|---:|"]
    for truth in ("missing_at_random", "jump_to_reference"):
        true = true_difference(truth)
        complete = []
        found: dict[str, list[tuple[float, float, float]]] = {name: [] for name in ("MMRM", *ASSUMPTIONS)}
        for seed in range(trials):
            trial = simulate_trial(np.random.default_rng([7, seed]), n_arm, truth)
            complete.append(complete_estimate(trial))
            found["MMRM"].append(mmrm_estimate(trial))
            for assumption in ASSUMPTIONS:
                found[assumption].append(estimate(trial, assumption, n_draws, seed))
        for name, results in found.items():
            values, low, high = np.array(results).T
            covered = 100 * ((low <= true) & (true <= high)).mean()
            bias = values - np.array(complete)
            error = bias.std(ddof=1) / np.sqrt(trials)
            rows.append(f"| {truth} | {name} | {true:.2f} | {bias.mean():+.3f} | {error:.3f} | {covered:.1f} |")
    return rows


if __name__ == "__main__":
    print("\n".join(imputation_table(int(sys.argv[1]) if len(sys.argv) > 1 else TRIALS)))
