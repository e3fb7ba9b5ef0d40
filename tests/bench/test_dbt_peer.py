"""The dbt project of the benchmark, without dbt: DuckDB builds it with each ``ref`` and ``source`` put in by hand."""

import json
import re
from graphlib import TopologicalSorter
from importlib.metadata import version
from pathlib import Path

import duckdb
import pytest

from flows.checking.checks import load_suites
from flows.warehouse.sql_models import load_models
from tests.bench.dbt_peer import Peer, compare
from tests.bench.dbt_project import BUILT, NOT_IN_THE_PEER, Names, Project, write_project
from tests.bench.large_study import write_large_study
from tests.bench.processes import ROOT, Took
from tests.bench.throughput import NO_PEER, fastest, peer_lines, python_of
from tests.bench.throughput import Round as Measured

REFERENCE = re.compile(r"\{\{ (ref|source)\('(\w+)'(?:, '(\w+)')?\) \}\}")
CONFIG = re.compile(r"\{\{ config\(schema='(\w+)', alias='(\w+)', materialized='(\w+)'\) \}\}\n")


def rendered(text: str) -> str:
    return REFERENCE.sub(
        lambda m: m[2].replace("__", ".", 1) if m[1] == "ref" else f"prepared.{m[2]}.{m[3]}", CONFIG.sub("", text)
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("dbt")
    write_large_study(folder / "study", rows=6_000, faults=60)
    return write_project(folder / "study", folder / "project", "1GB")


def test_every_model_and_check_is_there_and_every_name_resolves(project: Project) -> None:
    models = {path.stem: path.read_text() for path in (project.folder / "models").glob("*.sql")}
    ours = {name for name in load_models() if name.partition(".")[0] in BUILT}
    assert len(ours) > 50
    assert {name.replace(".", "__") for name in ours} <= set(models) == {m.replace(".", "__") for m in project.models}
    listed = json.loads((project.folder / "models" / "sources.yml").read_text())["sources"]
    sources = {(source["schema"], table["name"]) for source in listed for table in source["tables"]}
    tests = {path.stem: path.read_text() for path in (project.folder / "tests").glob("*.sql")}
    for text in (*models.values(), *tests.values()):
        for kind, first, second in REFERENCE.findall(text):
            assert first in models if kind == "ref" else (first, second) in sources
        assert "{{" not in rendered(text)
    assert set(tests) == set(project.tests)


def test_the_checks_left_out_are_known(project: Project) -> None:
    suites = load_suites()
    left_out = [check for of in suites.values() for check in of if check.id not in project.tests.values()]
    on_rows = {check.id: check.needs for check in left_out if check.table not in NOT_IN_THE_PEER}
    assert on_rows.pop("subjects.subject_id.twins") is not None  # Python finds twins
    assert on_rows
    no_file_here = {"attacks", "injections.muscle", "intercurrent_events"}
    assert all(no_file_here.intersection(needs) for needs in on_rows.values())


def test_duckdb_builds_it_and_faulty_lines_are_set_aside(project: Project) -> None:
    texts = {path.stem: path.read_text() for path in (project.folder / "models").glob("*.sql")}
    reads = {name: [r[1] for r in REFERENCE.findall(text) if r[0] == "ref"] for name, text in texts.items()}
    with duckdb.connect() as con:
        con.execute(f"ATTACH '{project.folder}/prepared.duckdb' AS prepared (READ_ONLY)")
        for name in ("wilson_low", "wilson_high", "exact_low", "exact_high"):
            con.execute(f"CREATE MACRO {name}(count, n) AS CAST(count AS DOUBLE) / n")
        for name in TopologicalSorter(reads).static_order():
            (schema, table, kind) = CONFIG.match(texts[name]).groups()  # ty: ignore
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            con.execute(f"CREATE {kind} {schema}.{table} AS {rendered(texts[name])}")
        failing = {
            check_id: con.execute(
                f"SELECT count(*) FROM ({rendered((project.folder / f'tests/{name}.sql').read_text())}\n)"
            ).fetchall()[0][0]
            for name, check_id in project.tests.items()
        }
        ((lines, ours),) = con.execute(
            "SELECT (SELECT count(*) FROM landing.diary), (SELECT count(*) FROM tabulation.diary_days)"
            " + (SELECT count(*) FROM landing.set_aside WHERE kind = 'diary')"
        ).fetchall()
        assert lines == ours  # each line ends in one place
        outcomes = dict(con.execute("SELECT outcome, count(*) FROM landing.set_aside GROUP BY ALL").fetchall())
        assert outcomes["duplicate"] > 0
        assert (
            outcomes["quarantined"] >= failing["diary.subject_id.missing"] + failing["diary.subject_day.conflict"] > 0
        )
        days = con.execute("SELECT count(DISTINCT (subject_id, diary_date)), count(*) FROM tabulation.diary_days")
        assert len(set(days.fetchall()[0])) == 1
        # A value that cannot be costs the cell: its line stays.
        cells = dict(con.execute("SELECT column_name, count(*) FROM landing.cells_aside_diary GROUP BY ALL").fetchall())
        assert cells["hours"] == failing["diary.hours.out_of_range"] > 0
        statuses = dict(con.execute("SELECT status, count(*) FROM analysis.responder GROUP BY ALL").fetchall())
        assert set(statuses) == {"responder", "non_responder", "not_evaluable", "not_due"}


def test_only_names_of_tables_are_changed() -> None:
    names = Names(frozenset({"analysis.one", "analysis.other"}), frozenset({"meta.study"}))
    select = "-- analysis.one\nSELECT one.x, 'analysis.one' FROM analysis.one JOIN meta.study ON study.y = one.x"
    changed = (
        "-- analysis.one\nSELECT one.x, 'analysis.one' FROM {{ ref('analysis__one') }}"
        " JOIN {{ source('meta', 'study') }} ON study.y = one.x"
    )
    assert names.as_dbt(select) == changed
    assert (
        names.as_dbt("FROM analysis.one AS one", {"analysis.one": "analysis.other"})
        == "FROM {{ ref('analysis__other') }} AS one"
    )
    with pytest.raises(ValueError, match=r"analysis\.none"):
        names.as_dbt("FROM analysis.none")
    with pytest.raises(ValueError, match="template"):
        names.as_dbt("SELECT '{{' FROM analysis.one")


@pytest.fixture
def built(tmp_path: Path) -> tuple[Project, Path]:
    """A peer and a snapshot of one row each, with one check that finds two rows."""
    for folder, name in (("peer", "prepared"), ("peer", "peer"), ("snapshot", "outcomes")):
        (tmp_path / folder).mkdir(exist_ok=True)
        with duckdb.connect(tmp_path / folder / f"{name}.duckdb") as con:
            con.execute("CREATE SCHEMA analysis; CREATE SCHEMA meta")
            con.execute("CREATE TABLE analysis.responder AS SELECT 'A' AS subject_id, 'responder' AS status")
            con.execute("CREATE TABLE meta.checks AS SELECT 'a.b.c' AS check_id, 2 AS rows_failing, 'failed' AS status")
    results = {"results": [{"unique_id": "test.peer.check__a__b__c", "failures": 2}]}
    (tmp_path / "peer" / "target").mkdir()
    (tmp_path / "peer" / "target" / "run_results.json").write_text(json.dumps(results))
    return Project(tmp_path / "peer", ("analysis.responder",), {"check__a__b__c": "a.b.c"}), tmp_path / "snapshot"


def test_what_is_equal_is_said(built: tuple[Project, Path]) -> None:
    said = compare(*built)
    assert "in all 1 rows; so are 1 of 1 published tables" in said
    assert "1 checks on rows, each with our number of failing rows (2 in all)" in said


@pytest.mark.parametrize(
    ("statement", "message"),
    [
        ("UPDATE analysis.responder SET status = 'not_due'", "2 rows of analysis.responder differ"),
        ("INSERT INTO analysis.responder FROM analysis.responder", "1 rows of analysis.responder differ"),
        ("UPDATE meta.checks SET rows_failing = 3", r"a\.b\.c \(2, ours 3\)"),
        ("UPDATE meta.checks SET status = 'not_applicable'", r"a\.b\.c \(2, ours None\)"),
    ],
)
def test_a_difference_ends_the_benchmark(built: tuple[Project, Path], statement: str, message: str) -> None:
    with duckdb.connect(built[1] / "outcomes.duckdb") as con:
        con.execute(statement)
    with pytest.raises(SystemExit, match=message):
        compare(*built)


def test_a_check_that_was_not_made_ends_the_benchmark(built: tuple[Project, Path]) -> None:
    with pytest.raises(SystemExit, match="did not run: check__other"):
        compare(built[0]._replace(tests={**built[0].tests, "check__other": "o"}), built[1])


def test_its_environment_has_our_duckdb() -> None:
    pins = (ROOT / "tests/bench/dbt-requirements.txt").read_text().splitlines()
    assert {f"{name}=={version(name)}" for name in ("duckdb", "statsmodels")} <= set(pins)


def test_the_ratio_is_ours_to_its(tmp_path: Path) -> None:
    ours, theirs = Took(30.0, 45.0, 900.0, 0.0, "", ""), Took(20.0, 30.0, 500.0, 0.0, "", "")
    sizes = [Measured(1_000, *[ours] * 7, "equal", Peer(theirs, "the same")), Measured(9_000, *[ours] * 7, "equal")]
    assert "| 1,000 | 30.0, 45.0, 900 | 20.0, 30.0, 500 | 1.50 | 1.50 |" in peer_lines(sizes)
    assert "1,000 rows: the same" in peer_lines(sizes)
    assert peer_lines(sizes[1:]) == [NO_PEER]
    assert fastest([sizes[0], sizes[0]._replace(peer=Peer(ours, "slower"))]).peer == sizes[0].peer
    assert fastest(sizes[1:]).peer is None


def test_without_an_environment_it_is_left_out(tmp_path: Path) -> None:
    assert python_of(None) is None
    assert python_of(tmp_path) is None
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin" / "dbt").touch()
    assert python_of(tmp_path) == tmp_path / "bin" / "python"
