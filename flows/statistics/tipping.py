"""summary.tipping_points: how the windows that could not be judged would have to turn out to undo a difference."""

from typing import Any

import duckdb

from flows.base.sql_text import rows_of
from flows.statistics.compared_subjects import arms_in_order
from flows.statistics.proportions import newcombe_interval
from flows.statistics.rounding import finite

Row = dict[str, Any]
MOST_ROWS = 51  # of a rule set, cycle and arm; in larger studies the counts are spread evenly


def tipping_points(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """For each number of responders among the arm's missing: the fewest among the reference arm's that undo it.

    Grain: rule_set x cycle x arm (the reference arm left out) x n_imputed_responders. Missing are the treated subjects
    whose time is past and who could not be judged. The difference is undone when its Newcombe interval reaches 0; more
    responders in the reference arm only lower it, so the boundary holds the whole table of combinations. Source: Yan,
    Lee and Li 2009, J Biopharm Stat 19:1085.
    """
    arms = arms_in_order(con)
    rates = {
        (row["rule_set"], row["cycle"], row["arm"]): row
        for row in rows_of(con, "SELECT * FROM summary.responder_rates ORDER BY rule_set, cycle, arm")
    }
    return [
        {"rule_set": rule_set, "cycle": cycle, "arm": arm, "reference_arm": arms[0], "ci_method": "newcombe"} | row
        for (rule_set, cycle, arm), rate in rates.items()
        if arm in arms[1:]
        for row in tipping_boundary(rate, rates[rule_set, cycle, arms[0]])
    ]


def tipping_boundary(rate: Row, reference: Row) -> list[Row]:
    """The boundary for one arm, from the worst case (no responder among its missing) to the best."""
    n, n_ref = rate["n_nri"], reference["n_nri"]
    if not n or not n_ref:
        return []
    missing, missing_ref = n - rate["n_evaluable"], n_ref - reference["n_evaluable"]
    rows = []
    for imputed in spread(missing):
        count = rate["n_responders"] + imputed
        tip = _fewest(count, n, reference["n_responders"], n_ref, missing_ref)
        count_ref = reference["n_responders"] + (missing_ref if tip is None else tip)
        interval = newcombe_interval(count, n, count_ref, n_ref)
        assert interval
        rows.append(
            {
                "n_imputed_responders": imputed,
                "n_missing": missing,
                "n_subjects": n,
                "n_responders": rate["n_responders"],
                "n_reference": n_ref,
                "n_reference_responders": reference["n_responders"],
                "n_reference_missing": missing_ref,
                "n_reference_to_tip": tip,
                "difference_pct": finite(100 * (count / n - count_ref / n_ref)),
                "ci_low_pct": finite(100 * interval.low),
                "ci_high_pct": finite(100 * interval.high),
            }
        )
    return rows


def spread(missing: int) -> list[int]:
    """0 to ``missing``, all of them or MOST_ROWS spread evenly, both ends included."""
    if missing < MOST_ROWS:
        return list(range(missing + 1))
    return sorted({round(i * missing / (MOST_ROWS - 1)) for i in range(MOST_ROWS)})


def _fewest(count: int, n: int, count_ref: int, n_ref: int, missing_ref: int) -> int | None:
    """The fewest responders among the reference arm's missing that bring the lower bound to 0; None where all do not."""

    def is_undone(imputed: int) -> bool:
        interval = newcombe_interval(count, n, count_ref + imputed, n_ref)
        return interval is not None and interval.low <= 0

    if not is_undone(missing_ref):
        return None
    low, high = 0, missing_ref
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if is_undone(middle) else (middle + 1, high)
    return low
