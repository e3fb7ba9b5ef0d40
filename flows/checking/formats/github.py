"""GitHub: workflow commands that become annotations on the changed files, and a summary of the job in Markdown."""

import html
from itertools import zip_longest

from flows.base.shown_text import one_line, shown
from flows.checking.check_outcomes import CheckOutcome, CheckReport, Place

COMMANDS = {"critical": "error", "error": "error", "warning": "warning", "info": "notice"}
REASONS = 5  # of one check, in a row of the summary
ANNOTATIONS = 10  # of one check; GitHub shows ten of each level a step
DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
PROPERTY = DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: CheckReport, prefix: str) -> str:
    """The first place of every check, then the second ones: what GitHub cuts off is more of the same."""
    grave_first = sorted(
        (check for check in report.checks if check.count), key=lambda c: list(COMMANDS).index(c.severity)
    )
    each = [[_annotation(check, n, place, prefix) for n, place in enumerate(_places(check))] for check in grave_first]
    lines = [line for turn in zip_longest(*each) for line in turn if line]
    if report.stopped:
        lines.append(f"::error title=stopped::{one_line(report.stopped).translate(DATA)}")
    return "".join(f"{line}\n" for line in lines)


def _places(check: CheckOutcome) -> tuple[Place | None, ...]:
    return check.places[:ANNOTATIONS] or (None,)


def _annotation(check: CheckOutcome, number: int, place: Place | None, prefix: str) -> str:
    properties = {"title": check.check_id}
    if place:
        properties = {"file": prefix + place.path, "line": str(place.line or 1)} | properties
    text = f"{place.reason if place else check.reason}. To do: {check.fix}."
    more = check.count - len(_places(check))
    if number == 0 and more > 0:
        text += f" And {more:,} more of this check."
    settings = ",".join(f"{name}={shown(value).translate(PROPERTY)}" for name, value in properties.items())
    return f"::{COMMANDS[check.severity]} {settings}::{one_line(text).translate(DATA)}"


def summary(report: CheckReport, prefix: str) -> str:
    """Markdown for the job's page: the verdict, then one row per check that found something."""
    found = ", ".join(f"{count:,} {severity}" for severity, count in report.counts.items() if count) or "none"
    lines = [
        f"## Data quality of {_cell(report.study_id)}: {'failed' if report.exit_code else 'passed'}",
        "",
        f"{report.files_seen:,} files, {report.lines_read:,} lines read, {report.files_refused:,} files refused."
        f" Findings: {found}.",
        *(("", f"**{_cell(report.stopped)}**") if report.stopped else ()),
    ]
    failing = [check for check in report.checks if check.count]
    if failing:
        lines += ["", "| severity | check | findings | files | first at | what is wrong, what to do |"]
        lines += ["|---|---|---:|---:|---|---|"]
    for check in sorted(failing, key=lambda check: list(COMMANDS).index(check.severity)):
        first = check.places[0] if check.places else None
        where = f"{prefix}{first.path}" + (f":{first.line}" if first.line else "") if first else ""
        lines.append(
            f"| {check.severity} | {_cell(check.check_id)} | {check.count:,} | {check.files:,} | {_cell(where)} |"
            f" {_cell(_reasons(check, report))}. To do: {_cell(check.fix)}. |"
        )
    return "\n".join(lines) + "\n"


def _reasons(check: CheckOutcome, report: CheckReport) -> str:
    """What is wrong; where the places of a check have reasons of their own, the first of them with their numbers."""
    own = [group for group in report.groups if group.check_id == check.check_id and group.reason != check.reason]
    if not own:
        return check.reason
    own.sort(key=lambda group: -group.count)
    reasons = "; ".join(
        f"{group.reason.removeprefix(f'{check.reason}: ')} ({group.count:,})" for group in own[:REASONS]
    )
    more = f"; and {len(own) - REASONS:,} more reasons" if len(own) > REASONS else ""
    return f"{check.reason}: {reasons}{more}"


def _cell(text: str) -> str:
    """Text that Markdown and HTML leave alone."""
    plain = html.escape(one_line(text), quote=False)
    return "".join(f"&#{ord(c)};" if c in "\\`*_[]|~#@" else c for c in plain)
