"""Data-quality findings grouped for people: what is wrong, how often, where first."""

from collections.abc import Sequence

import duckdb
from rich.console import Console
from rich.markup import escape

from flows.base.logs import log
from flows.base.shown_text import one_line
from flows.base.toml_files import Frozen
from flows.checking.dose_findings import withhold_places

COLOURS = {"critical": "red", "error": "red", "warning": "yellow", "info": "blue"}
SHOWN_PLACES = 3
SHOWN_FILES = 20  # of what is wrong with files as a whole: each has to be asked for
SHOWN_REASONS = 50  # of one check: a folder of a thousand broken files must not print a thousand lines


class FindingGroup(Frozen):
    """All findings of one check with one reason; ``places`` are the first few as path:line."""

    severity: str
    check_id: str
    reason: str
    count: int
    places: tuple[str, ...]


def write_findings(con: duckdb.DuckDBPyConnection) -> None:
    """meta.findings: every finding with the path of its file, as it is published."""
    con.execute(
        """CREATE OR REPLACE TABLE meta.findings AS
        SELECT finding.check_id, finding.severity, finding.kind, finding.file_id, file.path, finding.line_number,
            finding.subject_id, finding.reason
        FROM landing.findings AS finding
        LEFT JOIN (SELECT file_id, min(path) AS path FROM landing.files GROUP BY file_id) AS file USING (file_id)"""
    )
    withhold_places(con)


def load_findings(con: duckdb.DuckDBPyConnection) -> tuple[FindingGroup, ...]:
    """The findings of meta.findings, the gravest first; no subject and no value of a patient among them."""
    rows = con.execute(
        f"""SELECT severity, check_id, reason, count(*),
            list_transform(
                coalesce(min({{'path': path, 'line': line_number}}, {SHOWN_FILES}) FILTER (path IS NOT NULL), []),
                lambda place: place.path || coalesce(':' || place.line, '')), bool_and(line_number IS NULL)
        FROM meta.findings
        GROUP BY severity, check_id, reason
        ORDER BY list_position(['critical', 'error', 'warning', 'info'], severity), check_id, reason"""
    ).fetchall()
    return tuple(
        FindingGroup(
            severity=severity,
            check_id=check_id,
            reason=reason,
            count=count,
            places=places if is_about_files else places[:SHOWN_PLACES],
        )
        for severity, check_id, reason, count, places, is_about_files in rows
    )


def print_findings(console: Console, groups: tuple[FindingGroup, ...]) -> None:
    """One line a group; of a check with many different reasons the first ones, and the number of the others."""
    by_check: dict[str, list[FindingGroup]] = {}
    for group in groups:
        by_check.setdefault(group.check_id, []).append(group)
    for check_id, of_check in by_check.items():
        for group in of_check[:SHOWN_REASONS]:
            # What is missing has no place.
            where = f": {escape(one_line(listed(group.places, group.count)))}" if group.places else ""
            _print_line(console, group, f"{escape(one_line(group.reason))}{where}")
        if rest := of_check[SHOWN_REASONS:]:
            count = sum(group.count for group in rest)
            _print_line(console, rest[0], f"and {count:,} more findings of {escape(check_id)} for other reasons")


def log_findings(groups: tuple[FindingGroup, ...]) -> None:
    """One line of the log a group."""
    for group in groups:
        log(
            group.reason,
            event="finding",
            severity=group.severity,
            check_id=group.check_id,
            count=group.count,
            places=group.places,
        )


def listed(places: Sequence[str], count: int) -> str:
    """The places in a row, and how many more there are."""
    shown = places[:SHOWN_FILES]
    return ", ".join(shown) + (f" and {count - len(shown):,} more" if count > len(shown) else "")


def _print_line(console: Console, group: FindingGroup, text: str) -> None:
    colour = COLOURS[group.severity]
    console.print(f"[{colour}]{group.severity:<8}[/] {group.check_id}: {text}", soft_wrap=True)


def count_by_severity(groups: tuple[FindingGroup, ...]) -> dict[str, int]:
    """Number of findings of each severity that occurs."""
    counts: dict[str, int] = {}
    for group in groups:
        counts[group.severity] = counts.get(group.severity, 0) + group.count
    return counts
