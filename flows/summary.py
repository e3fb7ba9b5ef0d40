"""What a run says at its end, read from the published snapshot."""

import json
from pathlib import Path
from typing import Any

import duckdb

from flows.checking.findings import FindingGroup, count_by_severity, load_findings
from flows.query import one_value
from flows.settings import Frozen


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
