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
# Every subject with its arm and overuse; ``place`` counts from 0 in the order of the names.
SUBJECTS = """SELECT subject.subject_id, subject.arm, strata.level AS overuse,
        row_number() OVER (ORDER BY subject.subject_id) - 1 AS place
    FROM analysis.subjects AS subject
    JOIN analysis.strata AS strata ON strata.subject_id = subject.subject_id AND strata.stratum = 'overuse'"""


def change_from_baseline(
    con: duckdb.DuckDBPyConnection, months: str = "analysis.month_measures", at: Row | None = None
) -> list[Row]:
    """Every measure of every reporting month.

    Grain: measure x cycle (0 = baseline) x month x arm (and all). Units: days, or hours, per 28 recorded days.
    ``months``: the months that are used; ``at``: the only measure, cycle and month that is asked for.
    """
    visits = rows_of(con, "SELECT DISTINCT cycle, month FROM analysis.month_spans ORDER BY ALL")
    query = f"""SELECT subject.place, item.cycle, item.month, item.per_month AS value, item.baseline_per_month AS baseline
        FROM {months} AS item
        JOIN ({SUBJECTS}) AS subject ON subject.subject_id = item.subject_id
        WHERE item.measure = $measure"""
    measures = rows_of(con, "SELECT DISTINCT measure FROM analysis.month_measures ORDER BY ALL")
    if at:
        measures, visits = [{"measure": at["measure"]}], [{"cycle": at["cycle"], "month": at["month"]}]
    return _tabulated(con, query, measures, visits)


def quality_of_life(
    con: duckdb.DuckDBPyConnection, scores: str = "analysis.score_changes", at: Row | None = None
) -> list[Row]:
    """Every instrument at the baseline and after every cycle.

    Grain: instrument x cycle (0 = baseline) x arm (and all). Units: points. ``scores``: the scores that are used; ``at``: the
    only instrument and cycle that is asked for.
    """
    visits = rows_of(con, "SELECT 0 AS cycle UNION SELECT cycle FROM analysis.cycles ORDER BY ALL")
    query = f"""SELECT subject.place, item.cycle, item.score AS value, item.baseline_score AS baseline
        FROM {scores} AS item
        JOIN ({SUBJECTS}) AS subject ON subject.subject_id = item.subject_id
        WHERE item.instrument = $instrument"""
    instruments = rows_of(con, "SELECT DISTINCT instrument FROM analysis.score_changes ORDER BY ALL")
    if at:
        instruments, visits = [{"instrument": at["instrument"]}], [{"cycle": at["cycle"]}]
    return _tabulated(con, query, instruments, visits)


def _tabulated(con: duckdb.DuckDBPyConnection, query: str, outcomes: list[Row], visits: list[Row]) -> list[Row]:
    """One row per outcome, visit, and arm and all; ``query`` gives place, visit, value and baseline of one outcome."""
    import numpy as np

    def filled(column: Any, kind: Any, missing: Any) -> Any:
        return np.ma.filled(np.ma.asarray(column, dtype=kind), missing)

    subjects = con.execute(f"SELECT arm, overuse FROM ({SUBJECTS}) ORDER BY place").fetchnumpy()
    # Texts of a fixed length are compared in a fraction of the time of objects.
    arm, overuse = (filled(subjects[name], object, "").astype(str) for name in ("arm", "overuse"))
    treated = dict(
        con.execute(
            "SELECT coalesce(arm, ''), count(*) FROM analysis.subjects WHERE first_injection_date IS NOT NULL GROUP BY 1"
        ).fetchall()
    )
    arms, rows = arms_in_order(con), []
    for outcome in outcomes:
        found = con.execute(query, outcome).fetchnumpy()
        value, baseline = (filled(found[name], float, np.nan) for name in ("value", "baseline"))
        for visit in visits:
            of_visit = np.flatnonzero(np.all([found[name] == number for name, number in visit.items()], axis=0))
            line_of = np.full(len(arm), -1)
            line_of[found["place"][of_visit]] = of_visit
            place = np.flatnonzero(line_of >= 0)  # sums are taken in the order of the subjects
            seen = line_of[place]
            compared = compared_arms(
                value[seen], baseline[seen], arm[place], overuse[place], arms, treated, visit["cycle"] == 0
            )
            rows += [outcome | visit | row for row in compared]
    return rows


def compared_arms(
    value: Any, baseline: Any, arm: Any, overuse: Any, arms: list[str], treated: dict[str, int], is_baseline: bool
) -> list[Row]:
    """One row per arm and all, of arrays with one element per subject; ``treated`` counts the subjects of an arm."""
    import numpy as np

    change = value - baseline
    in_model = ~np.isnan(change) & np.isin(arm, arms)
    fitted = None
    if not is_baseline and arms:
        fitted = fit_covariance(change[in_model], baseline[in_model], arm[in_model], overuse[in_model], arms)
    rows = []
    for name in [*arms, ALL]:
        chosen = np.ones(len(arm), dtype=bool) if name == ALL else arm == name
        row: Row = {"arm": name, "n_subjects": sum(treated.values()) if name == ALL else treated.get(name, 0)}
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
