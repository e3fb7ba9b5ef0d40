"""Ctrl-C and SIGTERM end with one true line and their exit code; ``| head`` ends without a word."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from flows.base.errors import Interrupted
from flows.cli.stopping import interruptible
from tests.cli.helpers import BASE, DIARY, ROOT, write_study
from tests.warm import Process

MANY = DIARY + "".join(f"S{n},2024-01-{day:02},1\n" for n in range(200) for day in range(1, 29))
SECONDS = 300


def start(*words: str | Path, **environment: str) -> "subprocess.Popen[str]":
    """A verb with a log that says what it is at; not of tests.warm, for Prefect's own log belongs to it."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", *map(str, words)],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


@contextmanager
def pipe() -> Generator[tuple[IO[str], IO[bytes]]]:
    """The end that is read, and the end that a process writes to, which is closed here once it was given."""
    read, write = os.pipe()
    with os.fdopen(read) as reader, os.fdopen(write, "wb") as writer:
        yield reader, writer


@pytest.mark.parametrize(
    ("verb", "number", "code"),
    [("run", signal.SIGTERM, 143), ("run", signal.SIGINT, 130), ("check", signal.SIGINT, 130)],
)
def test_one_line_and_the_exit_code(
    verb: str, number: signal.Signals, code: int, tmp_path: Path, prefect_server: str
) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-many.csv": MANY})
    process = start(verb, study, "--log-format", "json", PREFECT_API_URL=prefect_server)
    assert process.stderr
    lines: list[str] = []
    for line in process.stderr:
        lines.append(line)
        if json.loads(line).get("step") == "validate":
            break
    time.sleep(0.5)
    process.send_signal(number)
    out, rest = process.communicate(timeout=SECONDS)
    assert process.returncode == code, "".join(lines) + rest
    last = json.loads(rest.splitlines()[-1])
    assert (last["message"], last["exit_code"]) == ("interrupted; nothing was published", code)
    assert "Traceback" not in rest
    assert out == ""
    assert not (study / "published/current").exists()


def test_what_was_published_by_then_is_said(tmp_path: Path) -> None:
    def stopped_run(publishes: str) -> str:
        try:
            with interruptible(tmp_path):
                (tmp_path / "current").unlink(missing_ok=True)
                (tmp_path / "current").symlink_to(Path("snapshots") / publishes)
                raise KeyboardInterrupt
        except Interrupted as interruption:
            return str(interruption)

    assert stopped_run("old") == "interrupted; snapshot old had been published"
    assert stopped_run("new") == "interrupted; snapshot new had been published"
    assert stopped_run("new") == "interrupted; nothing was published"


def test_an_error_that_a_library_made_of_a_signal_is_an_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("flows.cli.stopping._received", [signal.SIGTERM])
    with pytest.raises(Interrupted) as stopped, interruptible(tmp_path):
        raise ValueError("an exception was raised inside a serialiser")
    assert stopped.value.exit_code == 143
    monkeypatch.setattr("flows.cli.stopping._received", [])
    with pytest.raises(ValueError, match="inside"), interruptible(tmp_path):
        raise ValueError("inside")


def test_a_signal_that_another_handler_took_and_a_library_made_an_error_of(tmp_path: Path) -> None:
    """As Prefect takes SIGTERM while a flow runs, and DuckDB makes a RuntimeError of what its handler raises."""
    code = f"""
import os, signal
from pathlib import Path
from flows.base.errors import Interrupted
from flows.cli.stopping import catch_signals, interruptible

def of_a_library(*_):
    raise RuntimeError("Query interrupted")

catch_signals()
signal.signal(signal.SIGTERM, of_a_library)
try:
    with interruptible(Path({str(tmp_path)!r})):
        os.kill(os.getpid(), signal.SIGTERM)
        signal.pause()
except Interrupted as stopped:
    print(stopped, stopped.exit_code)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ended.stdout == "interrupted; nothing was published 143\n", ended.stderr


def test_a_signal_whose_exception_was_lost_ends_the_run_before_its_next_step(tmp_path: Path) -> None:
    """Python drops what a handler raises inside a finaliser."""
    code = f"""
import os, signal
from pathlib import Path
from flows.base.errors import Interrupted
from flows.base.progress import step
from flows.cli.stopping import catch_signals, interruptible

class Left:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

catch_signals()
try:
    with interruptible(Path({str(tmp_path)!r})):
        left = Left()
        del left
        print("goes on")
        with step("derive"):
            print("derives")
except Interrupted as stopped:
    print(stopped, stopped.exit_code)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, timeout=60)
    assert ended.stdout == "goes on\ninterrupted; nothing was published 143\n", ended.stderr


def test_a_reader_that_went_away_is_no_error(tmp_path: Path) -> None:
    """More than a pipe holds, and nobody reads it."""
    study = write_study(tmp_path / "study", {**BASE, "diary-bad.csv": DIARY + "S1,2024-01-01,maybe\n" * 800})
    with pipe() as (reader, stream):
        process = Process(["flows.cli", "check", study, "--format", "sarif", "--limit", "1000"], out=stream)
        reader.close()
    _, said = process.communicate()
    assert process.returncode == 141, said
    assert "Traceback" not in said
    assert "Broken" not in said
    assert "should not have happened" not in said
