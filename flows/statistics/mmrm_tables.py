"""summary.mmrm_change and summary.mmrm_quality_of_life: all months, or cycles, of a subject in one model."""

from typing import Any

import duckdb

from flows.base.sql_text import one_value, rows_of
from flows.statistics.compared_subjects import PRIMARY_MEMBERS, arms_in_order
from flows.statistics.rounding import finite

Row = dict[str, Any]
METHOD = (
    "MMRM by restricted maximum likelihood: change ~ {visit} + baseline + arm + {visit} x baseline + {visit} x arm +"
    " overuse (yes, no, unknown); Kenward-Roger; LS means at the mean baseline and the observed shares of overuse"
)
# An unstructured covariance of more visits has hundreds of parameters, and takes minutes instead of seconds.
MOST_UNSTRUCTURED = 18
# Numbers are read and sorted in a fraction of the time of names.
NUMBERED_MEMBERS = f"SELECT *, row_number() OVER (ORDER BY subject_id) AS number FROM ({PRIMARY_MEMBERS})"
ONE_ARM = "fewer than two arms have subjects: no comparison"


def mmrm_change(con: duckdb.DuckDBPyConnection, months: str = "analysis.headache_months") -> list[Row]:
    """Change of headache days, as the primary rule set defines them; none in a single-arm or blinded study.

    Grain: cycle x month x arm. Units: headache days per 28 recorded days. ``months``: the months that are used.
    """
    visits = rows_of(con, "SELECT DISTINCT cycle, month FROM analysis.month_spans WHERE cycle > 0 ORDER BY ALL")
    (rule_set,) = rows_of(con, "SELECT primary_rule_set AS rule_set FROM meta.study")
    query = f"""SELECT member.number AS subject_id, item.cycle, item.month, item.change, item.baseline_per_month AS baseline,
            member.arm, strata.level AS overuse
        FROM {months} AS item
        JOIN ({NUMBERED_MEMBERS}) AS member ON member.subject_id = item.subject_id
        JOIN analysis.strata AS strata ON strata.subject_id = item.subject_id AND strata.stratum = 'overuse'
        WHERE item.cycle > 0 AND item.change IS NOT NULL
        ORDER BY ALL"""
    return [rule_set | row for row in _modelled(con, query, {}, visits, ("cycle", "month"), "month")]


def mmrm_quality_of_life(con: duckdb.DuckDBPyConnection, scores: str = "analysis.score_changes") -> list[Row]:
    """Change of each instrument's score; none in a single-arm or blinded study.

    Grain: instrument x cycle x arm. Units: points. ``scores``: the scores that are used.
    """
    visits = rows_of(con, "SELECT DISTINCT cycle FROM analysis.cycles ORDER BY ALL")
    query = f"""SELECT member.number AS subject_id, item.cycle, item.change, item.baseline_score AS baseline,
            member.arm, strata.level AS overuse
        FROM {scores} AS item
        JOIN ({NUMBERED_MEMBERS}) AS member ON member.subject_id = item.subject_id
        JOIN analysis.strata AS strata ON strata.subject_id = item.subject_id AND strata.stratum = 'overuse'
        WHERE item.instrument = $instrument AND item.cycle > 0 AND item.change IS NOT NULL
        ORDER BY ALL"""
    instruments = rows_of(con, f"SELECT DISTINCT instrument FROM {scores} AS item ORDER BY ALL")
    return [
        instrument | row
        for instrument in instruments
        for row in _modelled(con, query, instrument, visits, ("cycle",), "cycle")
    ]


