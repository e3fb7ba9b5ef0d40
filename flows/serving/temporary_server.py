"""Prefect's own server as a process beside ours, for the runs of people who have none.

``prefect_api`` starts it before anything slow is imported, so that it comes up on another core meanwhile. A server that
is set (PREFECT_API_URL, or a Prefect profile) is used as it is, and nothing is started. This file run as a module is the
server process: it ends when the process that started it is gone, however that ended.
"""

import atexit
import importlib
import os
import socket
import ssl
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Generator
from contextlib import contextmanager
from http.client import HTTPException
from pathlib import Path
from types import FrameType

from flows.base.errors import ConfigurationError
from flows.base.garbage import collect_seldom
from flows.serving.run_history import make_private, prefect_home, prune_runs

# Nothing is sent anywhere; Prefect looks for no newer version.
QUIET = {"DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "PREFECT_CLI_UPDATE_CHECK": "false"}
SERVER = {
    "PREFECT_SERVER_LOGGING_LEVEL": "ERROR",
    # Task runs are recorded a hundred at a time: with the defaults a step waits for the database up to 80 ms.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "100",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
}
# Of a server that lives as long as one run: no scheduler, no pages, no types of blocks, which a run has none of.
FOR_ONE_RUN = {
    "PREFECT__SERVER_EPHEMERAL": "1",
    "PREFECT_UI_ENABLED": "0",
    "PREFECT_SERVER_REGISTER_BLOCKS_ON_START": "false",
    "PREFECT_SERVER_MEMOIZE_BLOCK_AUTO_REGISTRATION": "false",  # to compare them takes longer than the migrations
}
SECONDS_TO_START = 180
SECONDS_TO_ANSWER = 10  # for a server that is set: it may be starting as well
# What the steps import, the slowest first. It is imported only while there is nothing to do but wait for the server.
MEANWHILE = (
    "flows.nightly",
    "flows.checking.gx_duckdb",
    "statsmodels.genmod.generalized_estimating_equations",
)


class Server:
    """A Prefect server on a free port of this machine, stopped when this process ends."""

    def __init__(self, environment: dict[str, str]) -> None:
        make_private(prefect_home())
        # The port is bound here and handed over: nobody can take it in between.
        with socket.create_server(("127.0.0.1", 0), backlog=128) as listener:
            self.address = f"http://127.0.0.1:{listener.getsockname()[1]}"
            self.process = subprocess.Popen(
                [sys.executable, "-m", "flows.serving.temporary_server", str(listener.fileno())],
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                pass_fds=[listener.fileno()],
                env={**QUIET, **SERVER, **os.environ, "PREFECT__SERVER_FINAL": "1", **environment},
                umask=0o077,  # what it makes is for this user only
                start_new_session=True,  # Ctrl-C is for the run, which still has to send the server its end
            )
        self._is_stopped = False
        atexit.register(self.stop)

    @property
    def api_url(self) -> str:
        return f"{self.address}/api"

    def is_up(self, patience: float = 0.1) -> bool:
        """Whether it answers within ``patience`` seconds. Raises ConfigurationError when it has ended."""
        if self.process.poll() is not None:
            raise ConfigurationError(
                f"Prefect's temporary server ended before it answered (exit code {self.process.returncode}); look at "
                "what it says above, and whether PREFECT_HOME (~/.prefect) can be written to and has room."
            )
        try:
            with urllib.request.urlopen(f"{self.api_url}/health", timeout=patience) as answer:
                return answer.status == 200
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            return False

    def wait(self) -> None:
        """Until it answers. Raises ConfigurationError when it does not come up."""
        deadline = time.monotonic() + SECONDS_TO_START
        while not self.is_up(patience=2):
            if time.monotonic() > deadline:
                raise ConfigurationError(
                    f"Prefect's temporary server did not answer within {SECONDS_TO_START} seconds; run again, or start "
                    "one with `prefect server start` and set PREFECT_API_URL."
                )

    def when_lost(self, lost: Callable[[], None]) -> None:
        """Call ``lost`` from a thread of its own when the server ends before it is stopped."""

        def watch() -> None:
            self.process.wait()
            if not self._is_stopped:
                lost()

        threading.Thread(target=watch, daemon=True).start()

    def stop(self) -> None:
        """End the server; it has a few seconds to write down what runs sent it."""
        self._is_stopped = True
        self.process.terminate()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def check_answers(api_url: str) -> None:
    """Raises ConfigurationError, with the address, where nothing answers at the Prefect server that is set."""
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while True:
        try:
            urllib.request.urlopen(f"{api_url.rstrip('/')}/health", timeout=SECONDS_TO_ANSWER).close()
            return
        except urllib.error.HTTPError:
            return  # whatever it says, it answers
        except (OSError, ValueError, HTTPException) as error:
            reason = getattr(error, "reason", error)
            if isinstance(reason, ssl.SSLError):
                return  # Prefect has settings of its own for certificates
            if time.monotonic() > deadline or not isinstance(error, OSError) or isinstance(reason, str):
                raise ConfigurationError(
                    f"PREFECT_API_URL: no Prefect server answers at {api_url} ({reason}). Start it, or take the setting"
                    " away: it stands in the environment, in a Prefect profile, or in .env, prefect.toml or pyproject.toml"
                    " of this folder."
                ) from None
        time.sleep(0.5)


@contextmanager
def prefect_api() -> Generator[None]:
    """Prefect ready for one run: with the server that is set, or with one of our own."""
    os.environ.update({name: value for name, value in QUIET.items() if name not in os.environ})
    # The command line prints an error once, in plain words; Prefect would print them with a traceback.
    os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
    os.environ.setdefault("PREFECT_INTERNAL_LOGGING_LEVEL", "CRITICAL")  # events it could not send at the very end
    server = None if _may_be_set() else Server(FOR_ONE_RUN)
    from prefect.settings import PREFECT_API_URL, PREFECT_FLOWS_HEARTBEAT_FREQUENCY, temporary_settings

    if api_url := PREFECT_API_URL.value():
        if server:
            server.stop()
        check_answers(api_url)
        yield
        return
    server = server or Server(FOR_ONE_RUN)
    for module in MEANWHILE:
        if server.is_up():
            break
        importlib.import_module(module)
    server.wait()
    # A heartbeat shows a server that a run is alive; this one lives no longer than the run, and its thread sleeps 1 s.
    with temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_FLOWS_HEARTBEAT_FREQUENCY: None}):
        yield
        prune_runs(server.api_url)


