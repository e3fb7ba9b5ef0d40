"""summary.imputed_responders: shares of responders and their differences, every missing month imputed."""

from typing import Any

import numpy as np

from flows.statistics.imputation import ASSUMPTIONS, Pooled, impute_under, pooled
from flows.statistics.imputed_months import Months, shared_columns
from flows.statistics.rounding import finite

Row = dict[str, Any]
MIN_REDUCTIONS = (30, 50, 75)  # per cent, as in summary.reduction_distribution
METHOD = (
    "multiple imputation by data augmentation, multivariate normal months; shares of each completed set with the variance of"
    " Agresti and Caffo; Rubin's rules"
)


def responder_rows(months: Months) -> list[Row]:
    """The rows of summary.imputed_responders."""
    last = {cycle: visit for visit, (cycle, _) in enumerate(months.places)}
    keys = [(assumption, cycle, least) for assumption in ASSUMPTIONS for cycle in last for least in MIN_REDUCTIONS]
    reason = months.why_not()
    found = {} if reason else _pooled_shares(months, last, keys)
    has_baseline = months.counts[2, :, 0] > 0 if months.places else np.zeros(0, dtype=bool)
    is_missing = months.is_missing
    return [
        shared_columns(months, reason)
        | {
            "assumption": assumption,
            "cycle": cycle,
            "min_reduction_pct": least,
            "arm": arm,
            "n_subjects": int((has_baseline & (months.arm == arm)).sum()),
            "n_imputed": int(is_missing[has_baseline & (months.arm == arm), last[cycle]].sum()),
            "method": METHOD,
        }
        | _percent("imputed_pct", "", found.get((assumption, cycle, least, "share", arm)))
        | _percent("difference_pct", "difference_", found.get((assumption, cycle, least, "difference", arm)))
        for assumption, cycle, least in keys
        for arm in months.arms
    ]


def _pooled_shares(months: Months, last: dict[int, int], keys: list[tuple[Any, ...]]) -> dict[tuple[Any, ...], Pooled]:
    """Shares of the arms and their differences by (assumption, cycle, reduction, what, arm), with their intervals."""
    headache, recorded, baseline_headache, baseline_recorded = months.counts
    has_baseline = baseline_headache[:, 0] > 0
    before = months.settings["month_days"] * baseline_headache[:, 0] / np.maximum(baseline_recorded[:, 0], 1)
    results: dict[tuple[Any, ...], list[tuple[float, float]]] = {}
    present = [arm for arm in months.arms if (has_baseline & (months.arm == arm)).any()]
    for random, draw in months.draws():
        state = random.bit_generator.state
        for assumption in ASSUMPTIONS:
            random.bit_generator.state = state
            values = impute_under(assumption, draw, months.own, months.reference, months.last_seen, random)
            for cycle, visit in last.items():
                for least in MIN_REDUCTIONS:
                    # What was seen is compared as whole numbers: 9 of 15 against 24 of 28 is exactly 30% fewer.
                    seen = (
                        100 * headache[:, visit] * baseline_recorded[:, visit]
                        <= (100 - least) * baseline_headache[:, visit] * recorded[:, visit]
                    )
                    imputed = 100 * (before + values[:, visit]) <= (100 - least) * before
                    responds = np.where(months.is_missing[:, visit], imputed, seen)
                    shares = {}
                    for arm in present:
                        of_arm = responds[has_baseline & (months.arm == arm)]
                        shares[arm] = (float(of_arm.mean()), _variance(int(of_arm.sum()), len(of_arm)))
                        results.setdefault((assumption, cycle, least, "share", arm), []).append(shares[arm])
                    for arm in (name for name in present if name != months.arms[0] and months.arms[0] in shares):
                        pair = [shares[arm], shares[months.arms[0]]]
                        difference = (pair[0][0] - pair[1][0], pair[0][1] + pair[1][1])
                        results.setdefault((assumption, cycle, least, "difference", arm), []).append(difference)
    return {key: pooled(*zip(*pairs, strict=True), complete_df=np.inf) for key, pairs in results.items()}


def _variance(count: int, n: int) -> float:
    """Of a share, with a response and a failure added, so that none of n has a variance too.

    Source: Agresti and Caffo 2000, Am Stat 54:280.
    """
    share = (count + 1) / (n + 2)
    return share * (1 - share) / (n + 2)


def _percent(name: str, prefix: str, result: Pooled | None) -> Row:
    """Bounds are those of the t distribution with Rubin's degrees of freedom (1987), cut at what a share can be."""
    if result is None:
        return {}
    least = -100.0 if prefix else 0.0
    return {
        name: finite(100 * result.estimate),
        f"{prefix}ci_low_pct": finite(max(least, 100 * result.low)),
        f"{prefix}ci_high_pct": finite(min(100.0, 100 * result.high)),
    }
