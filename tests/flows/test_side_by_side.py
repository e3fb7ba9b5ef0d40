"""Tables built side by side: each after those that it reads, and an error of one ends them all."""

import threading
from pathlib import Path

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.warehouse.built_tables import attach_built
from flows.warehouse.side_by_side import build_in_order

READS = {
    "analysis.d": ["analysis.b", "analysis.c"],
    "analysis.b": ["analysis.a"],
    "analysis.c": ["analysis.a"],
    "analysis.a": [],
}


def connected(folder: Path) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect(folder / "warehouse.duckdb")
    attach_built(con, folder / "built.duckdb")
    return con


def test_a_table_comes_after_those_that_it_reads_and_two_come_at_once(tmp_path: Path) -> None:
    both = threading.Barrier(2, timeout=60)

    def build(con: duckdb.DuckDBPyConnection, name: str) -> None:
        if name in ("analysis.b", "analysis.c"):
            both.wait()  # neither would go on if they came one after the other
        read = " + ".join(f"(SELECT n FROM {table})" for table in READS[name]) or "0"
        con.execute(f"CREATE TABLE {name} AS SELECT {read} + 1 AS n")

    with connected(tmp_path) as con:
        build_in_order(con, READS, build)
        assert con.execute("SELECT n FROM built.analysis.d").fetchall() == [(5,)]


def test_an_error_stops_the_tables_at_work(tmp_path: Path) -> None:
    begun = threading.Event()
    stopped: list[str] = []

    def build(con: duckdb.DuckDBPyConnection, name: str) -> None:
        if name == "analysis.b":
            begun.wait(60)
            raise ValueError("no b")
        if name == "analysis.c":
            begun.set()
            try:
                con.execute("SELECT count(*) FROM range(10_000_000) a, range(10_000_000) b").fetchall()
            except duckdb.InterruptException:
                stopped.append(name)
                raise

    with connected(tmp_path) as con, pytest.raises(ValueError, match="no b"):
        build_in_order(con, READS, build)
    assert stopped == ["analysis.c"]


def test_a_circle_is_refused() -> None:
    with duckdb.connect() as con, pytest.raises(ConfigurationError, match=r"a -> b -> a|b -> a -> b"):
        build_in_order(con, {"a": ["b"], "b": ["a"]}, lambda con, name: None)
