"""JSON for programs; docs/check-formats.md describes every key. All keys are always present."""

import json

from flows.checking.check_outcomes import CheckReport

SHAPE = 1  # rises when a key changes its meaning or goes; new keys may come at any time


def render(report: CheckReport, prefix: str) -> str:
    """One object: the verdict, the counts, and every check with its places."""
    document = {
        "format": "migraine-outcomes-check",
        "version": SHAPE,
        "software_version": report.software_version,
        "study_id": report.study_id,
        "passed": report.exit_code == 0,
        "exit_code": report.exit_code,
        "stopped": report.stopped,
        "files_seen": report.files_seen,
        "files_refused": report.files_refused,
        "lines_read": report.lines_read,
        "findings": report.counts,
        "since": report.since.model_dump(exclude={"words"}) if report.since else None,
        "checks": [
            {
                **check.model_dump(exclude={"places"}),
                "places": [
                    {"path": prefix + place.path, "line": place.line, "reason": place.reason} for place in check.places
                ],
                "more": check.more,
            }
            for check in report.checks
        ],
    }
    return json.dumps(document, indent=1) + "\n"
