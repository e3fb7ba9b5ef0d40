"""tables/: every published table as Parquet, and as CSV where the study wants it.

A table with rows of subjects (tabulation.*, analysis.*) is a folder of pieces, ``tables/<schema>.<table>/00001.parquet``
and so on, which one glob reads in the order of the key. A piece holds subjects that follow one another. It begins at a
subject whose hash says so, and not at a row number: where lines of one site change, the pieces of the others stay as they
were. A piece that did not change is a hard link to that of the snapshot before (earlier_pieces.py).
"""

from collections import deque
from pathlib import Path
from threading import Event
from typing import NamedTuple

import duckdb

from flows.base.sql_text import one_row, one_value, quoted
from flows.publishing.earlier_pieces import EarlierPieces
from flows.study.dictionary import Table
from flows.study.study_folder import Study
from flows.warehouse.snapshots import is_in_pieces

Connection = duckdb.DuckDBPyConnection
# A piece is one row group: where DuckDB has to end one among rows that a condition selects hangs on the number of threads.
PARQUET = "FORMAT parquet, COMPRESSION zstd, PARQUET_VERSION v2, ROW_GROUP_SIZE 1048576"
CSV = "FORMAT csv, HEADER"
PIECE_ROWS = 1 << 17  # of a piece on the average: half a megabyte of a diary


class Piece(NamedTuple):
    """Some rows of a table: the file for them, the query that selects them, and a fingerprint of their content."""

    path: str
    rows: str
    fingerprint: str


class TableFiles(NamedTuple):
    """What is still to be written: tables to look at, and COPY statements. The fingerprint of each piece by its path."""

    tables: deque[Table]
    copies: deque[str]
    fingerprints: dict[str, str]
    is_stopped: Event


def write_tables(snapshot: Connection, folder: Path, waiting: TableFiles, study: Study, earlier: EarlierPieces) -> None:
    """Write one file after the other until none is left: several at a time where several cursors do so."""
    while (waiting.copies or waiting.tables) and not waiting.is_stopped.is_set():
        try:
            snapshot.execute(waiting.copies.popleft())
        except IndexError:
            try:
                table = waiting.tables.popleft()
            except IndexError:  # another took the last
                return
            _plan_table(snapshot, folder, table, waiting, study, earlier)


def _plan_table(
    snapshot: Connection, folder: Path, table: Table, waiting: TableFiles, study: Study, earlier: EarlierPieces
) -> None:
    """Link the pieces of a table that are there already, and say how to write all else below ``folder``."""
    if is_in_pieces(table):
        (folder / table.full_name).mkdir(parents=True)
        for piece in pieces_of(snapshot, table):
            waiting.fingerprints[piece.path] = piece.fingerprint
            if not earlier.link(table.full_name, piece.fingerprint, folder / piece.path):
                waiting.copies.append(_copy(piece.rows, folder / piece.path, PARQUET))
    else:
        waiting.copies.append(_copy(f"FROM {table.full_name}", folder / f"{table.full_name}.parquet", PARQUET))
    if study.publishing.has_csv(table.full_name):
        waiting.copies.append(_copy(f"FROM {table.full_name}", folder / f"{table.full_name}.csv", CSV))


def pieces_of(con: Connection, table: Table) -> list[Piece]:
    """The pieces of a table in the order of its subjects; one where it has no more rows than a piece.

    The fingerprint is the number of rows and the sum of DuckDB's 64-bit hashes over them: it does not depend on their order,
    which the key decides.
    """
    name, columns = table.full_name, ", ".join(column.name for column in table.columns)
    if one_value(con, f"SELECT count(*) FROM {name}") <= PIECE_ROWS:
        n_rows, content = one_row(
            con, f"SELECT count(*), CAST(coalesce(sum(hash({columns})), 0) AS VARCHAR) FROM {name}"
        )
        return [Piece(f"{name}/00001.parquet", f"FROM {name}", f"{n_rows} {content}")]
    # A power of two: the average number of subjects of a piece stays what it is while a study grows, but for a few times.
    found = con.execute(
        f"""WITH subject AS MATERIALIZED (
            SELECT subject_id, count(*) AS n_rows, sum(hash({columns})) AS content FROM {name} GROUP BY subject_id
        ), average AS (
            SELECT min(between) AS between
            FROM (SELECT unnest(list_transform(range(60), lambda power: 1::BIGINT << power)) AS between)
            CROSS JOIN (SELECT sum(n_rows) AS n_rows, count(subject_id) AS subjects FROM subject)
            WHERE between * n_rows >= {PIECE_ROWS} * subjects
        ), placed AS (
            SELECT subject.*, sum(CAST(hash(subject_id) % between = 0 AS INTEGER)) OVER (
                ORDER BY subject_id ROWS UNBOUNDED PRECEDING
            ) AS piece
            FROM subject CROSS JOIN average
        )
        SELECT min(subject_id), CAST(sum(n_rows) AS BIGINT), CAST(sum(content) AS VARCHAR)
        FROM placed GROUP BY piece ORDER BY piece"""
    ).fetchall()
    firsts = [None, *(first for first, _, _ in found[1:])]
    return [
        Piece(f"{name}/{number:05}.parquet", f"FROM {name} WHERE {_between(first, end)}", f"{n_rows} {content}")
        for number, (first, end, (_, n_rows, content)) in enumerate(
            zip(firsts, [*firsts[1:], None], found, strict=True), start=1
        )
    ]


def _between(first: str | None, end: str | None) -> str:
    """The condition for the subjects from one to before another; those without an identifier come last, as in the key."""
    if end is None:
        return f"(subject_id >= {quoted(first or '')} OR subject_id IS NULL)"
    return f"subject_id < {quoted(end)}" + (f" AND subject_id >= {quoted(first)}" if first is not None else "")


def _copy(rows: str, path: Path, options: str) -> str:
    return f"COPY ({rows}) TO {quoted(str(path))} ({options})"
