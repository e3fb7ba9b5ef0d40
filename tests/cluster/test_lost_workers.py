"""Workers lost at the worst moment, or all at once; what one of them had written is never read half."""

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import duckdb
import pytest

from flows.base.errors import ConfigurationError, Defect
from flows.deriving import cluster as on_cluster
from flows.deriving.partitions import write_partitions
from tests.cluster.conftest import DaskCluster, begin, tables, until
from tests.warm import Process

STOPPING = Path(__file__).parent / "stopping.py"


@pytest.fixture
def own_cluster(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[DaskCluster]:
    """A scheduler of this test's own, that misses a silent worker after ten seconds."""
    monkeypatch.setenv("DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL", "10s")
    (tmp_path / "dask").mkdir()
    cluster = DaskCluster(tmp_path / "dask")
    yield cluster
    cluster.stop()


def lost_with_work(cluster: DaskCluster) -> dict[str, int]:
    """The workers that the scheduler lost, and how many tasks each had begun or was given."""
    events: Any = cluster.client.get_events("all")
    return {
        event["worker"]: len(event["processing-tasks"]) for _, event in events if event.get("action") == "remove-worker"
    }


def test_workers_lost_between_writing_and_naming(
    own_cluster: DaskCluster, tmp_path: Path, single: Path, out: Path, prefect_server: str
) -> None:
    """Of one that is killed the connection breaks; one without power is silent, and only its heartbeat is missing."""
    lost = {}
    for name, end in (("killed", signal.SIGKILL), ("silent", signal.SIGSTOP)):
        (process,) = own_cluster.start_workers(name, preload=STOPPING, STANDS_AT=str(tmp_path / name)).values()
        lost[name] = (process, end)
    addresses = {name: address for address, name in own_cluster.names().items()}
    own_cluster.start_workers("going")
    run = begin(out, own_cluster.address, "--partitions", "8", server=prefect_server)
    for name, (process, end) in lost.items():
        wait_for_text(tmp_path / name, run)
        assert list(Path((tmp_path / name).read_text()).glob("analysis.responder.parquet")), "it had written everything"
        process.send_signal(end)
    said = "".join(run.communicate())
    assert run.returncode == 0, said
    held = lost_with_work(own_cluster)
    assert held[addresses["killed"]]
    assert held[addresses["silent"]]
    assert tables(out) == tables(single)
    assert not list((out / "state").glob("partitions-*"))


def test_all_workers_lost_and_the_next_run(
    own_cluster: DaskCluster, tmp_path: Path, single: Path, out: Path, prefect_server: str
) -> None:
    (out / "snapshots/earlier").mkdir(parents=True)
    (out / "current").symlink_to("snapshots/earlier")
    (process,) = own_cluster.start_workers("last", preload=STOPPING, STANDS_AT=str(tmp_path / "last")).values()
    run = begin(out, own_cluster.address, "--partitions", "3", server=prefect_server, impatient=True)
    wait_for_text(tmp_path / "last", run)
    process.kill()
    said = "".join(run.communicate())
    assert run.returncode == 2, said
    assert "all workers are gone, and none came back within 2 s" in " ".join(said.split())
    assert "Traceback" not in said
    assert [path.name for path in (out / "snapshots").iterdir()] == ["earlier"], "nothing was published"
    assert os.readlink(out / "current") == "snapshots/earlier"
    assert not list((out / "state").glob("partitions-*"))

    own_cluster.start_workers("next")
    again = begin(out, own_cluster.address, "--partitions", "3", server=prefect_server)
    said = "".join(again.communicate())
    assert again.returncode == 0, said
    assert tables(out) == tables(single)


def test_scheduler_lost(own_cluster: DaskCluster, tmp_path: Path, out: Path, prefect_server: str) -> None:
    own_cluster.start_workers("last", preload=STOPPING, STANDS_AT=str(tmp_path / "last"))
    run = begin(out, own_cluster.address, "--partitions", "3", server=prefect_server)
    wait_for_text(tmp_path / "last", run)
    own_cluster.scheduler.kill()
    said = "".join(run.communicate())
    assert run.returncode == 2, said
    assert "--cluster: the Dask scheduler is gone" in " ".join(said.split())
    assert "Traceback" not in said
    assert not (out / "current").exists()


def wait_for_text(file: Path, run: Process) -> None:
    """Until a worker stands still with its partition written; fails when the run has ended before."""
    until(lambda: (file.exists() and file.read_text()) or run.poll() is not None)
    assert run.poll() is None, "".join(run.communicate())


def test_no_run_writes_into_the_folder_of_another(tmp_path: Path) -> None:
    """A worker of a run that was killed may still be at its work when the next run begins."""
    with on_cluster.own_folder(tmp_path / "out", tmp_path / "shared") as old:
        (old / "in").mkdir()
        with on_cluster.own_folder(tmp_path / "out", tmp_path / "shared") as new:
            assert new != old
            assert not old.exists(), "left by a run that was cut short"
        with on_cluster.own_folder(tmp_path / "out", None) as kept, on_cluster.own_folder(tmp_path / "b", None):
            assert kept.exists()


@pytest.fixture
def partition(single: Path, tmp_path: Path) -> Path:
    """A folder with the demo's subjects in one partition."""
    shutil.copy(single / "state/warehouse.duckdb", tmp_path / "warehouse.duckdb")
    with duckdb.connect(tmp_path / "warehouse.duckdb") as con:
        con.execute(f"ATTACH '{single}/current/outcomes.duckdb' AS built (READ_ONLY)")
        con.execute("SET search_path = 'main,built.tabulation'")
        write_partitions(con, tmp_path / "work", 1)
    return tmp_path / "work"


def derive_as_worker(folder: Path, monkeypatch: pytest.MonkeyPatch, memory: int, made_by: str | None = None) -> int:
    worker = SimpleNamespace(
        address="tcp://w:1",
        local_directory=str(folder.parent),
        memory_manager=SimpleNamespace(memory_limit=memory),
        state=SimpleNamespace(nthreads=2),
    )
    monkeypatch.setattr(on_cluster, "get_worker", lambda: worker)
    return on_cluster.derive_one.fn(str(folder), 0, made_by or on_cluster.software())


def test_memory_of_a_worker(partition: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each thread has its share of the worker's memory; too little is told in a sentence, and leaves nothing."""
    with pytest.raises(ConfigurationError, match=r"partition 0 needs more memory .* tcp://w:1 .*600000B.*--partitions"):
        derive_as_worker(partition, monkeypatch, 2_000_000)
    monkeypatch.setenv("MIGRAINE_OUTCOMES_MEMORY_LIMIT", "1MB")
    with pytest.raises(ConfigurationError, match=r"needs more memory .*\(1MB\)"):
        derive_as_worker(partition, monkeypatch, 10**9)
    assert not list((partition / "out").iterdir())
    assert not list(partition.parent.glob("spill-*"))
    monkeypatch.delenv("MIGRAINE_OUTCOMES_MEMORY_LIMIT")
    assert derive_as_worker(partition, monkeypatch, 10**9) > 0


def test_a_worker_that_came_later_and_is_not_fit(
    partition: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(ConfigurationError, match=r"tcp://w:1 has another version"):
        derive_as_worker(partition, monkeypatch, 10**9, made_by="other")
    with pytest.raises(ConfigurationError, match=r"tcp://w:1 does not see .*--shared"):
        derive_as_worker(tmp_path / "elsewhere", monkeypatch, 10**9)
    assert not (tmp_path / "elsewhere").exists()


def test_a_defect_travels_by_its_kind() -> None:
    import pickle

    travelled = pickle.loads(pickle.dumps(Defect(ValueError("a diary's value"))))
    assert "(ValueError)" in str(travelled)
    assert "value" not in repr(travelled).replace("ValueError", "")


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/api", "not an address"])
def test_a_prefect_server_that_a_worker_does_not_reach(address: str, tmp_path: Path) -> None:
    answer = on_cluster.look(str(tmp_path), address)
    assert answer["sees_folder"]
    assert not answer["sees_server"]
    client = SimpleNamespace(nthreads=lambda: {"w": 1}, run=lambda *_, **__: {"w": answer})
    with pytest.raises(ConfigurationError, match=r"worker w cannot reach the Prefect server .* set PREFECT_API_URL"):
        on_cluster.check_workers(cast("Any", client), tmp_path)
