"""Impossible numbers, dates that calendars do not have, and arms named like markup."""

from pathlib import Path
from typing import Any

import pytest

from flows.runs.run_summary import print_summary, summarise_run
from tests.cli.helpers import BASE, SETTINGS, Outcome, process, write_study
from tests.run import run_without_prefect

TIMED = "subject_id,diary_date,headache,entered_at\n"
MONTHS = "".join(f"BASE,2024-{month:02d}-{day:02d},1\n" for month in range(1, 5) for day in range(1, 29))


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    files = {
        "diary-far.csv": TIMED
        + "OLD,0001-01-01,1,\nNEW,9999-12-31,1,\nBC,2024-01-01 (BC),1,\nDAY,2024-01-01 24:00:00,1,\n"
        + "SOUND,2024-01-01,1,\nSOUND,2024-01-02,1,\nSOUND,2024-01-03,1,\n",
        "diary-ahead.csv": TIMED + "CLOCK,2024-01-01,1,2924-01-01 20:00\n",
        "diary-later.csv": TIMED + "CLOCK,2024-01-01,0,2024-01-02 08:00\n",
        "injections-1.csv": "subject_id,injection_date,units,sites\nA,2024-01-01,155155155155155155155,31\n",
        "injections-far.csv": "subject_id,injection_date\nOLD,0001-01-01\nNEW,9999-12-31\n",
        "subjects.csv": "subject_id,birth_year,prior_preventives_failed\nBASE,1e3,2.0\nA,1.7e308,1\nB,99999999999,51\n",
        "scores.csv": "subject_id,score_date,instrument,score\nA,2024-01-01,MIDAS,1.7e308\nB,2024-01-01,MIDAS,270\n",
    }
    return process(write_study(tmp_path_factory.mktemp("values") / "study", {**BASE, **files}), whole=True)


def subjects_of(rows: list[tuple[Any, ...]]) -> list[str]:
    return [row[0] for row in rows]


def test_impossible_values_are_set_aside(outcome: Outcome) -> None:
    assert (3, "diary.diary_date.future") in outcome.quarantine["diary-far.csv"]
    assert outcome.quarantine["injections-far.csv"] == [
        (2, "injections.injection_date.unreadable"),
        (3, "injections.injection_date.future"),
    ]
    assert "subjects.csv" not in outcome.quarantine
    assert outcome.cells["subjects.csv", 4, "prior_preventives_failed"] == (
        "51",
        "subjects.prior_preventives_failed.out_of_range",
    )
    assert outcome.quarantine["scores.csv"] == [(2, "scores.score.unreadable")]
    assert subjects_of(outcome.tabulation["subjects"]) == ["A", "B", "BASE"]
    assert all(file.is_conserved for file in outcome.files.values())


@pytest.mark.parametrize("subject", ["BC", "DAY"])
def test_a_date_means_the_day_that_is_written(subject: str, outcome: Outcome) -> None:
    """'2024-01-01 (BC)' became 1 January 2024 before Christ, '2024-01-01 24:00:00' the second of January."""
    assert set(outcome.days_of(subject)) <= {"2024-01-01"}


def test_an_entry_from_the_future_does_not_win(outcome: Outcome) -> None:
    assert outcome.days_of("CLOCK") == {"2024-01-01": False}


def test_one_mistyped_dose_does_not_end_the_run(outcome: Outcome) -> None:
    assert ("injections-1.csv", "injections.units.out_of_range") in [finding[:2] for finding in outcome.findings]


def test_an_arm_named_like_markup_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    files = {
        **BASE,
        "diary-1.csv": "subject_id,diary_date,headache\n" + MONTHS,
        "subjects.csv": "subject_id,arm\nBASE,[/b]\n",
    }
    study = write_study(tmp_path / "study", files, SETTINGS + "[arms]\n'[/b]' = '[red]'\n")
    print_summary(summarise_run(run_without_prefect(study, tmp_path / "out"), is_new=True))
    assert "[/b]" in capsys.readouterr().err
