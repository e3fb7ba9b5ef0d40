"""A small study as rows in memory: 12 subjects of two sites, a diary of 16 weeks with missing days, and all that goes with it.

Every way of writing it (tests/landing/twenty_ways.py) can hold each of its values: hours in quarters, times on the minute.
"""

import random
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, NamedTuple

Row = dict[str, Any]
FIRST_DAY = date(2024, 1, 22)
BASELINE_DAYS, DIARY_DAYS = 28, 112
SITES = ("site-1", "site-2")
SUBJECTS = [f"{site}{number:02}" for site in (1, 2) for number in range(1, 7)]
DRUGS = ("ibuprofen", "paracetamol", "sumatriptan", "rizatriptan")
NAMES = {
    "subjects": (
        *("subject_id", "arm", "site", "sex", "birth_year", "consent_date", "prior_preventives_failed"),
        *("overuse_excluded", "discontinued_date", "discontinued_reason"),
    ),
    "injections": ("subject_id", "injection_date", "units", "sites"),
    "diary": (
        *("subject_id", "diary_date", "headache", "hours", "severity", "migraine", "acute_medication", "entered_at"),
    ),
    "scores": ("subject_id", "score_date", "instrument", "score"),
    "adverse_events": ("subject_id", "start_date", "end_date", "term", "serious", "related", "severity"),
}


class Canonical(NamedTuple):
    """The rows of each kind of file, in the product's own types; None is an unknown value."""

    subjects: list[Row]
    injections: list[Row]
    diary: list[Row]
    scores: list[Row]
    adverse_events: list[Row]


def start_of(subject: str) -> date:
    """The first diary day: sites and subjects begin on different days."""
    return FIRST_DAY + timedelta(3 * SUBJECTS.index(subject))


def first_injection_of(subject: str) -> date:
    """Day 1 of the first cycle, after the baseline."""
    return start_of(subject) + timedelta(BASELINE_DAYS)


@cache
def canonical() -> Canonical:
    """The same study every time."""
    draw = random.Random(20240122)
    subjects = [_subject(draw, number, subject) for number, subject in enumerate(SUBJECTS)]
    return Canonical(
        subjects,
        [row for subject in SUBJECTS for row in _injections(subject)],
        [row for number, subject in enumerate(SUBJECTS) for row in _diary(draw, subject, responds=number % 3 != 0)],
        [row for subject in SUBJECTS for row in _scores(draw, subject)],
        [_adverse_event(subject, number) for number, subject in enumerate(SUBJECTS[::4])],
    )


def _subject(draw: random.Random, number: int, subject: str) -> Row:
    left = number == 5
    return {
        "subject_id": subject,
        "arm": ("placebo", "ona")[number % 2],
        "site": SITES[int(subject[0]) - 1],
        "sex": draw.choice("FFFM"),
        "birth_year": draw.randrange(1955, 2000),
        "consent_date": start_of(subject) - timedelta(draw.randrange(2, 20)),
        "prior_preventives_failed": draw.randrange(4),
        "overuse_excluded": draw.random() < 0.5,
        "discontinued_date": start_of(subject) + timedelta(DIARY_DAYS - 1) if left else None,
        "discontinued_reason": "moved away" if left else None,
    }


def _injections(subject: str) -> list[Row]:
    first = first_injection_of(subject)
    days = (first, first + timedelta(77)) if subject.endswith("2") else (first,)
    return [{"subject_id": subject, "injection_date": day, "units": 155.0, "sites": 31} for day in days]


def _diary(draw: random.Random, subject: str, responds: bool) -> list[Row]:
    rows = []
    for number in range(DIARY_DAYS):
        # A day without a row: the diary was not filled in.
        if draw.random() < 0.08:
            continue
        day = start_of(subject) + timedelta(number)
        chance = 0.35 if responds and number > BASELINE_DAYS + 14 else 0.7
        headache = draw.random() < chance
        drugs = draw.sample(DRUGS, draw.choice((0, 1, 1, 2))) if headache else []
        evening = datetime.combine(day, time(18)) + timedelta(minutes=draw.randrange(350))
        rows.append(
            {
                "subject_id": subject,
                "diary_date": day,
                "headache": headache,
                "hours": draw.randrange(2, 80) / 4 if headache else None,
                "severity": draw.randrange(1, 4) if headache else 0,
                "migraine": headache and draw.random() < 0.6,
                "acute_medication": sorted(drugs),
                "entered_at": evening,
            }
        )
    return rows


def _scores(draw: random.Random, subject: str) -> list[Row]:
    return [
        {"subject_id": subject, "score_date": day, "instrument": instrument, "score": float(score)}
        for day in (start_of(subject), start_of(subject) + timedelta(84))
        for instrument, score in (("HIT6", draw.randrange(50, 79)), ("MSQ_RR", 5 * draw.randrange(4, 20)))
    ]


def _adverse_event(subject: str, number: int) -> Row:
    day = first_injection_of(subject) + timedelta(3)
    return {
        "subject_id": subject,
        "start_date": day,
        "end_date": day + timedelta(number) if number else None,
        "term": "Neck pain",
        "serious": False,
        "related": True,
        "severity": "mild",
    }
