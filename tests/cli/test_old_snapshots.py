"""Old snapshots are taken away by a stated policy, never the one in use; what is gone can be made again."""

import json
import os
import shutil
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.base.files import sha256_of
from flows.base.toml_files import ConfigurationError
from flows.publishing.history_kept import TABLES_OF_THE_PAST
from flows.publishing.publications import KEPT_DAYS, prune_snapshots
from flows.publishing.publish import published_snapshot, switch_current
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import SETTINGS, write_study
from tests.crash.night import run_night
from tests.run import table_bytes

DAY = 24 * 60 * 60


def snapshots(out: Path, ages: dict[str, float], current: str) -> None:
    """Snapshot folders made so many days ago."""
    for name, days in ages.items():
        folder = out / "snapshots" / name
        folder.mkdir(parents=True)
        (folder / "manifest.json").write_text("{}")
        os.utime(folder, (time.time() - days * DAY,) * 2)
    (out / "current").symlink_to(Path("snapshots") / current)


def left(out: Path) -> set[str]:
    return {path.name for path in (out / "snapshots").iterdir()}


def test_the_newest_stay(tmp_path: Path) -> None:
    snapshots(tmp_path, {"a": 30, "b": 20, "c": 10, "d": 5}, current="d")
    assert prune_snapshots(tmp_path, keep=2) == ["b", "a"]
    assert left(tmp_path) == {"c", "d"}


def test_the_current_one_stays_however_old(tmp_path: Path) -> None:
    """A study went back to an earlier state: the inbox is as it was, so the old snapshot is current again."""
    snapshots(tmp_path, {"a": 30, "b": 20, "c": 10}, current="a")
    assert prune_snapshots(tmp_path, keep=1) == ["b"]
    assert left(tmp_path) == {"a", "c"}


def test_what_somebody_may_be_reading_stays(tmp_path: Path) -> None:
    snapshots(tmp_path, {"a": KEPT_DAYS + 0.1, "b": KEPT_DAYS - 0.1, "c": 0}, current="c")
    assert prune_snapshots(tmp_path, keep=1) == ["a"]
    assert left(tmp_path) == {"b", "c"}


def test_what_is_being_made_is_none_of_its_business(tmp_path: Path) -> None:
    snapshots(tmp_path, {"a": 5, ".building-b": 5}, current="a")
    assert prune_snapshots(tmp_path, keep=1) == []
    assert left(tmp_path) == {"a", ".building-b"}


def test_at_least_one_is_kept(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", settings=SETTINGS + "[publishing]\nkeep_snapshots = 0\n")
    with pytest.raises(ConfigurationError, match=r"publishing\.keep_snapshots"):
        load_study(study)


@pytest.mark.parametrize("amount", ["much", "0"])
def test_an_amount_of_memory_that_is_none(amount: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRAINE_OUTCOMES_MEMORY_LIMIT", amount)
    study = write_study(tmp_path / "study")
    with (
        pytest.raises(ConfigurationError, match=f"MIGRAINE_OUTCOMES_MEMORY_LIMIT: '{amount}' is not an amount"),
        open_warehouse(tmp_path / "out", load_study(study)),
    ):
        pass


def test_an_amount_of_memory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MIGRAINE_OUTCOMES_MEMORY_LIMIT", "512MiB")
    with open_warehouse(tmp_path / "out", load_study(write_study(tmp_path / "study"))) as (con, _):
        assert con.execute("SELECT current_setting('memory_limit')").fetchall() == [("512.0 MiB",)]


def test_the_one_before_counts_as_made_when_it_was_replaced(tmp_path: Path) -> None:
    """Its readers had the current snapshot until a moment ago."""
    snapshots(tmp_path, {"a": 30, "b": 20, "c": 0}, current="b")
    switch_current(tmp_path, "c")
    assert prune_snapshots(tmp_path, keep=1) == ["a"]
    assert left(tmp_path) == {"b", "c"}


class Twice(NamedTuple):
    """A study that was published, and published anew under another title."""

    folder: Path  # holds study/ and out/
    first: str
    published: dict[str, bytes]  # the tables of the first snapshot


def tables_of(snapshot: Path) -> dict[str, bytes]:
    """The files of its tables but of those that hang on the snapshots before: made again, it has another one before it."""
    past = (*TABLES_OF_THE_PAST, "meta.checks", "meta.findings")  # the last two hold the checks on drift as well
    return {name: content for name, content in table_bytes(snapshot).items() if name.rsplit(".", 1)[0] not in past}


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> Twice:
    """Made once: each test goes on with a copy."""
    folder = tmp_path_factory.mktemp("twice")
    study, out = write_study(folder / "study"), folder / "out"
    run_night(study, out)
    first = (out / "current").resolve()
    published = tables_of(first)
    (study / "study.toml").write_text(SETTINGS.replace('"Test"', '"Another title"'))
    run_night(study, out)
    assert (out / "current").resolve() != first
    return Twice(folder, first.name, published)


DAMAGES: dict[str, Callable[[Path], object]] = {
    "altered": lambda folder: (folder / "tables/analysis.responder.csv").write_bytes(b"\n"),
    "missing": lambda folder: (folder / "tables/summary.verdicts.parquet").unlink(),
    "extra": lambda folder: (folder / "tables/another.csv").write_text("x\n"),
    "no manifest": lambda folder: (folder / "manifest.json").unlink(),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_each_damage_to_an_earlier_snapshot_is_seen(damage: str, twice: Twice, tmp_path: Path) -> None:
    out = shutil.copytree(twice.folder / "out", tmp_path / "out", symlinks=True)
    assert published_snapshot(out, twice.first) == out / "snapshots" / twice.first
    DAMAGES[damage](out / "snapshots" / twice.first)
    assert published_snapshot(out, twice.first) is None


@pytest.mark.parametrize("is_damaged", [False, True])
def test_an_earlier_snapshot_is_current_again_only_as_it_was_published(
    is_damaged: bool, twice: Twice, tmp_path: Path
) -> None:
    """The settings go back to what they were: its folder is hashed before anybody is pointed at it."""
    shutil.copytree(twice.folder, tmp_path / "copy", symlinks=True)
    study, out, published = tmp_path / "copy/study", tmp_path / "copy/out", twice.published
    first = out / "snapshots" / twice.first
    (study / "study.toml").write_text(SETTINGS)
    made = (first / "report.html").stat().st_mtime_ns
    for damage in DAMAGES.values() if is_damaged else ():
        damage(first)
    run_night(study, out)
    assert (out / "current").resolve() == first
    outputs = json.loads((first / "manifest.json").read_text())["outputs"]
    there = {path.relative_to(first).as_posix(): path for path in first.rglob("*") if path.is_file()}
    assert {name: sha256_of(path) for name, path in there.items() if name != "manifest.json"} == outputs
    assert tables_of(first) == published
    assert ((first / "report.html").stat().st_mtime_ns == made) == (not is_damaged)
