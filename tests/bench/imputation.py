"""Time of the multiple imputation on simulated months: ``python -m tests.bench.imputation``. What came out: docs/statistics.md."""

import time

import numpy as np

from flows.statistics.imputation import Visits
from flows.statistics.imputed_changes import change_rows
from flows.statistics.imputed_months import Months
from tests.bench.mmrm import ARMS, simulated_months

SIZES = ((1500, 12, 100, 120.0),)  # subjects, months, imputations, seconds that it may take


def measure_imputation(n_subjects: int, n_months: int, n_imputations: int) -> tuple[float, int]:
    """Seconds of summary.imputed_change with four assumptions and ten deltas, and its rows."""
    frame = simulated_months(n_subjects, n_months)
    values = frame.pivot(index="subject_id", columns="visit", values="change").to_numpy()
    each = frame.drop_duplicates("subject_id")
    is_treated = (each["arm"] == ARMS[1]).to_numpy(dtype=float)
    baseline = each["baseline"].to_numpy()
    own = np.column_stack([np.ones(len(each)), is_treated, baseline - baseline.mean()])
    last_seen = n_months - np.argmax(~np.isnan(values)[:, ::-1], axis=1)
    settings = {
        "imputations": n_imputations,
        "seed": 1,
        "largest_delta": 10,
        "rule_set": "r",
        "population": "all_treated",
    }
    months = Months(
        [(1 + place // 3, 1 + place % 3) for place in range(n_months)], ARMS, each["arm"].to_numpy(dtype=object), values,
        own, own * np.array([1.0, 0.0, 1.0]), np.where(is_treated == 1, last_seen, n_months), np.zeros((4, *values.shape)),
        0, settings,
    )  # fmt: skip
    assert Visits(values, own).why_not() is None
    began = time.perf_counter()
    rows = change_rows(months)
    return time.perf_counter() - began, len(rows)


def main() -> None:
    for n_subjects, n_months, n_imputations, most in SIZES:
        seconds, n_rows = measure_imputation(n_subjects, n_months, n_imputations)
        print(f"{n_subjects} subjects, {n_months} months, {n_imputations} imputations, {n_rows} rows:"
              f" {seconds:.1f} s (at most {most:g})")  # fmt: skip


if __name__ == "__main__":
    main()
