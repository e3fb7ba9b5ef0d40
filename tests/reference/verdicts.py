"""Should treatment go on after this cycle?

Source: docs/rule-parameters.md, "Verdict at cycle c". A stop for success and a stop for failure are
different verdicts. A cycle is judged on its own data and the cycles before it, never on a later one.
"""

from datetime import date

from .cycles import month_dates
from .headache_days import Answers, count_days
from .response import apply_missing_day_policy
from .windows import is_due

JUDGED = ("responder", "non_responder")
STOPS = ("stop_success", "stop_no_response")


def find_success_cycles(cycles: list[dict], answers: Answers, rule_set: dict, protocol: dict, cutoff: date) -> set[int]:
    """The cycles in which a long enough run of months below the limit ends.

    The run is in time order over all cycles, without the baseline. A month that is not due, not evaluable or not
    below the limit breaks it; days that belong to no month (cut by an early injection, after Day 84) do not.
    """
    stop = rule_set["stop_success"]
    if stop["headache_days_below"] is None:
        return set()

    success_cycles = set()
    run = 0
    for cycle in cycles:
        for _, start, end in month_dates(cycle, protocol):
            headache_days, recorded_days = count_days(answers, start, end)
            length = (end - start).days + 1
            policy = rule_set["window"]["missing_days"]
            h, d = apply_missing_day_policy(headache_days, recorded_days, length, policy)
            is_evaluable = is_due((start, end), cutoff) and recorded_days >= stop["min_recorded_days"]
            is_below = h * rule_set["month_days"] < stop["headache_days_below"] * d
            run = run + 1 if is_evaluable and is_below else 0
            if run >= stop["months"]:
                success_cycles.add(cycle["cycle"])
    return success_cycles


def is_stop_no_response(judged_cycles: list[dict], rule_set: dict) -> bool:
    """Does the last of these cycles, given those before it, call for a stop for lack of response?

    Grain in: cycles 1..c as {cycle, status, has_relief}; has_relief is None where it cannot be evaluated.
    """
    stop, this_cycle = rule_set["stop_no_response"], judged_cycles[-1]
    if stop["mode"] is None or this_cycle["status"] not in JUDGED:
        return False
    if stop["or_not_responding"] and this_cycle["status"] == "non_responder":
        return True

    # What each cycle lacks, in time order; a cycle that cannot be evaluated is passed over, not counted.
    lacking = []
    for judged in judged_cycles:
        if stop["condition"] == "relief":
            lacks = None if judged["has_relief"] is None else not judged["has_relief"]
        else:
            lacks = judged["status"] == "non_responder" if judged["status"] in JUDGED else None
        if lacks is not None:
            lacking.append(lacks)
        elif judged is this_cycle:
            return False

    if stop["mode"] == "latest":
        # K is a cycle number: "after two cycles" is reached at cycle 2 even if cycle 1 was never evaluable.
        return this_cycle["cycle"] >= stop["cycles"] and lacking[-1]
    return len(lacking) >= stop["cycles"] and all(lacking[-stop["cycles"] :])


def decide_verdicts(judged_cycles: list[dict], success_cycles: set[int], rule_set: dict) -> list[str]:
    """One verdict per cycle of one subject under one rule set, in the order of the cycles."""
    verdicts = []
    previous = None
    for number, judged in enumerate(judged_cycles, start=1):
        if judged["cycle"] in success_cycles:
            verdict = "stop_success"
        elif is_stop_no_response(judged_cycles[:number], rule_set):
            verdict = "stop_no_response"
        elif judged["status"] in JUDGED:
            verdict = "continue"
        elif previous in STOPS:
            verdict = previous  # nothing was learnt since: the stop stands
        else:
            verdict = "undetermined"
        verdicts.append(verdict)
        previous = verdict
    return verdicts
