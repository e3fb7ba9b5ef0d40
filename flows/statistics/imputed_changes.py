"""summary.imputed_change: LS means and differences of the arms, every missing month imputed."""

from typing import Any

import numpy as np

from flows.statistics.imputation import ASSUMPTIONS, Pooled, analyse, impute_under, pooled
from flows.statistics.imputed_months import Months, shared_columns
from flows.statistics.rounding import finite

Row = dict[str, Any]
MAR = "missing_at_random"
METHOD = (
    "multiple imputation by data augmentation, multivariate normal months; analysis of covariance of each completed set:"
    " change ~ arm + baseline + overuse (yes, no, unknown); Rubin's rules"
)


def change_rows(months: Months, cases: list[tuple[str, int]] | None = None) -> list[Row]:
    """The rows of summary.imputed_change; ``cases`` are assumption and delta, all of them unless given."""
    cases = cases or [(name, 0) for name in ASSUMPTIONS] + [
        (MAR, delta) for delta in range(1, months.settings["largest_delta"] + 1)
    ]
    reason = months.why_not()
    found = {} if reason else _pooled_changes(months, cases)
    is_missing = months.is_missing
    return [
        shared_columns(months, reason)
        | {
            "assumption": assumption,
            "delta": delta,
            "cycle": cycle,
            "month": month,
            "arm": arm,
            "n_subjects": int((months.arm == arm).sum()),
            "n_imputed": int(is_missing[months.arm == arm, visit].sum()),
            "method": METHOD,
        }
        | _number("ls_", "ls_mean", found.get((assumption, delta, "mean", arm, visit)))
        | _number("difference_", "difference", found.get((assumption, delta, "difference", arm, visit)))
        for assumption, delta in cases
        for visit, (cycle, month) in enumerate(months.places)
        for arm in months.arms
    ]


def _pooled_changes(months: Months, cases: list[tuple[str, int]]) -> dict[tuple[Any, ...], Pooled]:
    """Every LS mean and difference by (assumption, delta, what, arm, place of the month)."""
    present = [arm for arm in months.arms if (months.arm == arm).any()]
    means = np.zeros((len(present), months.own.shape[1]))
    means[:, 0] = 1.0
    for place in range(1, len(present)):
        means[place, place] = 1.0
    contrasts = np.vstack([means, means[1:] - means[0]])
    names = [("mean", arm) for arm in present] + [("difference", arm) for arm in present[1:]]
    is_moved = (np.arange(len(months.places)) >= months.last_seen[:, None]).astype(float)
    results: list[list[tuple[Any, Any]]] = [[] for _ in cases]
    for random, draw in months.draws():
        state = random.bit_generator.state
        for place, (assumption, delta) in enumerate(cases):
            random.bit_generator.state = state  # equal noise, so that only the assumptions differ
            values = impute_under(assumption, draw, months.own, months.reference, months.last_seen, random)
            results[place].append(analyse(values + delta * is_moved, months.own, contrasts))
    degrees = len(months.own) - months.own.shape[1]
    found = {}
    for case, result in zip(cases, results, strict=True):
        estimates, variances = (np.stack([pair[part] for pair in result]) for part in (0, 1))
        for row, name in enumerate(names):
            for visit in range(len(months.places)):
                found[(*case, *name, visit)] = pooled(estimates[:, row, visit], variances[:, row, visit], degrees)
    return found


def _number(prefix: str, name: str, result: Pooled | None) -> Row:
    if result is None:
        return {}
    row = {
        name: finite(result.estimate),
        f"{prefix}se": finite(result.se),
        f"{prefix}df": finite(result.df),
        f"{prefix}ci_low": finite(result.low),
        f"{prefix}ci_high": finite(result.high),
    }
    return row | ({"p_value": finite(result.p_value)} if name == "difference" else {})
