"""Diaries with several entries a day: declared, never guessed. A file that looks like one is refused until it is."""

import duckdb

from flows.base.errors import FileRefused
from flows.base.sql_text import one_row, one_value
from flows.study.file_format import FileFormat
from flows.warehouse.kept_inputs import KeptFile

ANSWERS = "headache, hours, severity, migraine, acute_medication"


def refuse_undeclared_entries(con: duckdb.DuckDBPyConnection, entry: KeptFile, group: FileFormat) -> None:
    """Refuse a diary whose days often hold different answers that were entered on the diary day itself.

    In a diary of one entry a day the later answer corrects the earlier one; in one of several a day it adds to it. The
    file cannot tell which. Raises FileRefused from ``several_entries_days`` such days on, if they are
    ``several_entries_percent`` of the file's days (meta.check_limits).
    """
    if entry.kind != "diary" or group.entries_per_day:
        return
    # With a bit for each day of a month, the bits are fewer than the lines where a day has several: so the days are counted,
    # and answers are held against each other of subjects with such a month only.
    days_entered, several, most, percent = one_row(
        con,
        f"""WITH entered AS (
            FROM landing.diary WHERE file_id = $1 AND subject_id IS NOT NULL AND CAST(entered_at AS DATE) = diary_date
        ),
        months AS MATERIALIZED (
            SELECT subject_id, count(*) AS n_lines, bit_count(bit_or(CAST(1 AS BIGINT) << day(diary_date))) AS n_days
            FROM entered
            GROUP BY subject_id, year(diary_date), month(diary_date)
        ),
        several AS (
            SELECT subject_id, diary_date FROM entered
            WHERE subject_id IN (SELECT subject_id FROM months WHERE n_lines > n_days)
            GROUP BY ALL HAVING count(DISTINCT ({ANSWERS})) > 1
        )
        SELECT (SELECT coalesce(sum(n_days), 0) FROM months), (SELECT count(*) FROM several),
            check_limits.several_entries_days, check_limits.several_entries_percent
        FROM meta.check_limits AS check_limits""",
        [entry.file_id],
    )
    # The file has at least the days that were entered on the day itself: its days are counted only where it matters.
    if several < most or 100 * several < percent * days_entered:
        return
    days = one_value(
        con,
        "SELECT count(DISTINCT (subject_id, diary_date)) FROM landing.diary"
        " WHERE file_id = ? AND subject_id IS NOT NULL AND diary_date IS NOT NULL",
        [entry.file_id],
    )
    if 100 * several >= percent * days:
        raise FileRefused(
            f"{several:,} of {days:,} days hold different answers entered on the day itself; set entries_per_day for"
            ' these files in study.toml: "several" if all entries of a day count, "one" if a later one corrects'
            " an earlier one"
        )
