"""Processes of Python for the price of a fork: what is slow to import was imported by tests/warm_server.py.

One server serves all the processes of a test run, and is started by the first test that asks for one. A test of what is
imported, and of settings that Prefect reads when it is imported (its logs in a run or a service), takes subprocess.
"""

import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, NamedTuple

from tests.warm_server import ANSWER

ROOT = Path(__file__).parent.parent
SECONDS = 300  # far more than anything takes: only what never happens fails


class Said(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str


class Process:
    """``python -m`` with these words, as subprocess.Popen has it; a stream that is given nowhere to go is kept."""

    def __init__(
        self,
        words: Sequence[str | Path],
        out: IO[bytes] | None = None,
        err: IO[bytes] | None = None,
        cwd: Path = ROOT,
        env: Mapping[str, str] | None = None,
        deaf: bool = False,
    ) -> None:
        """``deaf`` to Ctrl-C as what a shell starts in the background."""
        self.returncode: int | None = None
        self._kept = {name: tempfile.TemporaryFile() for name, given in (("out", out), ("err", err)) if not given}  # noqa: SIM115
        order = {
            "words": [str(word) for word in words],
            "environment": dict(os.environ if env is None else env),
            "cwd": str(cwd),
            "deaf": deaf,
        }
        self._connection = _connected()
        with Path(os.devnull).open("rb") as nothing:
            streams = [nothing.fileno(), (out or self._kept["out"]).fileno(), (err or self._kept["err"]).fileno()]
            socket.send_fds(self._connection, [json.dumps(order).encode()], streams)
            self.pid = int(self._connection.recv(ANSWER, socket.MSG_WAITALL))

    def poll(self) -> int | None:
        """The exit code, once it has ended."""
        try:
            return self.wait(0.001)
        except subprocess.TimeoutExpired:
            return None

    def wait(self, timeout: float = SECONDS) -> int:
        """The exit code; minus the number of the signal that ended it."""
        if self.returncode is None:
            self._connection.settimeout(timeout)
            try:
                ended = self._connection.recv(ANSWER, socket.MSG_WAITALL)
            except TimeoutError:
                raise subprocess.TimeoutExpired("python", timeout) from None
            self.returncode = int(ended)
            self._connection.close()
        return self.returncode

    def communicate(self, timeout: float = SECONDS) -> tuple[str, str]:
        """What it wrote, of the streams that are kept, once it has ended."""
        self.wait(timeout)
        said = {name: os.pread(file.fileno(), 1 << 30, 0).decode() for name, file in self._kept.items()}
        return said.get("out", ""), said.get("err", "")

    def send_signal(self, number: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def run(words: Sequence[str | Path], cwd: Path = ROOT, env: Mapping[str, str] | None = None) -> Said:
    """``python -m`` with these words, to its end."""
    process = Process(words, cwd=cwd, env=env)
    out, err = process.communicate()
    return Said(process.wait(), out, err)


def _connected() -> socket.socket:
    tests = os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()
    path = Path(tempfile.gettempdir()) / f"warm-{tests}.sock"
    with path.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not path.exists():
            _start(path, tests)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(str(path))
    return connection


def _start(path: Path, tests: int) -> None:
    log = path.with_suffix(".log")
    with log.open("wb") as said:
        server = subprocess.Popen(
            [sys.executable, "-m", "tests.warm_server", path, str(tests)],
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=said,
            stderr=said,
            start_new_session=True,
        )
    while not path.exists():
        assert server.poll() is None, log.read_text()
        time.sleep(0.1)
