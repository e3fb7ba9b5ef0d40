"""landing.dates_come: dates that lay ahead when their file was landed, and have come since.

The same bytes are never landed again. Without this a clock that was behind at the landing would set lines aside as
dates of the future for good. So the checks ``*.future`` judge by the later of the landing and now. The clock of a run
enters only as the last such date that has come: while none comes, equal inputs give an equal snapshot on any day.
"""

from datetime import UTC, date, datetime, timedelta

import duckdb

from flows.base.sql_text import one_value
from flows.study.dictionary import FILE_KINDS, Column, file_columns

DATES = ("date", "timestamp", "partial_date")


def tomorrow() -> date:
    """Tomorrow in UTC, which is today somewhere."""
    return datetime.now(UTC).date() + timedelta(1)


def find_dates_come(con: duckdb.DuckDBPyConnection, until: date | None) -> None:
    """Make landing.dates_come, one row per file that holds such dates: the last of them up to ``until``, and how many.

    A day counts as come when it has begun anywhere on earth. None = no date has come since its landing.
    """
    con.execute("CREATE OR REPLACE TABLE landing.dates_come (file_id VARCHAR, last_date DATE, n_dates BIGINT)")
    if until is None or not one_value(
        con, "SELECT count(*) FROM landing.landed_files WHERE CAST(landed_at AS DATE) + 1 < $1", [until]
    ):
        return
    dates = " UNION ALL ".join(
        f"SELECT file_id, {_first_day(column)} AS day FROM landing.{kind}"
        for kind in FILE_KINDS
        for column in file_columns(kind)
        if column.type in DATES
    )
    con.execute(
        f"INSERT INTO landing.dates_come SELECT file_id, max(day), count(*) FROM ({dates}) JOIN landing.landed_files"
        " USING (file_id) WHERE day > CAST(landed_at AS DATE) + 1 AND day <= $1 GROUP BY file_id",
        [until],
    )


def _first_day(column: Column) -> str:
    """SQL: the day; of a date known in part, which is landed as text, the first day it may be."""
    if column.type == "partial_date":
        return f"TRY_CAST({column.name} || right('-01-01', 10 - length({column.name})) AS DATE)"
    return f"CAST({column.name} AS DATE)"
