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
    # Days are counted by a hash, which takes half the time; answers are then held against each other of the few days
    # with two entries or more, and two days of one hash are still two days.
    days_entered, several, most, percent = one_row(
        con,
        f"""WITH entered AS (
            SELECT *, hash(subject_id, diary_date) AS day_hash FROM landing.diary
            WHERE file_id = $1 AND subject_id IS NOT NULL AND CAST(entered_at AS DATE) = diary_date
        ),
        days AS MATERIALIZED (SELECT day_hash, count(*) AS n_lines FROM entered GROUP BY day_hash),
        several AS (
            SELECT subject_id, diary_date FROM entered
            SEMI JOIN (FROM days WHERE n_lines > 1) AS repeated USING (day_hash)
            GROUP BY ALL HAVING count(DISTINCT ({ANSWERS})) > 1
        )
        SELECT (SELECT count(*) FROM days), (SELECT count(*) FROM several),
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
