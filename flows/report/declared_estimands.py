"""Estimands of the plan: their attributes as ICH E9(R1) orders them, and their estimates."""

from flows.base.sql_text import rows_of
from flows.report.cells import ALL, Cell, Connection, Row, cell, grouped, load_cells
from flows.study.analysis_plan import tested_tables

# Where a table says how many subjects its comparison is of: those of the arm and of the reference arm, or all together.
OF_ARMS = {
    "summary.arm_differences": ("n_subjects", "n_reference"),
    "summary.arm_differences_by_population": ("n_subjects", "n_reference"),
    "summary.imputed_change": ("n_subjects",),
}
OF_ALL = {
    "summary.change_from_baseline": "n_model",
    "summary.mmrm_change": "n_model",
    "summary.mmrm_quality_of_life": "n_model",
    "summary.quality_of_life": "n_model",
    "summary.repeated_response": "n_subjects",
}


def load_estimands(con: Connection) -> list[Row]:
    """One row per estimand, the primary one first: title, citation, ``attributes``, ``estimates`` by position and arm, and
    ``main``, the estimates of the main estimator with their number of subjects.

    An intercurrent event has its ``counts``, one per arm (of all where no arms are told apart); ``not_declared`` are the
    events that the estimand does not name.
    """
    counts = load_cells(con, "summary.estimand_events", ("estimand", "kind", "reasons", "arm"))
    has_arms = any(row["arm"] != ALL for row in counts)
    of_event = grouped([row for row in counts if (row["arm"] == ALL) != has_arms], "estimand", "kind", "reasons")
    attributes = grouped(
        rows_of(con, "SELECT * FROM meta.estimands ORDER BY NOT is_primary, estimand, position"), "estimand"
    )
    estimates = grouped(load_cells(con, "summary.estimates", ("estimand", "position", "arm")), "estimand")
    return [
        {name: rows[0][name] for name in ("estimand", "title", "citation", "is_primary")}
        | {
            "attributes": [row | {"counts": of_event.get((name, row["detail"], row["reasons"]), [])} for row in rows],
            "not_declared": [
                {"detail": kind, "counts": rows}
                for (estimand, kind, _), rows in of_event.items()
                if estimand == name and rows[0]["strategy"] == "not_declared"
            ],
            "estimates": estimates.get(name, []),
        }
        | {"variable": next(row["description"] for row in rows if row["attribute"] == "variable")}
        | {"main": [row | _subjects(con, row) for row in estimates.get(name, []) if row["analysis"] == "main"]}
        for name, rows in attributes.items()
    ]


def _subjects(con: Connection, estimate: Row) -> dict[str, list[Cell]]:
    """``n_arms`` (the arm, then the reference arm) or ``n_all``: of the row that holds the estimate; empty where it has none,
    and where the data of the estimand are not those of the table."""
    table = estimate["table_name"]
    names = OF_ARMS.get(table) or ((OF_ALL[table],) if table in OF_ALL else ())
    found: list[Row] = []
    if names and not estimate["n_altered"].value:
        key = tested_tables()[table]
        address = ", ".join(f"'{name}=' || {name}" for name in key)
        query = f"SELECT {', '.join((*key, *names))} FROM {table} WHERE concat_ws(', ', {address}) = $row_key"
        found = rows_of(con, query, {"row_key": estimate["row_key"]})
    cells = [cell(row[name], table, {part: row[part] for part in key}, name) for row in found for name in names]
    return {"n_arms": cells if table in OF_ARMS else [], "n_all": cells if table in OF_ALL else []}
