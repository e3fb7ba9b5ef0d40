"""run --cluster: real processes, the tables of a run on one machine, and what is said when it cannot be done."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from flows.base.errors import ConfigurationError, OutcomesError
from flows.cli.main import app
from flows.deriving import cluster as on_cluster
from tests.cli.helpers import ROOT, write_study
from tests.cluster.conftest import DaskCluster, begin, tables
from tests.warm import Process


def test_tables_are_those_of_one_machine(
    dask_cluster: DaskCluster, workers: dict[str, Process], single: Path, out: Path, tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    run = begin(out, dask_cluster.address, "--partitions", "5", "--shared", str(shared))
    said = "".join(run.communicate())
    assert run.returncode == 0, said
    assert tables(out) == tables(single)
    assert not list(shared.iterdir()), "what the cluster read and wrote is gone"


def test_scheduler_that_is_not_there(tmp_path: Path, prefect_server: str) -> None:
    run = begin(tmp_path / "out", "tcp://127.0.0.1:9", server=prefect_server, impatient=True)
    said = "".join(run.communicate())
    assert run.returncode == 2
    assert "--cluster: no Dask scheduler answers at tcp://127.0.0.1:9" in " ".join(said.split())
    assert "Traceback" not in said
    assert "land" not in said, "it is told before anything is done"
    assert not (tmp_path / "out/current").exists()


def test_folder_that_the_workers_do_not_see(
    dask_cluster: DaskCluster,
    workers: dict[str, Process],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client = dask_cluster.client
    monkeypatch.setattr(client, "run", lambda function, token, url, **_: {"w": function(f"{token}-elsewhere", url)})
    with pytest.raises(ConfigurationError, match=r"worker w does not see .*--shared"):
        on_cluster.check_workers(client, tmp_path)


def test_worker_with_other_software(
    dask_cluster: DaskCluster,
    workers: dict[str, Process],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(on_cluster, "version", lambda _: "0.0.1")
    with pytest.raises(ConfigurationError, match="another version of migraine-outcomes"):
        on_cluster.check_workers(dask_cluster.client, tmp_path)


def test_workers_that_do_not_reach_the_prefect_server(
    dask_cluster: DaskCluster, workers: dict[str, Process], tmp_path: Path
) -> None:
    with pytest.raises(ConfigurationError, match="cannot reach the Prefect server"):  # none is set here
        on_cluster.check_workers(dask_cluster.client, tmp_path)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--partitions", "3"], "belong to --cluster"),
        (["--shared", "x"], "belong to --cluster"),
        (["--cluster", "tcp://x:1", "--as-of", "2024-01-01"], "leave --cluster out"),
        (["--cluster", "tcp://x:1", "--shared", "s3://bucket/key"], "s3: is not a folder"),
    ],
)
def test_options_that_do_not_go_together(tmp_path: Path, words: list[str], told: str) -> None:
    answer = CliRunner().invoke(app, ["run", str(write_study(tmp_path / "s")), *words])
    assert isinstance(answer.exception, OutcomesError)
    assert told in str(answer.exception)


def test_without_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    find = importlib.util.find_spec
    monkeypatch.setattr(
        "flows.cli.publishing_verbs.find_spec", lambda name: None if name == "prefect_dask" else find(name)
    )
    answer = CliRunner().invoke(app, ["run", str(write_study(tmp_path / "s")), "--cluster", "tcp://x:1"])
    assert isinstance(answer.exception, ConfigurationError)
    assert "migraine-outcomes[cluster]" in str(answer.exception)


def test_dask_is_not_imported_without_it() -> None:
    code = "import flows.nightly, sys; sys.exit('distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, env={**os.environ}).returncode == 0
