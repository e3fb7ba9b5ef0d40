"""Deriving some subjects at a time gives, for every model of analysis.*, the rows of deriving all at once."""

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from flows import steps
from flows.models import build_order
from flows.partitions import (
    derive_partition,
    gather_partitions,
    models_of_study,
    models_per_subject,
    write_partitions,
)
from flows.study import load_study
from flows.warehouse import open_warehouse

DEMO = Path(__file__).parent.parent.parent / "data/studies/demo"
PARTITIONS = 7


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """The demo's warehouse: analysis.* by partitions, and as it was before that as whole.*"""
    study, folder = load_study(DEMO), tmp_path_factory.mktemp("partitions")
    with open_warehouse(tmp_path_factory.mktemp("out"), study) as (con, kept):
        steps.load_metadata(con, study, None)
        steps.land(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        con.execute("CREATE SCHEMA whole")
        for name in models_per_subject():
            con.execute(f"CREATE TABLE {name.replace('analysis.', 'whole.')} AS FROM {name}")
        write_partitions(con, folder, PARTITIONS)
        statuses = [derive_partition(folder, number) for number in range(PARTITIONS)]
        assert sum(statuses) == con.execute("SELECT count(*) FROM whole.responder").fetchall()[0][0]
        assert all(statuses), "a partition without subjects proves little"
        gather_partitions(con, folder, PARTITIONS)
        assert derive_partition(folder, 0) == statuses[0], "done twice, it is done"
        assert not list((folder / "out").glob(".*"))
        yield con


def test_every_model_has_its_place() -> None:
    models = [name for name in build_order() if name.startswith("analysis.")]
    assert sorted(models_per_subject() + models_of_study()) == sorted(models)
    assert set(models_of_study()) == {"analysis.cutoff", "analysis.medication_combinations"}


@pytest.mark.parametrize("name", models_per_subject())
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
