"""OUT/state/history.jsonl grows by whole lines; the lock of a run is seen without being taken; a schedule that is served."""

import fcntl
import json
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.base.lock_files import LOCKS, is_held
from flows.checking.finding_ages import (
    FindingAges,
    ages_in_words,
    compare_findings,
    keep_findings,
    list_new_findings,
)
from flows.runs.last_run import load_end, note_end
from flows.serving.schedule_file import next_due, schedule_known
from flows.warehouse.history_file import HISTORY, RunEntry, append_history, load_history


def entry(name: str, n: int) -> RunEntry:
    at = datetime(2026, 1, n, tzinfo=UTC)
    return RunEntry(snapshot_id=name, published_at=at, cutoff_date=None, last_sequence=n, sites=())


def test_a_line_that_was_cut_short_does_not_count(tmp_path: Path) -> None:
    append_history(tmp_path, entry("a", 1))
    with (tmp_path / HISTORY).open("a") as stream:
        stream.write('{"snapshot_id": "b", "publ')
    assert [one.snapshot_id for one in load_history(tmp_path)] == ["a"]
    append_history(tmp_path, entry("c", 2))
    assert [one.snapshot_id for one in load_history(tmp_path)] == ["a", "c"]


def test_of_a_run_that_was_repeated_the_last_entry_stands(tmp_path: Path) -> None:
    assert load_history(tmp_path) == []
    for name, n in (("a", 1), ("b", 2), ("b", 3), ("a", 4)):
        append_history(tmp_path, entry(name, n))
    assert [(one.snapshot_id, one.last_sequence) for one in load_history(tmp_path)] == [("a", 1), ("b", 3), ("a", 4)]


def test_a_line_that_is_none_is_named(tmp_path: Path) -> None:
    append_history(tmp_path, entry("a", 1))
    with (tmp_path / HISTORY).open("a") as stream:
        stream.write("no line of ours\n")
    with pytest.raises(ConfigurationError, match="line 2 cannot be read"):
        load_history(tmp_path)


def test_ages(tmp_path: Path) -> None:
    """Against findings as they are kept, and as earlier versions kept them; what but says is left out."""
    before = [("site.x", "warning", "1"), ("x", "error", "1"), ("x", "error", "2"), ("y", "warning", "1")]
    now = [("x", "error", "2"), ("x", "error", "3"), ("z", "info", "1")]
    place = {"path": "diary.csv", "line_number": 7, "reason": "wrong"}
    with duckdb.connect() as con:
        for findings in (before, now):
            con.execute("CREATE OR REPLACE TEMP TABLE open_findings (check_id TEXT, severity TEXT, thing TEXT, place"
                " STRUCT(path TEXT, line_number INTEGER, reason TEXT))")  # fmt: skip
            con.executemany(
                "INSERT INTO open_findings VALUES (?, ?, ?, ?)", [(*finding, place) for finding in findings]
            )
            if findings is before:
                keep_findings(con, tmp_path / "findings.parquet")
        (tmp_path / "findings.json").write_text(json.dumps(before))
        for kept in ("findings.parquet", "findings.json"):
            ages = compare_findings(con, tmp_path / kept, ("site.", "file.absent"))
            assert ages == [
                FindingAges("x", "error", 1, 1, 1), FindingAges("y", "warning", 0, 0, 1), FindingAges("z", "info", 1, 0, 0),
            ]  # fmt: skip
            assert FindingAges("site.x", "warning", 0, 0, 1) in compare_findings(con, tmp_path / kept)
            new = list_new_findings(con, tmp_path / kept, ("z",), 10)
            assert [(one.check_id, one.path, one.line) for one in new] == [("x", "inbox/diary.csv", 7)]
    assert ages_in_words(ages) == "2 new findings (1 of severity error), 1 persisting, 2 resolved"
    assert ages_in_words([]) == "0 new findings, 0 persisting, 0 resolved"


@pytest.mark.skipif(not LOCKS.exists(), reason="the system does not tell of locks")
def test_a_lock_is_seen_and_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    assert is_held(path) is False
    with path.open("w") as lock:
        assert is_held(path) is False
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        assert is_held(path) is True
    assert is_held(path) is False


@pytest.mark.skipif(not LOCKS.exists(), reason="the system does not tell of locks")
def test_a_schedule_is_known_while_it_is_served(tmp_path: Path) -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=UTC)
    assert next_due(tmp_path, noon) is None
    with schedule_known(tmp_path, "0 2 * * *", "Europe/Vienna"):
        assert next_due(tmp_path, noon) == datetime(2026, 7, 2, 0, tzinfo=UTC)  # 02:00 in summer time
    assert next_due(tmp_path, noon) is None


def test_the_end_of_a_run_is_kept_where_there_is_a_state(tmp_path: Path) -> None:
    note_end(tmp_path, "failed", "no diary")
    assert load_end(tmp_path) is None
    assert not (tmp_path / "state").exists()
    (tmp_path / "state").mkdir()
    note_end(tmp_path, "published", "Published snapshot a.")
    end = load_end(tmp_path)
    assert end
    assert (end.outcome, end.message) == ("published", "Published snapshot a.")
