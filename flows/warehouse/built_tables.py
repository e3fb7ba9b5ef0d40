"""The database in which tabulation.*, analysis.* and summary.* are built: the one that becomes the snapshot's.

It lies beside the warehouse, is made anew by every run, and is attached under the name ``built``. A search path leads the
names of those schemas to it, so that the SQL is the same wherever it runs: in a run, in a process of a cluster, in a test.
docs/decisions/0019-built-where-it-is-published.md says why.
"""

from pathlib import Path

import duckdb

from flows.base.sql_text import one_value, quoted

Connection = duckdb.DuckDBPyConnection
BUILT = "built"
BUILT_SCHEMAS = ("analysis", "summary", "tabulation")
# Each column of each table takes at least a block: with DuckDB's own 262,144 bytes the snapshot of a small study is four
# times as large, and that of a million diary rows half as large again.
BLOCK_BYTES = 65_536
# Readable by DuckDB 1.5 as well: researchers do not upgrade with us.
STORAGE = f"STORAGE_VERSION 'v1.5.0', BLOCK_SIZE {BLOCK_BYTES}"


def attach_built(con: Connection, path: Path) -> None:
    """Make the database anew, and lead the names of its schemas to it.

    It keeps no log: what a killed run leaves of it is thrown away, so its commits need not wait for the disk.
    """
    path.unlink(missing_ok=True)
    con.execute(f"ATTACH {quoted(str(path))} AS {BUILT} ({STORAGE}, RECOVERY_MODE 'no_wal_writes')")
    for schema in BUILT_SCHEMAS:
        con.execute(f"CREATE SCHEMA {BUILT}.{schema}")
    places = [f"{BUILT}.{schema}" for schema in BUILT_SCHEMAS]
    con.execute(f"SET search_path = '{','.join(['main', *places])}'")


def second_cursor(con: Connection) -> Connection:
    """Another cursor of the connection, which finds every table where the connection finds it."""
    cursor = con.cursor()
    cursor.execute(f"SET search_path = {quoted(one_value(con, 'SELECT current_setting($1)', ['search_path']))}")
    return cursor
