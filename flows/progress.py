"""Progress an operator can follow: one line a step, on stderr, counts only and never values."""

import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.findings import print_findings

if TYPE_CHECKING:
    from flows.summary import RunSummary

console = Console(stderr=True, highlight=False)


class Line:
    """What a step says when it has ended."""

    def __init__(self) -> None:
        self.text = ""


@contextmanager
def step(name: str) -> Generator[Line]:
    """Time a step and print it with its outcome."""
    line = Line()
    started = time.perf_counter()
    with console.status(f"{name} ..."):
        yield line
    console.print(f"[bold]{name:<10}[/bold] {line.text} [dim]({time.perf_counter() - started:.1f} s)[/dim]")


def print_summary(summary: "RunSummary") -> None:
    """The end of a run: headline table, findings, and the path of the report as the last line of stdout."""
    if not summary.is_new:
        console.print("Nothing new since the last run: the current snapshot stands.")
    print_findings(console, summary.errors)
    table = Table(title=f"Responders under the rule set '{summary.primary_rule_set}'", title_justify="left")
    for heading in ("Cycle", "Arm", "Evaluable", "Responders", "%", "95% CI", "Imputed %"):
        table.add_column(heading, justify="left" if heading == "Arm" else "right")
    for rate in summary.rates:
        interval = "" if rate["ci_low_pct"] is None else f"{rate['ci_low_pct']:.1f} to {rate['ci_high_pct']:.1f}"
        table.add_row(
            str(rate["cycle"]),
            escape(rate["arm"]),
            f"{rate['n_evaluable']} of {rate['n_subjects']}",
            str(rate["n_responders"]),
            _percent(rate["responder_pct"]),
            interval,
            _percent(rate["responder_nri_pct"]),
        )
    console.print(table)
    found = ", ".join(f"{count} {severity}" for severity, count in sorted(summary.findings.items())) or "none"
    console.print(f"Data-quality findings: {found}.")
    print(summary.report)


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
