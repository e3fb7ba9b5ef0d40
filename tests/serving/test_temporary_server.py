"""The server of a run ends without a word: what it had under way was to be thrown away."""

import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from socket import create_server

import pytest

from tests.bench.processes import ROOT


def answers(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/health", timeout=2):
            return True
    except OSError:
        return False


@pytest.mark.parametrize("end", ["told", "left alone"])
def test_nothing_is_said_while_it_ends(end: str, tmp_path: Path, prefect_home: Path) -> None:
    said = tmp_path / "said"
    home = shutil.copytree(prefect_home, tmp_path / "home")
    settings = {"PREFECT_HOME": str(home), "PREFECT_SERVER_LOGGING_LEVEL": "DEBUG", "DO_NOT_TRACK": "1"}
    with create_server(("127.0.0.1", 0)) as listener, said.open("wb") as stderr:
        server = subprocess.Popen(
            [sys.executable, "-m", "flows.serving.temporary_server", str(listener.fileno())],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=stderr,
            pass_fds=[listener.fileno()],
            env={**os.environ, **settings, "PREFECT__SERVER_EPHEMERAL": "1", "PREFECT__SERVER_FINAL": "1"},
            cwd=ROOT,
        )
        port = listener.getsockname()[1]
    deadline = time.monotonic() + 120
    while not answers(port) and time.monotonic() < deadline:
        time.sleep(0.1)
    time.sleep(2)  # the services have told that they are there
    before = said.read_bytes()
    if end == "told":
        server.send_signal(signal.SIGTERM)
    else:
        assert server.stdin is not None
        server.stdin.close()
    server.wait(timeout=60)
    assert before
    assert said.read_bytes() == before
