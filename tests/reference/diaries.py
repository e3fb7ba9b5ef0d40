"""Small diaries for the tests of the reference, drawn as marks.

One mark a day: `1` headache, `0` no headache, `?` a row whose headache answer is unknown, `.` no row.
Days are numbered as in CDISC from the first injection, INJECTION = Day 1; Day -1 is the day before, no Day 0.
"""

import tomllib
from datetime import date, timedelta
from pathlib import Path

from .engine import evaluate

DATA = Path(__file__).parents[2] / "data"
PROTOCOL = tomllib.loads((DATA / "protocol.toml").read_text())
SHIPPED = {path.stem: tomllib.loads(path.read_text()) for path in (DATA / "rules").glob("*.toml")}
INJECTION = date(2025, 3, 3)
CLASSES = {
    "SUMA": frozenset({"triptan"}),
    "ERGO": frozenset({"ergot"}),
    "ASA": frozenset({"simple"}),
    "PARA": frozenset({"simple"}),
    "ASA_CAF": frozenset({"combination", "simple"}),
    "COD": frozenset({"opioid"}),
    "VITAMIN": frozenset(),  # known, in no class
}


def day(number, injection=INJECTION):
    """The date of a study day."""
    assert number != 0, "there is no Day 0"
    return injection + timedelta(days=number if number < 0 else number - 1)


def marks(headache_days, recorded_days, length=28):
    """A stretch of days: first the headache days, then the free ones, then days without a row."""
    free_days = recorded_days - headache_days
    return "1" * headache_days + "0" * free_days + "." * (length - recorded_days)


def diary(start, drawn, subject_id="S1", **known):
    """Diary rows from the date or study day `start`; `known` sets other columns of every row."""
    first = start if isinstance(start, date) else day(start)
    answers = {"1": True, "0": False, "?": None}
    return [
        {
            "subject_id": subject_id,
            "diary_date": first + timedelta(days=offset),
            "headache": answers[mark],
            "hours": None,
            "severity": None,
            "migraine": None,
            "acute_medication": (),
        }
        | known
        for offset, mark in enumerate(drawn.replace(" ", ""))
        if mark != "."
    ]


def injection(start=1, units=155, sites=31, subject_id="S1"):
    """One injection on the date or study day `start`."""
    given = start if isinstance(start, date) else day(start)
    return {"subject_id": subject_id, "injection_date": given, "units": units, "sites": sites}


def rule(**parameters):
    """A rule set that asks for a 30% reduction, but for the parameters given."""
    reduction = {"measure": "reduction_pct", "comparator": ">=", "threshold": 30}
    return {"id": "tested", "response": {"conditions": [reduction]}} | parameters


def respond(rule_set, days, injections=(1,), cutoff=None, **known):
    """The responder rows of one subject under one rule set; cut-off as a date or study day."""
    cutoff = day(cutoff) if isinstance(cutoff, int) else cutoff
    given = [injection(start) for start in injections]
    tables = evaluate(days, given, [rule_set], PROTOCOL, cutoff, medication_classes=CLASSES, **known)
    return tables["responder"]


def judge(rule_set, baseline, window, cutoff=84):
    """The row of one cycle: the baseline drawn on Days -28..-1, the window on Days 57-84."""
    (row,) = respond(rule_set, diary(-28, baseline) + diary(57, window), cutoff=cutoff)
    return row


def follow(rule_set, baseline, cycles, cutoff=None):
    """(status, verdict) per cycle; each cycle is 84 days, drawn as a window (last 28 days) or in full.

    A window of 28 marks stands after 56 days without a diary row. The cut-off is the end of the last cycle.
    """
    days = diary(-28, baseline)
    for number, drawn in enumerate(cycles):
        drawn = drawn.replace(" ", "")
        days += diary(1 + 84 * number, drawn if len(drawn) == 84 else "." * 56 + drawn)
    starts = [1 + 84 * number for number in range(len(cycles))]
    rows = respond(rule_set, days, starts, cutoff or 84 * len(cycles))
    return [(row["status"], row["verdict"]) for row in rows]
