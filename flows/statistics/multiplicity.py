"""summary.hypotheses: the tests of the analysis plan in their declared order, with p-values adjusted for each other."""

import json
from itertools import groupby
from typing import Any, NamedTuple

import duckdb

from flows.base.sql_text import rows_of
from flows.statistics.rounding import finite

Row = dict[str, Any]
WITHIN = {"holm": "holm", "hochberg": "simes-hochberg"}  # as statsmodels calls them
METHODS = {
    "fixed_sequence": "fixed sequence: each hypothesis is tested when all before it are rejected",
    "holm": "Holm's step-down procedure over all hypotheses",
    "hochberg": "Hochberg's step-up procedure over all hypotheses",
    "gatekeeping": "serial gatekeeping: a family is tested when all of the families before it are rejected; within a family {}",
}


class Adjusted(NamedTuple):
    """An adjusted p-value; ``is_reached``: all families before its own are rejected as a whole."""

    p_value: float
    is_reached: bool
    is_rejected: bool


def hypotheses(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Raw and adjusted p-values; none in a single-arm or blinded study, or where no order is declared.

    Grain: position, the declared order. Each p-value stands in the table and the row that are named beside it.
    """
    declared = rows_of(con, "SELECT * FROM meta.hypotheses ORDER BY position")
    places = [json.loads(row["place"]) for row in declared]
    found = [_p_value(con, row["table_name"], place) for row, place in zip(declared, places, strict=True)]
    if not declared:
        return []
    alpha, method, within = (declared[0][name] for name in ("alpha", "method", "within_family"))
    families = [row["family"] for row in declared]
    adjusted = adjust([p_value for p_value, _ in found], families, WITHIN.get(method, WITHIN[within]), alpha)
    return [
        {
            "position": row["position"],
            "hypothesis": row["hypothesis"],
            "arm": place["arm"],
            "family": row["family"],
            "table_name": row["table_name"],
            "row_key": ", ".join(f"{name}={value}" for name, value in place.items()),
            "p_value": p_value,
            "adjusted_p_value": finite(result.p_value),
            "alpha": alpha,
            "is_reached": result.is_reached,
            "is_rejected": result.is_rejected,
            "method": METHODS[method].format(within.capitalize()),
            "note": note or (None if result.is_reached else "not reached: a hypothesis before it is not rejected"),
        }
        for row, place, (p_value, note), result in zip(declared, places, found, adjusted, strict=True)
    ]


def _p_value(con: duckdb.DuckDBPyConnection, table: str, place: Row) -> tuple[float | None, str | None]:
    """The p-value at this place; the text says why there is none."""
    where = " AND ".join(f"{name} = ${name}" for name in place)
    rows = con.execute(f"SELECT p_value FROM {table} WHERE {where}", place).fetchall()
    if not rows:
        return None, "the table has no such row: it counts as not rejected"
    ((p_value,),) = rows
    return p_value, "no p-value could be computed: it counts as not rejected" if p_value is None else None


def adjust(p_values: list[float | None], families: list[int], within: str, alpha: float) -> list[Adjusted]:
    """Adjusted p-values of hypotheses whose families stand in the order in which they are tested.

    A family is adjusted within itself, and no p-value is smaller than the largest of the families before: a fixed sequence
    has a family for each hypothesis, Holm and Hochberg have one for all. A missing p-value counts as 1.
    Source: Holm 1979, Scand J Stat 6:65; Hochberg 1988, Biometrika 75:800; Dmitrienko and Tamhane 2007, Pharm Stat 6:171,
    serial gatekeeping; computed by statsmodels.
    """
    from statsmodels.stats.multitest import multipletests

    results: dict[int, Adjusted] = {}
    gate = 0.0
    in_order = sorted(range(len(families)), key=lambda place: families[place])
    for _, group in groupby(in_order, key=lambda place: families[place]):
        places = list(group)
        raw = [1.0 if (p := p_values[place]) is None else p for place in places]
        own = [min(1.0, float(p)) for p in multipletests(raw, method=within)[1]]
        for place, p_value in zip(places, own, strict=True):
            shown = max(p_value, gate)
            results[place] = Adjusted(shown, gate <= alpha, shown <= alpha and p_values[place] is not None)
        gate = max(gate, *own)
    return [results[place] for place in range(len(families))]
