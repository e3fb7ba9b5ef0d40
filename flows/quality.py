"""check: data quality only. Lands into a temporary folder, publishes nothing, works without Prefect."""

import tempfile
from pathlib import Path

import duckdb
from rich.markup import escape

from flows import steps
from flows.progress import console, step
from flows.study import load_study
from flows.warehouse import open_warehouse


def check_study(folder: Path) -> int:
    """Check a study's inbox and print the findings, grouped by check; gives the exit code (0 or 1)."""
    study = load_study(folder)
    with tempfile.TemporaryDirectory(prefix="check-") as out, open_warehouse(Path(out), study) as (con, kept):
        steps.load_metadata(con, study, None)
        with step("land") as line:
            landed = steps.land(con, study, kept)
            line.text = f"{landed.files_seen} files, {landed.lines_landed:,} lines, {landed.files_refused} refused"
        with step("validate") as line:
            quality = steps.validate(con, study, kept)
            steps.derive(con)
            line.text = f"{len(quality.results)} checks"
        with step("results") as line:
            line.text = f"{len(steps.summarise(con))} checks"
        return print_findings(con)


def print_findings(con: duckdb.DuckDBPyConnection) -> int:
    """One paragraph per check that failed: how many lines, where the first ones are, what to do."""
    groups = con.execute(
        """SELECT severity, check_id, any_value(reason) AS reason, count(*) AS findings,
            list(coalesce(path, '') || coalesce(':' || line_number, '') ORDER BY path, line_number)[:3] AS places
        FROM meta.findings
        GROUP BY severity, check_id
        ORDER BY list_position(['critical', 'error', 'warning', 'info'], severity), check_id"""
    ).fetchall()
    colours = {"critical": "red", "error": "red", "warning": "yellow", "info": "blue"}
    for severity, check_id, reason, findings, places in groups:
        more = f" and {findings - len(places)} more" if findings > len(places) else ""
        where = ", ".join(place for place in places if place)
        print_line = f"[{colours[severity]}]{severity:<8}[/] {check_id}: {escape(reason)}: {escape(where)}{more}"
        console.print(print_line, soft_wrap=True)
    failing = sum(group[3] for group in groups if group[0] in ("critical", "error"))
    console.print(f"{failing} errors in {sum(group[3] for group in groups)} findings.")
    return 1 if failing else 0
