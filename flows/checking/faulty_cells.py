"""Faulty cells: a cell that a line can do without is set aside, and the line stays.

An unreadable or impossible value holds nothing when it is landed. A value that only a check finds (a time of entry in
the future, an arm nobody declared) stays in the landed line, and ``lines_as_known`` empties it for what comes after.
"""

import duckdb

from flows.checking.checks import Check
from flows.study.dictionary import file_columns, input_tables, reveals_arm

Connection = duckdb.DuckDBPyConnection
HAS_CELLS_ASIDE = "coalesce(line.unreadable, line.out_of_range, line.other_unit) IS NOT NULL"


def create_cells_aside(con: Connection) -> None:
    """landing.cells_aside, empty: one row per cell and check that set it aside."""
    con.execute(
        """CREATE OR REPLACE TABLE landing.cells_aside (
            kind VARCHAR, file_id VARCHAR, line_number INTEGER, column_name VARCHAR, check_id VARCHAR,
            severity VARCHAR, reason VARCHAR, subject_id VARCHAR, check_order INTEGER, reveals_arm BOOLEAN)"""
    )


def set_cells_aside(con: Connection, check: Check, place: int) -> None:
    """The cells in which a check failed; of a finding about a whole file every cell of the column in it."""
    kind, column = check.table.partition(".")[2], check.sets_aside
    # Two joins, each by equal keys: one with OR would compare every failing cell with every line of its file.
    con.execute(
        f"""INSERT INTO landing.cells_aside
        WITH failed AS (SELECT file_id, line_number FROM ({check.failing_rows()})),
        cells AS (
            SELECT line.file_id, line.line_number, line.subject_id
            FROM failed JOIN landing.{kind} AS line USING (file_id, line_number)
            UNION ALL
            SELECT line.file_id, line.line_number, line.subject_id
            FROM landing.{kind} AS line
            SEMI JOIN (FROM failed WHERE line_number IS NULL) AS whole ON whole.file_id = line.file_id
            WHERE list_contains(string_split(line.other_unit, ','), $column)
        )
        SELECT $kind, file_id, line_number, $column, $check_id, $severity, $reason, subject_id, $place, $reveals_arm
        FROM cells""",
        {
            "kind": kind,
            "column": column,
            "check_id": check.id,
            "severity": check.severity,
            "reason": check.reason,
            "place": place,
            "reveals_arm": _reveals_arm(kind, column),
        },
    )


def _reveals_arm(kind: str, name: str | None) -> bool:
    table = input_tables()[kind]
    return name == "arm" or any(column.name == name and reveals_arm(table, column) for column in table.columns)


def view_lines_as_known(con: Connection, kind: str) -> None:
    """landing.known_<kind>: the landed lines without the values that checks set aside."""
    con.execute(f"CREATE OR REPLACE VIEW landing.known_{kind} AS {lines_as_known(con, kind, f'landing.{kind}')}")


def lines_as_known(con: Connection, kind: str, table: str) -> str:
    """A SELECT of landed lines with each cell that was set aside empty."""
    set_aside = con.execute(
        "SELECT DISTINCT column_name FROM landing.cells_aside WHERE kind = ? ORDER BY ALL", [kind]
    ).fetchall()
    optional = {column.name for column in file_columns(kind) if not column.required}
    names = [name for (name,) in set_aside if name in optional]
    if not names:
        return f"SELECT * FROM {table}"
    emptied = ", ".join(
        f"CASE WHEN list_contains(aside.names, '{n}') THEN NULL ELSE line.{n} END AS {n}" for n in names
    )
    return f"""SELECT line.* REPLACE ({emptied})
        FROM {table} AS line
        LEFT JOIN (
            SELECT file_id, line_number, list(DISTINCT column_name) AS names
            FROM landing.cells_aside WHERE kind = '{kind}' GROUP BY file_id, line_number
        ) AS aside ON aside.file_id = line.file_id AND aside.line_number = line.line_number"""
