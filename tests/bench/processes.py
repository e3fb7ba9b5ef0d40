"""What a Python process took: seconds, memory, and what it said."""

import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent.parent
SAMPLE_SECONDS = 0.2


class Took(NamedTuple):
    """Of one process: seconds on the clock and of processors; the most memory it held; what it said.

    ``peak_mib`` is the largest of the process and the children it waited for, not their sum: here the process, for its
    Prefect server (``server_mib``, the most seen of any child) is smaller.
    """

    seconds: float
    processor_seconds: float
    peak_mib: float
    server_mib: float
    out: str
    err: str


def measure(*words: str | Path, env: Mapping[str, str] | None = None, python: str | Path = sys.executable) -> Took:
    """Run ``python WORDS`` in a fresh process. Raises SystemExit where it fails."""
    os.sync()  # what others wrote is not written at its expense
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        started = time.perf_counter()
        process = subprocess.Popen(
            [str(python), *map(str, words)], cwd=ROOT, env={**os.environ, **(env or {})}, stdout=out, stderr=err
        )
        watch = _Watch(process.pid)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        server_mib = watch.end()
        process.returncode = os.waitstatus_to_exitcode(status)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read())
    if process.returncode:
        raise SystemExit(
            f"{' '.join(map(str, words))[:200]}: exit code {process.returncode}\n{(said[1] or said[0])[-2000:]}"
        )
    return Took(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, server_mib, *said)


class _Watch:
    """Looks now and then at the most memory that any child of a process has held so far."""

    def __init__(self, parent: int) -> None:
        self.parent, self.most_kib = parent, 0
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)
        self._thread.start()

    def end(self) -> float:
        """Stop looking; gives MiB."""
        self._ended.set()
        self._thread.join()
        return self.most_kib / 1024

    def _look(self) -> None:
        while not self._ended.wait(SAMPLE_SECONDS):
            for status in Path("/proc").glob("[0-9]*/status"):
                try:
                    facts = dict(line.split(":", 1) for line in status.read_text().splitlines())
                except OSError:  # it has ended meanwhile
                    continue
                if int(facts.get("PPid", 0)) == self.parent and "VmHWM" in facts:
                    self.most_kib = max(self.most_kib, int(facts["VmHWM"].split()[0]))
