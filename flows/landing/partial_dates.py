"""Dates of adverse events, of which the day, the month or everything may be unknown; an end may also be ``ongoing``.

A date is landed as text, as much of it as is known, year first (ISO 8601): 2024-03-05, 2024-03, 2024, UNK; an end also
as ``ongoing``. The forms are listed in docs/files.md. Only a whole text is read, never a part of one.
"""

import re

from flows.base.sql_text import quoted
from flows.landing.moments import date_of

UNKNOWN, ONGOING = "UNK", "ongoing"
_UNKNOWN_WORDS = ("unknown", "not known", "n/k", "unbekannt", "inconnu", "inconnue", "desconocido", "sconosciuto")
_ONGOING_WORDS = (
    *("ongoing", "on-going", "on going", "still ongoing", "continuing", "continues", "continued", "cont", "cont."),
    *("persisting", "persists", "unresolved", "not resolved", "not recovered", "present"),
    *("andauernd", "fortdauernd", "anhaltend", "fortlaufend", "laufend", "en cours", "en curso", "in corso"),
)
_MONTHS = {
    "01": "jan(?:uary)?|januar|jänner",
    "02": "feb(?:ruary)?|februar",
    "03": "mar(?:ch)?|märz?|mrz",
    "04": "apr(?:il)?",
    "05": "may|mai",
    "06": "june?|juni",
    "07": "july?|juli",
    "08": "aug(?:ust)?",
    "09": "sept?(?:ember)?",
    "10": "oct(?:ober)?|okt(?:ober)?",
    "11": "nov(?:ember)?",
    "12": "dec(?:ember)?|dez(?:ember)?",
}
_NONE = r"(?:un|uk|unk|unkn|nk|nd|na|xx|xxx|xxxx|\?{1,4}|0{2}|0{4})"  # what stands for a part that is not known
_NO_YEAR = r"(?:un|uk|unk|unkn|nk|nd|xxxx|\?{1,4}|0{4})"  # 00 is a year of two digits
_YEAR, _MONTH, _SEPARATOR = r"(?:19|20)\d\d", r"(?:0?[1-9]|1[0-2])", r"[-./ ]"
_DAY = r"(?:0?[1-9]|[12]\d|3[01])"
_NAMED = "|".join(_MONTHS.values())
_ANY_MONTH = rf"(?:{_MONTH}|{_NAMED})"

# A part that is known, though a greater one is not, tells nothing: 15-UN-2024 is the year. Each pattern takes the text
# in lower case, and its group is what is kept.
_YEARS = (
    rf"({_YEAR})(?:{_SEPARATOR}{_NONE}){{0,2}}",
    rf"{_NONE}(?:{_SEPARATOR}{_NONE})?{_SEPARATOR}({_YEAR})",
    rf"{_DAY}{_SEPARATOR}{_NONE}{_SEPARATOR}({_YEAR})",
    rf"({_YEAR}){_SEPARATOR}{_NONE}{_SEPARATOR}{_DAY}",
)
_YEAR_MONTHS = rf"({_YEAR}){_SEPARATOR}({_ANY_MONTH})(?:{_SEPARATOR}{_NONE})?"
_MONTH_YEARS = (
    rf"(?:{_NONE}{_SEPARATOR})?({_ANY_MONTH}){_SEPARATOR}({_YEAR})",
    rf"{_NONE}?({_NAMED})({_YEAR})",
)
_UNKNOWNS = (
    rf"{_NONE}(?:{_SEPARATOR}?{_NONE}){{0,2}}|{'|'.join(map(re.escape, _UNKNOWN_WORDS))}",
    rf"(?:{_DAY}|{_NONE}){_SEPARATOR}(?:{_ANY_MONTH}|{_NONE}){_SEPARATOR}{_NO_YEAR}",
)
# Only of a file that writes the month first: 03/UN/2024 and UN/15/2024.
_MONTH_FIRST = rf"({_MONTH}){_SEPARATOR}{_NONE}{_SEPARATOR}({_YEAR})"
_NO_MONTH_FIRST = rf"{_NONE}{_SEPARATOR}{_DAY}{_SEPARATOR}({_YEAR})"
_PARTIAL = re.compile("|".join((*_YEARS, _YEAR_MONTHS, *_MONTH_YEARS, *_UNKNOWNS, _NO_MONTH_FIRST)), re.ASCII)


def is_partial(text: str) -> bool:
    """Whether a text says that a date is not wholly known, or that the event goes on: it tells no order of day and
    month."""
    known = text.lower()
    return known in _ONGOING_WORDS or bool(_PARTIAL.fullmatch(known))


def partial_date_of(text: str, date_format: str | None, time_zone: str | None, may_be_ongoing: bool) -> str:
    """SQL: the text of a date as far as it is known, or null where it is none.

    Where a file writes the month first (``date_format``), 03/UN/2024 is
    March; elsewhere the 3rd of an unknown month, of which the year is known.
    """
    lowered, whole = f"lower({text})", date_of(text, date_format, time_zone)
    cases = [f"WHEN {whole} IS NOT NULL THEN strftime({whole}, '%Y-%m-%d')"]
    if may_be_ongoing:
        cases.append(f"WHEN {lowered} IN ({', '.join(map(quoted, _ONGOING_WORDS))}) THEN {quoted(ONGOING)}")
    if date_format and re.match("%-?[mbB]", date_format):
        cases.append(_kept(lowered, _MONTH_FIRST, _month_text(lowered, _MONTH_FIRST, year=2, month=1)))
        cases.append(_kept(lowered, _NO_MONTH_FIRST, _part(lowered, _NO_MONTH_FIRST, 1)))
    cases.append(_kept(lowered, _YEAR_MONTHS, _month_text(lowered, _YEAR_MONTHS, year=1, month=2)))
    cases += [_kept(lowered, pattern, _month_text(lowered, pattern, year=2, month=1)) for pattern in _MONTH_YEARS]
    cases += [_kept(lowered, pattern, _part(lowered, pattern, 1)) for pattern in _YEARS]
    cases += [_kept(lowered, pattern, quoted(UNKNOWN)) for pattern in _UNKNOWNS]
    return f"CASE {' '.join(cases)} END"


def _kept(lowered: str, pattern: str, value: str) -> str:
    return f"WHEN regexp_full_match({lowered}, {quoted(pattern)}) THEN {value}"


def _month_text(lowered: str, pattern: str, year: int, month: int) -> str:
    """SQL: year and month, the month as a number."""
    found = _part(lowered, pattern, month)
    named = " ".join(
        f"WHEN regexp_full_match({found}, {quoted(names)}) THEN {quoted(number)}" for number, names in _MONTHS.items()
    )
    return f"{_part(lowered, pattern, year)} || '-' || CASE {named} ELSE lpad({found}, 2, '0') END"


def _part(lowered: str, pattern: str, group: int) -> str:
    """SQL: a group of a pattern that the whole text has; without its ends 2024-11 would be the month 1."""
    return f"regexp_extract({lowered}, {quoted(f'^(?:{pattern})$')}, {group})"
