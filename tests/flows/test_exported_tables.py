"""export: the tables of a snapshot as files, read back by libraries that did not write them."""

from datetime import date, datetime
from pathlib import Path

import duckdb
import openpyxl
import polars as pl
import pytest
from typer.testing import CliRunner

from flows.base.errors import ConfigurationError
from flows.cli.main import app
from flows.publishing import exported_tables
from flows.publishing.exported_tables import export_tables
from tests.conftest import Published

STATUSES = "analysis.responder"


def rows(out: Path, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(out / "current/outcomes.duckdb", read_only=True) as con:
        return con.execute(f"SELECT * FROM {table}").fetchall()


def test_a_workbook_holds_the_rows_of_the_database(demo: Published, tmp_path: Path) -> None:
    (path,) = export_tables(demo.out, ["responder"], "xlsx", tmp_path)
    assert path.name == "analysis.responder.xlsx"
    header, *cells = openpyxl.load_workbook(path).active.iter_rows(values_only=True)
    assert header[:3] == ("rule_set", "subject_id", "arm")
    read = [tuple(cell.date() if isinstance(cell, datetime) else cell for cell in row) for row in cells]
    there = rows(demo.out, STATUSES)
    assert len(read) == len(there) > 300
    assert any(isinstance(cell, date) for cell in there[0])
    for got, wanted in zip(read, there, strict=True):
        assert got == pytest.approx(wanted)


def test_equal_tables_give_equal_workbooks(demo: Published, tmp_path: Path) -> None:
    first, second = (export_tables(demo.out, [STATUSES], "xlsx", tmp_path / name)[0] for name in "ab")
    assert first.read_bytes() == second.read_bytes()


def test_csv_and_parquet_hold_what_is_published(demo: Published, tmp_path: Path) -> None:
    (csv,) = export_tables(demo.out, [STATUSES], "csv", tmp_path)
    assert csv.read_bytes() == (demo.current / "tables/analysis.responder.csv").read_bytes()
    written = export_tables(demo.out, [], "parquet", tmp_path)
    assert {path.stem for path in written} == {
        path.name.removesuffix(".parquet") for path in (demo.current / "tables").iterdir() if path.suffix != ".csv"
    }
    assert pl.read_parquet(tmp_path / f"{STATUSES}.parquet").height == len(rows(demo.out, STATUSES))
    assert not list(tmp_path.glob(".export-*"))


def snapshot_of(folder: Path, select: str) -> Path:
    """A published folder with one table, meta.texts."""
    (folder / "current").mkdir(parents=True)
    with duckdb.connect(folder / "current/outcomes.duckdb") as con:
        con.execute(f"CREATE SCHEMA meta; CREATE TABLE meta.texts AS {select}")
    return folder


def test_a_text_is_no_formula(tmp_path: Path) -> None:
    out = snapshot_of(
        tmp_path / "out", "SELECT '=1+1' AS a, 'http://x.org' AS b, NULL AS c, true AS d, 0.5 AS e, '007' AS f"
    )
    (path,) = export_tables(out, ["texts"], "xlsx", tmp_path)
    _, cells = openpyxl.load_workbook(path).active.iter_rows()
    assert [(cell.value, cell.data_type) for cell in cells] == [
        ("=1+1", "s"),
        ("http://x.org", "s"),
        (None, "n"),
        (True, "b"),
        (0.5, "n"),
        ("007", "s"),
    ]


def test_what_a_workbook_cannot_hold_is_refused_and_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = snapshot_of(tmp_path / "out", "SELECT repeat('x', 32768) AS reason FROM range(3)")
    with pytest.raises(ConfigurationError, match=r"meta.texts: reason of row 1 is a text longer .* csv or parquet"):
        export_tables(out, [], "xlsx", tmp_path / "to")
    monkeypatch.setattr(exported_tables, "WORKBOOK_ROWS", 2)
    with pytest.raises(ConfigurationError, match=r"has 3 rows, and a workbook's sheet holds 2"):
        export_tables(out, [], "xlsx", tmp_path / "to")
    assert list((tmp_path / "to").iterdir()) == []


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["no_table"], "There is no table 'no_table'"),
        (["summary.verdict"], "did you mean 'summary.verdicts'?"),
        (["--to", "{out}/current/tables"], "lies in what is published"),
        (["--to", "{study}/inbox"], "lies among what a run reads of a study"),
    ],
)
def test_wrong_words_are_named(demo: Published, words: list[str], told: str) -> None:
    places = {"out": demo.out, "study": demo.study}
    answer = CliRunner().invoke(app, ["export", str(demo.out), *(word.format(**places) for word in words)])
    assert isinstance(answer.exception, ConfigurationError)
    assert told in str(answer.exception)
