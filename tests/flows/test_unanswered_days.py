"""A diary line without an answer is not recorded, whatever stands beside it; an arm may have nobody in it."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from tests.cli.helpers import SETTINGS, commands, write_study
from tests.run import run_without_prefect

INJECTED = date(2024, 2, 1)
ARMS = '[arms]\nplacebo = "Placebo"\nona = "OnabotulinumtoxinA"\nhigh = "High dose"\n'  # nobody is in the last one


def line(day: int, headache: str, hours: str, taken: str = "") -> str:
    """``day`` 1 is the day of the injection; there is no day 0."""
    return f"A,{INJECTED + timedelta(day - (day > 0))},{headache},{hours},1,{taken}\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    diary = "subject_id,diary_date,headache,hours,migraine,acute_medication\n"
    diary += "".join(line(day, "1", "6", "sumatriptan") for day in range(-28, -8))
    diary += "".join(line(day, "", "", "sumatriptan") for day in range(-8, 0))
    diary += "".join(line(day, "1", "6") for day in range(57, 62)) + "".join(
        line(day, "0", "") for day in range(62, 76)
    )
    diary += line(76, "", "3.5") + line(77, "", "3.5", "sumatriptan") + line(84, "", "")
    files = {
        "diary.csv": diary,
        "injections.csv": f"subject_id,injection_date\nA,{INJECTED}\n",
        "subjects.csv": "subject_id,arm\nA,ona\n",
    }
    settings = SETTINGS.replace('["nice_ta260"]', '["nice_ta260", "preempt"]') + ARMS
    folder = write_study(tmp_path_factory.mktemp("unanswered") / "study", files, settings)
    run_without_prefect(folder, folder / "published")
    return folder


@pytest.mark.parametrize("rule_set", ["preempt", "nice_ta260"])
def test_nineteen_answered_days_are_not_twenty(study: Path, rule_set: str) -> None:
    with duckdb.connect(study / "published/current/outcomes.duckdb", read_only=True) as con:
        found = con.execute(
            "SELECT recorded_days, headache_days, status, verdict FROM analysis.responder WHERE rule_set = ?",
            [rule_set],
        ).fetchall()
    assert found == [(19, 5, "not_evaluable", "undetermined")]


def test_no_measure_exceeds_the_days_of_a_month(study: Path) -> None:
    with duckdb.connect(study / "published/current/outcomes.duckdb", read_only=True) as con:
        counted = con.execute(
            "SELECT recorded_days, migraine_days, acute_medication_days FROM analysis.months WHERE cycle = 0"
        ).fetchall()
        (most,) = con.execute(
            "SELECT max(per_month) FROM analysis.month_measures WHERE measure LIKE '%_days'"
        ).fetchall()
    assert counted == [(20, 20, 20)]
    assert most == (28.0,)


def test_an_arm_without_anybody_is_shown_and_verified(study: Path) -> None:
    with duckdb.connect(study / "published/current/outcomes.duckdb", read_only=True) as con:
        rates = con.execute(
            "SELECT n_subjects, responder_pct FROM summary.responder_rates WHERE arm = 'high'"
        ).fetchall()
    assert rates == [(0, None)] * 2
    (said,) = commands([["verify", study / "published"]])
    assert (said.code, said.err) == (0, "")
