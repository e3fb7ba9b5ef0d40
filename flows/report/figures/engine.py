"""The engine that draws, in a process beside ours: it takes a second to start, and holds Python's lock while it draws.

This file run as a script is that process. A specification comes in on each line, its drawing goes out on the next; it ends
when no more can come, however the run ended.
"""

import json
import subprocess
import sys
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from typing import Any


class Engine:
    """vl-convert in a process of its own, for as long as this one lives."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the run
        )
        self._waiting = ThreadPoolExecutor(1)  # one drawing after the other

    def draw(self, spec: dict[str, Any]) -> Future[str]:
        """The drawing (SVG) of a Vega-Lite specification, some time later."""
        return self._waiting.submit(self._answer, json.dumps(spec))

    def _answer(self, question: str) -> str:
        assert self._process.stdin
        assert self._process.stdout
        with suppress(BrokenPipeError):  # it would pass for a reader of our own output that went away
            self._process.stdin.write(question + "\n")
            self._process.stdin.flush()
        if answer := self._process.stdout.readline():
            return json.loads(answer)
        raise RuntimeError(f"the process that draws figures ended (exit code {self._process.wait()})")


@cache
def engine() -> Engine:
    """The engine of this process, started when it is first asked for."""
    return Engine()


def _draw_lines() -> None:
    import vl_convert

    vl_convert.vegalite_to_svg({"mark": "point", "data": {"values": [{}]}})  # starts it
    for line in sys.stdin:
        print(json.dumps(vl_convert.vegalite_to_svg(json.loads(line))), flush=True)


if __name__ == "__main__":
    _draw_lines()
