"""dbt-duckdb as a peer: the same SQL models and the same checks on rows, built by ``dbt build`` from the same files.

``python -m tests.bench.dbt_peer STUDY SNAPSHOT PYTHON``: PYTHON is that of an environment with dbt-duckdb, which
``make bench`` makes from tests/bench/dbt-requirements.txt; SNAPSHOT is what our run published of STUDY. The project is
written before the clock starts (dbt_project.py). Stops where analysis.responder or the count of a check differs.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.warehouse.database import DEFAULT_MEMORY_LIMIT, MEMORY_LIMIT
from tests.bench.dbt_project import BUILT, Project, write_project
from tests.bench.processes import Took, measure

THREADS = 2
# dbt reports who uses it unless told otherwise; the project's own setting says the same.
SILENT = {"DO_NOT_TRACK": "1", "DBT_SEND_ANONYMOUS_USAGE_STATS": "false"}
LANDED_AT = "landed_at"  # of the peer's list of files: another moment than that of our run


class Peer(NamedTuple):
    """One ``dbt build``: what it took, and what it was found equal in."""

    took: Took
    agreement: str


def measure_peer(study: Path, snapshot: Path, folder: Path, python: Path) -> Peer:
    """Write the project into an empty folder, build it in a fresh process, compare. Raises SystemExit on a difference."""
    project = write_project(study, folder, os.environ.get(MEMORY_LIMIT) or DEFAULT_MEMORY_LIMIT, THREADS)
    words = ["-m", "dbt.cli.main", "build", "--quiet", "--no-use-colors", "--threads", str(THREADS)]
    places = ["--project-dir", folder, "--profiles-dir", folder]
    took = measure(*words, *places, env=SILENT, python=python)
    return Peer(took, compare(project, snapshot))


def compare(project: Project, snapshot: Path) -> str:
    """What is equal, in sentences."""
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{snapshot}/outcomes.duckdb' AS ours (READ_ONLY)")
        con.execute(f"ATTACH '{project.folder}/prepared.duckdb' AS prepared (READ_ONLY)")  # the peer's views read it
        con.execute(f"ATTACH '{project.folder}/peer.duckdb' AS peer (READ_ONLY)")
        texts = _columns_as_text(con, "analysis.responder")
        responder = f"SELECT {texts} FROM {{}}.analysis.responder"
        if rows := sum(_rows_only_in(con, responder.format(a), responder.format(b)) for a, b in _both("ours", "peer")):
            raise SystemExit(f"dbt-duckdb: {rows:,} rows of analysis.responder differ")
        ((rows,),) = con.execute("SELECT count(*) FROM ours.analysis.responder").fetchall()
        if not rows:
            raise SystemExit("dbt-duckdb: analysis.responder is empty: nothing was compared")
        tables = [name for name in project.models if name.partition(".")[0] in BUILT and _is_published(con, name)]
        different = [name for name in tables if _sum_of_rows(con, "ours", name) != _sum_of_rows(con, "peer", name)]
    failing = compare_checks(_counts_of_tests(project), _counts_of_checks(snapshot))
    others = f" (not {', '.join(different)})" if different else ""
    built = sum(name.partition(".")[0] in BUILT for name in project.models)
    return (
        f"dbt-duckdb's analysis.responder is ours in all {rows:,} rows; so are {len(tables) - len(different)} of"
        f" {len(tables)} published tables that both make{others}."
        f" {built} models of sql/ and {len(project.models) - built} of landing; {len(project.tests)} checks on rows, each"
        f" with our number of failing rows ({failing:,} in all)."
    )


def compare_checks(theirs: dict[str, int], ours: dict[str, int]) -> int:
    """The failing rows of all of the peer's checks together. Raises SystemExit where a count is not ours."""
    if not theirs:
        raise SystemExit("dbt-duckdb: no check was made")
    if wrong := [
        f"{name} ({count:,}, ours {ours.get(name)})" for name, count in theirs.items() if count != ours.get(name)
    ]:
        raise SystemExit(f"dbt-duckdb: other counts of failing rows: {', '.join(wrong)}")
    return sum(theirs.values())


def _counts_of_tests(project: Project) -> dict[str, int]:
    """Failing rows by check id, as dbt counted them."""
    results = json.loads((project.folder / "target" / "run_results.json").read_text(encoding="utf-8"))["results"]
    by_name = {name: r["failures"] for r in results if (name := r["unique_id"].split(".")[-1]) in project.tests}
    if missing := set(project.tests) - set(by_name):
        raise SystemExit(f"dbt-duckdb: tests that did not run: {', '.join(sorted(missing))}")
    return {project.tests[name]: failures for name, failures in by_name.items()}


def _counts_of_checks(snapshot: Path) -> dict[str, int]:
    """Failing rows by check id of the checks that our run made."""
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        made = "SELECT check_id, rows_failing FROM meta.checks WHERE status <> 'not_applicable'"
        return dict(con.execute(made).fetchall())


def _is_published(con: duckdb.DuckDBPyConnection, name: str) -> bool:
    query = "SELECT count(*) FROM duckdb_tables() WHERE database_name = 'ours' AND schema_name || '.' || table_name = ?"
    return con.execute(query, [name]).fetchall() == [(1,)]


def _sum_of_rows(con: duckdb.DuckDBPyConnection, database: str, name: str) -> tuple:
    """The number of rows and the sum of their hashes: equal for equal rows in any order."""
    texts = _columns_as_text(con, name)
    rows = f"SELECT count(*), sum(CAST(hash({texts}) AS HUGEINT)) FROM {database}.{name}"
    return con.execute(rows).fetchall()[0]


def _columns_as_text(con: duckdb.DuckDBPyConnection, name: str) -> str:
    """The published columns by name, for their order is ours; each as text."""
    columns = [row[0] for row in con.execute(f"DESCRIBE ours.{name}").fetchall() if row[0] != LANDED_AT]
    return ", ".join(f"CAST({column} AS VARCHAR)" for column in columns)


def _rows_only_in(con: duckdb.DuckDBPyConnection, left: str, right: str) -> int:
    return con.execute(f"SELECT count(*) FROM ({left} EXCEPT ALL {right})").fetchall()[0][0]


def _both(one: str, other: str) -> tuple[tuple[str, str], tuple[str, str]]:
    return (one, other), (other, one)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory(prefix="dbt-peer-") as scratch:
        peer = measure_peer(Path(sys.argv[1]), Path(sys.argv[2]), Path(scratch) / "peer", Path(sys.argv[3]))
    print(f"{peer.took.seconds:.1f} s, {peer.took.processor_seconds:.1f} processor s, {peer.took.peak_mib:,.0f} MiB")
    print(peer.agreement)
