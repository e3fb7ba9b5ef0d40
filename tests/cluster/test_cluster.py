"""run --cluster: real processes, a worker killed at its work, and the tables of a run on one machine."""

import importlib.util
import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows import cluster as on_cluster
from flows.cli import app
from flows.errors import ConfigurationError, OutcomesError
from tests.cli.helpers import ROOT, write_study
from tests.cluster.conftest import DaskCluster, until
from tests.run import run_without_prefect

DEMO = ROOT / "data/studies/demo"


def begin(out: Path, address: str, *words: str) -> "subprocess.Popen[str]":
    """A run of the demo on the cluster, in a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "flows.cli", "run", str(DEMO), "--out", str(out), "--cluster", address, *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def tables(out: Path) -> dict[str, str]:
    """SHA-256 of every published table."""
    outputs = json.loads((out / "current/manifest.json").read_text())["outputs"]
    return {name: digest for name, digest in outputs.items() if name.startswith("tables/")}


@pytest.fixture(scope="module")
def single(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """OUT of a run on this machine alone."""
    out = tmp_path_factory.mktemp("single")
    run_without_prefect(DEMO, out)
    return out


@pytest.fixture
def out(single: Path, tmp_path: Path) -> Path:
    """An OUT with the same files landed at the same time, and nothing published."""
    shutil.copytree(single / "state/inputs", tmp_path / "out/state/inputs", symlinks=True)
    return tmp_path / "out"


def test_tables_are_those_of_one_machine(
    dask_cluster: DaskCluster, workers: dict[str, "subprocess.Popen[bytes]"], single: Path, out: Path, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    run = begin(out, dask_cluster.address, "--partitions", "5", "--shared", str(shared))
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 0, said
    assert tables(out) == tables(single)
    assert not list(shared.iterdir()), "what the cluster read and wrote is gone"


def test_a_worker_killed_at_its_work(
    dask_cluster: DaskCluster, workers: dict[str, "subprocess.Popen[bytes]"], single: Path, out: Path
) -> None:
    run = begin(out, dask_cluster.address, "--partitions", "12")
    until(lambda: dask_cluster.under_way("first") or run.poll() is not None)
    workers["first"].send_signal(signal.SIGSTOP)  # whatever it holds now it can no longer finish
    held = dask_cluster.under_way("first")
    workers["first"].kill()
    said, _ = run.communicate(timeout=120)
    assert held, f"it held nothing: {said}"
    assert run.returncode == 0, said
    assert "first" not in dask_cluster.names().values()
    assert tables(out) == tables(single)
    assert not list((out / "state").glob("partitions-*"))


def test_all_workers_gone(dask_cluster: DaskCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    workers = dask_cluster.start_workers("third")
    with dask_cluster.client.as_current():
        future = dask_cluster.client.submit(until, is_never, workers=["third"])
        until(lambda: dask_cluster.under_way("third"))
        for name, worker in {**workers}.items():
            worker.kill()
            until(lambda name=name: name not in dask_cluster.names().values())
    monkeypatch.setattr(on_cluster, "SECONDS_WITHOUT_WORKER", 2)
    monkeypatch.setattr(
        dask_cluster.client, "nthreads", dict
    )  # the second worker of the tests above may be there still
    with pytest.raises(ConfigurationError, match=r"all workers are gone, and none came back within 2 s"):
        on_cluster._wait(dask_cluster.client, [future])


def is_never() -> bool:
    return False


def test_scheduler_that_is_not_there(tmp_path: Path) -> None:
    run = begin(tmp_path / "out", "tcp://127.0.0.1:9")
    said, _ = run.communicate(timeout=120)
    assert run.returncode == 2
    assert "--cluster: no Dask scheduler answers at tcp://127.0.0.1:9" in " ".join(said.split())
    assert "Traceback" not in said
    assert "land" not in said, "it is told before anything is done"
    assert not (tmp_path / "out/current").exists()


def test_folder_that_the_workers_do_not_see(
    dask_cluster: DaskCluster,
    workers: dict[str, "subprocess.Popen[bytes]"],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = dask_cluster.client
    monkeypatch.setattr(client, "run", lambda function, token, url, **_: {"w": function(f"{token}-elsewhere", url)})
    with pytest.raises(ConfigurationError, match=r"worker w does not see .*--shared"):
        on_cluster._check_workers(client, tmp_path)


def test_worker_with_other_software(
    dask_cluster: DaskCluster,
    workers: dict[str, "subprocess.Popen[bytes]"],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_cluster, "version", lambda _: "0.0.1")
    with pytest.raises(ConfigurationError, match="another version of migraine-outcomes"):
        on_cluster._check_workers(dask_cluster.client, tmp_path)


def test_workers_that_do_not_reach_the_prefect_server(
    dask_cluster: DaskCluster, workers: dict[str, "subprocess.Popen[bytes]"], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="cannot reach the Prefect server"):  # none is set here
        on_cluster._check_workers(dask_cluster.client, tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--partitions", "3"], "belong to --cluster"),
        (["--shared", "x"], "belong to --cluster"),
        (["--cluster", "tcp://x:1", "--as-of", "2024-01-01"], "leave --cluster out"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, words: list[str], told: str) -> None:
    answer = CliRunner().invoke(app, ["run", str(write_study(tmp_path / "s")), *words])
    assert isinstance(answer.exception, OutcomesError)
    assert told in str(answer.exception)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr("flows.cli.find_spec", lambda name: None if name == "prefect_dask" else find(name))
    answer = CliRunner().invoke(app, ["run", str(write_study(tmp_path / "s")), "--cluster", "tcp://x:1"])
    assert isinstance(answer.exception, ConfigurationError)
    assert "migraine-outcomes[cluster]" in str(answer.exception)


def test_dask_is_not_imported_without_it() -> None:
    code = "import flows.nightly, sys; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ}).returncode == 0
