"""The benchmark of throughput runs: small, and without a look at the clock."""

import hashlib
from pathlib import Path

import duckdb
import pytest

from tests.bench.agreement import compare
from tests.bench.large_study import write_large_study
from tests.bench.processes import Took, measure
from tests.bench.throughput import STEPS, measure_round, page

ROWS = 8_000
COUNTED = "subject_id,cycle,recorded_days,headache_days,baseline_recorded_days,baseline_headache_days,status"


def test_the_study_is_the_same_every_time(tmp_path: Path) -> None:
    def written(name: str, faults: int) -> dict[str, str]:
        write_large_study(tmp_path / name, rows=ROWS, faults=faults)
        files = (path for path in (tmp_path / name).rglob("*") if path.is_file())
        return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in files}

    first = written("first", 20)
    assert written("second", 20) == first
    clean = written("clean", 0)
    assert {name for name in first if first[name] != clean[name]} == {"diary-001.csv", "diary-next-day.csv"}


def test_everything_is_measured_and_three_engines_agree(tmp_path: Path, prefect_server: str) -> None:
    study = tmp_path / "study"
    subjects = write_large_study(study, rows=ROWS, faults=160)
    measured = measure_round(
        study, tmp_path, {"PREFECT_API_URL": prefect_server}
    )  # ends the run where the engines differ
    assert abs(measured.rows - 251 * subjects) < 100
    assert "pandas = polars = analysis.responder" in measured.agreement
    seconds = measured.step_seconds()
    assert [*seconds] == [*STEPS, "start and end"]
    assert all(took > 0 for took in seconds.values())
    assert measured.run.peak_mib > 100
    said = page([measured, measured._replace(rows=10 * measured.rows)], measured.floor, times=1)
    assert f"| {measured.rows:,} | {measured.floor.seconds:.1f} | {measured.run.seconds:.1f} |" in said
    assert "| the whole run |" in said
    assert int(measured.written.out) > 50
    assert f"| the tables written again, nothing computed | {measured.written.seconds:.1f} |" in said
    assert "one more day s" in said
    assert not [path for path in (study / "inbox").iterdir() if "next-day" in path.name]


@pytest.fixture
def tables(tmp_path: Path) -> dict[str, Path]:
    """A snapshot of two subjects, one with a line set aside, and what pandas and polars made of them."""
    with duckdb.connect(tmp_path / "outcomes.duckdb") as con:
        for statement in (
            "CREATE SCHEMA analysis",
            "CREATE SCHEMA landing",
            "CREATE SCHEMA tabulation",
            "CREATE TABLE analysis.responder AS SELECT 'mbs_18377' AS rule_set, * FROM (VALUES ('A', 1, 28, 9, 28, 20,"
            f" 'responder'), ('B', 1, 28, 19, 28, 20, 'non_responder')) AS rows ({COUNTED})",
            "CREATE TABLE landing.quarantine AS SELECT 'B' AS subject_id",
            "CREATE TABLE tabulation.diary_history (subject_id VARCHAR)",
        ):
            con.execute(statement)
    files = {name: tmp_path / f"{name}.csv" for name in ("pandas", "polars")}
    for path in files.values():
        path.write_text(f"{COUNTED}\nA,1,28,9,28,20,responder\nB,1,29,20,28,20,non_responder\n")
    return {"snapshot": tmp_path, **files}


def test_rows_of_faulty_subjects_are_counted_only(tables: dict[str, Path]) -> None:
    said = compare(**tables)
    assert "in 1 rows" in said
    assert "Of 1 rows of subjects with a line set aside, 1 differ" in said


@pytest.mark.parametrize("engines", [("pandas",), ("pandas", "polars")])
@pytest.mark.parametrize(
    ("old", "new"), [("9,28,20,responder", "10,28,20,responder"), ("A,1,28,9,28,20,responder\n", "")]
)
def test_a_difference_ends_the_benchmark(engines: tuple[str, ...], old: str, new: str, tables: dict[str, Path]) -> None:
    for engine in engines:
        tables[engine].write_text(tables[engine].read_text().replace(old, new))
    with pytest.raises(SystemExit, match="different tables" if len(engines) == 1 else "differ from analysis"):
        compare(**tables)


def test_a_process_that_fails_ends_the_benchmark() -> None:
    assert isinstance(measure("-c", "print('here')"), Took)
    with pytest.raises(SystemExit, match="exit code 3"):
        measure("-c", "raise SystemExit(3)")
