"""Statuses and rates counted once more in plain Python, to hold a published snapshot against.

Written from the wording of docs/rule-parameters.md. Shares no code with the SQL models or the rest of the package:
a mistake would have to be made twice to go unseen. Rows are dictionaries with the published columns.
"""

import operator
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from itertools import product
from typing import Any

Row = dict[str, Any]
Period = tuple[date, date] | None
DAY = timedelta(days=1)
COMPARE = {">=": operator.ge, ">": operator.gt, "<=": operator.le, "<": operator.lt}
JUDGED = ("responder", "non_responder")
UNKNOWN = "unknown"  # a drug that is not known, beside or instead of the classes of ICHD-3 8.2
STOPS = ("stop_success", "stop_no_response")


def recount_subject(
    diary: Iterable[Row],
    injection_dates: Iterable[date],
    cutoff: date,
    rules: Sequence[Row],
    protocol: Row,
    classes: Mapping[str, set[str]],
) -> list[Row]:
    """One subject's rows of analysis.responder, one per rule set and cycle given, without the texts and the arm.

    ``rules`` are rows of meta.rule_sets, ``protocol`` the row of meta.protocol, ``classes`` the drug classes by text of
    acute medication; UNKNOWN is among them where a drug of the text is not known.
    """
    days = [day for day in diary if day["diary_date"] <= cutoff]
    starts = sorted({day for day in injection_dates if day <= cutoff})
    rows = []
    for rule in rules:
        answers = {
            day["diary_date"]: answer
            for day in days
            if (answer := _headache_day(day, rule["headache_day"], protocol["min_headache_hours"], classes)) is not None
        }
        rows += _judge(rule, answers, starts, cutoff, protocol)
    return rows


def _headache_day(day: Row, definition: str, min_hours: int, classes: Mapping[str, set[str]]) -> bool | None:
    """Whether a diary day is a headache day; None = not recorded under this definition."""
    if not day["headache"] or definition == "any":
        return day["headache"]
    if definition == "hours_4_or_acute":
        taken = classes.get(day["acute_medication"], {UNKNOWN}) if day["acute_medication"] else set()
        if taken & {"triptan", "ergot"}:
            return True
        if UNKNOWN in taken:  # perhaps a triptan: only a long headache is one whatever was taken
            return True if day["hours"] is not None and day["hours"] >= min_hours else None
    return None if day["hours"] is None else day["hours"] >= min_hours


def _judge(rule: Row, answers: dict[date, bool], starts: list[date], cutoff: date, protocol: Row) -> list[Row]:
    rows: list[Row] = []
    needs_baseline = rule["response_reduction_pct_comparator"] is not None
    statuses: list[str] = []
    reliefs: list[bool] = []
    good_months = 0
    previous = "undetermined"
    for cycle, start in enumerate(starts, start=1):
        following = starts[cycle] if cycle < len(starts) else None
        window = _window(rule, protocol["cycle_days"], start, following)
        anchor = start if rule["baseline_anchor"] == "each_injection" else starts[0]
        baseline = (anchor - rule["baseline_days"] * DAY, anchor - DAY)
        base_days, base_headaches = _count(answers, baseline)
        recorded, headaches = _count(answers, window)
        d, h = _fill(rule["window_missing_days"], window, recorded, headaches)
        has_baseline = base_days >= rule["baseline_min_recorded_days"] and base_headaches > 0
        if window and window[1] > cutoff:
            status = "not_due"
        elif window is None or recorded < rule["window_min_recorded_days"] or (needs_baseline and not has_baseline):
            status = "not_evaluable"
        else:
            status = "responder" if _responds(rule, h, d, base_headaches, base_days) else "non_responder"
        has_relief = None
        if status in JUDGED:
            statuses.append(status)
            if has_baseline:
                has_relief = h * base_days < base_headaches * d
                reliefs.append(has_relief)
        is_success = False
        for month in _months(start, following, protocol):
            good_months = good_months + 1 if _is_good_month(rule, answers, month, cutoff) else 0
            is_success |= rule["stop_success_months"] is not None and good_months >= rule["stop_success_months"]
        if is_success:
            verdict = "stop_success"
        elif status in JUDGED:
            stops = _has_failed(rule, cycle, statuses, reliefs, has_relief)
            verdict = "stop_no_response" if stops else "continue"
        else:
            verdict = previous if previous in STOPS else "undetermined"
        previous = verdict
        rows.append(
            {
                "rule_set": rule["rule_set"],
                "cycle": cycle,
                "baseline_start_date": baseline[0],
                "baseline_end_date": baseline[1],
                "baseline_recorded_days": base_days,
                "baseline_headache_days": base_headaches,
                "window_start_date": window[0] if window else None,
                "window_end_date": window[1] if window else None,
                "recorded_days": recorded,
                "headache_days": headaches,
                "judged_days": d,
                "judged_headache_days": h,
                "headache_days_per_month": Fraction(h * rule["month_days"], d) if d else None,
                "baseline_days_per_month": (
                    Fraction(base_headaches * rule["month_days"], base_days) if base_days else None
                ),
                "reduction_pct": 100 * (1 - Fraction(h * base_days, d * base_headaches))
                if has_baseline and d
                else None,
                "status": status,
                "verdict": verdict,
            }
        )
    return rows