def _may_be_set() -> bool:
    """Whether Prefect's settings could name a server: only then are they read before anything is started."""
    home = prefect_home()
    profiles = Path(os.environ.get("PREFECT_PROFILES_PATH", home / "profiles.toml"))
    project = Path("pyproject.toml")
    return (
        any(name in os.environ for name in ("PREFECT_API_URL", "PREFECT_PROFILE"))
        or any(path.exists() for path in (profiles, Path("prefect.toml"), Path(".env")))
        or (project.is_file() and "[tool.prefect" in project.read_text(encoding="utf-8", errors="replace"))
    )


def _serve(descriptor: int) -> None:
    """The server process: listens on a socket it inherited, and ends with its parent."""
    import uvicorn
    from prefect.server.api.server import create_app

    class Quiet(uvicorn.Server):
        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            _fall_silent()
            super().handle_exit(sig, frame)

    server = Quiet(uvicorn.Config(create_app, factory=True, log_level="error", lifespan="on"))

    def end_with_parent() -> None:
        sys.stdin.buffer.read()  # returns when the other end of the pipe is closed
        _fall_silent()
        server.should_exit = True

    threading.Thread(target=end_with_parent, daemon=True).start()
    server.run(sockets=[socket.socket(fileno=descriptor)])


def _fall_silent() -> None:
    """What is cancelled when the server ends was to be thrown away; its traceback would look like a failed run."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


if __name__ == "__main__":
    collect_seldom()
    _serve(int(sys.argv[1]))
