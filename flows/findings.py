"""Data-quality findings grouped for people: what is wrong, how often, where first."""

import duckdb
from rich.console import Console
from rich.markup import escape

from flows.settings import Frozen

COLOURS = {"critical": "red", "error": "red", "warning": "yellow", "info": "blue"}


class FindingGroup(Frozen):
    """All findings of one check with one reason; ``places`` are the first few as path:line."""

    severity: str
    check_id: str
    reason: str
    count: int
    places: tuple[str, ...]


def load_findings(con: duckdb.DuckDBPyConnection) -> tuple[FindingGroup, ...]:
    """The findings of meta.findings, the gravest first; no subject and no value of a patient among them."""
    rows = con.execute(
        """SELECT severity, check_id, reason, count(*),
            list(path || coalesce(':' || line_number, '') ORDER BY path, line_number)[:3]
        FROM meta.findings
        GROUP BY severity, check_id, reason
        ORDER BY list_position(['critical', 'error', 'warning', 'info'], severity), check_id, reason"""
    ).fetchall()
    names = ("severity", "check_id", "reason", "count", "places")
    return tuple(FindingGroup.model_validate(dict(zip(names, row, strict=True))) for row in rows)


def print_findings(console: Console, groups: tuple[FindingGroup, ...]) -> None:
    """One line a group."""
    for group in groups:
        more = f" and {group.count - len(group.places):,} more" if group.count > len(group.places) else ""
        colour = COLOURS[group.severity]
        console.print(
            f"[{colour}]{group.severity:<8}[/] {group.check_id}: {escape(group.reason)}: "
            f"{escape(', '.join(group.places))}{more}",
            soft_wrap=True,
        )


def count_by_severity(groups: tuple[FindingGroup, ...]) -> dict[str, int]:
    """Number of findings of each severity that occurs."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[group.severity] = counts.get(group.severity, 0) + group.count
    return counts
