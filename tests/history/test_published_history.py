"""meta.run_history and meta.finding_ages of three publications, and what the verbs print of them; counted by hand."""

import json
import shutil
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest
from typer.testing import CliRunner

from flows.cli.main import app
from flows.runs.as_of import publish_as_of
from flows.runs.check import check_study
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, DIARY, write_files, write_study
from tests.run import run_without_prefect


class Three(NamedTuple):
    study: Path
    out: Path
    snapshots: list[Path]


# A of site S1 and B of S2; BASE of S1. The second delivery has an odd answer, a broken line that nothing places, and a line
# that came before; the third has the odd answer right, and sends the broken line again.
DELIVERIES = (
    {"subjects.csv": "subject_id,site\nBASE,S1\nA,S1\nB,S2\n", **BASE},
    {"diary-2.csv": DIARY + "BASE,2024-01-02,0\nA,2024-01-03,perhaps\nB,2024-01-03\nB,2024-01-04,1\nB,2024-01-05,0\n"},
    {"diary-3.csv": DIARY + "A,2024-01-03,1\nB,2024-01-03\nB,2024-01-06,1\n"},
)


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory) -> Three:
    folder = tmp_path_factory.mktemp("three")
    study, out = write_study(folder / "study", {}), folder / "out"
    snapshots = []
    for files in DELIVERIES:
        write_files(study, files)
        snapshots.append(run_without_prefect(study, out))
    return Three(study, out, snapshots)


def rows_of(snapshot: Path, query: str) -> list[tuple]:
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        return con.execute(query).fetchall()


def test_what_came_with_each_run(three: Three) -> None:
    found = rows_of(
        three.snapshots[-1],
        """SELECT run, site, lines_received, lines_repeated, lines_quarantined, lines_faulty, diary_days, recorded_days,
            headache_days FROM meta.run_history ORDER BY run, site NULLS FIRST""",
    )
    assert found == [
        (1, None, 2, 0, 0, 0, 2, 2, 1),
        (1, "S1", 2, 0, 0, 0, 2, 2, 1),
        (1, "S2", 0, 0, 0, 0, 0, 0, 0),
        (2, None, 5, 1, 2, 2, 2, 2, 1),
        (2, "S1", 2, 1, 1, 1, 0, 0, 0),
        (2, "S2", 2, 0, 0, 0, 2, 2, 1),
        (3, None, 3, 1, 0, 0, 2, 2, 2),  # the broken line was there before
        (3, "S1", 1, 0, 0, 0, 1, 1, 1),
        (3, "S2", 1, 0, 0, 0, 1, 1, 1),
    ]


def test_each_snapshot_holds_the_runs_until_it(three: Three) -> None:
    names = [snapshot.name for snapshot in three.snapshots]
    for n, snapshot in enumerate(three.snapshots, start=1):
        listed = rows_of(
            snapshot, "SELECT snapshot_id, published_at IS NULL FROM meta.run_history WHERE site IS NULL ORDER BY run"
        )
        assert listed == [(name, name == snapshot.name) for name in names[:n]]


def test_findings_by_age(three: Three) -> None:
    query = "SELECT check_id, findings_new, findings_persisting, findings_resolved FROM meta.finding_ages ORDER BY 1"
    first, second, third = (rows_of(snapshot, query) for snapshot in three.snapshots)
    assert first == []
    assert {row[0]: row[1:] for row in second}["diary.headache.unreadable"] == (1, 0, 0)
    assert {row[0]: row[1:] for row in second}["diary.line.columns"] == (1, 0, 0)
    assert {row[0]: row[1:] for row in third}["diary.headache.unreadable"] == (0, 0, 1)
    # A broken line shows no key: in another file it is another finding.
    assert {row[0]: row[1:] for row in third}["diary.line.columns"] == (1, 1, 0)


def test_the_report_tells_ages_and_draws_sites_from_two_runs_on(three: Three) -> None:
    first, second, _ = ((snapshot / "report.html").read_text() for snapshot in three.snapshots)
    assert "Findings by age" not in first
    assert "Sites from run to run" not in first
    assert "Findings by age" in second
    assert "Sites from run to run" in second


