"""An inbox file that is as it was when it was hashed is not read again; whatever could hide a change is."""

import os
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from flows.base.files import sha256_of
from flows.landing.hashed_before import SETTLED_NS, FileState, is_settled, state_of
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, write_files, write_study

ALL = ["diary.csv", "injections.csv"]
OTHER_DIARY = BASE["diary.csv"].replace("BASE,2024-01-02,0", "BASE,2024-01-02,1")
Night = Callable[..., tuple[list[str], int]]


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Night:
    """A night of a study whose files count as settled at once: which files were hashed, and how many landed."""
    write_study(tmp_path)
    hashed: list[str] = []

    def noted(path: Path) -> str:
        hashed.append(path.name)
        return sha256_of(path)

    monkeypatch.setattr("flows.landing.inbox.sha256_of", noted)
    monkeypatch.setattr("flows.landing.hashed_before.SETTLED_NS", 0)

    def run(rehash: bool = False) -> tuple[list[str], int]:
        hashed.clear()
        study = load_study(tmp_path)
        with open_warehouse(tmp_path / "out", study) as (con, kept):
            landed = take_in(con, study, kept, rehash=rehash)
        return sorted(hashed), landed.files_landed

    return run


def test_what_is_unchanged_is_hashed_once_and_again_where_asked_for(night: Night) -> None:
    assert night() == (ALL, 2)
    assert night() == ([], 0)
    assert night(rehash=True) == (ALL, 0)


def test_files_that_do_not_count_are_hashed_once_as_well(night: Night, tmp_path: Path) -> None:
    night()
    write_files(tmp_path, {"diary-2.csv": BASE["diary.csv"], "notes.pdf": "x"})
    assert night() == (["diary-2.csv", "notes.pdf"], 0)
    assert night() == ([], 0)
    (tmp_path / "inbox/notes.pdf").rename(tmp_path / "inbox/other.pdf")
    assert night() == (["other.pdf"], 0), "what is known of one name tells nothing of another"


def test_a_change_that_leaves_size_and_time_of_change_is_noticed(night: Night, tmp_path: Path) -> None:
    night()
    diary = tmp_path / "inbox/diary.csv"
    before = diary.stat()
    with diary.open("r+") as same_inode:
        same_inode.write(OTHER_DIARY)
    os.utime(diary, ns=(before.st_atime_ns, before.st_mtime_ns))
    after = diary.stat()
    assert (after.st_size, after.st_mtime_ns, after.st_ino) == (before.st_size, before.st_mtime_ns, before.st_ino)
    assert night() == (["diary.csv"], 1)

    copy = tmp_path / "copy.csv"
    copy.write_text(BASE["diary.csv"].replace("2024-01-01,1", "2024-01-01,0"))
    os.utime(copy, ns=(before.st_atime_ns, before.st_mtime_ns))
    copy.replace(diary)
    assert (diary.stat().st_size, diary.stat().st_mtime_ns) == (before.st_size, before.st_mtime_ns)
    assert night() == (["diary.csv"], 1)


def test_a_file_that_was_written_just_now_is_hashed_again(
    night: Night, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another write within the same tick of the clock leaves a file that looks as it did."""
    monkeypatch.setattr("flows.landing.hashed_before.SETTLED_NS", SETTLED_NS)
    frozen = {path: state_of(path) for path in (tmp_path / "inbox").iterdir()}
    monkeypatch.setattr("flows.landing.inbox.state_of", frozen.__getitem__)
    assert night() == (ALL, 2)
    write_files(tmp_path, {"diary.csv": OTHER_DIARY})
    assert night() == (ALL, 1)


@pytest.mark.parametrize(
    ("modified", "changed", "settled"),
    [(0, 0, True), (0, 1, False), (1, 0, False), (10 * SETTLED_NS, 0, False)],
)
def test_a_minute_settles_a_file(modified: int, changed: int, settled: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exactly a minute is enough, a nanosecond less is not, and neither is a time that is still to come."""
    now = 10**18
    monkeypatch.setattr(time, "time_ns", lambda: now)
    last = now - SETTLED_NS
    assert is_settled(FileState(1, 1, 1, last + modified, last + changed)) is settled


@pytest.mark.parametrize("harm", ["lost", "forged"])
def test_without_a_record_that_can_be_trusted_every_file_is_hashed(harm: str, night: Night, tmp_path: Path) -> None:
    night()
    warehouse = tmp_path / "out/state/warehouse.duckdb"
    if harm == "lost":
        warehouse.unlink()
    else:
        write_files(tmp_path, {"diary.csv": OTHER_DIARY})
        state = state_of(tmp_path / "inbox/diary.csv")
        with duckdb.connect(warehouse) as con:
            con.execute(
                "UPDATE landing.hashed_before SET inode = $1, modified_ns = $2, changed_ns = $3 WHERE path = 'diary.csv'",
                [state.inode, state.modified_ns, state.changed_ns],
            )
    assert night() == (ALL, 0 if harm == "lost" else 1)
