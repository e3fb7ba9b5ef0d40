"""A faulty cell that a line can do without costs the cell: the line counts, and everybody is told where the cell is."""

from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.explaining.explain import explain
from tests.cli.helpers import ALL_CSV, BASE, SETTINGS, Outcome, process, write_study
from tests.run import run_without_prefect

INJECTION = date(2024, 3, 1)
ARTICLE = SETTINGS.replace("nice_ta260", "article")


def diary(window_hours: str) -> str:
    """Baseline 20 headache days of 28, window 16 of 28; on seven headache days of the window these hours."""
    written = ["subject_id,diary_date,headache,hours"]
    for first, headaches, faulty in ((-28, 20, 0), (56, 16, 7)):
        for number in range(28):
            day = INJECTION + timedelta(days=first + number)
            hours = (window_hours if number < faulty else "6") if number < headaches else ""
            written.append(f"S1,{day},{int(number < headaches)},{hours}")
    return "\n".join(written) + "\n"


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cells")
    files = {"diary.csv": diary("360"), "injections.csv": f"subject_id,injection_date,units\nS1,{INJECTION},many\n"}
    return run_without_prefect(write_study(folder / "study", files, ARTICLE), folder / "out")


def test_seven_faulty_durations_make_no_responder(published: Path) -> None:
    """With the days lost it was 9 of 21: a responder. With the cells lost it is 16 of 28, as without any hours."""
    (told,) = explain(published, "S1", None, "article")
    assert (told.window.headache_days, told.window.recorded_days, told.status) == (16, 28, "non_responder")
    assert (told.baseline.headache_days, told.baseline.recorded_days) == (20, 28)


def test_explain_names_file_line_and_column(published: Path) -> None:
    (told,) = explain(published, "S1", None, "article")
    faulty = [day for day in told.window.days if day.columns_set_aside]
    assert [(day.state, day.path, day.line_number, day.columns_set_aside) for day in faulty] == [
        ("headache", "diary.csv", 30 + n, ("hours",)) for n in range(7)
    ]


def test_an_injection_with_unreadable_units_opens_its_cycle(published: Path) -> None:
    with duckdb.connect(published / "outcomes.duckdb", read_only=True) as con:
        assert con.execute("SELECT cycle, start_date, units FROM analysis.cycles").fetchall() == [(1, INJECTION, None)]
        cells = con.execute(
            "SELECT path, line_number, column_name, raw, check_id FROM landing.quarantined_cells ORDER BY ALL"
        ).fetchall()
        assert cells[-1] == ("injections.csv", 2, "units", "many", "injections.units.unreadable")
        assert cells[:-1] == [("diary.csv", 30 + n, "hours", "360", "diary.hours.out_of_range") for n in range(7)]
        assert con.execute("SELECT count(*) FROM landing.quarantine").fetchall() == [(0,)]
        counted = con.execute("SELECT path, cells_set_aside FROM landing.files ORDER BY ALL").fetchall()
        assert counted == [("diary.csv", 7), ("injections.csv", 1)]


def test_the_sites_are_asked(published: Path) -> None:
    questions = (published / "queries.csv").read_text()
    assert questions.count("diary.hours.out_of_range") == 7
    assert "injections.units.unreadable" in questions


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    subjects = "subject_id,arm,site,sex,consent_date,prior_preventives_failed\nBASE,blue,7,f,2023-12-01,many\n"
    days = "subject_id,diary_date,headache,hours\nA,2024-01-01,1,5\nA,2024-01-01,1,99\n"
    days += "B,2024-01-01,1,5\nB,2024-01-01,maybe,5\nC,2024-01-01,1,5\nC,2024-01-01,1,6\n"
    files = {**BASE, "subjects.csv": subjects, "diary-x.csv": days}
    settings = SETTINGS + '[arms]\nplacebo = "Placebo"\n'
    return process(write_study(tmp_path_factory.mktemp("faulty") / "study", files, settings))


def test_a_subject_with_an_unknown_arm_keeps_the_rest(outcome: Outcome) -> None:
    (row,) = outcome.tabulation["subjects"]
    assert row[:4] == ("BASE", None, "7", "f")
    assert row[5:7] == (date(2023, 12, 1), None)
    assert {place: cell for place, cell in outcome.cells.items() if place[0] == "subjects.csv"} == {
        ("subjects.csv", 2, "arm"): ("blue", "subjects.arm.unknown"),
        ("subjects.csv", 2, "prior_preventives_failed"): ("many", "subjects.prior_preventives_failed.unreadable"),
    }


def test_a_faulty_cell_contradicts_nothing(outcome: Outcome) -> None:
    """Two lines of a day that differ by a faulty cell only are no conflict, and the line that says more stands."""
    assert [row for row in outcome.diary if row[0] != "BASE"] == [
        ("A", date(2024, 1, 1), True, 5.0),
        ("B", date(2024, 1, 1), True, 5.0),
    ]
    assert outcome.quarantine["diary-x.csv"] == [
        (5, "diary.headache.unreadable"),
        (6, "diary.subject_day.conflict"),
        (7, "diary.subject_day.conflict"),
    ]
    assert outcome.files["diary-x.csv"].is_conserved


def test_a_blinded_study_withholds_cells_that_tell_the_arm(tmp_path: Path) -> None:
    files = {"diary.csv": diary("360"), "injections.csv": f"subject_id,injection_date,units\nS1,{INJECTION},155U\n"}
    settings = ARTICLE.replace("[study]", "[study]\nblinded = true") + ALL_CSV
    snapshot = run_without_prefect(write_study(tmp_path / "study", files, settings), tmp_path / "out")
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        raw = dict(con.execute("SELECT DISTINCT column_name, raw FROM landing.quarantined_cells").fetchall())
    assert raw == {"hours": "360"}  # that a dose could not be read would tell something of it
    assert b"155U" not in (snapshot / "tables/landing.quarantined_cells.csv").read_bytes()
