"""summary.estimates: each estimand of the plan by its main estimator and by those of its sensitivity analyses."""

import json
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

import duckdb

from flows.base.sql_text import one_row, rows_of
from flows.statistics.estimand_data import altered_data

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

    Grain: estimand x position (1 = the main estimator) x arm. Numbers are those of the table and the row that are named,
    unless a strategy for intercurrent events alters the data: then the same is fitted on the data of the estimand.
    """
    rows = []
    planned = rows_of(con, "SELECT * FROM meta.estimators ORDER BY estimand, position, arm")
    for _, group in groupby(planned, key=itemgetter("estimand", "position")):
        of_arms = list(group)
        table, places = of_arms[0]["table_name"], [json.loads(row["place"]) for row in of_arms]
        data = altered_data(table, of_arms[0]["estimand"], places[0])
        n_altered, n_rows = one_row(con, f"SELECT count(DISTINCT subject_id), count(*) FROM ({data.altered})")
        fitted = data.fit(con) if n_rows else None
        rows += [
            {name: row[name] for name in ("estimand", "is_primary", "position", "arm", "analysis", "table_name")}
            | {"method": row["how"], "row_key": ", ".join(f"{name}={value}" for name, value in place.items())}
            | {"estimate_unit": COLUMNS[table].unit, "n_altered": n_altered, "n_altered_rows": n_rows}
            | _estimate(con, table, place, fitted)
            for row, place in zip(of_arms, places, strict=True)
        ]
    return rows


def _estimate(con: duckdb.DuckDBPyConnection, table: str, place: Row, fitted: list[Row] | None) -> Row:
    """The numbers of the row at this place: of the rows that were fitted, else of the published table."""
    where = " AND ".join(f"{name} = ${name}" for name in place)
    if fitted is None:
        found = rows_of(con, f"SELECT * FROM {table} WHERE {where}", place)
    else:
        found = [row for row in fitted if all(row.get(name, value) == value for name, value in place.items())]
    if not found:
        return {"note": "the table has no such row"}
    columns = COLUMNS[table]
    names = {"estimate": columns.estimate, "ci_low": columns.ci_low, "ci_high": columns.ci_high, "p_value": "p_value"}
    return {name: found[0].get(column) for name, column in names.items()}
