"""The pipeline's demo results equal the truth written down with the study, which never saw the pipeline."""

import csv
from collections import Counter
from typing import Any

import duckdb
import pytest

from tests.conftest import ROOT, Published

TRUTH = ROOT / "data/studies/demo/truth"


@pytest.fixture(scope="module")
def con(demo: Published) -> Any:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as connection:
        yield connection


def truth(name: str) -> list[dict[str, str]]:
    with (TRUTH / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def published(con: duckdb.DuckDBPyConnection, table: str, columns: list[str]) -> set[tuple[str, ...]]:
    """Rows as texts, null as the empty text, as the truth files write them."""
    texts = ", ".join(f"coalesce(CAST({column} AS VARCHAR), '')" for column in columns)
    return set(con.execute(f"SELECT {texts} FROM {table}").fetchall())


def test_statuses_and_verdicts_equal_the_truth(con: duckdb.DuckDBPyConnection) -> None:
    rows = truth("statuses.csv")
    wanted = {tuple(row.values()) for row in rows}
    assert len(wanted) == len(rows) == 360
    assert published(con, "analysis.responder", list(rows[0])) == wanted


def test_eligibility_equals_the_truth(con: duckdb.DuckDBPyConnection) -> None:
    rows = truth("eligibility.csv")
    wanted = {tuple(row.values()) for row in rows}
    assert len(wanted) == len(rows) == 67
    found = published(con, "analysis.eligibility", list(rows[0]))
    assert found >= wanted
    # Identifiers that stand only in a diary are somebody of whom nothing else is known.
    assert found - wanted == {(name, "", "", "", "", "") for name in ("0221", "0530")}


def test_exactly_the_planted_dirt_is_found(con: duckdb.DuckDBPyConnection) -> None:
    columns = ["path", "line_number", "check_id", "outcome"]
    wanted = {
        tuple(row[column] for column in columns)
        for row in truth("dirt.csv")
        if row["outcome"] in ("quarantined", "flagged", "cell")
    }
    outcome = """CASE WHEN severity NOT IN ('error', 'critical') THEN 'flagged'
        WHEN (path, line_number) IN (SELECT (path, line_number) FROM landing.quarantine) THEN 'quarantined'
        ELSE 'cell' END"""
    found = published(con, f"(SELECT *, {outcome} AS outcome FROM meta.findings)", columns)
    assert found == wanted


def test_exactly_the_planted_cells_are_set_aside(con: duckdb.DuckDBPyConnection, demo: Published) -> None:
    columns = ["path", "line_number", "check_id", "column_name"]
    rows = [row for row in truth("dirt.csv") if row["outcome"] == "cell"]
    wanted = {(row["path"], row["line_number"], row["check_id"], row["column"]) for row in rows}
    assert len(wanted) == 13
    assert published(con, "landing.quarantined_cells", columns) == wanted
    assert dict(
        con.execute("SELECT path, cells_set_aside FROM landing.files WHERE cells_set_aside > 0").fetchall()
    ) == (Counter(row["path"] for row in rows))
    texts = con.execute(
        "SELECT path, line_number, raw, encoding FROM landing.quarantined_cells JOIN landing.files USING (path)"
    )
    for path, line_number, raw, encoding in texts.fetchall():
        assert raw in (demo.study / "inbox" / path).read_text(encoding=encoding).splitlines()[line_number - 1]


def test_duplicates_and_superseded_lines_are_counted_per_file(con: duckdb.DuckDBPyConnection) -> None:
    for outcome in ("duplicate", "superseded"):
        wanted: dict[str, int] = {}
        for row in truth("dirt.csv"):
            if row["outcome"] == outcome:
                wanted[row["path"]] = wanted.get(row["path"], 0) + 1
        found = con.execute(f"SELECT path, lines_{outcome} FROM landing.files WHERE lines_{outcome} > 0").fetchall()
        assert dict(found) == wanted


def test_every_line_ends_in_exactly_one_place(con: duckdb.DuckDBPyConnection, demo: Published) -> None:
    files = con.execute(
        "SELECT path, lines_read, lines_current + lines_superseded + lines_duplicate + lines_quarantined, encoding"
        " FROM landing.files"
    ).fetchall()
    assert len(files) == 13
    for path, read, ended, encoding in files:
        text = (demo.study / "inbox" / path).read_text(encoding=encoding)
        assert read == ended == len(text.splitlines()) - 1, path


def test_quarantine_shows_the_line_as_it_stands_in_the_file(con: duckdb.DuckDBPyConnection, demo: Published) -> None:
    rows = con.execute(
        "SELECT path, line_number, raw, reason, encoding FROM landing.quarantine JOIN landing.files USING (path)"
    ).fetchall()
    assert len(rows) == sum(row["outcome"] == "quarantined" for row in truth("dirt.csv"))
    for path, line_number, raw, reason, encoding in rows:
        lines = (demo.study / "inbox" / path).read_text(encoding=encoding).splitlines()
        assert raw == lines[line_number - 1]
        assert reason


def test_every_subject_cycle_and_rule_set_has_a_status(con: duckdb.DuckDBPyConnection) -> None:
    row = con.execute(
        """SELECT (SELECT count(*) FROM analysis.cycles) * (SELECT count(*) FROM meta.rule_sets),
            count(*), count(status), count(reason), count(verdict), count(verdict_reason)
        FROM analysis.responder"""
    ).fetchall()[0]
    assert len(set(row)) == 1
    assert row[0] == 360
