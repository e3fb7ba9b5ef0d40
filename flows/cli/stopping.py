"""Ends from outside: Ctrl-C, a termination, a reader that went away. Each has a sentence and an exit code."""

import os
import signal
from collections.abc import Generator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

import typer
from typer.core import TyperGroup

from flows.base.ending import end_when, leave_output
from flows.base.errors import Interrupted
from flows.base.exit_codes import EXIT_CODES, INTERRUPTED, OUTPUT_CLOSED, TERMINATED

_received: list[int] = []  # signals: libraries may make an error of their own of the exception that one raises
ENDING = (signal.SIGINT, signal.SIGTERM)


class Verbs(TyperGroup):
    """The verbs; what ends one from outside is left to ``main``, which has a sentence and an exit code for it."""

    def list_commands(self, ctx: Any) -> list[str]:
        """In the order of EXIT_CODES, whichever file a verb stands in."""
        return [verb for verb in EXIT_CODES if verb in self.commands]

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, Exception) as stop:
            if _is_interruption(stop):
                raise _interrupted("nothing was published") from None
            if not isinstance(stop, BrokenPipeError):
                raise
            leave_output()
            raise typer.Exit(OUTPUT_CLOSED) from None


def _is_interruption(stop: BaseException) -> bool:
    return isinstance(stop, KeyboardInterrupt) or bool(_all_received() and not isinstance(stop, Interrupted))


def _interrupted(truth: str) -> Interrupted:
    code = TERMINATED if _all_received()[:1] == [signal.SIGTERM] else INTERRUPTED
    return Interrupted(f"interrupted; {truth}", code)


@contextmanager
def interruptible(out: Path) -> Generator[None]:
    """An interruption of what publishes to OUT is reported with what was published until then."""

    def current() -> str | None:
        link = out / "current"
        return link.readlink().name if link.is_symlink() else None

    before = current()
    try:
        yield
    except (KeyboardInterrupt, Exception) as stop:
        if not _is_interruption(stop):
            raise
        after = current()
        truth = "nothing was published" if after == before else f"snapshot {after} had been published"
        raise _interrupted(truth) from None


def catch_signals() -> None:
    """Ctrl-C and a termination become KeyboardInterrupt, and which of them it was is remembered.

    Python writes the number of each into a pipe as well: while a flow runs, Prefect has a handler of its own for SIGTERM,
    and DuckDB makes a RuntimeError of what that one raises in the middle of a query.
    """
    read, write = os.pipe()
    os.set_blocking(read, False)
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    _pipes[:] = [read]
    end_when(lambda: bool(_all_received()))
    for number in ENDING:
        if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell starts what it puts in the background
            signal.signal(number, _on_signal)


def leave_signals() -> None:
    """Ctrl-C as Python has it, and nothing is remembered: for what comes to an orderly end of its own."""
    signal.set_wakeup_fd(-1)
    _pipes.clear()
    end_when(None)
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


_pipes: list[int] = []


def _all_received() -> list[int]:
    """The signals so far that were to end the process, the first one first."""
    for pipe in _pipes:
        with suppress(BlockingIOError):
            _received.extend(number for number in os.read(pipe, 4096) if number in ENDING)
    return _received


def _on_signal(number: int, _frame: FrameType | None) -> None:
    _received.append(number)
    raise KeyboardInterrupt
