"""Which diary day is a headache day, and how many of them lie between two dates.

Source: docs/rule-parameters.md, "Headache day and recorded day"
(`hours_4`: PREEMPT, COMPEL; `hours_4_or_acute`: HALO-style).
"""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

LONG_HEADACHE_HOURS = 4
MIGRAINE_SPECIFIC = {"triptan", "ergot"}  # the acute drugs that make a short headache count
ONE_DAY = timedelta(days=1)

Classes = dict[str, frozenset[str]]  # drug as written -> overuse classes that it belongs to; one not in it is not known
Answers = dict[date, bool]  # one subject's recorded days: True headache day, False free day


def headache_answer(diary_day: dict[str, Any], definition: str, classes: Classes) -> bool | None:
    """One diary day in; True for a headache day, False for a free day, None for a day not recorded."""
    if diary_day["headache"] is None:
        return None
    if not diary_day["headache"]:
        return False  # whatever was taken or timed: a triptan does not make a headache
    if definition == "any":
        return True
    if definition == "hours_4_or_acute" and took_triptan_or_ergot(diary_day, classes):
        return True  # known without the hours, which the drug may have cut short
    if diary_day["hours"] is None:
        return None
    is_short = diary_day["hours"] < LONG_HEADACHE_HOURS
    if definition == "hours_4_or_acute" and is_short and took_unknown_drug(diary_day, classes):
        return None  # it may have been a triptan
    return diary_day["hours"] >= LONG_HEADACHE_HOURS


def took_triptan_or_ergot(diary_day: dict[str, Any], classes: Classes) -> bool:
    """Nothing written down is nothing taken; a drug in no class is neither."""
    return any(MIGRAINE_SPECIFIC & classes.get(code, frozenset()) for code in diary_day["acute_medication"])


def took_unknown_drug(diary_day: dict[str, Any], classes: Classes) -> bool:
    """Something was taken, and nobody knows what."""
    return any(drug not in classes for drug in diary_day["acute_medication"])


def derive_answers(diary: dict[date, dict], definition: str, classes: Classes) -> Answers:
    """One subject's diary by date in; its recorded days under the definition out."""
    answers = {}
    for diary_date, diary_day in diary.items():
        answer = headache_answer(diary_day, definition, classes)
        if answer is not None:
            answers[diary_date] = answer
    return answers


def dates_between(start: date, end: date) -> Iterator[date]:
    """Every date from start to end, both included."""
    day = start
    while day <= end:
        yield day
        day += ONE_DAY


def count_days(answers: Answers, start: date, end: date) -> tuple[int, int]:
    """(headache days, recorded days) from start to end, both included. Missing is not zero."""
    headache_days = recorded_days = 0
    for day in dates_between(start, end):
        answer = answers.get(day)
        if answer is not None:
            recorded_days += 1
            headache_days += answer
    return headache_days, recorded_days
