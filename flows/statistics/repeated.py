"""summary.repeated_response: the response over all cycles in one model, with the cycles of a subject correlated."""

from dataclasses import dataclass
from math import exp
from typing import Any

import duckdb

from flows.statistics.compared_subjects import arms_in_order
from flows.statistics.courses import fit_courses
from flows.statistics.rounding import finite

Row = dict[str, Any]
METHOD = (
    "GEE, logit link, exchangeable correlation, robust standard errors:"
    " response ~ cycle + arm within cycle + overuse (yes, no, unknown)"
)


@dataclass(frozen=True)
class Effect:
    """Log odds ratio of an arm against the reference arm in one cycle, and its robust standard error."""

    log_odds_ratio: float
    se: float


@dataclass(frozen=True)
class Repeated:
    """Effects by (cycle, arm), the common correlation, what went into the model, and what did not and why."""

    effects: dict[tuple[int, str], Effect]
    correlation: float | None
    n_subjects: int
    n_observations: int
    note: str | None


def repeated_response(con: duckdb.DuckDBPyConnection, course: str = "analysis.response_course") -> list[Row]:
    """Odds ratios of response by cycle under the primary rule set; none in a single-arm or blinded study.

    Grain: cycle x arm (the reference arm left out). Only the primary rule set is fitted. Judged cycles only: what is missing is
    taken to be missing completely at random. ``course``: whether each cycle was judged, and is a response.
    """
    arms = arms_in_order(con)
    if len(arms) < 2:
        return []
    cycles = [cycle for (cycle,) in con.execute("SELECT DISTINCT cycle FROM analysis.cycles ORDER BY 1").fetchall()]
    rows = []
    for (rule_set,) in con.execute("SELECT primary_rule_set FROM meta.study").fetchall():
        found = con.execute(
            f"""SELECT course.subject_id, course.cycle, course.arm, strata.level, course.is_responder
            FROM {course} AS course
            JOIN analysis.strata AS strata ON strata.subject_id = course.subject_id AND strata.stratum = 'overuse'
            JOIN meta.arms AS arm ON arm.arm = course.arm
            WHERE course.rule_set = $rule_set AND course.is_evaluable
            ORDER BY course.subject_id, course.cycle""",
            {"rule_set": rule_set},
        ).fetchnumpy()
        fitted = fit_repeated(*(found[n] for n in ("subject_id", "cycle", "arm", "level", "is_responder")), arms)
        rows += [
            {"rule_set": rule_set, "cycle": cycle, "arm": arm, "reference_arm": arms[0], "method": METHOD}
            | _shown(fitted.effects.get((cycle, arm)))
            | {
                "correlation": fitted.correlation,
                "n_subjects": fitted.n_subjects,
                "n_observations": fitted.n_observations,
                "note": fitted.note,
            }
            for cycle in cycles
            for arm in arms[1:]
        ]
    return rows


def fit_repeated(subject: Any, cycle: Any, arm: Any, stratum: Any, response: Any, arms: list[str]) -> Repeated:
    """Fit the model to arrays of equal length, one element per judged subject-cycle, sorted by subject.

    A cycle in which some arm has no subject, or all or none of an arm respond, has no finite odds ratio: it is left out
    and named. So is the overuse term when all or none of a stratum respond. Source: Liang and Zeger 1986, Biometrika
    73:13; computed by statsmodels.
    """
    import numpy as np

    subject, cycle, arm, stratum = (np.asarray(column) for column in (subject, cycle, arm, stratum))
    response = np.asarray(response, dtype=float)
    notes, cycles = [], []
    for number in sorted(set(cycle.tolist())):
        means = {name: response[(cycle == number) & (arm == name)] for name in arms}
        silent = [name for name, seen in means.items() if len(seen) == 0 or seen.mean() in (0.0, 1.0)]
        if silent:
            notes.append(f"cycle {number} left out: nobody, none or all respond in {', '.join(silent)}")
        else:
            cycles.append(number)
    kept = np.isin(cycle, cycles)
    subject, cycle, arm, stratum, response = (c[kept] for c in (subject, cycle, arm, stratum, response))
    if not cycles:
        return Repeated({}, None, 0, 0, "; ".join(notes) or "no cycle could be judged")
    names = [(number, name) for number in cycles for name in arms[1:]]
    columns = [cycle == number for number in cycles] + [(cycle == number) & (arm == name) for number, name in names]
    levels = sorted(set(stratum.tolist()))
    extreme = [level for level in levels if response[stratum == level].mean() in (0.0, 1.0)]
    if extreme:
        notes.append(f"overuse left out: none or all respond in stratum {', '.join(extreme)}")
    else:
        columns += [stratum == level for level in levels[1:]]
    design = np.column_stack(columns).astype(float)
    fitted = fit_courses(subject, design, response)
    n_subjects, n = len(np.unique(subject)), len(response)
    if fitted is None:
        notes.append("the model did not converge: no odds ratio is given")
        return Repeated({}, None, n_subjects, n, "; ".join(notes))
    start = len(cycles)
    effects = {
        name: Effect(float(fitted.estimates[start + i]), float(fitted.errors[start + i]))
        for i, name in enumerate(names)
    }
    return Repeated(effects, finite(fitted.correlation), n_subjects, n, "; ".join(notes) or None)


def _shown(effect: Effect | None) -> Row:
    from scipy.stats import norm

    if effect is None or effect.se <= 0:
        return {}
    half = float(norm.ppf(0.975)) * effect.se
    return {
        "odds_ratio": finite(exp(effect.log_odds_ratio)),
        "odds_ratio_ci_low": finite(exp(effect.log_odds_ratio - half)),
        "odds_ratio_ci_high": finite(exp(effect.log_odds_ratio + half)),
        "p_value": finite(2 * float(norm.sf(abs(effect.log_odds_ratio) / effect.se))),
    }
