"""Diaries with several entries a day: declared, never guessed. A file that looks like one is refused until it is."""

import duckdb

from flows.base.errors import FileRefused
from flows.base.sql_text import one_row
from flows.study.study_folder import FileFormat
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
    several, days, looks_like_it = one_row(
        con,
        f"""WITH days AS (
            SELECT count(DISTINCT ({ANSWERS})) FILTER (CAST(entered_at AS DATE) = diary_date) > 1 AS is_several
            FROM landing.diary WHERE file_id = ? AND subject_id IS NOT NULL AND diary_date IS NOT NULL
            GROUP BY subject_id, diary_date
        )
        SELECT count(*) FILTER (is_several), count(*),
            coalesce(count(*) FILTER (is_several) >= any_value(check_limits.several_entries_days)
                AND 100 * count(*) FILTER (is_several) >= any_value(check_limits.several_entries_percent) * count(*), false)
        FROM days CROSS JOIN meta.check_limits AS check_limits""",
        [entry.file_id],
    )
    if looks_like_it:
        raise FileRefused(
            f"{several:,} of {days:,} days hold different answers entered on the day itself; set entries_per_day for"
            ' these files in study.toml: "several" if all entries of a day count, "one" if a later one corrects'
            " an earlier one"
        )
