"""The gate as CI runs it: the workflow that ``init`` gives, its own command in a shell, with and without a planted error."""

import json
import os
import re
import shutil
import subprocess
import sys
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml
from junitparser import JUnitXml
from pre_commit.clientlib import load_manifest

from flows.study.template import make_study_folder
from tests.cli.helpers import write_files

ROOT = Path(__file__).parent.parent.parent
WORKFLOW = ".github/workflows/data-quality.yml"
INBOX = {
    "site-01/diary.csv": "subject_id,diary_date,headache,hours\nS1,2024-01-01,1,5\nS1,2024-01-02,0,\nS1,2024-01-08,1,2\n",
    "injections.csv": "subject_id,injection_date\nS1,2024-01-05\n",
    "subjects.csv": "subject_id,site\nS1,01\n",
}
PLANTED = {**INBOX, "site-01/diary.csv": INBOX["site-01/diary.csv"].replace("2024-01-02,0,", "2024-01-02,0,31")}


class Job(NamedTuple):
    """How a job ended."""

    code: int
    out: str
    err: str
    folder: Path
    summary: str


@pytest.fixture(scope="module")
def workflow() -> dict[str, Any]:
    text = (ROOT / "data/template" / WORKFLOW).read_text(encoding="utf-8")
    # YAML reads the key 'on' as true.
    return {"on" if key is True else key: value for key, value in yaml.safe_load(text).items()}


def run_job(folder: Path, workflow: dict[str, Any], inbox: dict[str, str]) -> Job:
    """The workflow's check in a repository that holds a study of its template; Prefect cannot be imported there."""
    make_study_folder(folder)
    write_files(folder, inbox)
    (no_prefect := folder.with_suffix(".path") / "prefect").mkdir(parents=True)
    (no_prefect / "__init__.py").write_text("raise ImportError('no Prefect here')\n")
    (step,) = [step for step in workflow["jobs"]["data-quality"]["steps"] if step.get("name") == "Check"]
    summary = folder.with_suffix(".md")
    environment = {
        **os.environ,
        **workflow["env"],
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "PYTHONPATH": str(no_prefect.parent),
        "GITHUB_WORKSPACE": str(folder),
        "GITHUB_STEP_SUMMARY": str(summary),
    }
    shell = [shutil.which("bash") or "sh", "-e", "-c", step["run"]]
    ended = subprocess.run(shell, cwd=folder, env=environment, capture_output=True, text=True, timeout=300)
    page = summary.read_text(encoding="utf-8") if summary.exists() else ""
    return Job(ended.returncode, ended.stdout, ended.stderr, folder, page)


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, workflow: dict[str, Any]) -> Job:
    return run_job(tmp_path_factory.mktemp("sound") / "study", workflow, INBOX)


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory, workflow: dict[str, Any]) -> Job:
    return run_job(tmp_path_factory.mktemp("planted") / "study", workflow, PLANTED)


def test_the_job_passes_without_an_error(sound: Job) -> None:
    assert sound.code == 0, sound.err
    assert not [line for line in sound.out.splitlines() if line.startswith("::error")]
    assert "passed" in sound.summary.splitlines()[0]
    assert json.loads((sound.folder / "data-quality.json").read_text())["passed"] is True


def test_the_job_fails_on_a_planted_error(planted: Job) -> None:
    assert planted.code == 1, planted.err
    told = [line for line in planted.out.splitlines() if line.startswith("::error")]
    assert told == [
        "::error file=inbox/site-01/diary.csv,line=3,title=diary.hours.out_of_range::hours is outside 0 to 24 h."
        " To do: check the unit or scale the site uses."
    ]
    assert "failed" in planted.summary.splitlines()[0]


def test_every_report_names_the_planted_error(planted: Job) -> None:
    (run,) = json.loads((planted.folder / "data-quality.sarif").read_text())["runs"]
    errors = [result for result in run["results"] if result["level"] == "error"]
    assert [result["ruleId"] for result in errors] == ["diary.hours.out_of_range"]
    junit = JUnitXml.fromfile(str(planted.folder / "data-quality.xml"))
    assert junit.failures == 1
    document = json.loads((planted.folder / "data-quality.json").read_text())
    assert [(c["check_id"], c["places"]) for c in document["checks"] if c["count"] and c["severity"] == "error"] == [
        (
            "diary.hours.out_of_range",
            [{"path": "inbox/site-01/diary.csv", "line": 3, "reason": "hours is outside 0 to 24 h"}],
        )
    ]


def test_a_check_publishes_nothing(sound: Job, planted: Job) -> None:
    for job in (sound, planted):
        names = {path.name for path in job.folder.iterdir()}
        reports = {"data-quality.sarif", "data-quality.xml", "data-quality.json"}
        assert names == {"study.toml", "inbox", "README.md", ".github"} | reports


def test_the_workflow_is_valid_by_its_schema(workflow: dict[str, Any]) -> None:
    vendored = resources.files("check_jsonschema") / "builtin_schemas/vendor/github-workflows.json"
    schema = json.loads(vendored.read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(workflow)] == []
    assert list(validator.iter_errors({**workflow, "jobs": {"a": {"steps": "none"}}})) != []
    steps = workflow["jobs"]["data-quality"]["steps"]
    assert [step["with"]["sarif_file"] for step in steps if "upload-sarif" in step.get("uses", "")] == [
        "data-quality.sarif"
    ]


def test_the_hook_is_valid_and_runs_the_check() -> None:
    (hook,) = load_manifest(str(ROOT / ".pre-commit-hooks.yaml"))
    assert [hook["entry"], *hook["args"]] == ["migraine-outcomes check", "."]
    assert hook["pass_filenames"] is False
    concerned = re.compile(hook["files"])
    for path in ("study.toml", "inbox/diary.csv", "studies/x/inbox/site-01/diary.csv.gz", "studies/x/rules/own.toml"):
        assert concerned.search(path), path
    for path in ("README.md", "docs/study.toml.md", "my-inbox.csv", "pyproject.toml"):
        assert not concerned.search(path), path
