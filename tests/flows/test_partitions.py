"""Deriving some subjects at a time gives, for every model of analysis.*, the rows of deriving all at once."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows.deriving import partitions
from flows.deriving.partitions import (
    OF_STUDY,
    derive_partition,
    gather_partitions,
    models_across_subjects,
    models_per_subject,
    write_partitions,
)
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from flows.warehouse.sql_models import build_order, load_models, tables_read

DEMO = Path(__file__).parent.parent.parent / "data/studies/demo"
PARTITIONS = 30  # of 65 subjects: most partitions hold one or two of them, and some nobody
WITH_SUBJECT = (*models_per_subject(), *models_across_subjects())


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's warehouse: analysis.* by partitions, and as it was before that as whole.*"""
    study, folder = load_study(DEMO), tmp_path_factory.mktemp("partitions")
    with open_warehouse(tmp_path_factory.mktemp("out"), study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        con.execute("CREATE SCHEMA whole")
        for name in WITH_SUBJECT:
            con.execute(f"CREATE TABLE {name.replace('analysis.', 'whole.')} AS FROM {name}")
        write_partitions(con, folder, PARTITIONS)
        statuses = [derive_partition(folder, number) for number in range(PARTITIONS)]
        assert sum(statuses) == con.execute("SELECT count(*) FROM whole.responder").fetchall()[0][0]
        assert 0 in statuses, "nobody's partition is tried as well"
        assert partitions_without_a_cycle(con, folder), "else a model that looks at other subjects would go unnoticed"
        gather_partitions(con, folder, PARTITIONS)
        assert derive_partition(folder, 0) == statuses[0], "done twice, it is done"
        assert not list((folder / "out").glob(".*"))
        yield con


def key_in_header(name: str) -> str:
    return load_models()[name].partition("\n-- Key:")[2].partition("\n")[0]


def partitions_without_a_cycle(con: duckdb.DuckDBPyConnection, folder: Path) -> int:
    """How many partitions with treated subjects have none at a cycle that others have reached."""
    files = str(folder / "out/*/analysis.cycles.parquet")
    ((number,),) = con.execute(
        "SELECT count(*) FROM (SELECT filename FROM read_parquet($files, filename = true) GROUP BY filename"
        " HAVING max(cycle) < (SELECT max(cycle) FROM read_parquet($files)))",
        {"files": files},
    ).fetchall()
    return number


def test_every_model_has_its_place() -> None:
    models = [name for name in build_order() if name.startswith("analysis.")]
    assert sorted((*WITH_SUBJECT, *OF_STUDY)) == sorted(models)
    assert {name for name in models if "subject_id" not in key_in_header(name)} == OF_STUDY
    assert set(models_across_subjects()) == {
        "analysis.response_course",
        "analysis.event_times",
        "analysis.populations",
        "analysis.population_members",
        "analysis.expected_months",
        "analysis.intercurrent_events",
        "analysis.estimand_events",
        "analysis.estimand_months",
        "analysis.estimand_cycles",
    }


def test_what_is_built_first_reads_nothing_that_comes_later() -> None:
    for name in OF_STUDY:
        assert not tables_read(load_models()[name]) & set(WITH_SUBJECT), name
    for name in models_per_subject():
        assert not tables_read(load_models()[name]) & set(models_across_subjects()), name


def test_what_reads_a_model_across_subjects_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    made = {
        "analysis.rank": "SELECT 1 AS subject_id",
        "analysis.reader": "SELECT subject_id FROM analysis.rank",
        "analysis.own": "SELECT subject_id FROM tabulation.subjects",
    }
    monkeypatch.setattr(partitions, "ACROSS_SUBJECTS", {"analysis.rank"})
    monkeypatch.setattr(partitions, "load_models", lambda: made)
    monkeypatch.setattr(partitions, "build_order", lambda: tuple(made))
    assert models_across_subjects.__wrapped__() == ("analysis.rank", "analysis.reader")


@pytest.mark.parametrize("name", WITH_SUBJECT)
def test_partitions_give_the_rows_of_the_whole(both: duckdb.DuckDBPyConnection, name: str) -> None:
    whole = name.replace("analysis.", "whole.")
    ((rows,),) = both.execute(f"SELECT count(*) FROM {whole}").fetchall()
    assert rows, "an empty table proves nothing"
    for one, other in ((whole, name), (name, whole)):
        assert both.execute(f"SELECT count(*) FROM (FROM {one} EXCEPT ALL FROM {other})").fetchall() == [(0,)]
    assert both.execute(f"DESCRIBE {whole}").fetchall() == both.execute(f"DESCRIBE {name}").fetchall()


def test_a_partition_of_nobody(both: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_partitions(both, tmp_path, 5000)
    used = {path.name for path in tmp_path.glob("in/*/partition=*")}
    empty = next(number for number in range(5000) if f"partition={number}" not in used)
    assert derive_partition(tmp_path, empty) == 0


def test_half_a_partition_is_none(both: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    write_partitions(both, tmp_path, 2)
    with pytest.raises(duckdb.Error):
        derive_partition(tmp_path, 0, {"memory_limit": "1MB", "max_temp_directory_size": "0KB"})
    assert not list((tmp_path / "out").iterdir())
