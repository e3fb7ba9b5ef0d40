"""SQL expressions that read a text as programs write it: first a cast, then whether the cast may be taken at its word.

DuckDB's casts read more than a value (``1_2`` as 12, ``08: 3`` as 08:00, ``infinity`` as a date). Here a cast counts only
where the text is the usual form of its value. It is then what the full reading gives (flows/landing/parsing.py), which is
left for all other texts and takes several times as long.
"""

import re
from typing import NamedTuple

from flows.base.sql_text import quoted
from flows.landing.moments import FIRST_DAY, ISO

AFTER_LAST_DAY = "10000-01-01"
# Day, month and year with a separator between them: written again they have all their zeros.
NUMERIC_FORMAT = re.compile(r"%([dmY])[-./]%(?!\1)([dmY])[-./]%(?!\1|\2)[dmY]")
DAY_LENGTH = len("2025-01-31")
MOMENT_LENGTHS = (len("2025-01-31 08:00"), len("2025-01-31 08:00:00"))
# No regular expression reads a short text as fast; a double holds fifteen digits, and the cast rounds any number rightly.
USUAL_NUMBER = r"\d{1,15}(\.\d{1,15})?"
USUAL_CODES = "[a-z0-9_]+(;[a-z0-9_]+)?"


class Quick(NamedTuple):
    """``value`` is read of the text; ``is_sure`` tells, of ``text`` and of the value under the name ``read``, whether it
    counts. Null is not sure."""

    value: str
    is_sure: str


def quick_date(text: str, read: str, date_format: str | None) -> Quick | None:
    """A day without a time. None for a format that has no such form."""
    if date_format is None:
        day = f"CASE WHEN strlen({text}) = {DAY_LENGTH} THEN TRY_CAST({text} AS DATE) END"
        again = f"CAST({read} AS VARCHAR)"
    elif NUMERIC_FORMAT.fullmatch(date_format):
        day = f"CAST(try_strptime({text}, {quoted(date_format)}) AS DATE)"
        again = f"strftime({read}, {quoted(date_format)})"
    else:
        return None
    return Quick(day, f"{_is_possible(read)} AND {again} = {text}")


def quick_moment(text: str, read: str, date_format: str | None) -> Quick | None:
    """A day and a time with a blank between them, with seconds or without. A declared format has ISO only beside it."""
    if date_format not in (None, ISO):
        return None
    lengths = ", ".join(map(str, MOMENT_LENGTHS))
    moment = f"CASE WHEN strlen({text}) IN ({lengths}) THEN TRY_CAST({text} AS TIMESTAMP) END"
    return Quick(moment, f"{_is_possible(read)} AND starts_with(CAST({read} AS VARCHAR), {text})")


def quick_number(text: str, read: str) -> Quick:
    """Digits, with a point among them or without."""
    return Quick(f"TRY_CAST({text} AS DOUBLE)", f"regexp_full_match({text}, '{USUAL_NUMBER}') AND {read} IS NOT NULL")


def quick_integer(text: str, read: str) -> Quick:
    """A whole number without a sign for plus and without zeros in front."""
    return Quick(f"TRY_CAST({text} AS INTEGER)", f"CAST({read} AS VARCHAR) = {text}")


def quick_boolean(text: str, read: str) -> Quick:
    return Quick(f"CASE {text} WHEN '0' THEN false WHEN '1' THEN true END", f"{read} IS NOT NULL")


def quick_codes(text: str, no_codes: tuple[str, ...]) -> Quick:
    """One code, or two in their order: longer than any word for none."""
    longest = max(len(word.encode()) for word in no_codes)
    are_sorted = f"split_part({text}, ';', 1) < split_part({text}, ';', 2)"
    return Quick(
        text,
        f"strlen({text}) > {longest} AND regexp_full_match({text}, '{USUAL_CODES}')"
        f" AND (NOT contains({text}, ';') OR {are_sorted})",
    )


def _is_possible(read: str) -> str:
    """An infinite date, one before our era and a year of five digits are written again as they came."""
    return f"{read} >= DATE '{FIRST_DAY}' AND {read} < DATE '{AFTER_LAST_DAY}'"
