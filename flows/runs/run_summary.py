"""What a run says at its end, read from the published snapshot."""

import json
from pathlib import Path
from typing import Any

import duckdb
from rich.cells import cell_len
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from flows.base.logs import console, is_json, log, print_result
from flows.base.shown_text import one_line
from flows.base.sql_text import one_value
from flows.base.toml_files import Frozen
from flows.checking.drift import PREFIX
from flows.checking.finding_ages import FindingAges, ages_in_words
from flows.checking.findings import FindingGroup, count_by_severity, load_findings, log_findings, print_findings
from flows.comparing.sentences import changes_in_words


class RunSummary(Frozen):
    """The end of a run: where the results are and what was found."""

    snapshot: Path
    report: Path
    is_new: bool
    is_back: bool = False  # nothing new, and another snapshot than before is current: the inputs are its inputs again
    findings: dict[str, int]
    errors: tuple[FindingGroup, ...]
    unused: tuple[FindingGroup, ...] = ()  # settings that no file took up
    drift: tuple[FindingGroup, ...] = ()  # sites that changed against their own recent runs
    ages: str | None = None  # findings that are new, persisting and resolved, in words; None in a first snapshot
    primary_rule_set: str
    rates: tuple[dict[str, Any], ...]
    audit_head: str = ""  # SHA-256 of the last entry of the audit trail
    changed: str | None = None  # what differs from the snapshot before, in a sentence; None where there was none
    treated_without_arm: int = 0  # subjects; they are why the arms do not add up to all

    @property
    def nothing_new(self) -> str:
        """How to say that there is no new snapshot."""
        if self.is_back:
            return "The inputs are those of an earlier run again: its snapshot is the current one again."
        return "Nothing new since the last run: the current snapshot stands."

    def as_json(self) -> str:
        """The same for machines; on one line where all lines are JSON."""
        return json.dumps(self.model_dump(mode="json"), indent=None if is_json() else 2)


def summarise_run(snapshot: Path, is_new: bool, is_back: bool = False) -> RunSummary:
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
        changed = _changed(con) if is_new else None
        ages = load_ages(con) if is_new else None
        without_arm = one_value(
            con,
            "SELECT count(*) FROM analysis.subjects WHERE first_injection_date IS NOT NULL AND arm IS NULL"
            " AND (SELECT count(*) FROM meta.arms) > 0",
        )
    return RunSummary(
        snapshot=snapshot,
        report=snapshot.parent.parent / "current" / "report.html",
        is_new=is_new,
        is_back=is_back,
        findings=count_by_severity(groups),
        errors=tuple(group for group in groups if group.severity in ("critical", "error")),
        unused=tuple(group for group in groups if group.check_id.startswith("settings.")),
        drift=tuple(group for group in groups if group.check_id.startswith(PREFIX)),
        ages=ages,
        primary_rule_set=primary,
        rates=tuple(dict(zip(names, row, strict=True)) for row in rates),
        treated_without_arm=without_arm,
        changed=changed,
    )


def _changed(con: duckdb.DuckDBPyConnection) -> str | None:
    """What meta.changes holds, in a sentence."""
    before = con.execute("SELECT snapshot_id, note FROM meta.snapshot_before").fetchall()
    if not before:
        return None
    if before[0][1]:
        return f"Snapshot {before[0][0]}, the one before, is {before[0][1]}."
    counted = con.execute("SELECT scope, cause, count(*) FROM meta.changes GROUP BY ALL ORDER BY ALL").fetchall()
    return changes_in_words({(scope, tuple(cause.split(";"))): n for scope, cause, n in counted})


def load_ages(con: duckdb.DuckDBPyConnection) -> str | None:
    """The findings by age in words; None where there is no snapshot to compare with."""
    if one_value(con, "SELECT count(DISTINCT run) FROM meta.run_history") < 2:
        return None
    rows = con.execute("SELECT * FROM meta.finding_ages").fetchall()
    return ages_in_words([FindingAges(*row) for row in rows])


def found_in_words(summary: RunSummary) -> str:
    """What is new among the findings, and the sites that changed, for a notice; empty in a first snapshot."""
    ages = f"Findings since the last snapshot: {summary.ages}." if summary.ages else ""
    return " ".join([ages, *(f"{group.check_id}: {group.reason}." for group in summary.drift)]).strip()


def print_summary(summary: RunSummary) -> None:
    """The end of a run: headline table, findings, and the path of the report as the last line of stdout."""
    if not summary.is_new:
        log(summary.nothing_new, event="nothing_new")
    if is_json():
        log_findings((*summary.errors, *summary.drift, *summary.unused))
        log(
            "ended",
            event="published" if summary.is_new else "unchanged",
            snapshot=summary.snapshot.name,
            report=summary.report,
            findings=summary.findings,
            changed=summary.changed,
            ages=summary.ages,
        )
    else:
        print_findings(console, (*summary.errors, *summary.drift, *summary.unused))
        print_rates(console, summary)
        if summary.rates and summary.treated_without_arm:
            n = summary.treated_without_arm
            console.print(f"All: with {n} treated {'subject' if n == 1 else 'subjects'} of no known arm.")
        if summary.changed:
            console.print(f"Since the last snapshot: {summary.changed}", soft_wrap=True, markup=False)
        found = ", ".join(f"{count} {severity}" for severity, count in sorted(summary.findings.items())) or "none"
        console.print(f"Data-quality findings: {found}.")
        if summary.ages:
            console.print(f"Findings since the last snapshot: {summary.ages}.")
    print_result(str(summary.report), report=summary.report)


HEADINGS = ("Cycle", "Arm", "Evaluable", "Responders", "%", "95% CI", "Imputed %")


def print_rates(console: Console, summary: RunSummary) -> None:
    """The headline table; a list where the terminal is too narrow for it, so that no number is cut."""
    if not summary.rates:
        console.print("No cycle has a status: there is no injection up to the data cut-off.")
        return
    title = f"Responders under the rule set '{one_line(summary.primary_rule_set)}'"
    table = Table(title=escape(title), title_justify="left")
    for heading in HEADINGS:
        table.add_column(heading, justify="left" if heading == "Arm" else "right", no_wrap=True)
    rows = [_row(rate) for rate in summary.rates]
    for row in rows:
        table.add_row(*map(escape, row))
    if _width(rows) <= console.width:
        console.print(table)
        return
    console.print(title, soft_wrap=True, markup=False)
    for row in rows:
        console.print(f"Cycle {row[0]}, {row[1]}", soft_wrap=True, markup=False)
        for heading, value in zip(HEADINGS[2:], row[2:], strict=True):
            console.print(f"  {heading:<10} {value}".rstrip(), soft_wrap=True, markup=False)


def _width(rows: list[tuple[str, ...]]) -> int:
    """Columns of a terminal that the table needs: each column's longest text, and the three signs beside it."""
    longest = [max(cell_len(text) for text in column) for column in zip(HEADINGS, *rows, strict=True)]
    return sum(longest) + 3 * len(longest) + 1


def _row(rate: dict[str, Any]) -> tuple[str, ...]:
    interval = "" if rate["ci_low_pct"] is None else f"{rate['ci_low_pct']:.1f} to {rate['ci_high_pct']:.1f}"
    return (
        str(rate["cycle"]),
        one_line(rate["arm"]),
        f"{rate['n_evaluable']} of {rate['n_subjects']}",
        str(rate["n_responders"]),
        _percent(rate["responder_pct"]),
        interval,
        _percent(rate["responder_nri_pct"]),
    )


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}"
