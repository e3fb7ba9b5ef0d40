"""The days of a cycle that are judged, and the days that they are compared with.

Source: docs/rule-parameters.md, "Windows". A window is its (first, last) date, both included.
"""

from datetime import date, timedelta

from .headache_days import ONE_DAY

Window = tuple[date, date]


def baseline_window(cycle: dict, first_cycle: dict, rule_set: dict) -> Window:
    """Days -N..-1 before the first injection or before the injection that opens this cycle."""
    baseline = rule_set["baseline"]
    anchor = first_cycle if baseline["anchor"] == "first_injection" else cycle
    injection_date = anchor["start_date"]
    return injection_date - timedelta(days=baseline["days"]), injection_date - ONE_DAY


def judged_window(cycle: dict, rule_set: dict, protocol: dict) -> Window | None:
    """The window of one cycle; None when the next injection leaves it without a day."""
    position, days = rule_set["window"]["position"], timedelta(days=rule_set["window"]["days"])
    day_1, next_injection = cycle["start_date"], cycle["next_injection_date"]

    if position == "first":
        start, end = day_1, day_1 + days - ONE_DAY
    else:
        end = day_1 + timedelta(days=protocol["cycle_days"] - 1)
        if rule_set["window"]["end"] == "next_injection" and next_injection is not None:
            end = next_injection - ONE_DAY  # on Day 105, late: the last 28 days are Days 77-104
        start = day_1 if position == "whole" else max(day_1, end - days + ONE_DAY)

    # The injection date belongs to the new cycle. The start stays: 28 days cut short are not moved back.
    if next_injection is not None:
        end = min(end, next_injection - ONE_DAY)
    return (start, end) if start <= end else None


def window_length(window: Window | None) -> int:
    """Calendar days in the window, recorded or not."""
    return 0 if window is None else (window[1] - window[0]).days + 1


def is_due(window: Window | None, cutoff: date) -> bool:
    """Due when the last day is on or before the cut-off. Nothing is left to wait for in an empty window."""
    return window is None or window[1] <= cutoff
