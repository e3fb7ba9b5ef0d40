"""Estimands of the plan: their attributes as ICH E9(R1) orders them, and their estimates."""

from flows.base.sql_text import rows_of
from flows.report.cells import Connection, Row, grouped, load_cells


def load_estimands(con: Connection) -> list[Row]:
    """One row per estimand, the primary one first: title, citation, ``attributes``, and ``estimates`` by position and arm."""
    attributes = grouped(
        rows_of(con, "SELECT * FROM meta.estimands ORDER BY NOT is_primary, estimand, position"), "estimand"
    )
    estimates = grouped(load_cells(con, "summary.estimates", ("estimand", "position", "arm")), "estimand")
    return [
        {name: rows[0][name] for name in ("estimand", "title", "citation", "is_primary")}
        | {"attributes": rows, "estimates": estimates.get(name, [])}
        for name, rows in attributes.items()
    ]
