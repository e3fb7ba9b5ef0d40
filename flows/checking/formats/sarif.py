"""SARIF 2.1.0 (OASIS): a rule per check, a result per finding listed.

No fingerprint is made from a line's text: it could be turned back into the values. A finding about a whole file points
at its first line, one about no file at study.toml, because code scanning shows nothing without a place.
"""

import json
from typing import Any
from urllib.parse import quote

from flows.base.shown_text import one_line
from flows.checking.check_outcomes import CheckOutcome, CheckReport, Place

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
ROOT = "%SRCROOT%"
LEVELS = {"critical": "error", "error": "error", "warning": "warning", "info": "note"}


def render(report: CheckReport, prefix: str) -> str:
    """One run; a check with more findings than are listed says so in its rule and in a notification."""
    run = {
        "tool": {
            "driver": {
                "name": "migraine-outcomes",
                "version": report.software_version,
                "semanticVersion": report.software_version,
                "rules": [_rule(check) for check in report.checks],
            }
        },
        "automationDetails": {"id": f"migraine-outcomes/{one_line(report.study_id)}/"},
        "originalUriBaseIds": {
            ROOT: {"description": {"text": "the repository" if prefix else "the study folder, which holds study.toml"}}
        },
        "invocations": [
            {
                "executionSuccessful": report.stopped is None,
                "exitCode": report.exit_code,
                "toolExecutionNotifications": _notifications(report),
            }
        ],
        "columnKind": "unicodeCodePoints",
        "properties": {"findings": report.counts, "linesRead": report.lines_read, "filesSeen": report.files_seen},
        "results": [
            _result(check, index, place, prefix)
            for index, check in enumerate(report.checks)
            for place in (check.places or (None,) * bool(check.count))
        ],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=1) + "\n"


def _rule(check: CheckOutcome) -> dict[str, Any]:
    sentence = _sentence(check.reason, check.column)
    help_text = f"{sentence} What to do: {check.fix}."
    return {
        "id": check.check_id,
        "shortDescription": {"text": sentence},
        "fullDescription": {"text": f"{sentence} Source of the check: {check.source}."},
        "help": {"text": help_text, "markdown": help_text},
        "defaultConfiguration": {"level": LEVELS[check.severity]},
        "properties": {
            "tags": ["data-quality", check.table],
            "problem.severity": LEVELS[check.severity].replace("note", "recommendation"),
            "severity": check.severity,
            "column": check.column,
            "status": check.status,
            "findings": check.count,
            "tested": check.tested,
        },
    }


def _result(check: CheckOutcome, index: int, place: Place | None, prefix: str) -> dict[str, Any]:
    path = place.path if place else "study.toml"
    reason = place.reason if place else f"{check.reason} ({check.count:,} findings)"
    return {
        "ruleId": check.check_id,
        "ruleIndex": index,
        "level": LEVELS[check.severity],
        "message": {"text": f"{_sentence(one_line(reason), check.column)} What to do: {check.fix}."},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": {"uri": quote(prefix + path), "uriBaseId": ROOT},
                    "region": {"startLine": (place.line if place else None) or 1},
                }
            }
        ],
    }


def _notifications(report: CheckReport) -> list[dict[str, Any]]:
    stopped_by = [{"level": "error", "message": {"text": one_line(report.stopped)}}] if report.stopped else []
    return stopped_by + [
        {
            "level": "note",
            "message": {"text": f"{check.check_id}: {check.count:,} findings, {check.more:,} more than are listed"},
            "associatedRule": {"id": check.check_id, "index": index},
        }
        for index, check in enumerate(report.checks)
        if check.places and check.more
    ]


def _sentence(text: str, column: str | None) -> str:
    """A capital at the start, except where the name of a column stands there."""
    return f"{text}." if column and text.startswith(f"{column} ") else f"{text[:1].upper()}{text[1:]}."
