"""Where output may go and who may write it; and that settings cannot reach out of the study folder."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path
from unittest.mock import patch

import pytest
from typer.testing import CliRunner

from flows.base.errors import ConfigurationError
from flows.checking.check_outcomes import CheckOutcome, CheckReport
from flows.checking.formats.output import check_target, targets_of, write_report
from flows.cli.main import app
from flows.explaining.explain import Explanation, Period
from flows.explaining.terminal import print_explanation
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, DIARY, SETTINGS, land_only, write_study
from tests.run import run_without_prefect


@pytest.fixture
def open_umask() -> Iterator[None]:
    """A process that lets everybody write everything it creates."""
    before = os.umask(0)
    yield
    os.umask(before)


def test_nothing_published_is_writable_for_others(tmp_path: Path, open_umask: None) -> None:
    study = write_study(tmp_path / "study")
    os.chmod(study, 0o755)
    out = study / "published"
    run_without_prefect(study, out)
    made = [path for path in (out, *out.rglob("*")) if not path.is_symlink()]
    assert len(made) > 20
    assert [str(path) for path in made if path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH)] == []
    assert stat.S_IMODE((out / "state").stat().st_mode) == 0o700


@pytest.mark.parametrize("pattern", ["../*.csv", "../../*", "/etc/*", "inbox/../../secret.csv", "../diary-out.csv"])
def test_patterns_stay_in_the_inbox(pattern: str, tmp_path: Path) -> None:
    for place in (tmp_path, tmp_path / "study"):
        place.mkdir(exist_ok=True)
        (place / "diary-out.csv").write_text(DIARY + "OUT,2024-01-01,1\n")
        (place / "secret.csv").write_text(DIARY + "OUT,2024-01-01,1\n")
    study = write_study(tmp_path / "study/inner", settings=f"{SETTINGS}[files.diary]\npattern = '{pattern}'\n")
    assert set(land_only(study)) == set(BASE)


@pytest.mark.parametrize("name", ["../../secret", "/etc/passwd", "../rules/nice_ta260", "..", "rules/../../secret"])
def test_rule_sets_are_names_and_not_paths(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret.toml").write_text("[x]\n")
    settings = SETTINGS.replace('rule_sets = ["nice_ta260"]', f'rule_sets = ["nice_ta260", "{name}"]')
    study = write_study(tmp_path / "study", settings=settings)
    with pytest.raises(ConfigurationError, match="there is no rule set"):
        load_study(study)


def report_of(stopped: str | None = None) -> CheckReport:
    """A report with one check that found the same two things."""
    outcome = CheckOutcome(
        check_id="responder.key.unique",
        table="analysis.responder",
        column=None,
        severity="critical",
        reason="a cycle has two statuses",
        fix="report this",
        source="design",
        status="failed",
        not_applicable_reason=None,
        tested=2,
        count=2,
        files=0,
        places=(),
    )
    return CheckReport(
        study_id="T",
        software_version="0",
        files_seen=1,
        files_refused=0,
        lines_read=2,
        stopped=stopped,
        checks=(outcome,),
        groups=(),
    )


def test_reports_go_where_they_are_sent(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    study = load_study(write_study(tmp_path / "study"))
    page = tmp_path / "summary.md"
    page.write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(page))
    also = [f"sarif={tmp_path}/q.sarif", f"text={tmp_path}/q.txt", f"github={tmp_path}/q.gh"]
    write_report(report_of("Nothing was published: two."), targets_of(study, "json", tmp_path / "q.json", also), "")
    assert {path.name for path in tmp_path.iterdir()} == {"study", "q.json", "q.sarif", "q.txt", "q.gh", "summary.md"}
    assert page.read_text().startswith("before\n## Data quality of T: failed\n")
    assert "::error title=stopped::Nothing was published: two." in (tmp_path / "q.gh").read_text()
    assert "study.toml" in (tmp_path / "q.sarif").read_text()
    told = capsys.readouterr()
    assert told.out == ""
    assert "Nothing was published: two." in told.err


def test_a_stopped_report_fails_though_no_finding_is_listed() -> None:
    assert report_of("Nothing was published.").exit_code == 1


@pytest.mark.parametrize("also", ["sarif", "sarif=", "html=x.html", "=x", ""])
def test_unknown_formats_are_refused(also: str, tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path / "study"))
    with pytest.raises(ConfigurationError, match="FORMAT=FILE"):
        targets_of(study, "text", None, [also])


@pytest.mark.parametrize(
    "place", ["study/inbox/diary.csv", "study/inbox/new/../x.json", "gone/x.json", "study", "link/x.json"]
)
def test_a_report_never_lands_in_the_inbox(place: str, tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path / "study"))
    (tmp_path / "link").symlink_to(study.inbox)
    with pytest.raises(ConfigurationError, match=r"inbox|cannot be written"):
        check_target(study, tmp_path / place)
    assert (study.inbox / "diary.csv").read_text() == BASE["diary.csv"]


def test_a_file_name_forges_no_line_and_no_escape_of_the_terminal(tmp_path: Path) -> None:
    name = "diary\nerror    forged: all is well\x1b[2J.csv"
    study = write_study(tmp_path / "study", {**BASE, name: DIARY + "X,2024-01-01,maybe\n"})
    also = ["--also", f"text={tmp_path / 'text'}", "--also", f"github={tmp_path / 'github'}"]
    said = CliRunner().invoke(app, ["check", str(study), *also])
    for text in (said.stderr, (tmp_path / "text").read_text(encoding="utf-8")):
        assert "\\nerror    forged: all is well\\x1b[2J.csv:2" in text
        assert not [line for line in text.splitlines() if line.startswith("error    forged")]
        assert "\x1b[2J" not in text
    github = (tmp_path / "github").read_text(encoding="utf-8")
    assert len([line for line in github.splitlines() if line.startswith("::error")]) == 1


def test_brackets_in_a_rule_set_are_no_markup(capsys: pytest.CaptureFixture[str]) -> None:
    told = Explanation.model_construct(
        subject_id="A", arm=None, cycle=1, rule_set="own", decision="by [/SOP] 7", citation="[red]", injections=(),
        cutoff_date="2024-01-01", headache_day="any", comparisons=("1 [/x] 2",), status="responder", reason="r",
        verdict="continue", verdict_reason="v", baseline=Period.model_construct(days=()), window=Period.model_construct(days=()),
    )  # fmt: skip
    with patch("flows.explaining.terminal._print_period"):
        print_explanation(told)
    said = capsys.readouterr().out
    assert "by [/SOP] 7 ([red])" in said
    assert "1 [/x] 2" in said
