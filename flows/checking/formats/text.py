"""Text: one line a group of findings, as on the terminal."""

import io

from rich.console import Console

from flows.base.shown_text import one_line
from flows.checking.check_outcomes import CheckReport
from flows.checking.findings import print_findings


def render(report: CheckReport, prefix: str) -> str:
    """The text of a file; a terminal gets the same in colour."""
    console = Console(file=io.StringIO(), highlight=False, soft_wrap=True)
    print_report(console, report)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def print_report(console: Console, report: CheckReport) -> None:
    """Print the findings and how many there are."""
    print_findings(console, report.groups)
    console.print(f"{report.errors:,} errors in {sum(report.counts.values()):,} findings.")
    if report.since:
        console.print(f"Since snapshot {report.since.snapshot_id}: {report.since.words}.", soft_wrap=True)
        for new in report.since.findings:
            place = ":".join(str(part) for part in (new.path, new.line) if part is not None)
            text = f"new {new.severity} {new.check_id}: {new.reason}{f': {place}' if place else ''}"
            console.print(one_line(text), markup=False, soft_wrap=True)
