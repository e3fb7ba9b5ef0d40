"""derive on a Dask cluster: each partition of the subjects is a task, and a worker that is lost is replaced by another.

Importing this module imports Dask, which is an extra: ``migraine-outcomes[cluster]``.
"""

import hashlib
import logging
import os
import shutil
import uuid
from collections.abc import Generator
from concurrent.futures import CancelledError
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import duckdb
from distributed import get_worker, wait
from distributed.client import Client
from distributed.scheduler import KilledWorker
from prefect import task
from prefect.settings import PREFECT_API_URL
from prefect_dask import DaskTaskRunner

from flows.base.defects import plainly
from flows.base.errors import ConfigurationError
from flows.base.own_files import own_files
from flows.base.sql_text import one_value
from flows.deriving.partitions import Cluster, derive_partition, gather_partitions, write_partitions
from flows.warehouse.database import MEMORY_LIMIT

SECONDS_TO_CONNECT = 15
SECONDS_WITHOUT_WORKER = 60
PARTITIONS_A_THREAD = 4  # small enough that a lost worker loses little
SHARE_OF_MEMORY = 0.6  # of a worker's: the rest is Python's
OTHER_SOFTWARE = (
    "--cluster: worker {worker} has another version of migraine-outcomes, of its files, or of DuckDB, than is installed "
    "here; install the same."
)
SCHEDULER_GONE = "--cluster: the Dask scheduler is gone; start it and run again."
SEES_NO_FOLDER = "--cluster: worker {worker} does not see {folder}; name a folder on shared storage with --shared."


def check_cluster(out: Path, cluster: Cluster) -> None:
    """Raises ConfigurationError when the cluster cannot be used: better before an hour of landing than after it."""
    with own_folder(out, cluster.shared) as folder, _connected(cluster.address) as runner:
        check_workers(runner.client, folder)


def derive_on_cluster(con: duckdb.DuckDBPyConnection, out: Path, cluster: Cluster) -> int:
    """tabulation -> analysis, as steps.derive, with the subjects spread over a cluster; gives the number of statuses.

    Raises ConfigurationError when the cluster cannot be used, or is lost.
    """
    with own_folder(out, cluster.shared) as folder, _connected(cluster.address) as runner:
        threads = check_workers(runner.client, folder)
        partitions = cluster.partitions or PARTITIONS_A_THREAD * threads
        write_partitions(con, folder, partitions)
        futures = [
            runner.submit(derive_one, {"folder": str(folder), "number": n, "made_by": software()})
            for n in range(partitions)
        ]
        _wait(runner.client, [future.wrapped_future for future in futures])
        for number, future in enumerate(futures):
            try:
                future.result()
            except KilledWorker:
                raise ConfigurationError(
                    f"--cluster: partition {number} was given up, for every worker that took it was lost; give the "
                    "workers more memory, or cut smaller with --partitions."
                ) from None
            except CancelledError:  # nobody here cancels
                raise ConfigurationError(SCHEDULER_GONE) from None
        gather_partitions(con, folder, partitions)
    return one_value(con, "SELECT count(*) FROM analysis.responder")


@task(name="derive partition", task_run_name="partition-{number}", persist_result=False)
@plainly
def derive_one(folder: str, number: int, made_by: str) -> int:
    """One partition, with the share of the worker's memory that one of its threads has.

    Raises ConfigurationError where that is too little, and on a worker that came later than the check and is not fit.
    """
    worker: Any = get_worker()
    if made_by != software():
        raise ConfigurationError(OTHER_SOFTWARE.format(worker=worker.address))
    if not Path(folder, "in").is_dir():
        raise ConfigurationError(SEES_NO_FOLDER.format(worker=worker.address, folder=Path(folder).parent))
    # What does not fit into memory goes to the worker's own disk, not to the shared one.
    spill = Path(worker.local_directory) / f"spill-{uuid.uuid4().hex}"
    config: dict[str, str | bool | int] = {"threads": 1, "temp_directory": str(spill)}
    memory = worker.memory_manager.memory_limit
    if limit := os.environ.get(MEMORY_LIMIT):
        config["memory_limit"] = limit
    elif memory:
        config["memory_limit"] = f"{int(memory * SHARE_OF_MEMORY / worker.state.nthreads)}B"
    try:
        return derive_partition(Path(folder), number, config)
    except duckdb.OutOfMemoryException:
        raise ConfigurationError(
            f"--cluster: partition {number} needs more memory than a thread of worker {worker.address} has"
            f" ({config.get('memory_limit', 'no limit set')}); cut smaller with --partitions, or give more."
        ) from None
    finally:
        shutil.rmtree(spill, ignore_errors=True)


