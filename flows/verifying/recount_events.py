"""Intercurrent events of one subject counted once more in plain Python, and what each estimand sets aside for them.

Written from docs/statistics.md, estimands. Shares no code with the SQL models or the rest of the package.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

Row = dict[str, Any]
DAY = timedelta(days=1)
SETS_ASIDE = ("composite", "hypothetical", "while_on_treatment")


class Treated(NamedTuple):
    """What is known of a treated subject: injections up to the cut-off in order, what the subjects file says of leaving, the
    stated events (date and kind), and the last day of the window by which each cycle is judged."""

    injections: Sequence[date]
    left: date | None
    reason: str | None
    stated: Iterable[tuple[date, str]]
    window_ends: Mapping[int, date | None]


def recount_events(subject: Treated, cycles_of_study: int, cutoff: date, cycle_days: int) -> dict[str, Row]:
    """The first event of each kind from the first injection to the cut-off: its day, what states it, and why who stopped did."""
    first, last = subject.injections[0], subject.injections[-1]
    leaving = "death" if subject.reason == "death" else "stopped"
    found = [(day, 0, kind, "intercurrent_events") for day, kind in subject.stated]
    if subject.reason != "completed":
        if subject.left:
            found.append((subject.left, 1, leaving, "subjects"))
        given = len(subject.injections)
        if given < cycles_of_study and first + ((given + 1) * cycle_days - 1) * DAY <= cutoff:
            found.append((last + cycle_days * DAY, 2, leaving, "injections"))
    found = sorted(event for event in found if first <= event[0] <= cutoff)
    death = min((day for day, _, kind, _ in found if kind == "death"), default=cutoff)
    reason = None if subject.reason in ("completed", "death") else subject.reason
    events: dict[str, Row] = {}
    for day, _, kind, source in found:
        if day <= death and kind not in events:
            events[kind] = {"event_date": day, "source": source, "reason": reason if kind == "stopped" else None}
    return events


def deciding_event(events: Mapping[str, Row], declared: Iterable[Row]) -> tuple[date, str, str] | None:
    """Day, strategy and kind of the first event whose strategy sets data aside; ``declared`` are rows of meta.estimands."""
    entries = [(row["detail"], [r for r in row["reasons"].split("; ") if r], row["strategy"]) for row in declared]
    deciding = []
    for kind, event in events.items():
        named = [s for about, reasons, s in entries if about == kind and event["reason"] in reasons]
        others = [s for about, reasons, s in entries if about == kind and not reasons]
        strategy = (named + others + ["not_declared"])[0]
        if strategy in SETS_ASIDE:
            deciding.append((event["event_date"], strategy != "composite", kind, strategy))
    if not deciding:
        return None
    day, _, kind, strategy = min(deciding)
    return day, strategy, kind


def months_aside(subject: Treated, event: tuple[date, str, str], protocol: Row) -> list[Row]:
    """The months that end on the day of the event or later, where its strategy is not about the outcome."""
    day, strategy, kind = event
    facts = {"kind": kind, "strategy": strategy, "event_date": day}
    rows: list[Row] = []
    if strategy == "composite":
        return rows
    for cycle, start in enumerate(subject.injections, start=1):
        end = _end(subject, cycle, protocol["cycle_days"])
        for month in range(1, protocol["months_per_cycle"] + 1):
            first = start + (month - 1) * protocol["month_days"] * DAY
            if first <= end and min(end, first + (protocol["month_days"] - 1) * DAY) >= day:
                rows.append({"cycle": cycle, "month": month} | facts)
    return rows


def cycles_aside(subject: Treated, event: tuple[date, str, str], cycles_of_study: int, cycle_days: int) -> list[Row]:
    """The cycles of the study from the one in which the event lies; one not given lasts as long as it should have."""
    day, strategy, kind = event
    given, last = len(subject.injections), subject.injections[-1]
    rows = []
    for cycle in range(1, cycles_of_study + 1):
        end = last + (cycle_days * (cycle - given + 1) - 1) * DAY
        if cycle <= given:
            end = max(day for day in (_end(subject, cycle, cycle_days), subject.window_ends.get(cycle)) if day)
        if day <= end:
            rows.append({"cycle": cycle, "kind": kind, "strategy": strategy, "event_date": day})
    return rows


def _end(subject: Treated, cycle: int, cycle_days: int) -> date:
    """The last day of a cycle that was given: its planned end, or the day before the next injection."""
    planned = subject.injections[cycle - 1] + (cycle_days - 1) * DAY
    return min(planned, subject.injections[cycle] - DAY) if cycle < len(subject.injections) else planned
