"""How a process ends. Every way around an orderly end of the interpreter is in this file, with its reason.

The reason: importing Great Expectations beside duckdb_engine keeps DuckDB's Python types until the interpreter is gone,
with every connection closed, and DuckDB's bindings (nanobind) then print a page about "leaked instances" on standard
error. Nothing in Python can take that page away: neither closing nor deleting what is open.
"""

import atexit
import os
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import NoReturn

_asked: list[Callable[[], bool]] = []


def end_process(code: int, with_exit_handlers: bool = True) -> NoReturn:
    """End now: exit handlers run (the command line stops its temporary Prefect server in one), buffers are written, and
    the interpreter is not taken down piece by piece. Tests, whose servers are stopped already, leave the handlers out:
    Prefect's would wait for the server."""
    if with_exit_handlers:
        atexit._run_exitfuncs()
    _write_buffers()
    os._exit(code)


def end_quietly() -> None:
    """For a process that somebody else ends, as Prefect does those of its runs: from its exit handlers on, nothing that
    the interpreter's end prints reaches standard error. The exit code stays."""
    atexit.register(_silence)


def end_when(asked: Callable[[], bool] | None) -> None:
    """Who knows whether somebody outside asked for the end, as with Ctrl-C; None: nobody does."""
    _asked[:] = [asked] if asked else []


def end_if_asked() -> None:
    """Raises KeyboardInterrupt when the end was asked for: Python drops what a handler raises while it is in a finaliser or
    a callback, and the run would go on."""
    if any(asked() for asked in _asked):
        raise KeyboardInterrupt


def leave_output() -> None:
    """Nobody reads standard output any more (``| head``): what is still in its buffer goes nowhere, and quietly."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _silence() -> None:
    _write_buffers()
    os.dup2(os.open(os.devnull, os.O_WRONLY), 2)


def _write_buffers() -> None:
    for stream in (sys.stdout, sys.stderr):
        with suppress(OSError, ValueError):  # whoever read it is gone
            stream.flush()
