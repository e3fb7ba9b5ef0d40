"""The text of one cell of a workbook, by its type and its number format, so that nothing depends on who opens it."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal

Shown = Literal["number", "date", "time", "duration"]

DATES_BUILT_IN = {14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)}
TIMES_BUILT_IN = {18, 19, 20, 21, *range(32, 36), 45, 47}
DURATION_BUILT_IN = 46  # [h]:mm:ss
# What a format prints as it stands: quoted texts, one character after a backslash, a space as wide as a character, filling.
LITERAL = re.compile(r'"[^"]*"?|\\.|_.|\*.|AM/PM|A/P', re.IGNORECASE)
ELAPSED = re.compile(r"\[(h+|m+|s+)\]", re.IGNORECASE)
BRACKETED = re.compile(r"\[[^\]]*\]")  # colours, conditions, locales
WHOLE = re.compile(r"-?\d{1,300}", re.ASCII)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?", re.ASCII)
LINE_BREAK = re.compile(r"\r\n|[\r\n\0]")
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
LARGEST_WHOLE = 1e16  # a double holds every whole number below
MS_PER_DAY = 86_400_000
LAST_DAY = 2_958_465  # 9999-12-31
# A cell that shows a time of day and holds more than one is a sum of hours, unless it holds a date of our days.
LONGEST_SUM_DAYS = 1000


def shown_as(format_id: int, code: str | None) -> Shown:
    """What a number with this format means to the person who looks at it; only the part for positive numbers counts."""
    if code is None:
        if format_id in DATES_BUILT_IN:
            return "date"
        if format_id in TIMES_BUILT_IN:
            return "time"
        return "duration" if format_id == DURATION_BUILT_IN else "number"
    code = LITERAL.sub("", code).split(";")[0].lower()
    if ELAPSED.search(code):
        return "duration"
    code = BRACKETED.sub("", code)
    if "general" in code:
        return "number"
    has_clock = "h" in code or "s" in code
    if "d" in code or "y" in code or ("m" in code and not has_clock):
        return "date"
    return "time" if has_clock else "number"


def one_line(text: str) -> str:
    """A text in which a line break is a space."""
    return LINE_BREAK.sub(" ", text) if "\n" in text or "\r" in text or "\0" in text else text


def plain(text: str) -> str:
    """A text of a workbook on one line; ``_x000D_`` is how a workbook writes what XML cannot hold."""
    return one_line(ESCAPED.sub(_unescaped, text) if "_x" in text else text)


def _unescaped(match: re.Match[str]) -> str:
    code = int(match[1], 16)
    return match[0] if 0xD800 <= code < 0xE000 else chr(code)  # half a character stays as it is written


def number_text(raw: str) -> str:
    """A whole number without a point, any other as short as it can be told; what is no number as it is written."""
    if raw.isdecimal() and raw.isascii() and (raw[0] != "0" or len(raw) == 1):
        return raw
    if WHOLE.fullmatch(raw):
        return str(int(raw))
    if not NUMBER.fullmatch(raw) or not math.isfinite(value := float(raw)):
        return plain(raw)
    return float_text(value)


def float_text(value: float) -> str:
    """The same of a number that is one already."""
    return str(int(value)) if value % 1 == 0 and abs(value) < LARGEST_WHOLE else repr(value)


def clock(milliseconds: int, hour_digits: int = 2) -> str:
    """HH:MM:SS, with thousandths where there are any."""
    seconds, rest = divmod(milliseconds, 1000)
    text = f"{seconds // 3600:0{hour_digits}d}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    return f"{text}.{rest:03d}" if rest else text


def duration_text(days: float) -> str:
    """H:MM:SS, the hours beyond 24 counted on."""
    milliseconds = round(days * MS_PER_DAY)
    return ("-" if milliseconds < 0 else "") + clock(abs(milliseconds), 1)


def moment_text(first: date, milliseconds: int) -> str:
    """The date, and the time of day after it unless it is midnight."""
    days, rest = divmod(milliseconds, MS_PER_DAY)
    day = (first + timedelta(days=days)).isoformat()
    return f"{day} {clock(rest)}" if rest else day


@lru_cache(maxsize=1 << 14)  # a diary has the same days in every patient's rows
def serial_text(raw: str, shown: Shown, is_1904: bool) -> str:
    """A number that is shown as a date, a time or a duration. One that is no date of the calendar stays a number."""
    if not NUMBER.fullmatch(raw) or not math.isfinite(value := float(raw)) or abs(value) > LAST_DAY:
        return number_text(raw)
    if shown == "duration":
        return duration_text(value)
    milliseconds = round(value * MS_PER_DAY)
    if shown == "time":
        if 0 <= milliseconds < MS_PER_DAY:
            return clock(milliseconds)
        if abs(value) < LONGEST_SUM_DAYS:
            return duration_text(value)
    if is_1904:
        return moment_text(date(1904, 1, 1), milliseconds) if value >= 0 else number_text(raw)
    if 0 < milliseconds < MS_PER_DAY:
        return clock(milliseconds)
    # Serial 60 is 29 February 1900, which was none: dates before it count from one day later. 0 is an empty cell that
    # a formula points to, and no date.
    if value < 1 or 60 <= value < 61:
        return number_text(raw)
    return moment_text(date(1899, 12, 31) if value < 60 else date(1899, 12, 30), milliseconds)


def date_or_text(text: str) -> str:
    """A cell that holds its date as ISO text: a blank before the time of day, and no midnight."""
    day, _, time = text.strip().partition("T")
    time = re.sub(r"\.0+$", "", time.removesuffix("Z"))
    return plain(f"{day} {time}" if day and time.strip("0:") else day or time)


def reader_of(strings: list[str], shown: list[Shown], is_1904: bool) -> Callable[[str | None, str | None, str], str]:
    """The function that gives a cell's text from its type, its style and what is stored in it.

    It raises ValueError for a text or a style that the workbook does not have.
    """
    styles: Mapping[str | None, Shown] = {None: "number"} | {str(place): each for place, each in enumerate(shown)}

    def text_of(kind: str | None, style: str | None, raw: str) -> str:
        if kind is None or kind == "n":
            raw = raw.strip()
            shown_so = styles.get(style, "number")
            return number_text(raw) if not raw or shown_so == "number" else serial_text(raw, shown_so, is_1904)
        if kind == "s":
            if not raw.strip():
                return ""
            place = int(raw)
            if not 0 <= place < len(strings):
                raise ValueError("a text that is not there")
            return strings[place]
        if kind == "b":
            return {"1": "true", "0": "false"}.get(raw.strip(), plain(raw))
        return date_or_text(raw) if kind == "d" else plain(raw)

    return text_of


def formats_of(numbers: Iterable[int], codes: Mapping[int, str]) -> list[Shown]:
    """For every style of cells, by its format's number, what a number in it means."""
    known: dict[int, Shown] = {}
    return [known.setdefault(each, shown_as(each, codes.get(each))) for each in numbers]
