"""OUT/state: the private warehouse, the kept inputs and the lock of one run at a time."""

import errno
import fcntl
import hashlib
import json
import os
import shutil
from collections.abc import Generator
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError, LockedError
from flows.base.own_files import own_files_below
from flows.base.sql_text import one_value
from flows.study.study_folder import Study, check_out
from flows.warehouse.blinding_key import key_for
from flows.warehouse.built_tables import BLOCK_BYTES, attach_built
from flows.warehouse.kept_inputs import KeptInputs
from flows.warehouse.state_seal import check_index, is_as_left, mark_open, seal_state

MEMORY_LIMIT = "MIGRAINE_OUTCOMES_MEMORY_LIMIT"
DEFAULT_MEMORY_LIMIT = "60%"  # of the machine
SEVERAL_ENTRIES = ("several_entries_days", "several_entries_percent")
# What decides how a file is read. Where one of these changed, the kept files are landed again.
READS_FILES = (
    "flows/landing",
    "flows/base",
    "flows/study",
    "flows/warehouse/blinding_key.py",
    "flows/warehouse/kept_inputs.py",
    "data/dictionary/landing.toml",
    "data/dictionary/tabulation.toml",
)


@contextmanager
def only_run(out: Path) -> Generator[None]:
    """Hold OUT/state/lock; the lock ends with the process, however that ends.

    From here on the process writes nothing that others may write to, whatever the umask it was started with.
    Raises LockedError when another run holds it.
    """
    if "?" in str(out):
        raise ConfigurationError(
            f"{out}: DuckDB opens no file below a folder with ? in its name; choose another --out."
        )
    os.umask(os.umask(0o077) | 0o022)
    state = out / "state"
    try:
        out.mkdir(parents=True, exist_ok=True)
        state.mkdir(mode=0o700, exist_ok=True)  # the files as the sites sent them
        lock = (state / "lock").open("w")
    except OSError as error:
        raise ConfigurationError(f"{out}: cannot be written to ({error.strerror}); choose another --out.") from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise LockedError(f"{out}: another run is under way; try again when it has ended.") from None
        _clear_half_made(out)
        yield


def _clear_half_made(out: Path) -> None:
    """Delete the unfinished files and folders of interrupted runs. No published snapshot is among them."""
    for pattern in (
        "snapshots/.building-*",
        "state/publications/.*",
        "state/as-of-*",
        "state/partitions-*",
        "state/*.tmp",
        "state/built.duckdb*",
        "state/inputs/scratch-*",
    ):
        for left in out.glob(pattern):
            shutil.rmtree(left, ignore_errors=True)


@contextmanager
def open_warehouse(
    out: Path, study: Study, is_scratch: bool = False
) -> Generator[tuple[duckdb.DuckDBPyConnection, KeptInputs]]:
    """The warehouse and the kept inputs. With a scratch folder nobody goes on, and its end needs no entry in a trail.

    A warehouse that is not what the last run left, cannot be read, or was landed under other reading settings or by other
    code, is made anew from the kept inputs. Raises ConfigurationError where the disk is full, or the index of the kept
    inputs is not what the last run left.
    """
    check_out(study.folder, out)
    state = out / "state"
    path = state / "warehouse.duckdb"
    with _full_disk_as_sentence(out):
        inputs = state / "inputs"
        inputs.mkdir(parents=True, exist_ok=True)
        key = key_for(state, study.facts.blinded)
        if not is_scratch:
            check_index(state, key)
        kept = KeptInputs(inputs, study.facts.id, study.inbox, key)
        if not is_scratch:
            if path.exists() and not is_as_left(state, path, key):
                _forget(path)
            mark_open(state)
        con = _open_for(path, _fingerprint(study))
        try:
            attach_built(con, built_path(out))
            yield con, kept
        except duckdb.Error as error:  # a wrong checksum has no class of its own
            con.close()
            if not _is_full(error) and not _is_whole(path):
                _forget(path)
            raise
        finally:
            con.close()
            if not is_scratch:
                seal_state(state, path, kept, key)


def built_path(out: Path) -> Path:
    """Where a run builds its tables, until they are published."""
    return out / "state" / "built.duckdb"


@contextmanager
def _full_disk_as_sentence(out: Path) -> Generator[None]:
    try:
        yield
    except (duckdb.Error, OSError) as error:
        if reason := _is_full(error):
            raise ConfigurationError(f"{out}: nothing was published: {reason}. Make room and run again.") from None
        raise


def _is_full(error: Exception) -> str | None:
    """The system's own words for a full disk, or a quota or largest file size that is reached."""
    words = [os.strerror(number) for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)]
    return next((word for word in words if word in str(error)), None)


def _open_for(path: Path, wanted: str) -> duckdb.DuckDBPyConnection:
    """The warehouse, empty if it was landed under other settings than these."""
    if path.exists():
        con = _open(path)
        if _read_fingerprint(con) == wanted:
            return con
        con.close()
    _forget(path)
    con = _connect(path)
    con.execute("CREATE TABLE fingerprint AS SELECT $1 AS value", [wanted])
    return con


def _open(path: Path) -> duckdb.DuckDBPyConnection:
    """The warehouse, empty if it cannot be read. That it is what the last run left was looked at before."""
    try:
        return _connect(path)
    except duckdb.Error:
        _forget(path)
        return _connect(path)


def _connect(path: Path) -> duckdb.DuckDBPyConnection:
    """What does not fit into the memory given goes to a folder beside the file, and away with the connection."""
    config = {"python_enable_replacements": False, "autoinstall_known_extensions": False}
    config["default_block_size"] = str(BLOCK_BYTES)
    config["memory_limit"] = limit = os.environ.get(MEMORY_LIMIT) or DEFAULT_MEMORY_LIMIT
    try:
        return duckdb.connect(path, config=config)
    except duckdb.ParserException:
        raise ConfigurationError(
            f"{MEMORY_LIMIT}: '{limit}' is not an amount of memory; write it as 4GB or 50%."
        ) from None


def _forget(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".wal").unlink(missing_ok=True)


def _is_whole(path: Path) -> bool:
    """Whether every landed line can be read: what a full disk stopped is whole, what the disk lost is not."""
    try:
        with _connect(path) as con:
            tables = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'landing'").fetchall()
            for (table,) in tables:
                con.execute(f"SELECT sum(hash(line)) FROM landing.{table} AS line").fetchall()
    except duckdb.Error:
        return False
    return True


def _read_fingerprint(con: duckdb.DuckDBPyConnection) -> str | None:
    try:
        return one_value(con, "SELECT value FROM fingerprint")
    except duckdb.Error:  # there is none, or it cannot be read
        return None


def _fingerprint(study: Study) -> str:
    """Everything that decides how a file is read."""
    settings = {kind: [group.model_dump() for group in groups] for kind, groups in study.files.items()}
    limits = study.limits.model_dump(include={"unit_suspicion_lines", "unit_suspicion_percent", *SEVERAL_ENTRIES})
    text = json.dumps(
        [
            settings,
            study.id_folding,
            own_files_below(*READS_FILES),
            limits,
            version("migraine-outcomes"),
            duckdb.__version__,
        ],
        sort_keys=True,
    )
    return hashlib.sha256(text.encode()).hexdigest()
