"""With --log-format json every line of every verb is a JSON object, whoever writes it."""

import json
import logging
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from flows.base import logs
from flows.base.json_stderr import as_json
from tests.cli.helpers import BASE, ROOT, Said, commands, write_study

SETTING = ROOT / "flows/base/prefect-logging.yml"


def objects(text: str) -> list[dict[str, Any]]:
    """The lines, each of which is a JSON object."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(isinstance(line, dict) for line in lines)
    return lines


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Said]:
    """Calls of every verb but serve that need no Prefect."""
    folder = tmp_path_factory.mktemp("json")
    sound = write_study(folder / "sound")
    broken = write_study(folder / "broken", {**BASE, "diary.csv": "a,b\n1,2\n", "x.csv": "?"})
    calls: dict[str, list[str | Path]] = {
        "check": ["check", broken],
        "init": ["init", folder / "new"],
        "init again": ["init", sound],
        "explain": ["explain", sound, "S1"],
        "verify": ["verify", sound],
        "simulate": ["simulate", folder / "simulated", "--subjects", "2"],
        "run": ["run", folder / "nowhere"],
        "out": ["run", sound, "--out", sound],
        "wrong option": ["check", sound, "--nope"],
        "wrong verb": ["chekc"],
    }
    answers = commands([[*call, "--log-format", "json"] for call in calls.values()])
    return dict(zip(calls, answers, strict=True))


CODES = {"check": 1, "init": 0, "simulate": 0}


@pytest.mark.parametrize(
    "call",
    ["check", "init", "init again", "explain", "verify", "simulate", "run", "out", "wrong option", "wrong verb"],
)
def test_every_line_is_an_object(call: str, said: dict[str, Said]) -> None:
    answer = said[call]
    assert answer.code == CODES.get(call, 2), answer.err
    lines = objects(answer.err)
    objects(answer.out)
    if answer.code == 2:
        (error,) = lines
        assert (error["level"], error["event"], error["exit_code"]) == ("error", "failed", 2)


def test_a_check_logs_its_findings(said: dict[str, Said]) -> None:
    lines = objects(said["check"].err)
    found = {line["check_id"]: line for line in lines if line.get("event") == "finding"}
    assert {"file.kind_needed", "file.refused", "file.unread"} <= set(found)
    (end,) = [line for line in lines if line.get("event") == "checked"]
    assert end["passed"] is False
    assert [line["level"] for line in lines if line.get("event") == "failed"] == ["error"]


def test_lines_of_others_become_objects_too() -> None:
    """C++ code and processes that were started write to the descriptor and know nothing of a log."""
    program = """
import os, subprocess, sys
from flows.base import logs
from flows.base.ending import end_process
logs.set_up("json")
logs.log("ours", event="x")
os.write(2, b"nanobind: leaked 27 instances!\\n - leaked \\xff\\n")
subprocess.run([sys.executable, "-c", "import sys; print('of a child', file=sys.stderr)"])
print("by print", file=sys.stderr)
logs.log("last")
end_process(3)
"""
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ended.returncode == 3
    messages = [line["message"] for line in objects(ended.stderr)]
    assert messages == ["ours", "nanobind: leaked 27 instances!", " - leaked \\xff", "of a child", "by print", "last"]


def test_an_object_is_left_as_it_is() -> None:
    for line in ('{"message": "a"}', '{"a": {"b": [1]}}'):
        assert as_json(line) == line
    for line in ("{not json}", "[1]", "3", "Traceback", '{"a": 1} and more'):
        assert json.loads(as_json(line))["message"] == line


def test_prefects_lines_have_a_formatter_that_exists() -> None:
    named = yaml.safe_load(SETTING.read_text(encoding="utf-8"))["formatters"]["json"]["class"]
    module, _, name = named.rpartition(".")
    assert getattr(import_module(module), name) is logs.JsonLines


def test_a_failed_run_of_a_deployment_is_an_error_with_study_state_and_reason(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from flows.runs.deployment import log_end

    logged: list[logging.LogRecord] = []
    keep = logging.Handler()
    keep.emit = logged.append  # type: ignore[method-assign]
    monkeypatch.setattr(logs.logger, "handlers", [keep])
    study = write_study(tmp_path / "study")
    state = SimpleNamespace(name="Failed", message="Nothing was published: no diary.")
    for deployment_id in (None, "d"):  # a run of the command line prints its error itself
        run = SimpleNamespace(id="r", deployment_id=deployment_id, parameters={"study_folder": str(study)})
        log_end(None, run, state)  # type: ignore[arg-type]
    (record,) = logged
    assert record.levelno == logging.ERROR
    line = json.loads(logs.JsonLines().format(record))
    assert {name: line[name] for name in ("event", "level", "study", "state", "reason", "run_id")} == {
        "event": "run_failed",
        "level": "error",
        "study": "T",
        "state": "Failed",
        "reason": "Nothing was published: no diary.",
        "run_id": "r",
    }


@pytest.mark.parametrize(("state", "level"), [("Failed('x')", logging.ERROR), ("Completed()", logging.INFO)])
def test_prefects_own_line_about_a_failed_run_is_an_error(state: str, level: int) -> None:
    from flows.runs.deployment import _as_it_ended

    record = logging.LogRecord("prefect.flow_runs", logging.INFO, "", 0, f"Finished in state {state}", None, None)
    assert _as_it_ended(record)
    assert record.levelno == level
