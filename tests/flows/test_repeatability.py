"""The same inputs give the same bytes; nothing is landed twice; readers are not disturbed."""

import json
import shutil
from pathlib import Path

import duckdb

from flows.base.files import sha256_of
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from flows.warehouse.kept_inputs import KeptInputs
from flows.warehouse.snapshots import parquet_of
from tests.cli.helpers import DIARY, write_files, write_study
from tests.conftest import Published
from tests.run import run_without_prefect, table_bytes


def copied(demo: Published, folder: Path) -> Published:
    """The demo with its state, to run again without touching the shared one."""
    shutil.copytree(demo.study, folder, symlinks=True)
    return Published(folder, folder / "published", folder / "published/current")


def test_second_run_lands_nothing_and_gives_the_same_bytes(demo: Published, tmp_path: Path) -> None:
    again = copied(demo, tmp_path / "again")
    before = table_bytes(again.current)
    with duckdb.connect(again.current / "outcomes.duckdb", read_only=True) as con:
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables()").fetchall()
    study = load_study(again.study)
    csv = {f"{name}.csv" for (name,) in tables if study.publishing.has_csv(name)}
    parquet = {Path(parquet_of(again.current, name).replace("*", "00001")) for (name,) in tables}
    assert set(before) == {path.relative_to(again.current / "tables").as_posix() for path in parquet} | csv
    shutil.rmtree(again.out / "snapshots")
    with open_warehouse(again.out, study) as (con, kept):
        landing = take_in(con, study, kept)
    assert (landing.files_landed, landing.lines_landed) == (0, 0)
    run_without_prefect(again.study, again.out)
    assert table_bytes(again.current) == before


def test_a_lost_warehouse_is_rebuilt_from_the_kept_inputs(demo: Published, tmp_path: Path) -> None:
    again = copied(demo, tmp_path / "again")
    before = table_bytes(again.current)
    (again.out / "state/warehouse.duckdb").write_bytes(b"not a database")
    run_without_prefect(again.study, again.out)
    assert table_bytes(again.current) == before


def test_manifest_names_inputs_and_outputs(demo: Published) -> None:
    manifest = json.loads((demo.current / "manifest.json").read_text())
    for path, sha256 in manifest["outputs"].items():
        assert sha256_of(demo.current / path) == sha256
    for entry in manifest["inputs"]:
        assert sha256_of(demo.study / "inbox" / entry["path"]) == entry["sha256"]
    kept = KeptInputs(demo.out / "state/inputs", "TOX-1")
    assert {entry.sha256 for entry in kept.files} == {entry["sha256"] for entry in manifest["inputs"]}
    for entry in kept.files:
        assert sha256_of(kept.location(entry)) == entry.sha256


def test_a_reader_of_the_old_snapshot_is_not_disturbed(tmp_path: Path) -> None:
    study, out = write_study(tmp_path / "study"), tmp_path / "out"
    old = run_without_prefect(study, out)
    with duckdb.connect(old / "outcomes.duckdb", read_only=True) as reader:
        write_files(study, {"diary-late.csv": DIARY + "BASE,2024-01-03,1\n"})
        assert run_without_prefect(study, out) == (out / "current").resolve() != old
        assert reader.execute("SELECT count(*) FROM tabulation.diary_days").fetchall() == [(2,)]
    with duckdb.connect(out / "current/outcomes.duckdb", read_only=True) as reader:
        assert reader.execute("SELECT count(*) FROM tabulation.diary_days").fetchall() == [(3,)]
