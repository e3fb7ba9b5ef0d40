"""One real Prefect server for these tests, on a free port with a database of its own."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import FlowRun

from flows.serving.temporary_server import QUIET, Server
from tests.conftest import made_once
from tests.warm import Said, run

ROOT = Path(__file__).parent.parent.parent
SECONDS = 120  # to wait for anything; a busy machine needs some of it


class Prefect:
    """The server, a client, and what the processes that talk to it need in their environment."""

    def __init__(self, api_url: str, client: SyncPrefectClient, environment: dict[str, str]) -> None:
        self.api_url, self.client, self.environment = api_url, client, environment

    def command(self, *words: str | Path, cwd: Path = ROOT) -> Said:
        """A prefect command, to its end."""
        return run(["prefect", "--no-prompt", *words], cwd=cwd, env=self.environment | {"PWD": str(cwd)})

    def start(
        self, words: list[str | Path], log: Path, in_background: bool = False, **environment: str
    ) -> "subprocess.Popen[bytes]":
        """A process that stays, its output in ``log``; ``in_background`` as a shell starts it: deaf to Ctrl-C."""
        interrupts = signal.SIG_IGN if in_background else signal.SIG_DFL
        with log.open("wb") as said:
            return subprocess.Popen(
                [sys.executable, *map(str, words)],
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=said,
                stderr=said,
                preexec_fn=lambda: signal.signal(signal.SIGINT, interrupts),
            )

    def runs(self, deployment: str) -> list[FlowRun]:
        """Runs of a deployment that have ended, first to last."""
        try:
            found = self.client.read_deployment_by_name(deployment)
        except Exception as error:
            if type(error).__name__ == "ObjectNotFound":
                return []
            raise
        answer = self.client._client.post(
            "/flow_runs/filter", json={"deployments": {"id": {"any_": [str(found.id)]}}, "sort": "START_TIME_ASC"}
        )
        return [FlowRun.model_validate(run) for run in answer.json()]

    def state_of(self, run: FlowRun) -> Any:
        """The state a run is in now."""
        return self.client.read_flow_run(run.id).state

    def task_states(self, run: FlowRun) -> dict[str, tuple[str, int]]:
        """Name of the state, and how often it ran, by the name of each task of a run."""
        answer = self.client._client.post("/task_runs/filter", json={"flow_runs": {"id": {"any_": [str(run.id)]}}})
        return {task["name"].rsplit("-", 1)[0]: (task["state_name"], task["run_count"]) for task in answer.json()}

    def logged(self, run: FlowRun) -> list[str]:
        """What the server was told by a run."""
        answer = self.client._client.post("/logs/filter", json={"logs": {"flow_run_id": {"any_": [str(run.id)]}}})
        return [line["message"] for line in answer.json()]

    def artifact(self, key: str) -> dict[str, Any] | None:
        """The latest artifact of this key."""
        answer = self.client._client.get(f"/artifacts/{key}/latest")
        return answer.json() if answer.status_code == 200 else None


def until(what: Callable[[], Any], log: Path | None = None) -> Any:
    """The first thing that is true; fails with the log when nothing becomes so."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if found := what():
            return found
        time.sleep(0.3)
    raise AssertionError(f"did not happen within {SECONDS} s:\n{log.read_text()[-5000:] if log else ''}")


def end(process: "subprocess.Popen[bytes]") -> int:
    """Ask a process to end, as a service manager does."""
    process.terminate()
    try:
        return process.wait(30)
    except subprocess.TimeoutExpired:
        process.kill()
        raise


@pytest.fixture(scope="session")
def prefect_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PREFECT_HOME with the database of Prefect's server, and nothing in it: to make it takes longer than all else."""

    def make(folder: Path) -> None:
        ended = run(["prefect", "server", "database", "upgrade", "-y"], env=os.environ | {"PREFECT_HOME": str(folder)})
        assert ended.code == 0, ended.out + ended.err

    return made_once(tmp_path_factory, "prefect-home", make)


@pytest.fixture(scope="module")
def prefect(tmp_path_factory: pytest.TempPathFactory, prefect_home: Path) -> Iterator[Prefect]:
    home = Path(shutil.copytree(prefect_home, tmp_path_factory.mktemp("prefect") / "home"))
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("PREFECT_")]:
            patch.delenv(name)
        patch.setenv("PREFECT_HOME", str(home))
        server = Server(
            {
                "PREFECT_UI_ENABLED": "0",
                "PREFECT_SERVER_SERVICES_LATE_RUNS_ENABLED": "0",
                "PREFECT_SERVER_SERVICES_SCHEDULER_MAX_RUNS": "5",
            }
        )
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    environment |= {**QUIET, "PREFECT_HOME": str(home), "PREFECT_API_URL": server.api_url}
    environment |= {"PREFECT_RUNNER_POLL_FREQUENCY": "1", "PREFECT_WORKER_QUERY_SECONDS": "1"}
    server.wait()
    from prefect.settings import PREFECT_API_URL, temporary_settings

    with temporary_settings({PREFECT_API_URL: server.api_url}), get_client(sync_client=True) as client:
        yield Prefect(server.api_url, client, environment)
    server.stop()


@pytest.fixture(scope="session")
def notified(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Callable[[], list[dict[str, Any]]]]:
    """A command for MIGRAINE_OUTCOMES_NOTIFY, and what it was given."""
    told = tmp_path_factory.mktemp("notified") / "told.jsonl"

    def read() -> list[dict[str, Any]]:
        return [json.loads(line) for line in told.read_text().splitlines()] if told.exists() else []

    return f"tee -a {told}", read


@pytest.fixture(scope="module")
def worker(prefect: Prefect, notified: tuple[str, Any], tmp_path_factory: pytest.TempPathFactory) -> Generator[Path]:
    """prefect.yaml deployed, and a process worker that serves its pool; gives the worker's log."""
    log = tmp_path_factory.mktemp("worker") / "log"
    made = prefect.command("work-pool", "create", "migraine-outcomes", "--type", "process")
    assert made.code == 0, made.out + made.err
    deployed = prefect.command("deploy", "--all")
    assert deployed.code == 0, deployed.out + deployed.err
    process = prefect.start(
        ["-m", "prefect", "worker", "start", "--pool", "migraine-outcomes", "--name", "tests"],
        log,
        MIGRAINE_OUTCOMES_NOTIFY=notified[0],
        MIGRAINE_OUTCOMES_LOG_FORMAT="json",
        MIGRAINE_OUTCOMES_RETRY_SECONDS="1",
        MIGRAINE_OUTCOMES_RETRIES="300",
    )
    yield log
    end(process)
