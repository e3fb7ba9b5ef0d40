"""Text: one line a group of findings, as on the terminal."""

import io

from rich.console import Console

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
