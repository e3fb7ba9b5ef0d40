"""Headache days and the other diary measures by month, and the distribution of the reduction."""

from flows.base.sql_text import rows_of
from flows.report.cells import Cell, Connection, Row, cell, grouped, load_cells
from flows.study.words import load_words

SHOWN_REDUCTIONS = (30, 50, 75, 100)


def load_changes(con: Connection, arms: dict[str, str]) -> dict[str, list[Row]]:
    """Rows of summary.change_from_baseline by measure, in the order of words.toml; measures nobody recorded left out."""
    rows = load_cells(con, "summary.change_from_baseline", ("measure", "cycle", "month", "arm"))
    measures = grouped([row for row in rows if row["arm"] in arms], "measure")
    in_order = load_words()["measure"]
    return {
        measure: measures[measure]
        for measure in (*in_order, *sorted(set(measures) - set(in_order)))
        if any(row["n"].value for row in measures.get(measure, []))
    }


def load_mmrm(con: Connection) -> list[Row]:
    """Rows of summary.mmrm_change: LS means and differences of each month, from one model of all months."""
    return load_cells(con, "summary.mmrm_change", ("rule_set", "cycle", "month", "arm"))


def load_months_left_out(con: Connection) -> dict[str, Cell]:
    """Months that are in no mean, and why: subject-months."""
    (row,) = rows_of(
        con,
        """SELECT count(*) AS months, count(*) FILTER (NOT is_due) AS not_due,
            count(*) FILTER (is_due AND NOT is_evaluable) AS not_evaluable FROM analysis.months""",
    )
    table = "analysis.months"
    return {
        "months": cell(row["months"], table),
        "not_due": cell(row["not_due"], table, {"is_due": False}),
        "not_evaluable": cell(row["not_evaluable"], table, {"is_due": True, "is_evaluable": False}),
    }


def load_distribution(con: Connection, rule_set: str) -> list[Row]:
    """Rows of summary.reduction_distribution under one rule set, cycle by cycle and arm by arm."""
    key = ("rule_set", "cycle", "arm", "min_reduction_pct")
    return load_cells(con, "summary.reduction_distribution", key, {"rule_set": rule_set})


def load_reductions(con: Connection, rule_set: str) -> list[Row]:
    """The reduction of every subject who is judged and can be compared with the baseline, largest first; no names."""
    return rows_of(
        con,
        """SELECT cycle, arm, reduction_pct FROM analysis.responder
        WHERE rule_set = $1 AND status IN ('responder', 'non_responder') AND reduction_pct IS NOT NULL
        ORDER BY cycle, reduction_pct DESC, subject_id""",
        [rule_set],
    )
