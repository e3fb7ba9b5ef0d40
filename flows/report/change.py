"""Headache days and the other diary measures by month, and the distribution of the reduction."""

from flows.base.sql_text import rows_of
from flows.report.cells import Cell, Connection, Row, by_key, cell, grouped, load_cells
from flows.study.words import load_words


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


def load_imputed(con: Connection) -> dict[str, list[Row]]:
    """The last month that is imputed: rows of summary.imputed_change without a delta (``assumptions``) and with one
    (``deltas``), those of other arms than the reference arm; rows of summary.imputed_responders (``responders``)."""
    key = ("rule_set", "assumption", "delta", "cycle", "month", "arm")
    rows = load_cells(con, "summary.imputed_change", key)
    last = max(((row["cycle"], row["month"]) for row in rows), default=None)
    rows = [row for row in rows if (row["cycle"], row["month"]) == last and row["arm"] != row["reference_arm"]]
    names = ("rule_set", "assumption", "cycle", "min_reduction_pct", "arm")
    shares = load_cells(con, "summary.imputed_responders", names)
    order = list(load_words()["assumption"])
    return {
        "assumptions": sorted([r for r in rows if not r["delta"]], key=lambda row: order.index(row["assumption"])),
        "deltas": [row for row in rows if row["assumption"] == order[0]],
        "responders": sorted(
            [row for row in shares if last and row["cycle"] == last[0]], key=lambda row: order.index(row["assumption"])
        ),
    }


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


def load_days_distribution(con: Connection, rule_set: str) -> list[Row]:
    """Rows of summary.reduction_days_distribution under one rule set, cycle by cycle and arm by arm."""
    key = ("rule_set", "cycle", "arm", "min_reduction_days")
    return load_cells(con, "summary.reduction_days_distribution", key, {"rule_set": rule_set})


def load_thresholds(con: Connection, rule_set: str) -> list[Row]:
    """One row per cycle and threshold under one rule set: ``arms`` with its row of summary.response_thresholds of each."""
    key = ("rule_set", "cycle", "threshold", "arm")
    rows = load_cells(con, "summary.response_thresholds", key, {"rule_set": rule_set})
    groups = [
        {"cycle": cycle, "threshold": threshold, "position": group[0]["position"].value, "arms": by_key(group, "arm")}
        for (cycle, threshold), group in grouped(rows, "cycle", "threshold").items()
    ]
    return sorted(groups, key=lambda row: (row["cycle"], row["position"]))


def load_reductions(con: Connection, rule_set: str) -> list[Row]:
    """The reduction of every subject who is judged and can be compared with the baseline, largest first; no names."""
    return rows_of(
        con,
        """SELECT cycle, arm, reduction_pct FROM analysis.responder
        WHERE rule_set = $1 AND status IN ('responder', 'non_responder') AND reduction_pct IS NOT NULL
        ORDER BY cycle, reduction_pct DESC, subject_id""",
        [rule_set],
    )
