"""SQL expressions that read dates and times of day. A text is read only when the whole of it has a listed form.

DuckDB's own casts read less than they are given: ``11:00 PM`` as 11:00 in a zone named PM, ``08: 3`` as 08:00.
"""

import re

from flows.base.sql_text import quoted
from flows.study.file_format import SERIAL_DATES

FIRST_DAY = "1900-01-01"  # one before is a slip: 05/01/25 read as the year 25, or the null date of some program
ISO = "%Y-%m-%d"
# RE2, which DuckDB uses: \d is a digit 0 to 9 and no other script's.
ISO_DAY = r"\d{4}-\d\d-\d\d"
CLOCK = r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?"
CLOCK_12 = r"(0?[1-9]|1[0-2]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)? ?[AaPp][Mm]"
UTC = "[Zz]|[Uu][Tt][Cc]"
OFFSET = r"[+-](0\d|1[0-4])(:?[0-5]\d)?"
MIDNIGHT = r"00?:00(:00(\.0+)?)?"
SECONDS_PER_DAY = 86_400
MOST_SAS_DAYS = 100_000  # the year 2233; as seconds the second of January 1960
SERIAL_NUMBER = r"\d{1,10}(\.\d+)?"
NUMBERS = ("%d", "%m", "%H", "%M", "%S")
YEARS = ("%Y", "%y")
TIMES = (" %H:%M:%S.%f", " %H:%M:%S", " %H:%M")
TIMES_12 = (" %I:%M:%S.%f %p", " %I:%M:%S %p", " %I:%M %p")


def date_of(text: str, date_format: str | None, time_zone: str | None) -> str:
    """The day. A time of day after it is allowed and must itself be one; null where the text is no date.

    An instant tells the day only with the study's time zone; midnight is how programs write a day without a time.
    """
    if date_format in SERIAL_DATES:
        return f"CAST({_serial(text, date_format, time_zone)} AS DATE)"
    day = _day_pattern(date_format)
    before_time = quoted(f"^({day})[ T]")
    written = f"CAST({_parsed(f'regexp_extract({text}, {before_time}, 1)', date_format)} AS DATE)"
    zones = UTC if time_zone else f"{UTC}|{OFFSET}"
    timed = (
        f"CASE WHEN regexp_full_match({text}, {quoted(f'{day}[ T]{MIDNIGHT} ?({zones})')}) THEN {written}"
        f" ELSE CAST({_moment(text, date_format, time_zone)} AS DATE) END"
    )
    if date_format:
        alone = f"WHEN regexp_full_match({text}, {quoted(day)}) THEN CAST({_parsed(text, date_format)} AS DATE)"
    else:
        # The usual form is spared the regular expression: DuckDB reads ten characters of this shape strictly.
        alone = f"WHEN length({text}) = 10 AND {text} LIKE '____-__-__' THEN TRY_CAST({text} AS DATE)"
    return _possible(f"CASE {alone} ELSE {timed} END")


def timestamp_of(text: str, date_format: str | None, time_zone: str | None) -> str:
    """The time on the patient's clock; null where the text is no time. ISO is read beside a declared format.

    An instant (in UTC, or with an offset) tells it only with the study's time zone.
    """
    if date_format in SERIAL_DATES:
        return _serial(text, date_format, time_zone)
    moment = _moment(text, None, time_zone)
    if date_format:
        moment = f"coalesce({moment}, {_moment(text, date_format, time_zone)})"
    return _possible(moment)


def _serial(text: str, date_format: str, time_zone: str | None) -> str:
    """A number of a spreadsheet (days and parts of a day) or of SAS (days, or seconds where they are too many for days);
    ISO is read beside it, for a sheet may hold both."""
    number = f"TRY_CAST({text} AS DOUBLE)"
    if date_format == "excel":
        # Day 60 is 29 February 1900, which never was: the days after it count from a day earlier.
        seconds, start = f"round({number} * {SECONDS_PER_DAY})", "1899-12-30"
    else:
        seconds = f"CASE WHEN {number} < {MOST_SAS_DAYS} THEN {number} * {SECONDS_PER_DAY} ELSE round({number}) END"
        start = "1960-01-01"
    moment = f"TIMESTAMP '{start}' + to_seconds(CAST({seconds} AS BIGINT))"
    is_number = f"regexp_full_match({text}, '{SERIAL_NUMBER}')"
    return _possible(f"CASE WHEN {is_number} THEN {moment} ELSE {_moment(text, None, time_zone)} END")


def _possible(moment: str) -> str:
    return f"CASE WHEN {moment} >= DATE '{FIRST_DAY}' THEN {moment} END"


def _moment(text: str, date_format: str | None, time_zone: str | None) -> str:
    day = _day_pattern(date_format)
    cases = f"WHEN regexp_full_match({text}, {quoted(f'{day}([ T]{CLOCK})?')}) THEN {_parsed(text, date_format, TIMES)}"
    spaced = f"regexp_replace({text}, '[ T]([0-9:.]+) ?([AaPp][Mm])$', ' \\1 \\2')"
    half = f"try_strptime({spaced}, {_formats(date_format or ISO, TIMES_12)})"
    cases += f" WHEN regexp_full_match({text}, {quoted(f'{day}[ T]{CLOCK_12}')}) THEN {half}"
    if time_zone:
        instant = f"^({day}[ T]{CLOCK}) ?({UTC}|{OFFSET})$"
        front = f"regexp_extract({text}, {quoted(instant)}, 1)"
        zone = f"substr({text}, length({front}) + 1)"
        zone = f"CASE WHEN regexp_matches({zone}, '[0-9]') THEN ltrim({zone}, ' ') ELSE '+00' END"
        local = f"strftime({_parsed(front, date_format, TIMES)}, '%Y-%m-%d %H:%M:%S.%f')"
        moved = f"timezone({quoted(time_zone)}, TRY_CAST({local} || {zone} AS TIMESTAMPTZ))"
        cases += f" WHEN regexp_matches({text}, {quoted(instant)}) THEN {moved}"
    return f"CASE {cases} END"


def _parsed(text: str, date_format: str | None, times: tuple[str, ...] = ()) -> str:
    """A text that has been found to have the form."""
    if date_format is None:
        return f"TRY_CAST({text} AS TIMESTAMP)"
    if not times:
        return f"try_strptime({text}, {quoted(date_format)})"
    return f"try_strptime(regexp_replace({text}, '([0-9])T([0-9])', '\\1 \\2'), {_formats(date_format, ('', *times))})"


def _formats(date_format: str, times: tuple[str, ...]) -> str:
    return f"[{', '.join(quoted(date_format + time) for time in times)}]"


def _day_pattern(date_format: str | None) -> str:
    """The regular expression of a declared format. A number may lack its leading zero only where a separator or a
    month's name bounds it: 2025111 under %Y%m%d is a day in January or in November."""
    if date_format is None:
        return ISO_DAY
    pieces = [piece.replace("%-", "%") for piece in re.findall(r"%-?.|[^%]", date_format)]
    pattern = ""
    for before, piece, after in zip(["", *pieces], pieces, [*pieces[1:], ""], strict=False):
        if piece == "%Y":
            pattern += r"\d{4}"
        elif piece == "%y":
            pattern += r"\d\d"
        elif piece in NUMBERS:
            pattern += r"\d\d" if {before, after} & {*NUMBERS, *YEARS} else r"\d{1,2}"
        elif piece in ("%b", "%B"):
            pattern += "[A-Za-z]+"
        else:
            pattern += re.escape(piece.removeprefix("%"))
    return pattern
