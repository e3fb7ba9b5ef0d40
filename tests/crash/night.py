"""One night's run in a forked process, and what is looked at afterwards; the imports are paid once, by the parent.

The parent opens no database and starts no thread, so a fork finds what a fresh process would.
"""

import json
import os
import resource
import shutil
import signal
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import great_expectations  # noqa: F401  (imported before the forks)

from flows.base.errors import OutcomesError
from flows.base.files import sha256_of
from flows.base.sql_text import one_value
from flows.publishing.history_kept import CHECKS_OF_THE_PAST, TABLES_OF_THE_PAST
from flows.publishing.publish import publish, published_snapshot, snapshot_id, switch_current
from flows.runs.sequence import compute, take_in
from flows.study.study_folder import load_study
from flows.verifying.verify import verify
from flows.warehouse.database import only_run, open_warehouse

DISK_FULL, DEFECT = 28, 70


def run_night(study_folder: Path, out: Path) -> None:
    """The steps of flows/nightly.py, without Prefect."""
    study = load_study(study_folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept)
        name = snapshot_id(con, study, kept)
        if published_snapshot(out, name):
            switch_current(out, name)
            return
        results = compute(con, study, kept)
        publish(con, out, name, study, results)


def start(work: Callable[[], object], log: Path, largest_file: int | None = None) -> int:
    """Fork a process that does the work and ends with a code; gives its number. What goes wrong is added to ``log``.

    ``largest_file`` bytes is where its disk is full: a file cannot grow beyond.
    """
    child = os.fork()
    if child:
        return child
    code = 0
    try:
        if largest_file is not None:
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, resource.RLIM_INFINITY))
        work()
    except OutcomesError as error:
        code = error.exit_code
        _write(log, f"{type(error).__name__}: {error}\n")
    except (OSError, duckdb.Error) as error:
        code = DISK_FULL if largest_file is not None else DEFECT
        _write(log, f"{type(error).__name__}: {error}\n" if code == DISK_FULL else traceback.format_exc())
    except BaseException:
        code = DEFECT
        _write(log, traceback.format_exc())
    sys.stdout.flush()
    os._exit(code)


def _write(log: Path, text: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    handle = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, text.encode())
    os.close(handle)


def end_of(child: int) -> int:
    """Wait for a process: its exit code, or minus the number of the signal that ended it."""
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status)


def ask(question: Callable[[], Any]) -> Any:
    """The answer of a function, given by a forked process."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            answer = json.dumps(question(), default=str)
        except BaseException:
            answer = json.dumps({"failed": traceback.format_exc()})
        with os.fdopen(writing, "w") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        answer = json.loads(pipe.read())
    end_of(child)
    if isinstance(answer, dict) and "failed" in answer:
        raise AssertionError(answer["failed"])
    return answer


def faults_of_current(out: Path) -> list[str]:
    """What is wrong with OUT/current, if it is there: it has to open, and every file to be what was published."""
    current = out / "current"
    if not current.is_symlink():
        return []
    if not (current / "manifest.json").is_file():
        return ["current leads nowhere"]
    outputs = json.loads((current / "manifest.json").read_text())["outputs"]
    faults = [f"{name} is missing or altered" for name, sha256 in outputs.items() if not _is(current / name, sha256)]
    with duckdb.connect(current / "outcomes.duckdb", read_only=True) as con:
        if not one_value(con, "SELECT count(*) FROM analysis.responder"):
            faults.append("current holds no status")
    return faults


def _is(path: Path, sha256: str) -> bool:
    return path.is_file() and sha256_of(path) == sha256


def differences_of_current(out: Path) -> list[str]:
    """What verify tells of OUT/current."""
    return verify(out).differences


def warehouse_opens(out: Path, scratch: Path) -> bool:
    """Whether DuckDB opens a copy of the warehouse with its write-ahead log."""
    source = out / "state" / "warehouse.duckdb"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir()
    for path in (source, source.with_name(source.name + ".wal")):
        if path.exists():
            shutil.copyfile(path, scratch / path.name)
    try:
        with duckdb.connect(scratch / source.name) as con:
            con.execute("SELECT count(*) FROM duckdb_tables()").fetchall()
    except duckdb.Error:
        return False
    return True


def published_cells(out: Path) -> dict[str, list[str]]:
    """Every published row by table, in order, without the two columns that tell when and from which snapshot, and without
    what hangs on the publications before: which of them there were, a kill decides."""
    with duckdb.connect(out / "current" / "outcomes.duckdb", read_only=True) as con:
        tables = con.execute("SELECT schema_name || '.' || table_name FROM duckdb_tables() ORDER BY 1").fetchall()
        cells = {}
        for (table,) in tables:
            if table in TABLES_OF_THE_PAST:
                continue
            kept = f" WHERE NOT starts_with(check_id, '{CHECKS_OF_THE_PAST}')"
            cursor = con.execute(f"SELECT * FROM {table}{kept if table in ('meta.findings', 'meta.checks') else ''}")
            names = [column[0] for column in cursor.description or []]
            kept = [i for i, name in enumerate(names) if name not in ("landed_at", "snapshot_id")]
            cells[table] = [repr([row[i] for i in kept]) for row in cursor.fetchall()]
        return cells
