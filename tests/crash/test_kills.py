"""A short round of kills, and the disturbances that a random round may miss; ``make kills`` does two hundred."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import LockedError
from flows.warehouse.built_tables import BLOCK_BYTES
from flows.warehouse.database import only_run
from flows.warehouse.kept_inputs import KeptInputs
from flows.warehouse.state_seal import seal_state
from tests.cli.helpers import ROOT, land_only, process, write_study
from tests.crash.kills import Damaged, compare
from tests.crash.night import faults_of_current
from tests.warm import run

HEADER_BYTES = 3 * 4096  # of a DuckDB file, before its blocks


def test_killed_runs_leave_nothing_damaged() -> None:
    """Two kills in one round, then every cell as in an undisturbed run (a process of its own, which forks)."""
    words = ["tests.crash.kills", "--kills", "2", "--seed", "3", "--per-round", "2"]
    ended = run(words)
    assert ended.code == 0, ended.err
    counts = json.loads(ended.out)
    assert counts["kills"] >= 2
    assert counts["rows compared in each round"] > 1000
    assert not counts.get("warehouses that a kill made unreadable")


def test_the_harness_notices_harm(tmp_path: Path) -> None:
    sound = {"analysis.responder": ["['K01', 1]"], "landing.files": []}
    compare(sound, dict(sound))
    with pytest.raises(Damaged, match=r"analysis\.responder"):
        compare(sound, sound | {"analysis.responder": ["['K01', 2]"]})
    with pytest.raises(Damaged, match=r"landing\.files"):
        compare({"analysis.responder": sound["analysis.responder"]}, sound)
    assert faults_of_current(tmp_path) == []
    (tmp_path / "current").symlink_to("snapshots/gone")
    assert faults_of_current(tmp_path) == ["current leads nowhere"]


def copy_of(out: Path) -> Path:
    """OUT at another place: Great Expectations keeps the first one open in this process, and read."""
    return Path(shutil.copytree(out, out.with_name("copy")))


@pytest.mark.parametrize("left", [0.1, 0.5, 0.97, 1 - 1e-6])
def test_a_warehouse_cut_short_is_made_anew(left: float, tmp_path: Path) -> None:
    """DuckDB opens a file whose last blocks are missing, and fails when it comes to read them."""
    study = write_study(tmp_path / "study")
    land_only(study)
    out = copy_of(study / "out")
    warehouse = out / "state/warehouse.duckdb"
    os.truncate(warehouse, int(warehouse.stat().st_size * left))
    assert land_only(study, out) == land_only(study)


@pytest.mark.parametrize("is_found_at_once", [True, False])
def test_a_damage_is_gone_in_the_next_run(is_found_at_once: bool, tmp_path: Path) -> None:
    """A block of the landed lines is overwritten. Its hash shows it, or, where a run's end was recorded after the damage,
    the run that comes to read it."""
    study = write_study(tmp_path / "study", {"diary.csv": long_diary(), "injections.csv": INJECTIONS})
    before = process(study)
    out = copy_of(study / "out")
    warehouse = out / "state/warehouse.duckdb"
    with duckdb.connect(warehouse, read_only=True) as con:
        query = "SELECT DISTINCT block_id FROM pragma_storage_info('landing.diary') WHERE block_id >= 0"
        blocks = [block for (block,) in con.execute(query).fetchall()]
    assert blocks
    content = bytearray(warehouse.read_bytes())
    for block in blocks:
        content[HEADER_BYTES + block * BLOCK_BYTES + 1000] ^= 1
    warehouse.write_bytes(content)
    if not is_found_at_once:
        seal_state(out / "state", warehouse, KeptInputs(out / "state/inputs", "T"), None)
        with pytest.raises(duckdb.Error):
            process(study, out)
    assert process(study, out).tabulation == before.tabulation


@pytest.mark.parametrize("largest_file", [300, 20_000, 600_000])
def test_a_full_disk_is_told_and_done_no_harm(largest_file: int, tmp_path: Path) -> None:
    """The copy of an input, the warehouse's log or the warehouse itself cannot grow any more."""
    study = write_study(tmp_path / "study", {"diary.csv": long_diary(), "injections.csv": INJECTIONS})
    script = (
        "import resource, signal, sys; from pathlib import Path; from tests.cli.helpers import land_only;"
        "from flows.base.errors import ConfigurationError; signal.signal(signal.SIGXFSZ, signal.SIG_IGN);"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({largest_file}, {largest_file}))\n"
        "try: land_only(Path(sys.argv[1]))\n"
        "except ConfigurationError as told: sys.exit(str(told))"
    )
    ended = subprocess.run([sys.executable, "-c", script, study], capture_output=True, text=True, cwd=ROOT, timeout=120)
    assert ended.returncode == 1
    assert ended.stderr == f"{study / 'out'}: nothing was published: File too large. Make room and run again.\n"
    assert land_only(study) == {"diary.csv": ("landed", None), "injections.csv": ("landed", None)}


def test_what_was_half_made_is_cleared(tmp_path: Path) -> None:
    half = ["snapshots/.building-01", "state/publications/.01", "state/as-of-01", "state/inputs/scratch-01"]
    whole = ["snapshots/01", "state/publications/01"]
    for name in (*half, *whole):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "file").write_text("x")
    with only_run(tmp_path), pytest.raises(LockedError), only_run(tmp_path):
        pass
    assert [name for name in (*half, *whole) if (tmp_path / name).exists()] == whole


def test_scratch_files_stay_in_the_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Diaries are not copied to where a killed run would leave them unseen."""
    (tmp_path / "no-temporary-files-here").write_text("")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "no-temporary-files-here"))
    study = write_study(tmp_path / "study")
    assert set(land_only(study)) == {"diary.csv", "injections.csv"}


INJECTIONS = "subject_id,injection_date\nBASE,2024-01-05\n"


def long_diary() -> str:
    """So many subjects that the lines fill blocks of their own."""
    return "subject_id,diary_date,headache\n" + "".join(
        f"S{subject:06},2024-01-{day:02},1\n" for subject in range(1500) for day in range(1, 29)
    )
