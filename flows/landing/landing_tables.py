"""The tables of the schema landing, as the first run makes them."""

import duckdb

from flows.landing.dates_come import find_dates_come
from flows.landing.unused_settings import create_settings_tables
from flows.study.dictionary import FILE_KINDS, LANDED_TYPES, file_columns

Connection = duckdb.DuckDBPyConnection


def create_landing_tables(con: Connection) -> None:
    """Empty landing tables for each kind of file, plus the list of files and the lines that are no records."""
    con.execute("CREATE SCHEMA IF NOT EXISTS landing")
    for kind in FILE_KINDS:
        columns = ", ".join(f"{c.name} {LANDED_TYPES[c.type]}" for c in file_columns(kind))
        con.execute(
            f"CREATE TABLE IF NOT EXISTS landing.{kind}"
            f" (file_id VARCHAR, line_number INTEGER, {columns}, unreadable VARCHAR, out_of_range VARCHAR,"
            " other_unit VARCHAR)"
        )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.landed_files (
            file_id VARCHAR, path VARCHAR, sha256 VARCHAR, kind VARCHAR, lines_read BIGINT, landed_at TIMESTAMP,
            sequence INTEGER, encoding VARCHAR, delimiter VARCHAR, extra_columns VARCHAR, date_format VARCHAR,
            evidence VARCHAR, is_in_inbox BOOLEAN DEFAULT true, entries_per_day VARCHAR, part VARCHAR,
            lines_elsewhere BIGINT DEFAULT 0, lines_unclaimed BIGINT DEFAULT 0, first_unclaimed INTEGER)"""
    )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.broken_lines (
            file_id VARCHAR, line_number INTEGER, kind VARCHAR, raw VARCHAR, reason VARCHAR)"""
    )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.written_ids (
            file_id VARCHAR, subject_id VARCHAR, written VARCHAR, n_lines BIGINT)"""
    )
    con.execute(
        """CREATE TABLE IF NOT EXISTS landing.hashed_before (
            path VARCHAR, device UBIGINT, inode UBIGINT, size BIGINT, modified_ns BIGINT, changed_ns BIGINT,
            sha256 VARCHAR)"""
    )
    create_settings_tables(con)
    find_dates_come(con, None)


def forget_refused_files(con: Connection) -> None:
    """An empty landing.refused_files: which files do not count is found anew by each run."""
    con.execute(
        "CREATE OR REPLACE TABLE landing.refused_files (path VARCHAR, sha256 VARCHAR, kind VARCHAR, status VARCHAR,"
        " reason VARCHAR, content_id VARCHAR)"
    )
