"""A Dask scheduler and two workers, each a process of its own, as on three machines."""

import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client

from flows.publishing.history_kept import TABLES_OF_THE_PAST
from tests.conftest import Published
from tests.warm import Process

SECONDS = 180  # far more than it takes: only what never happens fails
ROOT = Path(__file__).parent.parent.parent
DEMO = ROOT / "data/studies/demo"


class DaskCluster:
    """The processes, and a client that watches them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._started: list[Process] = []
        told = folder / "scheduler.json"
        self.scheduler = self._start(
            ["dask_scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(told)]
        )
        until(lambda: told.exists() and told.read_text().strip().endswith("}"))
        self.client = Client(scheduler_file=str(told), timeout=SECONDS, set_as_default=False)
        self.address = str(self.client.scheduler.address)

    def start_workers(self, *names: str, preload: Path | None = None, **environment: str) -> dict[str, Process]:
        """Workers of one thread each, ``preload`` run in them; all of them are there when this returns."""
        loads = ["--preload", str(preload)] if preload else []
        began = {
            name: self._start(
                [
                    "dask_worker",
                    self.address,
                    "--name",
                    name,
                    "--nthreads",
                    "1",
                    "--no-nanny",
                    "--no-dashboard",
                    *loads,
                ],
                environment,
            )
            for name in names
        }
        until(lambda: set(names) <= set(self.names().values()))
        return began

    def _start(self, words: list[str], environment: dict[str, str] | None = None) -> Process:
        module, *rest = words
        settings = os.environ | {"PYTHONPATH": str(ROOT), "DO_NOT_TRACK": "1"} | (environment or {})
        with (self.folder / f"{module}-{len(self._started)}.log").open("wb") as log:
            process = Process([f"distributed.cli.{module}", *rest], out=log, err=log, cwd=self.folder, env=settings)
        self._started.append(process)
        return process

    def names(self) -> dict[str, str]:
        """The workers' names by their addresses, as the scheduler knows them."""
        return {address: str(facts["name"]) for address, facts in self.client.scheduler_info(-1)["workers"].items()}

    def under_way(self, name: str) -> int:
        """How many partitions a worker holds."""
        held = self.client.processing()
        return sum(len(held[address]) for address, known in self.names().items() if known == name and address in held)

    def stop(self) -> None:
        self.client.close()
        for process in self._started:
            process.kill()
            process.wait()


def until(what: Callable[[], Any]) -> None:
    """Wait until it is true; fails when it does not become so."""
    deadline = time.monotonic() + SECONDS
    while not what():
        assert time.monotonic() < deadline, f"did not happen within {SECONDS} s"
        time.sleep(0.2)  # each look asks the scheduler; more often would take the processor from what is waited for


def begin(out: Path, address: str, *words: str, server: str | None = None, impatient: bool = False) -> Process:
    """A run of the demo on the cluster, in a process of its own; with the Prefect server at ``server``, or its own."""
    # As flows/serving/temporary_server.py sets it: the impatient command line imports Prefect before.
    environment = {**os.environ, "PREFECT_LOGGING_LEVEL": "CRITICAL", "PREFECT_INTERNAL_LOGGING_LEVEL": "CRITICAL"}
    if server:
        environment["PREFECT_API_URL"] = server
    program = "tests.cluster.impatient" if impatient else "flows.cli"
    return Process([program, "run", DEMO, "--out", out, "--cluster", address, *words], env=environment)


def tables(out: Path) -> dict[str, str]:
    """SHA-256 of every published table but those that hang on the snapshots before."""
    outputs = json.loads((out / "current/manifest.json").read_text())["outputs"]
    past = tuple(f"tables/{name}." for name in TABLES_OF_THE_PAST)
    return {
        name: digest for name, digest in outputs.items() if name.startswith("tables/") and not name.startswith(past)
    }


@pytest.fixture(scope="package")
def dask_cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    cluster = DaskCluster(tmp_path_factory.mktemp("dask"))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="package")
def workers(dask_cluster: DaskCluster) -> dict[str, Process]:
    """The two workers the tests begin with."""
    return dask_cluster.start_workers("first", "second")


@pytest.fixture(scope="session")
def single(demo: Published) -> Path:
    """OUT of a run of the demo on this machine alone."""
    return demo.out


@pytest.fixture
def out(single: Path, tmp_path: Path) -> Path:
    """An OUT with the same files landed at the same time, and nothing published."""
    shutil.copytree(single / "state/inputs", tmp_path / "out/state/inputs", symlinks=True)
    return tmp_path / "out"