def test_a_repeated_run_and_one_as_of_then_give_the_same_history(three: Three, tmp_path: Path) -> None:
    out = Path(shutil.copytree(three.out, tmp_path / "out", symlinks=True))
    tables = {}
    for snapshot in three.snapshots:
        tables[snapshot.name] = [
            (snapshot / "tables" / f"meta.{name}.parquet").read_bytes()
            for name in ("run_history", "finding_ages", "findings")
        ]
        shutil.rmtree(out / "snapshots" / snapshot.name)
    middle, last = three.snapshots[1].name, three.snapshots[2].name
    run_without_prefect(three.study, out)  # makes the last one again, and adds its line a second time
    publish_as_of(out, middle)
    for name in (middle, last):
        made = [
            (out / "snapshots" / name / "tables" / f"meta.{table}.parquet").read_bytes()
            for table in ("run_history", "finding_ages", "findings")
        ]
        assert made == tables[name]


def invoke(*words: str | Path) -> tuple[int, str]:
    ended = CliRunner().invoke(app, [str(word) for word in words], env={"COLUMNS": "200"})
    return ended.exit_code, ended.stdout


def test_history_verb(three: Three) -> None:
    code, text = invoke("history", three.out)
    assert code == 0
    assert [line.split()[0] for line in text.splitlines()] == ["run", "1", "2", "3"]
    code, text = invoke("history", three.out, "--site", "S2", "--json")
    assert [(row["run"], row["diary_days"]) for row in json.loads(text)] == [(1, 0), (2, 2), (3, 1)]
    assert len(invoke("history", three.out, "--by-site")[1].splitlines()) == 1 + 6


def test_status_verb(three: Three) -> None:
    code, text = invoke("status", three.out, "--json")
    found = json.loads(text)
    assert code == 0
    assert found["snapshot_id"] == three.snapshots[-1].name
    assert (found["snapshots"], found["latest_diary_date"], found["next_due_at"]) == (3, "2024-01-06", None)
    assert found["is_running"] in (False, None)
    assert found["snapshots_bytes"] > found["state_bytes"] * 0.1 > 0


def contents(folder: Path) -> dict[str, tuple[bytes, int]]:
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_dry_run_tells_what_would_land_and_writes_nothing(three: Three, tmp_path: Path) -> None:
    study = Path(shutil.copytree(three.study, tmp_path / "study"))
    write_files(
        study,
        {"diary-4.csv": DIARY + "A,2024-01-07,1\n", "diary-9.csv": "x\n", "diary-z.csv": DELIVERIES[2]["diary-3.csv"]},
    )
    before = contents(three.out)
    code, text = invoke("run", study, "--out", three.out, "--dry-run", "--json")
    assert code == 0
    found = json.loads(text)
    assert found["new"] == [{"path": "diary-4.csv", "kind": "diary", "lines": 1}]
    assert [(file["path"], file["status"]) for file in found["left_out"]] == [
        ("diary-9.csv", "refused"), ("diary-z.csv", "ignored"),
    ]  # fmt: skip
    assert found["files_landed_before"] == 5
    assert contents(three.out) == before
    nowhere = tmp_path / "nowhere"
    assert len(json.loads(invoke("run", study, "--out", nowhere, "--dry-run", "--json")[1])["new"]) == 6
    assert not nowhere.exists()


def test_check_since_a_snapshot(three: Three, tmp_path: Path) -> None:
    study = Path(shutil.copytree(three.study, tmp_path / "study"))
    write_files(study, {"diary-4.csv": DIARY + "A,2024-01-07,perhaps\n"})
    since = check_study(load_study(study), since=three.out).since
    assert since
    assert since.snapshot_id == three.snapshots[-1].name
    assert (since.new, since.resolved) == (1, 0)
    assert [(new.path, new.line, new.check_id) for new in since.findings] == [
        ("inbox/diary-4.csv", 2, "diary.headache.unreadable")
    ]
