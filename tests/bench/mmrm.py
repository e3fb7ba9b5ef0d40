"""Time of the published MMRM on simulated months: ``python -m tests.bench.mmrm``. What came out: docs/statistics.md."""

import time
from typing import NamedTuple

import numpy as np
import pandas as pd

from flows.statistics.mmrm_tables import fit_changes

SIZES = ((300, 9, 2.0), (1500, 12, 20.0))  # subjects, months, seconds that it may take
ARMS = ["placebo", "ona"]


class Took(NamedTuple):
    """Seconds of one fit with its LS means and differences, and the structure that was fitted."""

    seconds: float
    structure: str
    n_observations: int


def simulated_months(n_subjects: int, n_months: int, seed: int = 1) -> pd.DataFrame:
    """Changes of two arms, correlated within a subject; a fifth of the months missing, here and there and at the end."""
    random = np.random.default_rng(seed)
    baseline = random.normal(20, 4, n_subjects)
    is_treated = np.arange(n_subjects) % 2
    change = random.normal(0, 3, (n_subjects, 1)) + random.normal(0, 3, (n_subjects, n_months))
    change += (-0.2 * baseline - 2 * is_treated)[:, None]
    change[random.random(change.shape) < 0.1] = np.nan
    last = np.where(random.random(n_subjects) < 0.2, random.integers(1, n_months + 1, n_subjects), n_months)
    change[np.arange(n_months) >= last[:, None]] = np.nan
    overuse = np.where(random.random(n_subjects) < 0.6, "yes", "no")
    frame = pd.DataFrame(
        {
            "subject_id": np.repeat(np.arange(n_subjects), n_months),
            "visit": np.tile(np.arange(n_months), n_subjects),
            "change": change.ravel(),
            "baseline": np.repeat(baseline, n_months),
            "arm": np.repeat(np.array(ARMS, dtype=object)[is_treated], n_months),
            "overuse": np.repeat(overuse.astype(object), n_months),
        }
    )
    return frame.dropna(ignore_index=True)


def measure_fit(n_subjects: int, n_months: int) -> Took:
    """One fit as summary.mmrm_change makes it."""
    frame = simulated_months(n_subjects, n_months)
    began = time.perf_counter()
    fitted, _, differences = fit_changes(frame, ARMS)
    took = time.perf_counter() - began
    if fitted is None or len(differences) != n_months:
        raise SystemExit(f"{n_subjects} subjects, {n_months} months: no difference for every month")
    return Took(took, fitted.structure, fitted.n_observations)


def main() -> None:
    measure_fit(40, 3)  # imports
    for n_subjects, n_months, most in SIZES:
        took = measure_fit(n_subjects, n_months)
        print(f"{n_subjects} subjects, {n_months} months, {took.n_observations} observations, {took.structure}:"
              f" {took.seconds:.2f} s (at most {most:g})")  # fmt: skip


if __name__ == "__main__":
    main()
