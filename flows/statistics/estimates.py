"""summary.estimates: each estimand of the plan by its main estimator and by those of its sensitivity analyses."""

import json
from typing import Any, NamedTuple

import duckdb

from flows.base.sql_text import rows_of

Row = dict[str, Any]


class Columns(NamedTuple):
    """Where a table holds the comparison of an arm with the reference arm."""

    estimate: str
    ci_low: str
    ci_high: str
    unit: str


DIFFERENCE_PCT = Columns("difference_pct", "ci_low_pct", "ci_high_pct", "percentage points")
DAYS = Columns("difference", "difference_ci_low", "difference_ci_high", "headache days per 28 days")
COLUMNS = {
    "summary.arm_differences": DIFFERENCE_PCT,
    "summary.arm_differences_by_population": DIFFERENCE_PCT,
    "summary.change_from_baseline": DAYS._replace(unit="units of the measure"),
    "summary.imputed_change": DAYS,
    "summary.mmrm_change": DAYS,
    "summary.mmrm_quality_of_life": DAYS._replace(unit="points"),
    "summary.quality_of_life": DAYS._replace(unit="points"),
    "summary.repeated_response": Columns("odds_ratio", "odds_ratio_ci_low", "odds_ratio_ci_high", "odds ratio"),
}


def estimates(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """The comparison of each arm with the reference arm; none in a single-arm or blinded study, or without estimands.

    Grain: estimand x position (1 = the main estimator) x arm. Numbers are those of the table and the row that are named.
    """
    rows = []
    for planned in rows_of(con, "SELECT * FROM meta.estimators ORDER BY estimand, position, arm"):
        place, columns = json.loads(planned["place"]), COLUMNS[planned["table_name"]]
        where = " AND ".join(f"{name} = ${name}" for name in place)
        query = f"""SELECT {columns.estimate} AS estimate, {columns.ci_low} AS ci_low, {columns.ci_high} AS ci_high, p_value
            FROM {planned["table_name"]} WHERE {where}"""
        found = rows_of(con, query, place)
        rows.append(
            {name: planned[name] for name in ("estimand", "is_primary", "position", "arm", "analysis", "table_name")}
            | {"method": planned["how"]}
            | {"row_key": ", ".join(f"{name}={value}" for name, value in place.items()), "estimate_unit": columns.unit}
            | (found[0] if found else {"note": "the table has no such row"})
        )
    return rows
