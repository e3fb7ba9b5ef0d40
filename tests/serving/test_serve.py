"""migraine-outcomes serve against a real Prefect server: the schedule runs by itself, and tells what it did."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import DIARY, commands, write_study
from tests.serving.conftest import Prefect, end, until

# Headache on every day before the injection and on none after it: a responder in cycle 1.
FIRST = date(2024, 1, 1)
DAYS = [(FIRST + timedelta(days=day), int(day < 28)) for day in range(28 + 84)]
FILES = {
    "diary.csv": DIARY + "".join(f"S01,{day},{headache}\n" for day, headache in DAYS),
    "injections.csv": f"subject_id,injection_date\nS01,{FIRST + timedelta(days=28)}\n",
}
DEPLOYMENT = "migraine-outcomes/t"


@pytest.fixture(scope="module")
def served(prefect: Prefect, notified: tuple[str, Any], tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A study served until it has run twice by its schedule; gives its folder and the log."""
    folder = tmp_path_factory.mktemp("served")
    study = write_study(folder / "study", FILES)
    log = folder / "log"
    process = prefect.start(
        # Six fields: the last is seconds, so that nobody waits for the night.
        ["-m", "flows.cli", "serve", study, "--cron", "* * * * * */15", "--log-format", "json"],
        log,
        in_background=True,
        MIGRAINE_OUTCOMES_NOTIFY=notified[0],
    )

    def twice() -> bool:
        ended = [run for run in prefect.runs(DEPLOYMENT) if run.state and run.state.is_final()]
        return len(ended) >= 2

    try:
        until(twice, log)
    finally:
        assert end(process) == 0
    return study, log


def test_it_runs_twice_by_itself_and_the_second_finds_nothing_to_do(
    served: tuple[Path, Path], prefect: Prefect
) -> None:
    study, _ = served
    (snapshot,) = (study / "published/snapshots").iterdir()
    first, second = [run.state for run in prefect.runs(DEPLOYMENT) if run.state and run.state.is_final()][:2]
    assert (first.name, first.message) == ("Completed", f"Published snapshot {snapshot.name}.")
    assert second.name == "Completed"
    assert second.message == f"Nothing new since the last run: the current snapshot stands, {snapshot.name}."
    assert (study / "published/current/report.html").is_file()


def test_the_schedule_outlives_the_command(served: tuple[Path, Path], prefect: Prefect) -> None:
    deployment = prefect.client.read_deployment_by_name(DEPLOYMENT)
    assert not deployment.paused
    assert [schedule.schedule.cron for schedule in deployment.schedules] == ["* * * * * */15"]
    assert deployment.global_concurrency_limit.limit == 1


def test_artifacts_hold_the_rates_the_findings_and_the_report(served: tuple[Path, Path], prefect: Prefect) -> None:
    study, _ = served
    (cycle,) = [row for row in json.loads(prefect.artifact("responders-t")["data"]) if row["arm"] == "all"]
    assert (cycle["cycle"], cycle["n_evaluable"], cycle["n_responders"]) == (1, 1, 1)
    assert prefect.artifact("quality-t")["data"].startswith("Data-quality findings: ")
    assert (study / "published/current/report.html").as_uri() in prefect.artifact("report-t")["data"]


def test_every_line_is_json_and_a_runs_lines_carry_its_id(served: tuple[Path, Path], prefect: Prefect) -> None:
    lines = [json.loads(line) for line in served[1].read_text().splitlines()]
    first = next(run for run in prefect.runs(DEPLOYMENT) if run.state and run.state.is_final())
    ended = {
        line["step"]: line for line in lines if line.get("run_id") == str(first.id) and line.get("event") == "ended"
    }
    assert list(ended) == ["land", "validate", "derive", "summarise", "publish"]
    assert ended["land"]["study"] == "T"
    assert (ended["land"]["files_landed"], ended["land"]["lines_landed"]) == (2, 113)


def test_prefects_lines_about_a_run_carry_its_study(served: tuple[Path, Path], prefect: Prefect) -> None:
    lines = [json.loads(line) for line in served[1].read_text().splitlines()]
    ends = [line for line in lines if line["message"].startswith("Finished in state Completed('Published snapshot")]
    assert [line.get("study") for line in ends] == ["T"]
    assert not [line for line in lines if line.get("event") == "stderr"]  # nothing had to be made JSON


def test_the_server_is_told_the_steps(served: tuple[Path, Path], prefect: Prefect) -> None:
    first = next(run for run in prefect.runs(DEPLOYMENT) if run.state and run.state.is_final())
    told = prefect.logged(first)
    assert any(line.startswith("land       2 files seen, 2 new with 113 lines, 0 refused") for line in told)


def test_the_command_for_notices_is_given_each_end(
    served: tuple[Path, Path], prefect: Prefect, notified: tuple[str, Callable[[], list[dict[str, Any]]]]
) -> None:
    first = next(run for run in prefect.runs(DEPLOYMENT) if run.state and run.state.is_final())
    (told,) = until(lambda: [notice for notice in notified[1]() if notice["run_id"] == str(first.id)], served[1])
    assert (told["state"], told["message"]) == ("Completed", first.state.message)
    assert told["study_folder"] == str(served[0])


def test_a_schedule_that_means_nothing_is_exit_2(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    cron, zone, missing = commands(
        [
            ["serve", study, "--cron", "at two"],
            ["serve", study, "--timezone", "Atlantis"],
            ["serve", tmp_path / "nowhere"],
        ],
    )
    assert (cron.code, cron.out, zone.code, missing.code) == (2, "", 2, 2)
    assert (
        cron.err == "--cron: 'at two' is not a cron line; write five fields as in '0 2 * * *' (every day at 02:00).\n"
    )
    assert zone.err == "--timezone: 'Atlantis' is not a time zone; write it as Europe/Vienna or UTC.\n"
    assert missing.err.startswith(f"{tmp_path}/nowhere: there is no such study folder")
