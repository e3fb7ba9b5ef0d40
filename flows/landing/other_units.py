"""A column that a file writes in another unit or scale: the whole column of that file is set aside, not some cells.

Of hours written in minutes, 360 is impossible and 20 is not; the 20 would count as 20 hours. Which unit it is nobody
guesses: ``units`` or ``scales`` in study.toml reads the file rightly.
"""

import duckdb

from flows.base.sql_text import one_row
from flows.study.dictionary import file_columns
from flows.warehouse.kept_inputs import KeptFile


def set_other_units_aside(con: duckdb.DuckDBPyConnection, entries: list[KeptFile]) -> None:
    """Empty the optional columns of a landed file (all its parts) that hold too many values beyond their limits.

    ``other_unit`` then names the column in every line that had a value there. Too many: at least
    ``unit_suspicion_lines``, and ``unit_suspicion_percent`` of the values above zero (meta.check_limits).
    """
    kind, file_ids = entries[0].kind, [entry.file_id for entry in entries]
    limited = [column.name for column in file_columns(kind) if column.has_limits]
    if not limited:
        return
    suspicions = ", ".join(
        f"""count(*) FILTER ({_is_beyond(name)}) >= any_value(check_limits.unit_suspicion_lines)
            AND 100 * count(*) FILTER ({_is_beyond(name)})
                >= any_value(check_limits.unit_suspicion_percent) * count(*) FILTER ({name} > 0 OR {_is_beyond(name)})"""
        for name in limited
    )
    are_other = one_row(
        con,
        f"SELECT {suspicions} FROM landing.{kind} CROSS JOIN meta.check_limits AS check_limits WHERE file_id IN (SELECT unnest($1))",
        [file_ids],
    )
    for name in (name for name, is_other in zip(limited, are_other, strict=True) if is_other):
        con.execute(
            f"""UPDATE landing.{kind} SET {name} = NULL, other_unit = concat_ws(',', other_unit, '{name}'),
            out_of_range = nullif(array_to_string(
                list_filter(string_split(out_of_range, ','), lambda named: named <> '{name}'), ','), '')
            WHERE file_id IN (SELECT unnest($1)) AND ({name} IS NOT NULL OR {_is_beyond(name)})""",
            [file_ids],
        )


def _is_beyond(name: str) -> str:
    # Texts are taken apart of the few lines that have one.
    return f"CASE WHEN out_of_range IS NOT NULL THEN list_contains(string_split(out_of_range, ','), '{name}') END"
