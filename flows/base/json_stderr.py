"""Standard error as JSON lines, whoever writes: libraries in C++, Prefect's server and the processes of its runs too.

The descriptor is replaced by a pipe, which processes started from here inherit. A thread passes on what is a JSON object
and makes one of every other line.
"""

import json
import os
import secrets
import sys
import threading
from contextlib import suppress
from datetime import UTC, datetime

SECONDS_TO_PASS_ON = 5


class Relay:
    """The thread, and the standard error that was there before."""

    def __init__(self) -> None:
        self.real = os.dup(2)
        self.reading, writing = os.pipe()
        sys.stderr.flush()
        os.dup2(writing, 2)
        os.close(writing)
        self._pipe = os.fstat(2).st_ino
        self._last = f"end of standard error {secrets.token_hex(8)}"
        self._passed_on = threading.Event()
        threading.Thread(target=self._pass_on, daemon=True).start()

    def end(self) -> None:
        """Pass on what was written so far, and give standard error back. Processes that live on keep the pipe."""
        if os.fstat(2).st_ino != self._pipe:
            return
        with suppress(OSError, ValueError):
            sys.stderr.flush()
            os.write(2, f"{self._last}\n".encode())
            self._passed_on.wait(SECONDS_TO_PASS_ON)
        os.dup2(self.real, 2)

    def _pass_on(self) -> None:
        with os.fdopen(self.reading, encoding="utf-8", errors="backslashreplace") as lines:
            for line in lines:
                if line.rstrip("\n") == self._last:
                    self._passed_on.set()
                elif line.strip():
                    with suppress(OSError):
                        os.write(self.real, as_json(line.rstrip("\n")).encode() + b"\n")


def as_json(line: str) -> str:
    """A line that is a JSON object as it is; any other as the message of one."""
    if line.startswith("{"):
        with suppress(ValueError):
            if isinstance(json.loads(line), dict):
                return line
    at = datetime.now(UTC).isoformat(timespec="milliseconds")
    return json.dumps({"time": at, "level": "warning", "message": line, "event": "stderr"}, ensure_ascii=False)
