"""Subjects in partitions: what is derived per subject, derived from Parquet files by processes that see nothing else.

A model of analysis.* says of a subject what follows from that subject's own lines and from tables of the whole study
(meta.*, and OF_STUDY). It may therefore be built for some subjects at a time, wherever their lines are. One that looks at
other subjects as well (ACROSS_SUBJECTS) is built when all are there. tests/flows/test_partitions.py holds every model,
made of a few subjects at a time, against the build over all.
"""

import os
import shutil
import uuid
from functools import cache
from pathlib import Path

import duckdb
from pydantic import Field

from flows.base.sql_text import quoted
from flows.base.toml_files import Frozen
from flows.study.dictionary import load_dictionary
from flows.warehouse.sql_models import VIEWS, build_models, build_order, load_models, tables_read

Connection = duckdb.DuckDBPyConnection
# Models without a subject: built before the others, once.
OF_STUDY = frozenset({"analysis.cutoff", "analysis.medication_combinations"})
# Everybody stands at every cycle that anybody was given.
ACROSS_SUBJECTS = frozenset({"analysis.response_course", "analysis.expected_months"})
SUBJECT = "subject_id"


class Cluster(Frozen):
    """A Dask scheduler, the number of partitions, and the folder that all machines see (OUT/state unless set)."""

    address: str
    partitions: int | None = Field(default=None, ge=1)
    shared: Path | None = None


@cache
def models_per_subject() -> tuple[str, ...]:
    """The models of analysis.* that are derived per subject, in the order in which they are built."""
    return tuple(name for name in _models_with_subject() if name not in models_across_subjects())


@cache
def models_across_subjects() -> tuple[str, ...]:
    """The models of analysis.* that say something of a subject and need the others for it, and what reads them."""
    across: list[str] = []
    for name in _models_with_subject():
        if name in ACROSS_SUBJECTS or tables_read(load_models()[name]) & set(across):
            across.append(name)
    return tuple(across)


def _models_with_subject() -> tuple[str, ...]:
    return tuple(name for name in build_order() if name.startswith("analysis.") and name not in OF_STUDY)


def write_partitions(con: Connection, folder: Path, partitions: int) -> None:
    """Write to ``folder``/in what deriving needs: each subject's lines in one partition of so many, the rest whole."""
    build_models(con, only=set(OF_STUDY))
    reads = {table for name in models_per_subject() for table in tables_read(load_models()[name])}
    for table in sorted(reads - set(models_per_subject())):
        target = folder / "in" / table
        target.mkdir(parents=True)
        if table.startswith("tabulation."):
            # Without rows a partition has no file: this one holds its columns.
            con.execute(f"COPY (FROM {table} LIMIT 0) TO {quoted(str(target / 'empty.parquet'))} (FORMAT parquet)")
            con.execute(
                f"COPY (SELECT *, hash({SUBJECT}) % {partitions} AS partition FROM {table})"
                f" TO {quoted(str(target))} (FORMAT parquet, PARTITION_BY (partition), OVERWRITE_OR_IGNORE)"
            )
        else:
            con.execute(f"COPY {table} TO {quoted(str(target / 'whole.parquet'))} (FORMAT parquet)")


def derive_partition(folder: Path, number: int, config: dict[str, str | bool | int] | None = None) -> int:
    """Derive the subjects of one partition, from ``folder``/in to ``folder``/out; gives the number of statuses.

    Its folder appears whole or not at all, and a partition that is there already is left as it is: the work may be cut
    short at any moment, and may be done twice.
    """
    target = folder / "out" / str(number)
    building = folder / "out" / f".building-{number}-{uuid.uuid4().hex}"
    building.mkdir(parents=True)
    try:
        with duckdb.connect(config={"temp_directory": str(building / "spill"), **(config or {})}) as con:
            _read_partition(con, folder / "in", number)
            build_models(con, only=set(models_per_subject()))
            for name in _tables_per_subject():
                con.execute(f"COPY {name} TO {quoted(str(building / f'{name}.parquet'))} (FORMAT parquet)")
            ((statuses,),) = con.execute("SELECT count(*) FROM analysis.responder").fetchall()
        shutil.rmtree(building / "spill", ignore_errors=True)
        try:
            os.rename(building, target)
        except OSError:  # somebody else was quicker, and has the same
            if not target.is_dir():
                raise
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return statuses


def gather_partitions(con: Connection, folder: Path, partitions: int) -> None:
    """Make the tables per subject of all partitions, the views over them, and what needs all subjects."""
    for name in models_per_subject():
        if name in _tables_per_subject():
            parts = [str(folder / "out" / str(number) / f"{name}.parquet") for number in range(partitions)]
            table = load_dictionary().get(name)
            rows = table.ordered("read_parquet($parts)") if table else "FROM read_parquet($parts)"
            con.execute(f"CREATE OR REPLACE TABLE {name} AS {rows}", {"parts": parts})
        else:
            build_models(con, only={name})
    if across := set(models_across_subjects()):
        build_models(con, only=across)


def _tables_per_subject() -> list[str]:
    return [name for name in models_per_subject() if name not in VIEWS]


def _read_partition(con: Connection, folder: Path, number: int) -> None:
    for source in sorted(folder.iterdir()):
        schema = source.name.partition(".")[0]
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
        files = [*source.glob("*.parquet"), *sorted((source / f"partition={number}").glob("*.parquet"))]
        con.execute(
            f"CREATE TABLE {source.name} AS FROM read_parquet($files, hive_partitioning = false)",
            {"files": [str(file) for file in files]},
        )
