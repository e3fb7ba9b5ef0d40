"""Injection cycles and the 28-day months in them.

Source: docs/rules/cycles.md. The injection date is Day 1 of the cycle that it opens.
"""

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from .headache_days import ONE_DAY, dates_between

MODERATE = 2  # severity 0 none .. 3 severe


def derive_cycles(subject_id: str, injections: list[dict], protocol: dict) -> list[dict[str, Any]]:
    """One row per cycle, in time order. Several injections on one date are one: units and sites summed.

    Grain in: one subject's injections on or before the cut-off. A cycle ends on the day before the next
    injection or on Day 84, whichever is first, so the days of a late interval belong to no cycle.
    """
    injections_on: dict[date, list[dict]] = {}
    for injection in injections:
        injections_on.setdefault(injection["injection_date"], []).append(injection)

    start_dates = sorted(injections_on)
    cycles = []
    for number, start in enumerate(start_dates, start=1):
        next_injection = start_dates[number] if number < len(start_dates) else None
        end = start + timedelta(days=protocol["cycle_days"] - 1)
        if next_injection is not None:
            end = min(end, next_injection - ONE_DAY)
        cycles.append(
            {
                "subject_id": subject_id,
                "cycle": number,
                "start_date": start,
                "end_date": end,
                "next_injection_date": next_injection,
                "units": sum_known([injection["units"] for injection in injections_on[start]]),
                "sites": sum_known([injection["sites"] for injection in injections_on[start]]),
            }
        )
    return cycles


def sum_known(values: list) -> Any:
    """The sum of the known values; None, not 0, when none is known."""
    known = [value for value in values if value is not None]
    return sum(known) if known else None


def month_dates(cycle: dict, protocol: dict) -> list[tuple[int, date, date]]:
    """(month, start, end) of the months that exist in a cycle: Days 1-28, 29-56, 57-84.

    The cycle's end cuts a month short; a month that would begin after it does not exist.
    """
    months = []
    for month in range(1, protocol["months_per_cycle"] + 1):
        start = cycle["start_date"] + timedelta(days=(month - 1) * protocol["month_days"])
        end = start + timedelta(days=protocol["month_days"] - 1)
        if start <= cycle["end_date"]:
            months.append((month, start, min(end, cycle["end_date"])))
    return months


def protocol_baseline(cycles: list[dict], protocol: dict) -> tuple[date, date]:
    """Days -28..-1 before the first injection. There is no Day 0."""
    first_injection = cycles[0]["start_date"]
    return first_injection - timedelta(days=protocol["baseline_days"]), first_injection - ONE_DAY


def derive_months(subject_id: str, cycles: list[dict], diary: dict, protocol: dict) -> list[dict]:
    """One row per month of each cycle, due or not, after the baseline as cycle 0, month 1."""
    if not cycles:
        return []
    spans = [(0, 1, *protocol_baseline(cycles, protocol))]
    for cycle in cycles:
        for month, start, end in month_dates(cycle, protocol):
            spans.append((cycle["cycle"], month, start, end))

    months = []
    for number, month, start, end in spans:
        key = {"subject_id": subject_id, "cycle": number, "month": month}
        months.append(key | {"start_date": start, "end_date": end} | count_month(diary, start, end))
    return months


def count_month(diary: dict[date, dict], start: date, end: date) -> dict[str, Any]:
    """The counts of one month, under the `any` definition. Headache hours are exact."""
    counts: dict[str, Any] = {
        "recorded_days": 0,
        "headache_days": 0,
        "moderate_severe_days": 0,
        "headache_hours": Fraction(0),
        "migraine_days": 0,
        "acute_medication_days": 0,
        "crystal_clear_days": 0,
    }
    for day in dates_between(start, end):
        diary_day = diary.get(day)
        if diary_day is None:
            continue
        if diary_day["headache"] is None:
            continue  # not recorded: it counts neither way, in nothing that is divided by recorded days
        counts["recorded_days"] += 1
        counts["migraine_days"] += bool(diary_day["migraine"])
        counts["acute_medication_days"] += bool(diary_day["acute_medication"])
        if not diary_day["headache"]:
            counts["crystal_clear_days"] += 1
            continue
        counts["headache_days"] += 1
        if diary_day["severity"] is not None and diary_day["severity"] >= MODERATE:
            counts["moderate_severe_days"] += 1
        if diary_day["hours"] is not None:
            counts["headache_hours"] += Fraction(diary_day["hours"])
    return counts
