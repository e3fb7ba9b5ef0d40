"""Responders per cycle: rates, where every treated subject stands, differences between arms, strata."""

from typing import Any

from flows.base.sql_text import rows_of
from flows.report.cells import ALL, Connection, Row, cell, grouped, grouped_by_words, load_cells, row_cells

RATE_KEY = ("rule_set", "cycle", "arm")


def load_rates(con: Connection, arms: dict[str, str]) -> list[Row]:
    """One row per rule set, cycle and arm (and all): rates, and where every treated subject stands, in subjects."""
    rows = rows_of(
        con,
        """WITH stands AS (
            SELECT rule_set, cycle, CASE WHEN grouping(arm) = 1 THEN 'all' ELSE arm END AS arm, count(*) AS n_given,
                count(*) FILTER (status = 'non_responder') AS n_non_responder,
                count(*) FILTER (status = 'not_evaluable') AS n_not_evaluable,
                count(*) FILTER (status = 'not_due') AS n_not_due
            FROM analysis.responder
            GROUP BY GROUPING SETS ((rule_set, cycle, arm), (rule_set, cycle))
            HAVING grouping(arm) = 1 OR arm IS NOT NULL
        )
        SELECT rate.*, treated.n_subjects AS n_treated, coalesce(n_given, 0) AS n_given,
            coalesce(n_non_responder, 0) AS n_non_responder, coalesce(n_not_evaluable, 0) AS n_not_evaluable,
            coalesce(n_not_due, 0) AS n_not_due
        FROM summary.responder_rates AS rate
        JOIN summary.first_response AS treated USING (rule_set, cycle, arm)
        LEFT JOIN stands USING (rule_set, cycle, arm)
        LEFT JOIN meta.arms AS arm USING (arm)
        ORDER BY rate.rule_set, rate.cycle, arm.position NULLS LAST""",
    )
    shown = []
    for row in (row for row in rows if row["arm"] in arms):
        key = {name: row[name] for name in RATE_KEY}
        given = {name: key[name] for name in key if name != "arm" or row["arm"] != ALL}  # without an arm: everybody
        shown.append(
            row_cells(row, "summary.responder_rates", RATE_KEY)
            | {"n_treated": cell(row["n_treated"], "summary.first_response", key, "n_subjects")}
            | {"n_given": cell(row["n_given"], "analysis.responder", given)}
            | {
                f"n_{status}": cell(row[f"n_{status}"], "analysis.responder", given | {"status": status})
                for status in ("non_responder", "not_evaluable", "not_due")
            }
        )
    return shown


def answer_of(rates: list[Row], differences: list[Row]) -> Row | None:
    """What the page says first: the last cycle in which every arm has somebody to judge (failing that, anybody).

    Grain in: the primary rule set's rates and observed differences. None while nobody can be judged.
    """
    cycles = grouped(rates, "cycle")
    for wanted in (all, any):
        for cycle in sorted(cycles, reverse=True):
            of_arms = [rate for rate in cycles[cycle] if rate["arm"] != ALL] or cycles[cycle]
            if wanted(rate["responder_pct"].value is not None for rate in of_arms):
                judged = [rate for rate in of_arms if rate["responder_pct"].value is not None]
                compared = [
                    row for row in differences if row["cycle"] == cycle and row["difference_pct"].value is not None
                ]
                return {"cycle": cycle, "rates": judged, "differences": compared}
    return None


def load_differences(con: Connection, rule_set: str) -> dict[str, list[Row]]:
    """Rows of summary.arm_differences under one rule set, by analysis: observed, non_responder_imputed."""
    key = ("rule_set", "cycle", "arm", "analysis")
    return grouped(load_cells(con, "summary.arm_differences", key, {"rule_set": rule_set}), "analysis")


def load_all_differences(con: Connection) -> list[Row]:
    """Rows of summary.arm_differences under every rule set."""
    return load_cells(con, "summary.arm_differences", ("rule_set", "cycle", "arm", "analysis"))


def load_hypotheses(con: Connection) -> list[Row]:
    """Rows of summary.hypotheses in the declared order."""
    return load_cells(con, "summary.hypotheses", ("position",))


def load_rates_by_population(con: Connection, rule_set: str, arms: dict[str, str]) -> dict[str, list[Row]]:
    """Rows of summary.responder_rates_by_population under one rule set, by population in the order of words.toml."""
    key = ("rule_set", "population", "cycle", "arm")
    rows = load_cells(con, "summary.responder_rates_by_population", key, {"rule_set": rule_set})
    return grouped_by_words([row for row in rows if row["arm"] in arms], "population")


def load_differences_by_population(con: Connection, rule_set: str) -> dict[str, list[Row]]:
    """Observed rows of summary.arm_differences_by_population under one rule set, by population."""
    key = ("rule_set", "population", "cycle", "arm", "analysis")
    only = {"rule_set": rule_set, "analysis": "observed"}
    return grouped(load_cells(con, "summary.arm_differences_by_population", key, only), "population")


def load_repeated(con: Connection, rule_set: str) -> list[Row]:
    """Odds ratios of response over all cycles of a subject, by cycle and arm."""
    return load_cells(con, "summary.repeated_response", RATE_KEY, {"rule_set": rule_set})


def load_tipping(con: Connection, rule_set: str) -> list[Row]:
    """Per cycle and arm: the rows of summary.tipping_points in which none and in which all of the missing responded."""
    key = ("rule_set", "cycle", "arm", "n_imputed_responders")
    rows = grouped(load_cells(con, "summary.tipping_points", key, {"rule_set": rule_set}), "cycle", "arm")
    return [{"worst": group[0], "best": group[-1]} for group in rows.values()]


def load_strata(con: Connection, rule_set: str, arms: dict[str, str]) -> dict[str, list[Row]]:
    """Per stratum, one row per level and arm (sites: all arms together): ``cycles`` with the rate of each cycle.

    A stratum that is known of nobody is left out.
    """
    key = ("rule_set", "stratum", "level", "arm", "cycle")
    rows = load_cells(con, "summary.responder_rates_by_stratum", key, {"rule_set": rule_set})
    shown: list[Row] = [
        {"stratum": stratum, "level": level, "arm": arm, "cycles": {row["cycle"]: row for row in group}}
        for (stratum, level, arm), group in grouped(rows, "stratum", "level", "arm").items()
        if arm == ALL or (stratum != "site" and arm in arms)
    ]
    strata = grouped([row for row in shown if _has_somebody(row)], "stratum")
    return {name: levels for name, levels in strata.items() if any(row["level"] != "unknown" for row in levels)}


def _has_somebody(row: dict[str, Any]) -> bool:
    return any(rate["n_subjects"].value for rate in row["cycles"].values())