@contextmanager
def own_folder(out: Path, shared: Path | None) -> Generator[Path]:
    """A folder of this run's own, gone afterwards; what a run of this OUT that was cut short left goes now.

    No two runs share a name: a worker that still works for a run long dead must not write into the next one's folder.
    """
    name = f"partitions-{hashlib.sha256(str(out).encode()).hexdigest()[:16]}"
    parent = (shared or out / "state").resolve()
    folder = parent / f"{name}-{uuid.uuid4().hex}"
    try:
        for left in parent.glob(f"{name}-*"):
            shutil.rmtree(left, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
    except OSError as error:
        raise ConfigurationError(
            f"--shared: {folder.parent} cannot be written to ({error.strerror}); choose another folder."
        ) from None
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _connected(address: str) -> Generator[DaskTaskRunner]:
    settings = {"timeout": SECONDS_TO_CONNECT}
    logging.getLogger("distributed.client").setLevel(logging.CRITICAL)  # a lost scheduler is reported in one sentence
    with DaskTaskRunner(address=address, client_kwargs=settings) as runner:
        try:
            _ = runner.client
        except (OSError, ValueError) as error:
            raise ConfigurationError(
                f"--cluster: no Dask scheduler answers at {address} within {SECONDS_TO_CONNECT} s "
                f"({type(error).__name__}); start one with 'dask scheduler', or leave --cluster out."
            ) from None
        yield runner


def check_workers(client: Client, folder: Path) -> int:
    """The threads of all workers. Raises ConfigurationError where one cannot do the work."""
    threads = client.nthreads()
    if not threads:
        raise ConfigurationError(
            "--cluster: the Dask scheduler has no worker; start one with 'dask worker' and its address."
        )
    token = folder / uuid.uuid4().hex
    token.touch()
    answers = client.run(look, str(token), PREFECT_API_URL.value(), on_error="return")
    token.unlink()
    for worker, answer in answers.items():
        if not isinstance(answer, dict):
            raise ConfigurationError(
                f"--cluster: worker {worker} cannot run migraine-outcomes ({type(answer).__name__}); install the same "
                "version there as here, with its extra 'cluster'."
            )
        if answer["software"] != software():
            raise ConfigurationError(OTHER_SOFTWARE.format(worker=worker))
        if not answer["sees_folder"]:
            raise ConfigurationError(SEES_NO_FOLDER.format(worker=worker, folder=folder.parent))
        if not answer["sees_server"]:
            raise ConfigurationError(
                f"--cluster: worker {worker} cannot reach the Prefect server at {PREFECT_API_URL.value()}; start one that "
                "all machines reach and set PREFECT_API_URL."
            )
    return sum(threads.values())


def look(token: str, api_url: str) -> dict[str, Any]:
    """What a worker has and can reach, asked on the worker itself."""
    try:
        with urlopen(f"{api_url}/health", timeout=SECONDS_TO_CONNECT) as answer:
            sees_server = answer.status == 200
    except (OSError, ValueError):
        sees_server = False
    return {"software": software(), "sees_folder": os.path.exists(token), "sees_server": sees_server}


def software() -> str:
    """What has to be the same here and there for equal results."""
    parts = [version("migraine-outcomes"), duckdb.__version__, *(f"{name} {sha}" for name, sha in own_files().items())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _wait(client: Client, futures: list[Any]) -> None:
    """Until all have ended. Raises ConfigurationError when there has been no worker for a while."""
    alone = 0
    while True:
        try:
            with client.as_current():
                wait(futures, timeout=1)
            return
        except TimeoutError:
            alone = 0 if client.nthreads() else alone + 1
        except (OSError, CancelledError):
            raise ConfigurationError(SCHEDULER_GONE) from None
        if alone >= SECONDS_WITHOUT_WORKER:
            client.cancel(futures)
            raise ConfigurationError(
                f"--cluster: all workers are gone, and none came back within {SECONDS_WITHOUT_WORKER} s; start them "
                "and run again."
            )