def _window(rule: Row, cycle_days: int, start: date, following: date | None) -> Period:
    """First and last day judged; None = the next injection came before the window began."""
    whole, length = rule["window_position"] == "whole", rule["window_days"]
    if rule["window_position"] == "first":
        first, last = start, start + (length - 1) * DAY
    elif rule["window_end"] == "next_injection" and following:
        last = following - DAY
        return (start if whole else max(start, last - (length - 1) * DAY), last)
    else:
        last = start + (cycle_days - 1) * DAY
        first = start if whole else last - (length - 1) * DAY
    if following and following <= last:
        last = following - DAY
    return (first, last) if first <= last else None


def _months(start: date, following: date | None, protocol: Row) -> list[tuple[date, date]]:
    """The months of a cycle, cut at its end; one that would begin after it does not exist."""
    end = start + (protocol["cycle_days"] - 1) * DAY
    if following:
        end = min(end, following - DAY)
    length = protocol["month_days"]
    firsts = [start + number * length * DAY for number in range(protocol["months_per_cycle"])]
    return [(first, min(first + (length - 1) * DAY, end)) for first in firsts if first <= end]


def _count(answers: dict[date, bool], period: Period) -> tuple[int, int]:
    """Recorded days and headache days of a period."""
    if period is None:
        return 0, 0
    first, last = period
    known = [answers[day] for number in range((last - first).days + 1) if (day := first + number * DAY) in answers]
    return len(known), sum(known)


def _fill(policy: str, period: Period, recorded: int, headaches: int) -> tuple[int, int]:
    """Days judged and headache days among them, after the policy for days without a recorded answer."""
    length = (period[1] - period[0]).days + 1 if period else 0
    if policy == "headache":
        return length, headaches + length - recorded
    return (length if policy == "free" else recorded), headaches


def _responds(rule: Row, h: int, d: int, base_headaches: int, base_days: int) -> bool:
    """Whether the response conditions hold for h of d days, all in integers."""
    per_month = rule["month_days"]
    sides = {
        "reduction_pct": (100 * (base_headaches * d - h * base_days), base_headaches * d),
        "headache_free_days": ((d - h) * per_month, d),
        "headache_days": (h * per_month, d),
    }
    held = [
        COMPARE[rule[f"response_{measure}_comparator"]](amount, rule[f"response_{measure}_threshold"] * unit)
        for measure, (amount, unit) in sides.items()
        if rule[f"response_{measure}_comparator"] is not None
    ]
    return any(held) if rule["response_require"] == "any" else all(held)


