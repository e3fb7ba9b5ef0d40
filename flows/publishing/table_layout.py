"""A publication table laid out: its cells in a row per label and a column per arm, whatever file it is written to."""

from typing import NamedTuple

import duckdb

from flows.publishing.publication_tables import PublicationTable
from flows.warehouse.sql_models import tables_read

Connection = duckdb.DuckDBPyConnection
ALL = "all"
PAGE_TWIPS = 13_800  # width of a landscape A4 page within its margins


DEFINITION = "Definition"  # the one column of a table of words


class Layout(NamedTuple):
    """A table ready to be written: one column per arm, rows of (section, label, cells)."""

    title: str
    columns: list[str]
    rows: list[tuple[str, str, list[str]]]
    note: str
    source: str = ""  # the tables and the snapshot that the numbers come from


def lay_out(con: Connection, table: PublicationTable) -> Layout:
    """The cells of a table in a row per label and a column per arm: the study's order, all subjects last."""
    rows: dict[tuple[str, str], dict[str, str]] = {}
    for section, label, arm, cell in con.execute(table.query).fetchall():
        rows.setdefault((section, label), {})[arm] = cell
    sizes = con.execute(
        """SELECT coalesce(arm.arm, 'all'), coalesce(arm.label, 'All subjects'), step.n
        FROM summary.disposition AS step
        LEFT JOIN meta.arms AS arm ON arm.arm = step.arm
        WHERE step.step = 'treated' AND (arm.arm IS NOT NULL OR step.arm = 'all')
        ORDER BY arm.position NULLS LAST"""
    ).fetchall()
    used = {arm for cells in rows.values() for arm in cells}
    shown = [(arm, f"{label} (N = {n})") for arm, label, n in sizes if arm in used]
    if used == {None}:  # words, of no arm
        shown = [(None, DEFINITION)]
    note = f"{table.note}{_without_arm(sizes, used)}" if rows else _why_empty(con, table)
    return Layout(
        f"Table {int(table.name[:2])}. {table.title}",
        [label for _, label in shown],
        [(section, label, [cells.get(arm) or "–" for arm, _ in shown]) for (section, label), cells in rows.items()],
        note,
        _source(con, table),
    )


def _source(con: Connection, table: PublicationTable) -> str:
    shown = ("summary.", "meta.estimands")
    tables = ", ".join(sorted(name for name in tables_read(table.query) if name.startswith(shown)))
    snapshots = con.execute("SELECT snapshot_id FROM meta.runs").fetchall()
    return f"Source: {tables}; snapshot {snapshots[0][0]}."


def _without_arm(sizes: list[tuple[str, str, int]], used: set[str]) -> str:
    """Why the arms do not add up to all subjects, where a table shows both."""
    treated = {arm: n for arm, _, n in sizes}
    missing = treated.pop(ALL, 0) - sum(treated.values())
    if not treated or not missing or ALL not in used:
        return ""
    return f" All subjects: with {missing} treated {'subject' if missing == 1 else 'subjects'} of no known arm."


def _why_empty(con: Connection, table: PublicationTable) -> str:
    reasons = con.execute(
        "SELECT DISTINCT reason FROM summary.methods WHERE table_name = $1 AND NOT is_given", [table.methods]
    ).fetchall()
    return f"Not given: {reasons[0][0]}." if reasons else "The study has no data for this table."
