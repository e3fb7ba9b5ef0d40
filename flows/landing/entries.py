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
    # Distinct answers are counted of the few days with two entries or more, and all days only where it matters.
    several, most, percent = one_row(
        con,
        f"""WITH entered AS (
            FROM landing.diary WHERE file_id = ? AND subject_id IS NOT NULL AND CAST(entered_at AS DATE) = diary_date
        ),
        repeated AS (SELECT subject_id, diary_date FROM entered GROUP BY ALL HAVING count(*) > 1),
        several AS (
            SELECT subject_id, diary_date FROM entered SEMI JOIN repeated USING (subject_id, diary_date)
            GROUP BY ALL HAVING count(DISTINCT ({ANSWERS})) > 1
        )
        SELECT (SELECT count(*) FROM several), check_limits.several_entries_days, check_limits.several_entries_percent
        FROM meta.check_limits AS check_limits""",
        [entry.file_id],
    )
    if several < most:
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
