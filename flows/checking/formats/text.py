"""Text: one line a group of findings, as on the terminal."""

import io

from rich.console import Console

from flows.checking.findings import print_findings
from flows.checking.quality import QualityReport


def render(report: QualityReport, prefix: str) -> str:
    """The text of a file; a terminal gets the same in colour."""
    console = Console(file=io.StringIO(), highlight=False, soft_wrap=True)
    tell(console, report)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def tell(console: Console, report: QualityReport) -> None:
    """Print the findings and how many there are."""
    print_findings(console, report.groups)
    console.print(f"{report.errors:,} errors in {sum(report.counts.values()):,} findings.")
