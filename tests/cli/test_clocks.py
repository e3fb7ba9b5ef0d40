"""Clocks that were wrong: what was set aside as a date of the future counts once the date has come, and it is said."""

import json
import re
from datetime import date, datetime
from pathlib import Path

import duckdb
import pytest

from flows.landing import land
from flows.landing.dates_come import DATES
from flows.runs.as_of import publish_as_of
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.warehouse.kept_inputs import KeptFile, KeptInputs
from tests.cli.helpers import DIARY, write_study
from tests.run import computed, run_without_prefect, table_bytes

ROOT = Path(__file__).parent.parent.parent
FILES = {
    "diary.csv": DIARY + "A,2024-05-01,1\nA,2024-06-01,0\nA,2099-01-01,1\n",
    "injections.csv": "subject_id,injection_date\nA,2024-05-05\n",
    "subjects.csv": "subject_id,consent_date\nA,2024-04-01\n",
}


class Clock:
    """The clock of the machine, for landings and for runs."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.day = date(2020, 1, 1)
        entry = KeptInputs.entry

        def landed(kept: KeptInputs, *facts: object) -> KeptFile:
            at = datetime.combine(self.day, datetime.min.time())
            return entry(kept, *facts).model_copy(update={"landed_at": at})  # type: ignore[arg-type]

        monkeypatch.setattr(KeptInputs, "entry", landed)
        monkeypatch.setattr(land, "tomorrow", lambda: date.fromordinal(self.day.toordinal() + 1))


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


def told(con: duckdb.DuckDBPyConnection) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    """Diary days that count, the checks of the quarantined lines, and what is said about dates that have come."""
    days = con.execute("SELECT CAST(diary_date AS VARCHAR) FROM tabulation.diary_days ORDER BY ALL").fetchall()
    checks = con.execute(
        "SELECT check_id FROM landing.quarantine UNION ALL SELECT check_id FROM landing.quarantined_cells ORDER BY ALL"
    ).fetchall()
    said = con.execute(
        "SELECT path, reason FROM meta.findings WHERE check_id = 'file.dates_come' ORDER BY ALL"
    ).fetchall()
    return [day for (day,) in days], [check for (check,) in checks], said


def told_in(snapshot: Path) -> tuple[list[str], list[str], list[tuple[str, str]]]:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        return told(con)


def test_a_clock_that_was_behind(tmp_path: Path, clock: Clock) -> None:
    study, out = write_study(tmp_path / "study", FILES), tmp_path / "out"
    first = run_without_prefect(study, out)
    days, checks, said = told_in(first)
    assert (days, said) == ([], [])
    assert checks.count("diary.diary_date.future") == 3
    assert {"injections.injection_date.future", "subjects.consent_date.future"} < set(checks)

    clock.day = date(2024, 5, 10)  # a day later than half of the dates
    half = run_without_prefect(study, out)
    assert told_in(half)[0] == ["2024-05-01"]

    clock.day = date(2026, 1, 1)
    whole = run_without_prefect(study, out)
    days, checks, said = told_in(whole)
    assert days == ["2024-05-01", "2024-06-01"]
    assert checks == ["diary.diary_date.future"]
    assert [path for path, _ in said] == ["diary.csv", "injections.csv", "subjects.csv"]
    assert said[0][1].endswith("their lines count now: 2 dates")
    assert len({first.name, half.name, whole.name}) == 3

    clock.day = date(2026, 9, 9)  # no further date has come: the clock leaves no trace
    with computed(study, out) as run:
        assert run.snapshot_id == whole.name
    again = table_bytes(whole)
    fresh = publish_again(out, whole)
    assert table_bytes(fresh) == again
    days = publish_again(out, first) / "tables/tabulation.diary_days/*.parquet"
    assert duckdb.sql(f"SELECT count(*) FROM '{days}'").fetchall() == [(0,)]
    assert told_in(publish_again(out, half))[0] == ["2024-05-01"]


def publish_again(out: Path, snapshot: Path) -> Path:
    snapshot.rename(out / f"gone-{snapshot.name}")
    return publish_as_of(out, snapshot.name)


def test_a_clock_that_is_behind_now_takes_nothing_away_and_one_that_is_ahead_lets_in_for_a_while(
    tmp_path: Path, clock: Clock
) -> None:
    """What the one that is ahead let in is set aside again when it is right again: the snapshot is the earlier one."""
    study, out = write_study(tmp_path / "study", FILES), tmp_path / "out"
    names = []
    for day in (date(2026, 1, 1), date(2001, 1, 1), date(2100, 1, 1), date(2026, 1, 2)):
        clock.day = day
        with computed(study, out) as run:
            names.append(run.snapshot_id)
            if day.year == 2100:
                days, _, said = told(run.con)
                assert days == ["2024-05-01", "2024-06-01", "2099-01-01"]
                assert [path for path, _ in said] == ["diary.csv"]
    sound, behind, ahead, right_again = names
    assert sound == behind == right_again != ahead


def test_every_check_of_the_future_knows_what_has_come() -> None:
    """A column that one of them judges and that is not looked at would set lines aside for good."""
    judged = set()
    for path in (ROOT / "expectations").glob("landing.*.json"):
        for entry in json.loads(path.read_text())["expectations"]:
            if entry["meta"]["check_id"].endswith(".future"):
                query = " ".join(entry["kwargs"]["unexpected_rows_query"])
                assert "landing.dates_come" in query
                columns = re.search(r"WHERE (?:CAST\()?line\.(\w+)", query)
                assert columns
                judged.add((path.stem.removeprefix("landing."), columns[1]))
    assert judged <= {
        (kind, column.name) for kind in FILE_KINDS for column in file_columns(kind) if column.type in DATES
    }
    assert len(judged) == 10
