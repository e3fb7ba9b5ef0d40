"""Prefect's own database of our servers: for this user only, and without runs of long ago."""

from datetime import timedelta
from pathlib import Path

import prefect as library
from prefect.client.schemas.objects import FlowRun
from prefect.states import Completed

from flows.serving.run_history import KEPT_DAYS, make_private, prune_runs
from tests.serving.conftest import Prefect


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def ended_run(prefect: Prefect, name: str) -> FlowRun:
    """A run of a flow of this name, with an artifact."""

    @library.flow(name=name)
    def nothing() -> None:
        """No step."""

    run = prefect.client.create_flow_run(nothing, state=Completed())
    artifact = {"key": f"responders-{name}", "type": "table", "data": "[1]", "flow_run_id": str(run.id)}
    prefect.client._client.post("/artifacts/", json=artifact).raise_for_status()
    return run


def runs_of(prefect: Prefect, name: str) -> list[str]:
    """The runs of a flow that began; those that a schedule of another test has put down are still to come."""
    begun = {"state": {"type": {"not_any_": ["SCHEDULED"]}}}
    wanted = {"flows": {"name": {"any_": [name]}}, "flow_runs": begun}
    answer = prefect.client._client.post("/flow_runs/filter", json=wanted)
    return [run["id"] for run in answer.json()]


def latest_artifacts(prefect: Prefect, key: str) -> int:
    answer = prefect.client._client.post("/artifacts/latest/filter", json={"artifacts": {"key": {"any_": [key]}}})
    return len(answer.json())


def test_the_database_is_for_this_user_only(prefect: Prefect) -> None:
    home = Path(prefect.environment["PREFECT_HOME"])
    modes = {path.name: mode(path) for path in home.glob("prefect.db*")}
    assert "prefect.db" in modes
    assert set(modes.values()) == {0o600}


def test_what_an_earlier_version_left_open_is_closed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    make_private(home)
    assert mode(home) == 0o700
    (home / "prefect.db").write_bytes(b"")
    (home / "prefect.db").chmod(0o644)
    (home / "profiles.toml").write_bytes(b"")
    (home / "profiles.toml").chmod(0o644)
    make_private(home)
    assert mode(home / "prefect.db") == 0o600
    assert mode(home / "profiles.toml") == 0o644


def test_old_runs_go_and_runs_of_others_stay(prefect: Prefect) -> None:
    ours, theirs = ended_run(prefect, "migraine-outcomes"), ended_run(prefect, "another-flow")
    assert prune_runs(prefect.api_url, timedelta(days=KEPT_DAYS)) == 0
    assert str(ours.id) in runs_of(prefect, "migraine-outcomes")
    assert latest_artifacts(prefect, "responders-migraine-outcomes") == 1
    assert prune_runs(prefect.api_url, timedelta(seconds=-60)) >= 1
    assert runs_of(prefect, "migraine-outcomes") == []
    assert latest_artifacts(prefect, "responders-migraine-outcomes") == 0
    assert runs_of(prefect, "another-flow") == [str(theirs.id)]
    assert latest_artifacts(prefect, "responders-another-flow") == 1


def test_a_server_that_is_gone_spoils_no_run() -> None:
    assert prune_runs("http://127.0.0.1:9/api") == 0
