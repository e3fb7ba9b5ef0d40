"""The process that starts other processes for the tests, with everything slow imported once for all of them.

``python -m tests.warm_server SOCKET PROCESS`` listens there. What connects sends one order (a JSON object with its standard
streams beside it) and is answered with the number of the process and, when that has ended, how. Each process is a fork:
nothing is opened here and no thread of Python's is started, so it finds what a fresh one would. The server ends with the
process whose number it is given.
"""

import importlib
import json
import os
import runpy
import signal
import socket
import sys
import time
from pathlib import Path
from typing import Any

from flows.base.garbage import collect_seldom

IMPORTED = (
    "flows.cli.main",
    "flows.nightly",
    "flows.runs.check",
    "flows.checking.gx_duckdb",
    "flows.verifying.verify",
    "flows.publishing.publish",
    "statsmodels.genmod.generalized_estimating_equations",
    "distributed.cli.dask_worker",
    "distributed.cli.dask_scheduler",
    "prefect_dask",
    "prefect.cli",
)
ANSWER = 16  # bytes


def serve(path: Path, process: int) -> dict[str, Any]:
    """Take orders while ``process`` lives; returns in each process that was started, with its order."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))
        listener.listen(64)
        listener.settimeout(2)
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody waits for those that wait
        while True:
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                if lives(process):
                    continue
                for left in (path, path.with_suffix(".lock"), path.with_suffix(".log")):
                    left.unlink(missing_ok=True)
                sys.exit()
            if os.fork() == 0:
                listener.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                return keep(connection)
            connection.close()


def lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def keep(connection: socket.socket) -> dict[str, Any]:
    """Start one process, tell its number, and how it ended; returns in that process."""
    message, streams, _, _ = socket.recv_fds(connection, 1 << 20, 3)
    order = json.loads(message)
    child = os.fork()
    if child == 0:
        connection.close()
        for number, stream in enumerate(streams):
            os.dup2(stream, number)
            os.close(stream)
        return order
    for stream in streams:
        os.close(stream)
    try:
        connection.sendall(f"{child:{ANSWER}}".encode())
        _, status = os.waitpid(child, 0)
        connection.sendall(f"{os.waitstatus_to_exitcode(status):{ANSWER}}".encode())
    except OSError:
        pass  # who asked is gone
    os._exit(0)


def become(order: dict[str, Any]) -> None:
    """The process that was asked for: its environment, folder, signals and arguments, then its module."""
    os.environ.clear()
    os.environ.update(order["environment"])
    time.tzset()
    os.chdir(order["cwd"])
    signal.signal(signal.SIGINT, signal.SIG_IGN if order["deaf"] else signal.default_int_handler)
    # What these read from the environment when they were imported.
    importlib.import_module("prefect.context").refresh_global_settings_context()
    importlib.import_module("prefect.logging.configuration").setup_logging(incremental=False)
    importlib.import_module("dask").config.refresh()
    sys.path[:1] = [order["cwd"], *filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))]
    module, *arguments = order["words"]
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    collect_seldom()
    for name in IMPORTED:
        importlib.import_module(name)
    become(serve(Path(sys.argv[1]), int(sys.argv[2])))
