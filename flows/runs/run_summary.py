"""What a run says at its end, read from the published snapshot."""

import json
from pathlib import Path
from typing import Any

import duckdb
from rich.markup import escape
from rich.table import Table

from flows.base.logs import console, is_json, log
from flows.base.shown_text import one_line
from flows.base.sql_text import one_value
from flows.base.toml_files import Frozen
from flows.checking.findings import FindingGroup, count_by_severity, load_findings, print_findings


class RunSummary(Frozen):
    """The end of a run: where the results are and what was found."""

    snapshot: Path
    report: Path
    is_new: bool
    findings: dict[str, int]
    errors: tuple[FindingGroup, ...]
    primary_rule_set: str
    rates: tuple[dict[str, Any], ...]

    def as_json(self) -> str:
        """The same for machines."""
        return json.dumps(self.model_dump(mode="json"), indent=2)


def summarise_run(snapshot: Path, is_new: bool) -> RunSummary:
    """Read the headline numbers of a snapshot."""
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        groups = load_findings(con)
        primary = one_value(con, "SELECT primary_rule_set FROM meta.runs")
        rates = con.execute(
            "SELECT rate.* FROM summary.responder_rates AS rate LEFT JOIN meta.arms AS arm USING (arm)"
            " WHERE rule_set = ? ORDER BY cycle, arm.position NULLS LAST",
            [primary],
        ).fetchall()
        names = [column[0] for column in con.description or []]
    return RunSummary(
        snapshot=snapshot,
        report=snapshot.parent.parent / "current" / "report.html",
        is_new=is_new,
        findings=count_by_severity(groups),
        errors=tuple(group for group in groups if group.severity in ("critical", "error")),
        primary_rule_set=primary,
        rates=tuple(dict(zip(names, row, strict=True)) for row in rates),
    )


def print_summary(summary: RunSummary) -> None:
    """The end of a run: headline table, findings, and the path of the report as the last line of stdout."""
    if not summary.is_new:
        log("Nothing new since the last run: the current snapshot stands.", event="nothing_new")
    if is_json():
        _print_findings(summary.errors)
        log(
            "ended",
            event="published" if summary.is_new else "unchanged",
            snapshot=summary.snapshot.name,
            report=summary.report,
            findings=summary.findings,
        )
    else:
        print_findings(console, summary.errors)
        console.print(
            _rates(summary) if summary.rates else "No cycle has a status: there is no injection up to the data cut-off."
        )
        found = ", ".join(f"{count} {severity}" for severity, count in sorted(summary.findings.items())) or "none"
        console.print(f"Data-quality findings: {found}.")
    print(summary.report)


def _print_findings(groups: tuple[FindingGroup, ...]) -> None:
    for group in groups:
        log(
            group.reason,
            event="finding",
            severity=group.severity,
            check_id=group.check_id,
            count=group.count,
            places=group.places,
        )


def _rates(summary: RunSummary) -> Table:
    table = Table(
        title=f"Responders under the rule set '{escape(one_line(summary.primary_rule_set))}'", title_justify="left"
    )
    for heading in ("Cycle", "Arm", "Evaluable", "Responders", "%", "95% CI", "Imputed %"):
        table.add_column(heading, justify="left" if heading == "Arm" else "right")
    for rate in summary.rates:
        interval = "" if rate["ci_low_pct"] is None else f"{rate['ci_low_pct']:.1f} to {rate['ci_high_pct']:.1f}"
        table.add_row(
            str(rate["cycle"]),
            escape(one_line(rate["arm"])),
            f"{rate['n_evaluable']} of {rate['n_subjects']}",
            str(rate["n_responders"]),
            _percent(rate["responder_pct"]),
            interval,
            _percent(rate["responder_nri_pct"]),
        )
    return table


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
