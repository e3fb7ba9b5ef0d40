"""summary.arm_differences: each arm against the reference arm, per rule set, cycle and analysis."""

from typing import Any

import duckdb

from flows.base.sql_text import rows_of
from flows.statistics.proportions import miettinen_nurminen_interval, newcombe_interval, number_needed
from flows.statistics.rounding import finite
from flows.statistics.stratified import Stratum, cochran_mantel_haenszel

Row = dict[str, Any]
# Responders of whom: the subjects judged, or all treated whose time is past (who was not seen did not respond).
ANALYSES = {"observed": "n_evaluable", "non_responder_imputed": "n_nri"}


def arm_differences(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Differences of responder rates between arms; none in a single-arm or blinded study.

    Grain: rule_set x cycle x arm (the reference arm left out) x analysis. The counts are those of
    summary.responder_rates and, for the strata, of summary.responder_rates_by_stratum.
    """
    arms = [arm for (arm,) in con.execute("SELECT arm FROM meta.arms ORDER BY position").fetchall()]
    rates = {
        (row["rule_set"], row["cycle"], row["arm"]): row
        for row in rows_of(con, "SELECT * FROM summary.responder_rates ORDER BY rule_set, cycle, arm")
    }
    strata = rows_of(con, "SELECT * FROM summary.responder_rates_by_stratum WHERE stratum = 'overuse' ORDER BY ALL")
    by_arm: dict[tuple[Any, ...], dict[str, Row]] = {}
    for row in strata:
        by_arm.setdefault((row["rule_set"], row["cycle"], row["arm"]), {})[row["level"]] = row
    return [
        {"rule_set": rule_set, "cycle": cycle, "arm": arm, "analysis": analysis, "reference_arm": arms[0]}
        | _compared(rate, rates[rule_set, cycle, arms[0]], denominator)
        | _stratified(by_arm[rule_set, cycle, arm], by_arm[rule_set, cycle, arms[0]], denominator)
        for (rule_set, cycle, arm), rate in rates.items()
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
