"""summary.arm_differences: each arm against the reference arm, per rule set, cycle and analysis."""

from typing import Any

import duckdb

from flows.base.sql_text import rows_of
from flows.statistics.compared_subjects import arms_in_order
from flows.statistics.proportions import miettinen_nurminen_interval, newcombe_interval, number_needed
from flows.statistics.rounding import finite
from flows.statistics.stratified import Stratum, cochran_mantel_haenszel

Row = dict[str, Any]
# Responders of whom: the subjects judged, or all treated whose time is past (who was not seen did not respond).
COUNTS = ("n_responders", "n_evaluable", "n_nri")
ANALYSES = {"observed": "n_evaluable", "non_responder_imputed": "n_nri"}


def arm_differences(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Differences of responder rates between arms; none in a single-arm or blinded study.

    Grain: rule_set x cycle x arm (the reference arm left out) x analysis. The counts are those of
    summary.responder_rates and, for the strata, of summary.responder_rates_by_stratum.
    """
    rates = rows_of(con, "SELECT * FROM summary.responder_rates ORDER BY rule_set, cycle, arm")
    strata = rows_of(con, "SELECT * FROM summary.responder_rates_by_stratum WHERE stratum = 'overuse' ORDER BY ALL")
    return _differences(con, ("rule_set", "cycle"), rates, strata)


def arm_differences_by_population(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """The same for all treated, for the eligible by the article, and for the evaluable.

    Grain: rule_set x population x cycle x arm (the reference arm left out) x analysis. The counts are those of
    summary.responder_rates_by_population and, for the strata, of the members of the population in each.
    """
    key = ("rule_set", "population", "cycle")
    rates = rows_of(con, f"SELECT * FROM summary.responder_rates_by_population ORDER BY {', '.join(key)}, arm")
    return _differences(con, key, rates, _members_by_stratum(con, "analysis.response_course"))


def differences_on(con: duckdb.DuckDBPyConnection, course: str, place: Row) -> list[Row]:
    """The differences at one place (rule_set, population unless it is all treated, cycle), by whether each cycle was judged and
    is a response as ``course`` has it."""
    place = {"population": "all_treated"} | place
    key = ("rule_set", "population", "cycle")
    strata = [row for row in _members_by_stratum(con, course) if all(row[name] == place[name] for name in key)]
    rates: dict[str, Row] = {}
    for row in strata:
        rate = rates.setdefault(row["arm"], {name: row[name] for name in (*key, "arm")} | dict.fromkeys(COUNTS, 0))
        for name in COUNTS:
            rate[name] += row[name]
    return _differences(con, key, list(rates.values()), strata)


def _members_by_stratum(con: duckdb.DuckDBPyConnection, course: str) -> list[Row]:
    """Counts of each population by overuse at baseline; everybody is in one stratum."""
    return rows_of(
        con,
        f"""WITH counted AS (
            SELECT course.rule_set, member.population, course.cycle, member.arm, strata.level,
                count(*) FILTER (course.is_responder) AS n_responders,
                count(*) FILTER (course.is_evaluable) AS n_evaluable,
                count(*) FILTER (course.is_in_nri) AS n_nri
            FROM analysis.population_members AS member
            JOIN {course} AS course USING (rule_set, subject_id)
            JOIN analysis.strata AS strata ON strata.subject_id = member.subject_id AND strata.stratum = 'overuse'
            WHERE member.arm <> 'all'
            GROUP BY ALL
        )
        SELECT spine.rule_set, spine.population, spine.cycle, spine.arm, levels.level,
            coalesce(counted.n_responders, 0) AS n_responders,
            coalesce(counted.n_evaluable, 0) AS n_evaluable,
            coalesce(counted.n_nri, 0) AS n_nri
        FROM summary.responder_rates_by_population AS spine
        CROSS JOIN (SELECT DISTINCT level FROM analysis.strata WHERE stratum = 'overuse') AS levels
        LEFT JOIN counted USING (rule_set, population, cycle, arm, level)
        WHERE spine.arm <> 'all'
        ORDER BY ALL""",
    )


def _differences(
    con: duckdb.DuckDBPyConnection, key: tuple[str, ...], rates: list[Row], strata: list[Row]
) -> list[Row]:
    """Each arm against the reference arm, by each value of ``key``."""
    arms = arms_in_order(con)
    of_arm = {(*(row[name] for name in key), row["arm"]): row for row in rates}
    by_arm: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in strata:
        by_arm.setdefault((*(row[name] for name in key), row["arm"]), {})[row["level"]] = row
    return [
        {name: rate[name] for name in (*key, "arm", "is_primary") if name in rate}
        | {"analysis": analysis, "reference_arm": arms[0]}
        | _compared(rate, of_arm[*place, arms[0]], denominator)
        | _stratified(by_arm[*place, arm], by_arm[*place, arms[0]], denominator)
        for (*place, arm), rate in of_arm.items()
        if arm in arms[1:]
        for analysis, denominator in ANALYSES.items()
    ]


def _compared(rate: Row, reference: Row, denominator: str) -> Row:
    count, n = rate["n_responders"], rate[denominator]
    count_ref, n_ref = reference["n_responders"], reference[denominator]
    newcombe = newcombe_interval(count, n, count_ref, n_ref)
    score = miettinen_nurminen_interval(count, n, count_ref, n_ref)
    difference = count / n - count_ref / n_ref if newcombe else None
    number = number_needed(difference, newcombe)
    return {
        "n_subjects": n,
        "n_responders": count,
        "responder_pct": 100 * count / n if n else None,
        "n_reference": n_ref,
        "n_reference_responders": count_ref,
        "reference_pct": 100 * count_ref / n_ref if n_ref else None,
        "difference_pct": _percent(difference),
        "ci_low_pct": _percent(newcombe.low if newcombe else None),
        "ci_high_pct": _percent(newcombe.high if newcombe else None),
        "ci_method": "newcombe",
        "score_ci_low_pct": _percent(score.low if score else None),
        "score_ci_high_pct": _percent(score.high if score else None),
        "score_ci_method": "miettinen_nurminen",
        "nnt": finite(number.value),
        "nnt_ci_low": finite(number.low),
        "nnt_ci_high": finite(number.high),
        "nnt_kind": number.kind,
        "nnt_reason": number.reason if newcombe else "nobody could be judged in one of the arms",
    }


def _stratified(levels: dict[str, Row], reference: dict[str, Row], denominator: str) -> Row:
    tables = [
        Stratum(level, row["n_responders"], row[denominator], ref["n_responders"], ref[denominator])
        for level, row in levels.items()
        for ref in [reference[level]]
    ]
    result = cochran_mantel_haenszel(tables)
    return {
        "test_method": "cochran_mantel_haenszel by overuse",
        "cmh_statistic": result.statistic,
        "p_value": result.p_value,
        "odds_ratio": result.odds_ratio,
        "odds_ratio_ci_low": result.odds_ratio_low,
        "odds_ratio_ci_high": result.odds_ratio_high,
        "n_strata": len(tables),
        "n_strata_used": result.strata_used,
        "cmh_note": result.note,
    }


def _percent(proportion: float | None) -> float | None:
    return finite(100 * proportion) if proportion is not None else None
