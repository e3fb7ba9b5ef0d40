"""Files are read several at a time, a large one by several threads: what is landed does not depend on it."""

from pathlib import Path

import duckdb
import pytest

from tests.cli.helpers import BASE, DIARY, land_only, process, write_study

SUBJECTS = 400
DAYS = [f"2024-{month:02}-{day:02}" for month in range(1, 8) for day in range(1, 29)]
# Several row groups of DuckDB, so that more than one thread has something to do.
LARGE = DIARY + "".join(f"S{s},{day},{(s + int(day[-2:])) % 2}\n" for s in range(SUBJECTS) for day in DAYS)


def landed(study: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(study / "out/state/warehouse.duckdb"), read_only=True) as con:
        return con.execute(
            "SELECT path, line_number, subject_id, diary_date, headache FROM landing.diary AS line"
            " JOIN landing.landed_files AS file ON file.file_id = line.file_id ORDER BY ALL"
        ).fetchall()


def test_a_large_file_has_its_line_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.landing.loading.LARGE_FILE_BYTES", 0)
    study = write_study(tmp_path / "study", {**BASE, "diary.csv": LARGE})
    land_only(study)
    lines = {number: (subject, str(day)) for _, number, subject, day, _ in landed(study)}
    written = [line.split(",") for line in LARGE.splitlines()]
    assert lines == {number: (fields[0], fields[1]) for number, fields in enumerate(written[1:], start=2)}


def test_a_large_file_that_is_not_uniform_is_read_record_by_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {**BASE, "diary.csv": LARGE + "S1,2024-09-01\nS1,2024-09-02,1\n"}
    small = write_study(tmp_path / "small", files)
    land_only(small)
    monkeypatch.setattr("flows.landing.loading.LARGE_FILE_BYTES", 0)
    large = write_study(tmp_path / "large", files)
    land_only(large)
    assert landed(large) == landed(small)
    assert landed(large)[-1][1] == LARGE.count("\n") + 2


def test_files_are_kept_in_the_order_of_their_paths(tmp_path: Path) -> None:
    """The first file takes longest to read; of two lines for one day that of the later path is current all the same."""
    names = [f"diary-{number}.csv" for number in range(1, 9)]
    files = {name: DIARY + f"S0,2024-12-01,{number % 2}\n" for number, name in enumerate(names)}
    files["diary-1.csv"] = LARGE + "S0,2024-12-01,0\n"
    study = write_study(tmp_path / "study", {"injections.csv": BASE["injections.csv"], **files})
    land_only(study)
    with duckdb.connect(str(study / "out/state/warehouse.duckdb"), read_only=True) as con:
        kept = con.execute("SELECT path FROM landing.landed_files ORDER BY sequence").fetchall()
    # Two contents, so two files: the others are copies of the second and third.
    assert [path for (path,) in kept] == ["diary-1.csv", "diary-2.csv", "diary-3.csv", "injections.csv"]
    assert process(study).days_of("S0")["2024-12-01"] is False


def test_a_copy_of_a_refused_file_is_refused_for_the_same_reason(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": "a,b\n1,2\n", "diary-b.csv": "a,b\n1,2\n"})
    outcome = land_only(study)
    assert outcome["diary-a.csv"][0] == outcome["diary-b.csv"][0] == "refused"
    assert outcome["diary-a.csv"][1] == outcome["diary-b.csv"][1]
    assert outcome["diary.csv"][0] == "landed"
