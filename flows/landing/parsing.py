"""SQL expressions that turn the text of a CSV field into its type; what cannot be read is named, never guessed.

A text is a value only when the whole of it has a listed form.
"""

import re
from typing import Any

from flows.base.sql_text import quoted
from flows.landing.durations import hours_of
from flows.landing.layout import Layout
from flows.landing.moments import date_of, timestamp_of
from flows.landing.partial_dates import partial_date_of
from flows.landing.quick_values import (
    Quick,
    quick_boolean,
    quick_codes,
    quick_date,
    quick_integer,
    quick_moment,
    quick_number,
)
from flows.study.dictionary import LANDED_TYPES, Column, file_columns
from flows.study.file_format import FileFormat, Scale

YES = ("1", "yes", "y", "true", "t", "ja", "j")
BLANKS = " \t\u00a0"
NO = ("0", "no", "n", "false", "f", "nein")
NO_CODE = (
    *("none", "no", "0", "nil", "nothing", "-", "--", "nichts", "nein", "kein", "keine", "keins", "rien", "aucun"),
    *("aucune", "nada", "ninguno", "ninguna", "niente", "nessuno", "nessuna", "nao", "não", "nenhum", "nenhuma"),
)
# Codes alone: "Aspirin + C" and "Panadol+" are names, and what they are stays to be read. A word for "and" is no code.
CODE_LIST = "[a-z0-9_]{3,}( ?[;,|+] ?[a-z0-9_]{3,})+"
NO_CODE_OF_A_LIST = r"\b(and|und|con|mit|with|avec|com|plus|then|dann|danach|puis|luego|poi|depois)\b"
HOURS = "h"
# RE2: \d is a digit 0 to 9. DuckDB's cast takes 1_2 for 12, 1e3, infinity and +-3 as well.
NUMBER = r"[+-]?(\d+(\.\d+)?|\.\d+)"
WHOLE = r"[+-]?(\d+(\.0+)?|\.0+)"


def parsed_select(kind: str, layout: Layout, group: FileFormat, source: str, place: str = "line_number") -> str:
    """``place`` (columns of the source that tell where a line stands), the typed columns of this kind, and which of them hold no value although the file has a text there,
    comma-separated or null: ``unreadable``, for the text is none of the column's type, and ``out_of_range``, for an
    optional column's value cannot be. Columns the file lacks are null (unknown)."""
    columns = file_columns(kind)
    texts, read, typed, faults = [place], [], [place], []
    for column in columns:
        position = layout.positions.get(column.name)
        trimmed = f"trim(c{position}, {quoted(BLANKS)})" if layout.has_blanks else f"c{position}"
        text = "NULL" if position is None else f"nullif({trimmed}, '')"
        texts.append(f"{_mapped(text, group.values.get(column.name, {}))} AS {column.name}_text")
        value = _typed(column, layout, group)
        if quick := _quick(column, layout, group):
            # Of a CASE only the rows that come to a branch are computed by it.
            read.append(f"{quick.value} AS {column.name}_read")
            quick_value = f"WHEN {quick.is_sure} THEN {column.name}_read"
            value = f"CASE WHEN {column.name}_text IS NULL THEN NULL {quick_value} ELSE {value} END"
        typed.append(f"{value} AS {column.name}")
        if position is not None and column.type not in ("text", "codes"):
            faults.append(column.name)
    lost = {name: f"{name}_text IS NOT NULL AND {name} IS NULL" for name in faults}
    limited = [column for column in columns if column.has_limits and column.name in layout.positions]
    beyond = {column.name: f"NOT ({_limits(column)})" for column in limited}
    unreadable, out_of_range = _named_where(lost), _named_where(beyond)
    names = ", ".join(_within_limits(column) for column in columns)
    return (
        f"{place}, {names}, {unreadable}, {out_of_range}, NULL FROM (SELECT {', '.join(typed)}, "
        f"{', '.join(f'{name}_text' for name in faults) or 'NULL AS nothing'} "
        f"FROM (SELECT {', '.join(['*', *read])} FROM (SELECT {', '.join(texts)} FROM {source})))"
    )


def _named_where(conditions: dict[str, str]) -> str:
    """The names of which the condition holds, comma-separated; null where none does, which is what most lines come to."""
    if not conditions:
        return "NULL"
    named = ", ".join(f"CASE WHEN {condition} THEN '{name}' END" for name, condition in conditions.items())
    return f"CASE WHEN {' OR '.join(f'({c})' for c in conditions.values())} THEN concat_ws(',', {named}) END"


def _within_limits(column: Column) -> str:
    name = column.name
    return f"CASE WHEN {_limits(column)} THEN {name} END AS {name}" if column.has_limits else name


def _limits(column: Column) -> str:
    limits = ((column.minimum, ">="), (column.maximum, "<="))
    return " AND ".join(f"{column.name} {sign} {limit:g}" for limit, sign in limits if limit is not None)


