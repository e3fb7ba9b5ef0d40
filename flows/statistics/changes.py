"""summary.change_from_baseline and summary.quality_of_life: means, changes, and the arms compared by ANCOVA."""

from math import sqrt
from typing import Any

import duckdb

from flows.base.sql_text import rows_of
from flows.statistics.compared_subjects import arms_in_order
from flows.statistics.covariance import METHOD, Adjusted, fit_covariance
from flows.statistics.rounding import finite

Row = dict[str, Any]
ALL = "all"


def change_from_baseline(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every measure of every reporting month.

    Grain: measure x cycle (0 = baseline) x month x arm (and all). Units: days, or hours, per 28 recorded days.
    """
    keys = rows_of(
        con,
        """SELECT DISTINCT measure, cycle, month
        FROM (SELECT DISTINCT measure FROM analysis.month_measures)
        CROSS JOIN (SELECT DISTINCT cycle, month FROM analysis.month_spans)
        ORDER BY ALL""",
    )
    query = """SELECT per_month AS value, baseline_per_month AS baseline, subject.arm, strata.level AS overuse
        FROM analysis.month_measures AS item
        JOIN analysis.subjects AS subject ON subject.subject_id = item.subject_id
        JOIN analysis.strata AS strata ON strata.subject_id = item.subject_id AND strata.stratum = 'overuse'
        WHERE item.measure = $measure AND item.cycle = $cycle AND item.month = $month
        ORDER BY item.subject_id"""
    return [key | row for key in keys for row in compared_arms(con, query, key, is_baseline=key["cycle"] == 0)]


def quality_of_life(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Every instrument at the baseline and after every cycle.

    Grain: instrument x cycle (0 = baseline) x arm (and all). Units: points.
    """
    keys = rows_of(
        con,
        """SELECT DISTINCT instrument, cycle
        FROM (SELECT DISTINCT instrument FROM analysis.score_changes)
        CROSS JOIN (SELECT 0 AS cycle UNION SELECT cycle FROM analysis.cycles)
        ORDER BY ALL""",
    )
    query = """SELECT item.score AS value, item.baseline_score AS baseline, subject.arm, strata.level AS overuse
        FROM analysis.score_changes AS item
        JOIN analysis.subjects AS subject ON subject.subject_id = item.subject_id
        JOIN analysis.strata AS strata ON strata.subject_id = item.subject_id AND strata.stratum = 'overuse'
        WHERE item.instrument = $instrument AND item.cycle = $cycle
        ORDER BY item.subject_id"""
    return [key | row for key in keys for row in compared_arms(con, query, key, is_baseline=key["cycle"] == 0)]


def compared_arms(con: duckdb.DuckDBPyConnection, query: str, key: Row, is_baseline: bool) -> list[Row]:
    """One row per arm and all, of a query that gives value, baseline, arm and overuse per subject."""
    import numpy as np

    found = con.execute(query, key).fetchnumpy()
    value, baseline = (np.ma.filled(np.ma.asarray(found[name], dtype=float), np.nan) for name in ("value", "baseline"))
    arm, stratum = (np.ma.filled(np.ma.asarray(found[name], dtype=object), "") for name in ("arm", "overuse"))
    arms = arms_in_order(con)
    treated = dict(
        con.execute(
            "SELECT coalesce(arm, ''), count(*) FROM analysis.subjects WHERE first_injection_date IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    change = value - baseline
    in_model = ~np.isnan(change) & np.isin(arm, arms)
    fitted = None
    if not is_baseline and arms:
        fitted = fit_covariance(change[in_model], baseline[in_model], arm[in_model], stratum[in_model], arms)
    rows = []
    for name in [*arms, ALL]:
        chosen = np.ones(len(arm), dtype=bool) if name == ALL else arm == name
        row = {"arm": name, "n_subjects": sum(treated.values()) if name == ALL else treated.get(name, 0)}
        row |= _described("", value[chosen])
        if not is_baseline:
            both = chosen & ~np.isnan(change)
            row |= _described("change_", change[both]) | {"baseline_mean": _mean(baseline[both])}
            row |= _adjusted(fitted.arms.get(name) if fitted else None)
            if fitted and name != ALL:
                row |= {"n_model": fitted.n, "method": METHOD, "note": fitted.note}
            elif not fitted:
                row |= {"note": "one arm: change with its t interval, no comparison"}
        rows.append(row)
    return rows


def _described(prefix: str, values: Any) -> Row:
    """n, mean, SD and, for a change, the t interval of the mean; SD and interval are null for one subject."""
    from scipy.stats import t as student

    n = len(values)
    sd = finite(values.std(ddof=1)) if n > 1 else None
    row: Row = {f"n_{prefix}".strip("_"): n, f"{prefix}mean": _mean(values), f"{prefix}sd": sd}
    half = float(student.ppf(0.975, n - 1)) * values.std(ddof=1) / sqrt(n) if n > 1 else None
    row |= {
        f"{prefix}ci_low": finite(values.mean() - half) if half is not None else None,
        f"{prefix}ci_high": finite(values.mean() + half) if half is not None else None,
    }
    return row


def _mean(values: Any) -> float | None:
    return finite(values.mean()) if len(values) else None


def _adjusted(adjusted: Adjusted | None) -> Row:
    if adjusted is None:
        return {}
    return {
        "ls_mean": adjusted.mean,
        "ls_se": adjusted.se,
        "ls_ci_low": adjusted.low,
        "ls_ci_high": adjusted.high,
        "difference": adjusted.difference,
        "difference_se": adjusted.difference_se,
        "difference_ci_low": adjusted.difference_low,
        "difference_ci_high": adjusted.difference_high,
        "p_value": adjusted.p_value,
    }