def _modelled(
    con: duckdb.DuckDBPyConnection,
    query: str,
    key: Row,
    visits: list[Row],
    names: tuple[str, ...],
    visit: str,
) -> list[Row]:
    """One row per visit and arm; ``query`` gives one line per subject and visit, ``names`` are what makes a visit."""
    import pandas as pd

    from flows.statistics.mmrm.structures import STRUCTURES

    arms = arms_in_order(con)
    if len(arms) < 2:
        return []
    members = dict(con.execute(f"SELECT arm, count(*) FROM ({PRIMARY_MEMBERS}) GROUP BY arm").fetchall())
    frame = con.execute(query, key).df()
    places = pd.DataFrame(visits, columns=list(names), dtype="int32")
    frame = frame.merge(places.assign(visit=range(len(visits))), how="left", on=list(names))
    fitted, means, differences = fit_changes(frame, arms)
    seen = frame.groupby(["visit", "arm"]).size().to_dict()
    shared = {
        "population": one_value(con, "SELECT population FROM meta.study"),
        "reference_arm": arms[0],
        "n_model": fitted.n_subjects if fitted else 0,
        "n_observations": fitted.n_observations if fitted else 0,
        "covariance": STRUCTURES[fitted.structure].title if fitted and fitted.structure else None,
        "method": METHOD.format(visit=visit),
    }
    n_visits = frame["visit"].nunique()
    cut = f"{n_visits} {visit}s are more than {MOST_UNSTRUCTURED}: unstructured covariance was not tried"
    rows = []
    for place, row in enumerate(visits):
        for arm in arms:
            mean, difference = means.get((place, arm)), differences.get((place, arm))
            reasons = (
                [ONE_ARM]
                if fitted is None
                else [fitted.reason, fitted.note, cut if n_visits > MOST_UNSTRUCTURED else None]
            )
            if fitted and fitted.structure:
                missing = mean.reason if mean else f"nobody of arm {arm} has a change here"
                reasons += [missing, difference.reason if difference and not missing else None]
            rows.append(
                row
                | {"arm": arm, "n_subjects": members.get(arm, 0), "n_change": seen.get((place, arm), 0)}
                | _estimate("ls_", mean)
                | _estimate("difference_", difference)
                | {"note": "; ".join(reason for reason in reasons if reason) or None}
                | shared
            )
    return rows


def fit_changes(frame: Any, arms: list[str]) -> tuple[Any, dict[Any, Any], dict[Any, Any]]:
    """The model with its LS means and differences by (visit, arm); no model where fewer than two arms have subjects.

    ``frame`` has a row per subject and visit: subject_id, visit (a number), change, baseline, arm, overuse. ``arms`` names the
    arms in order, the first is the reference. Overuse stands as numbers of 0 and 1, so that LS means have its observed
    shares. Source: Mallinckrodt, Clark and David 2001, J Biopharm Stat 11:9.
    """
    import pandas as pd

    from flows.statistics.mmrm import fit_mmrm

    present = [arm for arm in arms if (frame["arm"] == arm).any()]
    if len(present) < 2:
        return None, {}, {}
    levels = sorted(frame["overuse"].unique())[1:]
    columns = {f"overuse_{level}": (frame["overuse"] == level).astype(float) for level in levels}
    frame = frame.assign(arm=pd.Categorical(frame["arm"], categories=present), **columns)
    n_visits = frame["visit"].nunique()
    fitted = fit_mmrm(
        frame[["subject_id", "visit", "change", "baseline", "arm", *columns]],
        " + ".join([f"change ~ {'C(visit) * ' if n_visits > 1 else ''}(baseline + arm)", *columns]),
        subject="subject_id",
        visit="visit",
        covariance="unstructured" if n_visits <= MOST_UNSTRUCTURED else "toeplitz_h",
        df="kenward-roger",
    )
    differences = fitted.differences("arm", arms[0]) if arms[0] in present else {}
    return fitted, fitted.ls_means("arm"), differences


def _estimate(prefix: str, estimate: Any) -> Row:
    """Estimate, error, degrees of freedom and interval; of a difference its p-value, too."""
    if estimate is None or estimate.estimate is None:
        return {}
    of_mean = prefix == "ls_"
    return {
        "ls_mean" if of_mean else "difference": finite(estimate.estimate),
        f"{prefix}se": finite(estimate.se),
        f"{prefix}df": finite(estimate.df),
        f"{prefix}ci_low": finite(estimate.low),
        f"{prefix}ci_high": finite(estimate.high),
        **({} if of_mean else {"p_value": finite(estimate.p_value)}),
    }
