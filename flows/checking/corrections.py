"""Several lines about one thing: which of them counts, and what the others are (the input contract's corrections)."""

import duckdb

from flows.checking.faulty_cells import HAS_CELLS_ASIDE, lines_as_known
from flows.study.dictionary import LANDED_TYPES, file_columns, input_tables

Connection = duckdb.DuckDBPyConnection


def find_repeats(con: Connection, kind: str) -> None:
    """landing.repeated_<kind>: the landed lines about a key that more than one line is about; most have none.

    Found once, for the check on conflicts, what is set aside and the history. To group ten million lines by their keys takes
    seconds, so that only those of subjects are grouped who have two lines about one day.
    """
    table = input_tables()[kind]
    same_key = " AND ".join(f"repeated.{name} IS NOT DISTINCT FROM line.{name}" for name in table.key)
    days = [c.name for c in table.columns if c.name in table.key and LANDED_TYPES[c.type] == "DATE"]
    may_repeat = f"subject_id IS NULL OR subject_id IN ({subjects_with_repeats(kind, days[0])})" if days else "true"
    con.execute(
        f"""CREATE OR REPLACE TABLE landing.repeated_{kind} AS
        WITH line AS MATERIALIZED (FROM landing.{kind} WHERE {may_repeat}),
        repeated AS (SELECT {", ".join(table.key)} FROM line GROUP BY ALL HAVING count(*) > 1)
        SELECT line.* FROM line JOIN repeated ON {same_key}"""
    )


def subjects_with_repeats(kind: str, day: str) -> str:
    """The query for the subjects with two landed lines about one day, or one about an unknown day: with a bit for each day of
    a month, the bits are fewer than the lines."""
    return f"""SELECT subject_id FROM landing.{kind}
        GROUP BY subject_id, year({day}), month({day})
        HAVING count(*) <> coalesce(bit_count(bit_or(CAST(1 AS BIGINT) << day({day}))), 0)"""


def set_quarantined_aside(con: Connection, kind: str) -> None:
    """Lines that failed an error or critical check of their kind are quarantined, each once."""
    con.execute(
        "INSERT INTO landing.set_aside SELECT DISTINCT kind, file_id, line_number, 'quarantined' FROM landing.findings"
        " WHERE kind = ? AND severity IN ('error', 'critical') AND line_number IS NOT NULL AND column_name IS NULL",
        [kind],
    )


def set_entries_aside(con: Connection) -> None:
    """Of a diary with several entries a day: all entries of a day in the latest file count, as one line and those merged
    into it; the entries of an earlier file are superseded. A line that repeats another with its time of entry is a
    duplicate; without that time two equal entries are two.
    """
    con.execute(
        f"""
        INSERT INTO landing.set_aside
        WITH standing AS (
            FROM ({lines_as_known(con, "diary", "landing.repeated_diary")}) AS line
            ANTI JOIN landing.set_aside AS aside
                ON aside.kind = 'diary' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
        ),
        entries AS (
            SELECT line.subject_id, line.diary_date, line.file_id, line.line_number, file.sequence,
                coalesce(file.entries_per_day = 'several', false) AS is_several,
                max(file.sequence) OVER day AS last_sequence,
                bool_or(coalesce(file.entries_per_day = 'several', false)) OVER day AS day_has_several,
                line.entered_at IS NOT NULL AND row_number() OVER (
                    PARTITION BY line.subject_id, line.diary_date, line.file_id, line.headache, line.hours,
                        line.severity, line.migraine, line.acute_medication, line.entered_at
                    ORDER BY line.line_number
                ) > 1 AS is_repeated
            FROM standing AS line
            JOIN landing.landed_files AS file ON file.file_id = line.file_id
            WINDOW day AS (PARTITION BY line.subject_id, line.diary_date)
        ),
        numbered AS (
            SELECT *, row_number() OVER (
                PARTITION BY subject_id, diary_date, file_id, is_repeated ORDER BY line_number
            ) AS entry
            FROM entries
            WHERE day_has_several
        )
        SELECT 'diary', file_id, line_number, CASE
            WHEN sequence < last_sequence THEN 'superseded' WHEN is_repeated THEN 'duplicate' ELSE 'merged'
        END
        FROM numbered
        WHERE sequence < last_sequence OR (is_several AND (is_repeated OR entry > 1))
        """
    )


def set_repeats_aside(con: Connection, kind: str) -> None:
    """Of several lines for one key, one content is current; the others are duplicates or superseded.

    With entry times in all of them the latest entry wins, else the latest landing. Where rows of one key may stand
    side by side in a file (muscles of a session), the latest file wins as a whole.
    """
    table = input_tables()[kind]
    names = [column.name for column in file_columns(kind)]
    key = ", ".join(table.key)
    content = ", ".join(name for name in names if name not in (*table.key, "entered_at"))
    has_entry_time = "entered_at" in names
    last = (
        "max(sequence) OVER key = sequence" if table.same_file_rows == "keep" else "row_number() OVER newest_first = 1"
    )
    # Of two lines that do not contradict each other the one that says more stands.
    newest_first = "sequence DESC, has_cells_aside, line_number DESC"
    if has_entry_time:
        newest_first = (
            "CASE WHEN every_entry_timed THEN entered_at END DESC NULLS LAST,"
            " sequence DESC, has_cells_aside, entered_at DESC NULLS LAST, line_number DESC"
        )
    timed = (
        "count(entered_at) OVER key = count(*) OVER key AS every_entry_timed" if has_entry_time else "NULL AS untimed"
    )
    same_key = " AND ".join(f"repeated.{name} IS NOT DISTINCT FROM line.{name}" for name in table.key)
    con.execute(
        f"""
        INSERT INTO landing.set_aside
        WITH standing AS (
            FROM ({lines_as_known(con, kind, f"landing.repeated_{kind}")}) AS line
            ANTI JOIN landing.set_aside AS aside
                ON aside.kind = '{kind}' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
        ),
        repeated AS (SELECT {key} FROM standing GROUP BY ALL HAVING count(*) > 1),
        candidates AS (
            SELECT {", ".join(f"line.{name}" for name in table.key)}, line.file_id, line.line_number, file.sequence,
                {"line.entered_at," if has_entry_time else ""}
                row({content or "true"}) AS content,
                {HAS_CELLS_ASIDE} AS has_cells_aside,
                {timed}
            FROM standing AS line
            JOIN repeated ON {same_key}
            JOIN landing.landed_files AS file ON file.file_id = line.file_id
            WINDOW key AS (PARTITION BY {", ".join(f"line.{name}" for name in table.key)})
        ),
        newest AS (
            SELECT *, {last} AS is_newest
            FROM candidates
            WINDOW key AS (PARTITION BY {key}),
                newest_first AS (PARTITION BY {key} ORDER BY {newest_first})
        ),
        judged AS (
            SELECT *, bool_or(is_newest) OVER (PARTITION BY {key}, content) AS is_winning,
                row_number() OVER (PARTITION BY {key}, content ORDER BY sequence, line_number) AS appearance
            FROM newest
        )
        SELECT '{kind}', file_id, line_number, CASE WHEN is_winning THEN 'duplicate' ELSE 'superseded' END
        FROM judged
        WHERE NOT is_winning OR appearance > 1
        """
    )
