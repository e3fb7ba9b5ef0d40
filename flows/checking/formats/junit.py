"""JUnit XML as CI services read it: a suite per table, a case per check. JUnit knows no warning: a warning passes."""

from collections import Counter
from xml.etree import ElementTree

from flows.base.shown_text import one_line, shown
from flows.checking.check_outcomes import CheckOutcome, CheckReport

FAILURES = ("critical", "error")
SKIPPED = {"not_run": "not run after a critical finding", "not_applicable": "does not apply"}


def render(report: CheckReport, prefix: str) -> str:
    """Errors and critical findings are failures; warnings and notes are the output of a passed case."""
    suites = ElementTree.Element("testsuites", {"name": _xml(report.study_id), **_numbers(report.checks)})
    for table in dict.fromkeys(check.table for check in report.checks):
        checks = tuple(check for check in report.checks if check.table == table)
        suite = ElementTree.SubElement(suites, "testsuite", {"name": table, **_numbers(checks)})
        for check in checks:
            _case(suite, check, prefix)
    ElementTree.indent(suites)
    return ElementTree.tostring(suites, encoding="unicode", xml_declaration=False).join(
        ('<?xml version="1.0" encoding="UTF-8"?>\n', "\n")
    )


def _numbers(checks: tuple[CheckOutcome, ...]) -> dict[str, str]:
    ended = Counter(_ending(check) for check in checks)
    numbers = {"tests": len(checks), "failures": ended["failure"], "errors": 0, "skipped": ended["skipped"]}
    return {name: str(number) for name, number in numbers.items()}


def _ending(check: CheckOutcome) -> str:
    if check.status in SKIPPED:
        return "skipped"
    return "failure" if check.count and check.severity in FAILURES else "passed"


def _case(suite: ElementTree.Element, check: CheckOutcome, prefix: str) -> None:
    case = ElementTree.SubElement(suite, "testcase", classname=check.table, name=check.check_id)
    if check.places:
        case.set("file", _xml(prefix + check.places[0].path))
        case.set("line", str(check.places[0].line or 1))
    message = f"{check.count:,} findings: {check.reason}"
    if _ending(check) == "skipped":
        why = check.not_applicable_reason or SKIPPED[check.status]
        ElementTree.SubElement(case, "skipped", {"message": _xml(why)})
    elif _ending(check) == "failure":
        failure = ElementTree.SubElement(case, "failure", {"message": _xml(message), "type": check.severity})
        failure.text = _details(check, prefix)
    elif check.count:
        ElementTree.SubElement(
            case, "system-out"
        ).text = f"{check.severity}: {_xml(message)}\n{_details(check, prefix)}"


def _details(check: CheckOutcome, prefix: str) -> str:
    lines = [f"To do: {check.fix}."]
    for place in check.places:
        where = one_line(prefix + place.path) + (f":{place.line}" if place.line else "")
        lines.append(f"{where}: {one_line(place.reason)}")
    if check.more:
        lines.append(f"and {check.more:,} more")
    return _xml("\n".join(lines))


def _xml(text: str) -> str:
    """Text without what XML 1.0 cannot hold at all, however it is written, and what acts on the page that shows it."""
    return shown(text)
