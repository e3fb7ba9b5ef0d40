"""prefect.yaml against a real server with a process worker: failure, retry, one at a time, cancellation."""

import fcntl
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelling

from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import land_only, write_study
from tests.serving.conftest import Prefect, until

DEPLOYMENT = "migraine-outcomes/demo"
LOCKED = ("AwaitingRetry", "Retrying")


def start(prefect: Prefect, study: Path) -> FlowRun:
    """A run of the deployment for another study."""
    deployment = prefect.client.read_deployment_by_name(DEPLOYMENT)
    parameters = {"study_folder": str(study), "out": str(study / "published")}
    answer = prefect.client._client.post(
        f"/deployments/{deployment.id}/create_flow_run", json={"parameters": parameters}
    )
    return FlowRun.model_validate(answer.json())


@contextmanager
def held(study: Path) -> Iterator[None]:
    """The study's lock, as a run from the command line holds it."""
    state = study / "published/state"
    state.mkdir(parents=True, exist_ok=True)
    with (state / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def ended(prefect: Prefect, run: FlowRun, log: Path) -> Any:
    """The state a run ends in."""

    def final() -> Any:
        state = prefect.state_of(run)
        return state if state.is_final() else None

    return until(final, log)


def test_the_deployment_is_scheduled_alone_and_free_of_machine_paths(worker: Path, prefect: Prefect) -> None:
    deployment = prefect.client.read_deployment_by_name(DEPLOYMENT)
    assert [schedule.schedule.cron for schedule in deployment.schedules] == ["0 2 * * *"]
    assert deployment.global_concurrency_limit.limit == 1
    assert deployment.work_pool_name == "migraine-outcomes"
    text = (Path(__file__).parent.parent.parent / "prefect.yaml").read_text()
    assert "/home" not in text
    assert 'directory: "{{ $PWD }}"' in text


def test_a_critical_finding_fails_the_run_with_its_reason_and_is_not_tried_again(
    worker: Path,
    prefect: Prefect,
    notified: tuple[str, Callable[[], list[dict[str, Any]]]],
    tmp_path: Path,
) -> None:
    study = write_study(tmp_path / "study")
    land_only(study, study / "published")
    # Altered from outside it would be found, and made anew.
    with open_warehouse(study / "published", load_study(study)) as (con, _):
        con.execute("INSERT INTO landing.diary SELECT * REPLACE (99 AS line_number) FROM landing.diary")
    run = start(prefect, study)
    state = ended(prefect, run, worker)
    assert state.name == "Failed"
    assert state.message.startswith("Nothing was published: ")
    assert "lines read are not the sum of current" in state.message
    assert state.message.endswith(" Failed checks: file.lines_conserved (1).")
    assert "BASE" not in state.message  # the subject
    # The server hears of the task a little after the flow.
    until(lambda: prefect.task_states(run).get("run") == ("Failed", 1), worker)
    assert not (study / "published/current").exists()
    # The command that is told runs beside.
    (told,) = until(lambda: [notice for notice in notified[1]() if notice["run_id"] == str(run.id)], worker)
    assert (told["state"], told["message"]) == ("Failed", state.message)
    # The worker itself writes plain text; the process of a run does not.
    lines = [json.loads(line) for line in worker.read_text().splitlines() if line.startswith("{")]
    (failed,) = [line for line in lines if line.get("event") == "run_failed" and line.get("run_id") == str(run.id)]
    assert (failed["level"], failed["study"], failed["state"], failed["reason"]) == (
        "error",
        "T",
        "Failed",
        state.message,
    )
    assert "nanobind" not in worker.read_text()


def test_one_run_at_a_time_locked_runs_wait_and_a_cancelled_one_lets_the_next_go(
    worker: Path, prefect: Prefect, tmp_path: Path
) -> None:
    study = write_study(tmp_path / "study")
    with held(study):
        first = start(prefect, study)
        until(lambda: prefect.task_states(first).get("run", ("", 0))[1] > 1, worker)  # tried again, and again
        assert prefect.state_of(first).name == "Running"
        (limit,) = [
            limit
            for limit in prefect.client._client.post("/v2/concurrency_limits/filter", json={}).json()
            if limit["name"] == "migraine-outcomes-t"
        ]
        assert (limit["limit"], limit["active_slots"]) == (1, 1)
        second = start(prefect, study)
        until(lambda: prefect.state_of(second).name == "AwaitingConcurrencySlot", worker)
        prefect.client.set_flow_run_state(first.id, Cancelling())
        assert ended(prefect, first, worker).name == "Cancelled"
        assert not (study / "published/current").exists()
    assert ended(prefect, second, worker).name == "Completed"
    assert (study / "published/current/report.html").is_file()


def test_a_study_that_is_not_there_fails_with_a_sentence(worker: Path, prefect: Prefect, tmp_path: Path) -> None:
    state = ended(prefect, start(prefect, tmp_path / "nowhere"), worker)
    assert state.name == "Failed"
    assert state.message.startswith(f"{tmp_path}/nowhere: there is no such study folder")
    assert "Traceback" not in state.message
