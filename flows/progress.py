"""Progress an operator can follow: one line a step and a sign of life from long ones, counts only and never values."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.table import Table

from flows.checking.findings import FindingGroup, print_findings
from flows.logs import console, is_json, tell

if TYPE_CHECKING:
    from flows.summary import RunSummary

SIGN_OF_LIFE_SECONDS = 60


class Line:
    """What a step says when it has ended: a text, and the same as counts."""

    def __init__(self) -> None:
        self.text = ""
        self.counts: dict[str, int | str] = {}


@contextmanager
def step(name: str) -> Generator[Line]:
    """Time a step and tell its outcome; while it is under way, say so every minute."""
    line = Line()
    started = time.perf_counter()
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(SIGN_OF_LIFE_SECONDS):
            seconds = round(time.perf_counter() - started)
            tell(f"{name:<10} under way for {seconds} s", step=name, event="under_way", seconds=seconds)

    threading.Thread(target=live, daemon=True).start()
    try:
        if is_json():
            tell(f"{name} started", step=name, event="started")
            yield line
        else:
            with console.status(f"{name} ..."):
                yield line
    finally:
        ended.set()
    seconds = time.perf_counter() - started
    tell(
        f"{name:<10} {line.text} ({seconds:.1f} s)", step=name, event="ended", seconds=round(seconds, 3), **line.counts
    )


def print_summary(summary: "RunSummary") -> None:
    """The end of a run: headline table, findings, and the path of the report as the last line of stdout."""
    if not summary.is_new:
        tell("Nothing new since the last run: the current snapshot stands.", event="nothing_new")
    if is_json():
        _tell_findings(summary.errors)
        tell(
            "ended",
            event="published" if summary.is_new else "unchanged",
            snapshot=summary.snapshot.name,
            report=summary.report,
            findings=summary.findings,
        )
    else:
        print_findings(console, summary.errors)
        console.print(_rates(summary) if summary.rates else "No cycle to tell of: no injection up to the data cut-off.")
        found = ", ".join(f"{count} {severity}" for severity, count in sorted(summary.findings.items())) or "none"
        console.print(f"Data-quality findings: {found}.")
    print(summary.report)


def _tell_findings(groups: tuple[FindingGroup, ...]) -> None:
    for group in groups:
        tell(
            group.reason,
            event="finding",
            severity=group.severity,
            check_id=group.check_id,
            count=group.count,
            places=group.places,
        )


def _rates(summary: "RunSummary") -> Table:
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
    return table


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