def _is_good_month(rule: Row, answers: dict[date, bool], month: tuple[date, date], cutoff: date) -> bool:
    """Whether a month counts towards stopping for success."""
    if rule["stop_success_months"] is None or month[1] > cutoff:
        return False
    recorded, headaches = _count(answers, month)
    d, h = _fill(rule["window_missing_days"], month, recorded, headaches)
    enough = recorded >= rule["stop_success_min_recorded_days"]
    return enough and h * rule["month_days"] < rule["stop_success_headache_days_below"] * d


def _has_failed(rule: Row, cycle: int, statuses: list[str], reliefs: list[bool], has_relief: bool | None) -> bool:
    """Whether a judged cycle is a reason to stop for want of response; the lists end with this cycle."""
    mode, needed = rule["stop_no_response_mode"], rule["stop_no_response_cycles"]
    if mode is None:
        return False
    if rule["stop_no_response_or_not_responding"] and statuses[-1] == "non_responder":
        return True
    if rule["stop_no_response_condition"] == "relief":
        if has_relief is None:
            return False
        failures = [not relief for relief in reliefs]
    else:
        failures = [status == "non_responder" for status in statuses]
    if mode == "latest":
        return cycle >= needed and failures[-1]
    return len(failures) >= needed and all(failures[-needed:])


def recount_rates(
    statuses: Iterable[Row],
    declared_arms: Iterable[str],
    first_injections: Mapping[str, date],
    cutoff: date,
    cycle_days: int,
) -> tuple[dict[tuple[Any, ...], Row], dict[tuple[Any, ...], Row]]:
    """summary.responder_rates and summary.first_response from the rows of analysis.responder.

    Gives both by rule_set, arm (and ``all``) and cycle, for every declared arm (nobody may be in it) and every cycle
    that anybody was given.
    """
    given: dict[tuple[str, str], dict[int, str]] = {}
    arms: dict[str, str | None] = {}
    for row in statuses:
        given.setdefault((row["rule_set"], row["subject_id"]), {})[row["cycle"]] = row["status"]
        arms[row["subject_id"]] = row["arm"]
    declared = set(declared_arms)
    cycles = range(1, 1 + max((max(by_cycle) for by_cycle in given.values()), default=0))
    counts: Counter[tuple[Any, ...]] = Counter()
    for (rule_set, subject), by_cycle in given.items():
        first = next((cycle for cycle in cycles if by_cycle.get(cycle) == "responder"), None)
        groups = {"all", arms[subject]} & {"all", *declared}
        for cycle in cycles:
            status = by_cycle.get(cycle)
            counted_as = ["treated"]
            if status is None:
                is_past = first_injections[subject] + (cycle_days * cycle - 1) * DAY <= cutoff
                counted_as += ["nri"] if is_past else []
            elif status != "not_due":
                counted_as += ["nri", "due", status]
            counted_as += ["first"] if first == cycle else []
            counted_as += ["by_now"] if first is not None and first <= cycle else []
            counts.update((rule_set, group, cycle, name) for group in groups for name in counted_as)
    rates, firsts = {}, {}
    rule_sets = {rule_set for rule_set, _ in given}
    for key in {key[:3] for key in counts} | set(product(rule_sets, declared, cycles)):
        n = {name: counts[(*key, name)] for name in ("treated", "nri", "due", *JUDGED, "first", "by_now")}
        evaluable, responders = n["responder"] + n["non_responder"], n["responder"]
        rates[key] = {
            "n_subjects": n["due"],
            "n_evaluable": evaluable,
            "n_responders": responders,
            "responder_pct": _percent(responders, evaluable),
            "n_nri": n["nri"],
            "responder_nri_pct": _percent(responders, n["nri"]),
        }
        firsts[key] = {
            "n_subjects": n["treated"],
            "n_first": n["first"],
            "first_pct": _percent(n["first"], n["treated"]),
            "cumulative_pct": _percent(n["by_now"], n["treated"]),
        }
    return rates, firsts


def _percent(part: int, whole: int) -> Fraction | None:
    return Fraction(100 * part, whole) if whole else None
