"""Row-level Parquet in pieces: together they are the table, and a night rewrites only the pieces whose rows changed."""

import random
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from flows.publishing import table_files
from flows.publishing.table_files import pieces_of
from flows.study.dictionary import load_dictionary
from flows.warehouse.snapshots import parquet_of
from tests.cli.helpers import write_files, write_study
from tests.run import run_without_prefect

DAYS = load_dictionary()["tabulation.diary_days"]
SUBJECTS = [f"S{n:03}" for n in range(60)]


def filled(subjects: list[str], seed: int = 1) -> duckdb.DuckDBPyConnection:
    """tabulation.diary_days with 1 to 40 days a subject."""
    con = duckdb.connect()
    names = ", ".join(f"NULL AS {c.name}" for c in DAYS.columns if c.name not in ("subject_id", "diary_date"))
    con.execute("CREATE SCHEMA tabulation")
    con.execute(
        f"CREATE TABLE tabulation.diary_days AS SELECT '' AS subject_id, DATE '2024-01-01' AS diary_date, {names}"
    )
    con.execute("DELETE FROM tabulation.diary_days")
    for subject in sorted(subjects):
        con.execute(
            "INSERT INTO tabulation.diary_days (subject_id, diary_date)"
            " SELECT $1, DATE '2024-01-01' + CAST(day AS INTEGER) FROM range($2) AS days (day)",
            [subject, random.Random(f"{subject}{seed}").randint(1, 40)],
        )
    return con


@pytest.mark.parametrize("rows", [1, 30, 100, 100_000])
def test_together_they_are_the_table_in_its_order(monkeypatch: pytest.MonkeyPatch, rows: int) -> None:
    monkeypatch.setattr(table_files, "PIECE_ROWS", rows)
    con = filled([*SUBJECTS, "", "O'Hara"])
    wanted = con.execute("FROM tabulation.diary_days").fetchall()
    pieces = pieces_of(con, DAYS)
    found = [con.execute(piece.rows).fetchall() for piece in pieces]
    assert [row for piece in found for row in piece] == wanted
    assert all(found)
    assert [int(piece.fingerprint.split()[0]) for piece in pieces] == [len(piece) for piece in found]
    assert len(pieces) == {1: 62, 100_000: 1}.get(rows, len(pieces))
    assert len(pieces) > 1 or rows > 100


def test_a_table_without_rows_has_one_piece() -> None:
    (piece,) = pieces_of(filled([]), DAYS)
    assert (piece.rows, piece.fingerprint) == ("FROM tabulation.diary_days", "0 0")


def test_a_piece_has_the_same_bytes_on_one_core_and_on_more(tmp_path: Path) -> None:
    """Rows of the piece stand all over the table, as in a table whose key does not begin with the subject."""
    con = duckdb.connect()
    con.execute(
        "CREATE TABLE days AS SELECT format('S{:02}', i // 1000 % 80) AS subject_id, i AS day FROM range(400000) AS days (i)"
    )
    written = set()
    for threads in (1, 2, 4):
        con.execute(f"SET threads = {threads}")
        path = tmp_path / f"{threads}.parquet"
        con.execute(f"COPY (FROM days WHERE subject_id < 'S40') TO '{path}' ({table_files.PARQUET})")
        written.add(path.read_bytes())
    assert len(written) == 1


def test_a_new_subject_changes_the_piece_it_is_in_and_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(table_files, "PIECE_ROWS", 100)
    before = {piece.fingerprint for piece in pieces_of(filled(SUBJECTS), DAYS)}
    for subject in ("A", "S0305", "Z"):
        after = {piece.fingerprint for piece in pieces_of(filled([*SUBJECTS, subject]), DAYS)}
        assert len(before) > 5
        assert 1 <= len(after - before) <= 2, "two where the new subject begins a piece"


def test_every_value_is_in_the_fingerprint() -> None:
    con = filled(SUBJECTS)
    (before,) = pieces_of(con, DAYS)
    for column in (column for column in DAYS.columns if column.name != "subject_id"):
        con.execute("BEGIN")
        value = "DATE '2030-01-01'" if column.type == "date" else "1"
        con.execute(f"ALTER TABLE tabulation.diary_days ALTER {column.name} TYPE VARCHAR")
        (typed,) = pieces_of(con, DAYS)
        con.execute(f"UPDATE tabulation.diary_days SET {column.name} = {value} WHERE rowid = 7")
        (after,) = pieces_of(con, DAYS)
        assert after.fingerprint not in (before.fingerprint, typed.fingerprint), column.name
        con.execute("ROLLBACK")


def test_what_did_not_change_is_linked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A night with a corrected day of one subject; a piece that was altered on the disk is written anew."""
    monkeypatch.setattr(table_files, "PIECE_ROWS", 200)
    subjects = [f"S{n}" for n in range(8)]
    days = [date(2024, 1, 1) + timedelta(day) for day in range(120)]
    study = write_study(
        tmp_path / "study",
        {
            "diary.csv": "subject_id,diary_date,headache\n"
            + "".join(f"{subject},{day},{day.day % 2}\n" for subject in subjects for day in days),
            "injections.csv": "subject_id,injection_date,units,sites\n"
            + "".join(f"{subject},2024-01-29,155,31\n" for subject in subjects),
        },
    )
    out = study / "published"

    def files(snapshot: Path) -> dict[str, tuple[int, bytes]]:
        return {
            path.name: (path.stat().st_ino, path.read_bytes())
            for path in (snapshot / "tables/tabulation.diary_days").iterdir()
        }

    first = run_without_prefect(study, out)
    before = files(first)
    assert len(before) > 2
    write_files(study, {"diary2.csv": "subject_id,diary_date,headache\nS5,2024-02-02,1\n"})
    second = run_without_prefect(study, out)
    after = files(second)
    assert len([name for name in after if after[name] == before.get(name)]) == len(before) - 1
    wrong = next(
        path for path in (second / "tables/tabulation.diary_days").iterdir() if after[path.name] == before[path.name]
    )
    right = wrong.read_bytes()
    wrong.write_bytes(right[:-1] + b"?")
    write_files(study, {"diary3.csv": "subject_id,diary_date,headache\nS5,2024-02-03,0\n"})
    third = run_without_prefect(study, out)
    assert files(third)[wrong.name][1] == right
    with duckdb.connect(third / "outcomes.duckdb", read_only=True) as con:
        for table in ("tabulation.diary_days", "analysis.responder"):
            wanted = con.execute(f"FROM {table}").fetchall()
            assert con.execute("FROM read_parquet($1)", [parquet_of(third, table)]).fetchall() == wanted
