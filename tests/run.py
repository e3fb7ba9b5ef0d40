"""A whole run by the plain steps, without Prefect: what flows/nightly.py wraps. ``python -m tests.run STUDY`` makes one."""

import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.ending import end_process
from flows.checking.validation import CheckResult
from flows.publishing.audit_entries import NOTHING_SAID, Attestation
from flows.publishing.publish import publish, snapshot_id
from flows.runs.sequence import compute, take_in
from flows.study.study_folder import Study, load_study
from flows.warehouse.database import only_run, open_warehouse


class Computed(NamedTuple):
    """A run that has only to be published."""

    con: duckdb.DuckDBPyConnection
    study: Study
    snapshot_id: str
    results: list[CheckResult]


@contextmanager
def computed(folder: Path, out: Path, cutoff: date | None = None) -> Generator[Computed]:
    """All steps but the last."""
    study = load_study(folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept, cutoff)
        name = snapshot_id(con, study, kept)
        yield Computed(con, study, name, compute(con, study, kept))


def run_without_prefect(
    folder: Path, out: Path, cutoff: date | None = None, attested: Attestation = NOTHING_SAID
) -> Path:
    """Run all steps and publish; gives the snapshot's folder."""
    with computed(folder, out, cutoff) as run:
        return publish(run.con, out, run.snapshot_id, run.study, run.results, attested=attested)


def table_bytes(snapshot: Path) -> dict[str, bytes]:
    """The files of the published tables by their path below tables/."""
    tables = snapshot / "tables"
    return {path.relative_to(tables).as_posix(): path.read_bytes() for path in tables.rglob("*") if path.is_file()}


if __name__ == "__main__":
    run_without_prefect(Path(sys.argv[1]), Path(sys.argv[1]) / "published")
    end_process(0)