def _mapped(text: str, values: dict[str, Any]) -> str:
    """The study's own coding (ja -> 1) applied before the type is read."""
    if not values or text == "NULL":
        return text
    cases = " ".join(
        f"WHEN {quoted(str(theirs).lower())} THEN {quoted(str(int(ours) if isinstance(ours, bool) else ours))}"
        for theirs, ours in values.items()
    )
    return f"nullif(CASE lower({text}) {cases} ELSE {text} END, '')"


def _typed(column: Column, layout: Layout, group: FileFormat) -> str:
    text = f"{column.name}_text"
    if column.name not in layout.positions:
        return f"CAST(NULL AS {LANDED_TYPES[column.type]})"
    if column.type == "text":
        # Allowed values are codes, in the letters of the dictionary: HIT6, not hit6; rescue, not Rescue.
        is_lower = all(value.islower() for value in column.allowed)
        return f"{'lower' if is_lower else 'upper'}({text})" if column.allowed else text
    if column.type == "codes":
        return _medication(text)
    if column.type == "boolean":
        return f"CASE WHEN {_is_one_of(f'lower({text})', YES)} THEN true WHEN {_is_one_of(f'lower({text})', NO)} THEN false END"
    if column.type == "date":
        return date_of(text, group.date_format, group.time_zone)
    if column.type == "partial_date":
        return partial_date_of(text, group.date_format, group.time_zone, column.may_be_ongoing)
    if column.type == "timestamp":
        return timestamp_of(text, group.date_format, group.time_zone)
    written = _with_a_point(text, layout, group)
    number = f"TRY_CAST({written} AS DOUBLE)"
    # Hundreds of digits are more than a number holds.
    finite = f"CASE WHEN regexp_full_match({written}, '{NUMBER}') AND isfinite({number}) THEN {number} END"
    if column.name in group.scales:
        return _on_our_scale(finite, group.scales[column.name])
    if column.type == "number" and column.unit == HOURS:
        return hours_of(text, finite, group.units.get(column.name, "hours"))
    if column.type == "number":
        return finite
    return f"CASE WHEN regexp_full_match({written}, '{WHOLE}') THEN TRY_CAST({number} AS INTEGER) END"


def _quick(column: Column, layout: Layout, group: FileFormat) -> Quick | None:
    """The reading of a column's usual texts; None where there is none that is quicker."""
    text, read = f"{column.name}_text", f"{column.name}_read"
    if column.name not in layout.positions or column.name in group.scales:
        return None
    written = _with_a_point(text, layout, group)
    match column.type:
        case "codes":
            return quick_codes(text, NO_CODE)
        case "boolean":
            return quick_boolean(text, read)
        case "date":
            return quick_date(text, read, group.date_format)
        case "timestamp":
            return quick_moment(text, read, group.date_format)
        case "number" if column.unit != HOURS or group.units.get(column.name, "hours") == "hours":
            return quick_number(written, read)
        case "integer":
            return quick_integer(written, read)
    return None


def _with_a_point(text: str, layout: Layout, group: FileFormat) -> str:
    decimal_comma = group.decimal == "," or (group.decimal is None and layout.delimiter != ",")
    return f"replace({text}, ',', '.')" if decimal_comma else text


def _is_one_of(text: str, words: tuple[str, ...]) -> str:
    """Not IN: of many words DuckDB makes a join, which every row goes through, whichever branch of a CASE it comes to."""
    return f"regexp_full_match({text}, {quoted('|'.join(map(re.escape, words)))})"


def _medication(text: str) -> str:
    """What was taken, as it was typed, in lower case; a list of codes is sorted and joined by ';'."""
    lower = f"trim(lower({text}), ';,| ')"  # not "+", for "Panadol+" is a name
    listed = f"list_transform(string_split_regex({lower}, '[;,|+]'), lambda code: trim(code))"
    several = f"array_to_string(list_sort(list_distinct({listed})), ';')"
    # Lists are slow: two codes already in order, the most frequent case of several, are spared them.
    return (
        f"CASE WHEN {_is_one_of(f'lower({text})', NO_CODE)} OR {lower} IN ('', '+') THEN NULL"
        f" WHEN NOT regexp_matches({text}, '[;,|+]') THEN {lower}"
        f" WHEN regexp_full_match({text}, '[a-z0-9_]+;[a-z0-9_]+')"
        f" AND split_part({text}, ';', 1) < split_part({text}, ';', 2) THEN {text}"
        f" WHEN regexp_full_match({lower}, '{CODE_LIST}') AND NOT regexp_matches({lower}, '{NO_CODE_OF_A_LIST}')"
        f" THEN {several} ELSE {lower} END"
    )


def _on_our_scale(number: str, scale: Scale) -> str:
    """0, 1, 2 ... by how many cuts a value reaches; null where it lies outside the scale or between its numbers."""
    lowest, highest = scale.bounds
    reached = " + ".join(f"CAST({number} >= {cut} AS INTEGER)" for cut in scale.cuts)
    return f"CASE WHEN {number} BETWEEN {lowest} AND {highest} AND floor({number}) = {number} THEN {reached} END"
