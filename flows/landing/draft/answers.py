"""What the cells of a column say about how its answers are written: words, numbers, units, another scale."""

from typing import Any, NamedTuple

from flows.landing.date_formats import CLOCK, dates_of
from flows.landing.draft.look import is_number
from flows.landing.draft.names import fold, synonyms, unit_in, words_of
from flows.landing.parsing import NO, YES
from flows.landing.partial_dates import is_partial
from flows.study.dictionary import Column

ENOUGH = 0.95
MOST_WORDS = 12  # of a question with given answers
DAY_HOURS, DAY_MINUTES = 24, 1440
HOUR = "h"
OUR_SCALE = (0, 3)  # of severity
DURATION_WORDS = {"h", "m", "min", "mins", "minutes", "minuten", "std", "hr", "hrs", "hours", "stunden", "pt", "s"}


class Finding(NamedTuple):
    """One key that says how a column is written; ``is_open`` where the study has to decide it."""

    key: tuple[str, ...]
    value: Any
    evidence: str
    is_open: bool = False


def fault_of(column: Column, name: str, cells: list[str]) -> str | None:
    """Why a column's cells cannot be of our column's type; None where they can, or where there are none."""
    if not cells:
        return None
    match column.type:
        case "date" | "timestamp" | "partial_date":
            known = cells if column.type != "partial_date" else [text for text in cells if not is_partial(text)]
            return None if not known or dates_of(known).are_dates else "its cells are no dates in a known form"
        case "boolean":
            words = {text.casefold() for text in cells}
            known = {*YES, *NO} | _answers("yes") | _answers("no")
            return None if words <= known | {w for w in words if fold(w) in known} else "its cells are not yes or no"
        case "integer" | "number":
            if _share(cells, is_number) >= ENOUGH or (column.unit == HOUR and _share(cells, _is_duration) >= ENOUGH):
                return None
            if _is_severity(column) and _severity_words(cells):
                return None
            return "its cells are no numbers"
        case "codes":
            return "its cells are dates" if dates_of(cells).are_dates else None
    return None


def findings(column: Column, name: str, cells: list[str]) -> tuple[list[Finding], list[str]]:
    """(keys, doubts) that say how the answers of a column are written; nothing where the product reads them so."""
    if column.type == "boolean":
        return _yes_no(column, cells), []
    if column.allowed:
        return _listed(column, cells)
    if _is_severity(column):
        return _severity(column, name, cells)
    if column.unit == HOUR:
        return _hours(column, name, cells)
    return [], []


def _yes_no(column: Column, cells: list[str]) -> list[Finding]:
    words = {text.casefold() for text in cells} - {*YES, *NO}
    values = {word: int(fold(word) in _answers("yes")) for word in sorted(words)}
    return [Finding(("values", column.name), values, "the answers in words")] if values else []


def _listed(column: Column, cells: list[str]) -> tuple[list[Finding], list[str]]:
    """Codes that the dictionary lists, with another punctuation or not."""
    allowed = {fold(code).replace(" ", ""): code for code in column.allowed}
    words = {text.casefold() for text in cells}
    unknown = {word for word in words if fold(word).replace(" ", "") not in allowed}
    values = {word: allowed[fold(word).replace(" ", "")] for word in sorted(words - unknown)}
    values = {word: code for word, code in values.items() if word.upper() != code}
    doubts = []
    if unknown:
        doubts = [f"{len(unknown)} of the answers in {column.name} are none of {', '.join(column.allowed)}: set values"]
    return ([Finding(("values", column.name), values, "the codes with another punctuation")] if values else []), doubts


def _severity(column: Column, name: str, cells: list[str]) -> tuple[list[Finding], list[str]]:
    if words := _severity_words(cells):
        return [Finding(("values", column.name), words, "the answers in words")], []
    numbers = [float(text.replace(",", ".")) for text in cells if is_number(text)]
    if not numbers or max(numbers) <= OUR_SCALE[1]:
        is_longer = bool(words_of(name) & {"10", "100", "nrs", "vas"})
        scale = f"column '{name}' has no number above 3, but its name is one of a longer scale: set scales"
        return [], [scale] if numbers and is_longer else []
    top = 10 if max(numbers) <= 10 else 100
    cuts = [1, 4, 7] if top == 10 else [1, 31, 61]
    open_scale = Finding(
        ("scales", column.name), {"from": f"0-{top}", "cuts": cuts}, "an example: the cuts are the study's", True
    )
    doubt = f"column '{name}' goes to {top} where ours goes to 3: decide the cuts of scales, then take both lines in"
    return [open_scale], [doubt]


def _hours(column: Column, name: str, cells: list[str]) -> tuple[list[Finding], list[str]]:
    if cells and _share(cells, lambda text: bool(CLOCK.fullmatch(text))) >= ENOUGH:
        return [Finding(("units", column.name), "h:mm", "written as hours and minutes")], []
    numbers = [float(text.replace(",", ".")) for text in cells if is_number(text)]
    unit = unit_in(name)
    if not numbers:
        return [], []
    largest = max(numbers)
    if unit == "minutes" or (unit is None and DAY_HOURS < largest <= DAY_MINUTES):
        why = "its name says so" if unit else "up to 1440, where a day has 24 hours"
        return [Finding(("units", column.name), "minutes", why)], []
    if largest > DAY_HOURS:
        return [], [f"column '{name}' has numbers above 24: set units, or correct them"]
    if unit is None and len(numbers) >= MOST_WORDS and largest <= 1 and any(number % 1 for number in numbers):
        return [], [f"column '{name}' has no number above 1: hours or parts of a day? set units"]
    return [], []


def _is_severity(column: Column) -> bool:
    return column.type == "integer" and (column.minimum, column.maximum) == OUR_SCALE


def _severity_words(cells: list[str]) -> dict[str, int]:
    """The answers in words with their values; empty where one of them is not known, or they are numbers."""
    words = {text.casefold() for text in cells}
    if not words or len(words) > MOST_WORDS or all(map(is_number, words)):
        return {}
    places = {
        fold(known): place for place, several in enumerate(synonyms()["answers"]["severity"]) for known in several
    }
    if not all(fold(word) in places or word in map(str, range(4)) for word in words):
        return {}
    return {
        word: places[fold(word)] for word in sorted(words, key=lambda w: places.get(fold(w), 0)) if fold(word) in places
    }


def _is_duration(text: str) -> bool:
    if CLOCK.fullmatch(text) or is_number(text):
        return True
    words = fold(text).split()
    return bool(words) and all(word.isdigit() or word in DURATION_WORDS for word in words) and words[0] != "m"


def _answers(which: str) -> set[str]:
    return {fold(word) for word in synonyms()["answers"][which]}


def _share(cells: list[str], holds: Any) -> float:
    return sum(bool(holds(text)) for text in cells) / len(cells) if cells else 0.0
