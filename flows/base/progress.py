"""Progress an operator can follow: one line a step and a sign of life from long ones, counts only and never values."""

import threading
import time
from collections.abc import Generator
from contextlib import contextmanager

from flows.base.ending import end_if_asked
from flows.base.logs import console, is_json, log

SIGN_OF_LIFE_SECONDS = 60


class Line:
    """What a step says when it has ended: a text, and the same as counts."""

    def __init__(self) -> None:
        self.text = ""
        self.counts: dict[str, int | str] = {}


@contextmanager
def step(name: str) -> Generator[Line]:
    """Time a step and log its outcome; while it is under way, log that every minute.

    Raises KeyboardInterrupt, before it begins, when the end of the run was asked for.
    """
    end_if_asked()
    line = Line()
    started = time.perf_counter()
    ended = threading.Event()

    def live() -> None:
        while not ended.wait(SIGN_OF_LIFE_SECONDS):
            seconds = round(time.perf_counter() - started)
            log(f"{name:<10} under way for {seconds} s", step=name, event="under_way", seconds=seconds)

    threading.Thread(target=live, daemon=True).start()
    try:
        if is_json():
            log(f"{name} started", step=name, event="started")
            yield line
        else:
            with console.status(f"{name} ..."):
                yield line
    finally:
        ended.set()
    seconds = time.perf_counter() - started
    log(f"{name:<10} {line.text} ({seconds:.1f} s)", step=name, event="ended", seconds=round(seconds, 3), **line.counts)
