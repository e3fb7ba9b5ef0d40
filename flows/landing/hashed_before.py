"""landing.hashed_before: the inbox files as the system described them when they were hashed, and what they hashed to.

A file that is described the same is not read once more. The table is part of the warehouse, of which the audit trail has
the hash: lost, altered, or left by a killed run, it is thrown away with the rest, and every file is hashed again.
"""

import os
import time
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.sql_text import transaction

Connection = duckdb.DuckDBPyConnection
# Two writes within one tick of a clock leave one time: after the first of them nothing tells the second. Ticks last up to
# two seconds, and the clock of a file server may differ from ours.
SETTLED_NS = 60 * 1_000_000_000


class FileState(NamedTuple):
    """What the system says of a file. ``changed_ns`` is set by the system alone: who sets a file's time of change back
    (touch, cp -p) changes it."""

    device: int
    inode: int
    size: int
    modified_ns: int
    changed_ns: int


class Hashed(NamedTuple):
    """A file as it was when it was hashed."""

    state: FileState
    sha256: str


def state_of(path: Path) -> FileState:
    """The state of a file, or of what a link leads to. Raises OSError."""
    found = os.stat(path)
    return FileState(found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns, found.st_ctime_ns)


def is_settled(state: FileState) -> bool:
    """Whether a later write would leave another time: the last one is clearly past. To be asked before the file is
    hashed; a time to come is no proof of anything."""
    return max(state.modified_ns, state.changed_ns) <= time.time_ns() - SETTLED_NS


def load_hashed(con: Connection) -> dict[str, Hashed]:
    """The files hashed before, by path."""
    rows = con.execute("SELECT path, device, inode, size, modified_ns, changed_ns, sha256 FROM landing.hashed_before")
    return {path: Hashed(FileState(*state), sha256) for path, *state, sha256 in rows.fetchall()}


def write_hashed(con: Connection, files: Iterable[tuple[str, Hashed]]) -> None:
    """The files of today in place of those before."""
    rows = [(path, *hashed.state, hashed.sha256) for path, hashed in files]
    with transaction(con):
        con.execute("DELETE FROM landing.hashed_before")
        if rows:
            con.execute(
                "INSERT INTO landing.hashed_before SELECT unnest($1::VARCHAR[]), unnest($2::UBIGINT[]),"
                " unnest($3::UBIGINT[]), unnest($4::BIGINT[]), unnest($5::BIGINT[]), unnest($6::BIGINT[]),"
                " unnest($7::VARCHAR[])",
                [list(column) for column in zip(*rows, strict=True)],
            )
