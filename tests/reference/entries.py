"""From raw diary lines to clean diary days, written from docs/files.md alone; shares nothing with sql/ or flows/.

A raw line is a dictionary of texts with its ``file`` (number in the order of landing) and ``line``. A file holds one entry
a day, or ``several``. Loops and dictionaries; slow is fine, obscure is not.
"""

import re
from collections import defaultdict
from datetime import date, datetime
from typing import Any

Row = dict[str, Any]
CONTENT = ("headache", "hours", "severity", "migraine", "acute_medication")
LIMITS = {"hours": (0, 24), "severity": (0, 3)}
FAULTY = object()  # a cell that was set aside: nobody knows what it says
MOST_BEYOND, MOST_PERCENT = 5, 20  # data/checks.toml, unit_suspicion_*


def clean_days(lines: list[Row], several: set[int]) -> list[Row]:
    """One row per subject-day that has a current entry, sorted by subject and day. ``several`` names files."""
    typed = [_typed(line) for line in lines]
    by_file: dict[int, list[Row]] = defaultdict(list)
    for line in typed:
        by_file[line["file"]].append(line)
    for of_file in by_file.values():
        for column, limits in LIMITS.items():
            _lose_column_in_another_unit(of_file, column, limits)
    by_day: dict[tuple[str, date], list[Row]] = defaultdict(list)
    for line in typed:
        if line["headache"] is not FAULTY and line["subject_id"] and line["diary_date"]:
            by_day[line["subject_id"], line["diary_date"]].append(line)
    days = []
    for (subject_id, day), entries in sorted(by_day.items()):
        standing = _without_conflicts(entries, several)
        if standing:
            answer = _day_of(standing, several)
            days.append({"subject_id": subject_id, "diary_date": day, **answer})
    return days


def _typed(line: Row) -> Row:
    """Each cell as its value, None where it is empty, FAULTY where it is no value of its kind."""
    return {
        "file": line["file"],
        "line": line["line"],
        "subject_id": line["subject_id"],
        "diary_date": date.fromisoformat(line["diary_date"]),
        "headache": _boolean(line["headache"]),
        "hours": _number(line["hours"], LIMITS["hours"]),
        "severity": _number(line["severity"], LIMITS["severity"], whole=True),
        "migraine": _boolean(line["migraine"]),
        "acute_medication": tuple(sorted(set(filter(None, line["acute_medication"].split(";"))))),
        "entered_at": _moment(line["entered_at"]),
    }


def _boolean(text: str) -> Any:
    return {"": None, "1": True, "0": False}.get(text, FAULTY)


def _number(text: str, limits: tuple[int, int], whole: bool = False) -> Any:
    """A number; beyond its limits a pair that says so, for the file's column has to be looked at as a whole."""
    if not text:
        return None
    if not re.fullmatch(r"-?\d+(\.\d+)?", text) or (whole and float(text) % 1):
        return FAULTY
    value = int(float(text)) if whole else float(text)
    return value if limits[0] <= value <= limits[1] else ("beyond", value)


def _moment(text: str) -> Any:
    if not text:
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d %H:%M")
    except ValueError:
        return FAULTY


def _lose_column_in_another_unit(lines: list[Row], column: str, limits: tuple[int, int]) -> None:
    beyond = [line for line in lines if isinstance(line[column], tuple)]
    above_zero = [line for line in lines if isinstance(line[column], int | float) and line[column] > 0]
    is_other = len(beyond) >= MOST_BEYOND and 100 * len(beyond) >= MOST_PERCENT * (len(above_zero) + len(beyond))
    for line in lines if is_other else beyond:
        if line[column] is not None:
            line[column] = FAULTY


def _without_conflicts(entries: list[Row], several: set[int]) -> list[Row]:
    """The lines of a day less those of files that contradict themselves about it."""
    standing = []
    for file in sorted({entry["file"] for entry in entries}):
        mine = [entry for entry in entries if entry["file"] == file]
        if file in several or not _contradict(mine) or _are_told_apart(mine):
            standing += mine
    return standing


def _contradict(lines: list[Row]) -> bool:
    """Whether two of the lines say different things; a cell set aside contradicts nothing."""
    return any(len({line[column] for line in lines} - {FAULTY}) > 1 for column in CONTENT)


def _are_told_apart(lines: list[Row]) -> bool:
    """Whether every line has a time of entry, and no two lines that differ have the same."""
    times = [_known(line["entered_at"]) for line in lines]
    rows = {(*(_known(line[c]) for c in CONTENT), _known(line["entered_at"])) for line in lines}
    return None not in times and len(rows) <= len(set(times))


def _day_of(entries: list[Row], several: set[int]) -> Row:
    last = max(entry["file"] for entry in entries)
    if any(entry["file"] in several for entry in entries):
        entries = [entry for entry in entries if entry["file"] == last]
        if last in several:
            return _taken_together(entries)
    every_entry_timed = all(_known(entry["entered_at"]) for entry in entries)

    def newest(entry: Row) -> tuple[Any, ...]:
        entered = _known(entry["entered_at"])
        says_more = not any(entry[column] is FAULTY for column in (*CONTENT, "entered_at"))
        if every_entry_timed:
            return (entered, entry["file"], says_more, entry["line"])
        return (entry["file"], says_more, entered is not None, entered or datetime.min, entry["line"])

    current = max(entries, key=newest)
    return {column: _known(current[column]) for column in CONTENT}


def _taken_together(entries: list[Row]) -> Row:
    """A day of several entries. A line that repeats another with its time of entry is the same entry sent twice."""
    counted: list[Row] = []
    seen: set[tuple[Any, ...]] = set()
    for entry in sorted(entries, key=lambda entry: entry["line"]):
        content = tuple(_known(entry[column]) for column in (*CONTENT, "entered_at"))
        if content[-1] is None or content not in seen:
            counted.append({column: _known(entry[column]) for column in CONTENT})
        seen.add(content)
    answers = [entry["headache"] for entry in counted]
    hours = [entry["hours"] for entry in counted if entry["hours"] is not None]
    is_unknown = any(entry["headache"] and entry["hours"] is None for entry in counted)
    severities = [entry["severity"] for entry in counted if entry["severity"] is not None]
    migraines = [entry["migraine"] for entry in counted if entry["migraine"] is not None]
    return {
        "headache": True if True in answers else None if None in answers else False,
        "hours": None if is_unknown or not hours else min(sum(hours), 24.0),
        "severity": max(severities, default=None),
        "migraine": any(migraines) if migraines else None,
        "acute_medication": tuple(sorted({code for entry in counted for code in entry["acute_medication"]})),
    }


def _known(value: Any) -> Any:
    return None if value is FAULTY else value
