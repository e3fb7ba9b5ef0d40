"""analysis.responder: was the subject a responder in this cycle, under this rule set?

Source: docs/rule-parameters.md. Every cycle has a row, judged or not.
"""

from datetime import date
from typing import Any

from .headache_days import Answers, count_days
from .response import (
    apply_missing_day_policy,
    days_per_month,
    decide_status,
    has_relief,
    is_baseline_comparable,
    reduction_pct,
)
from .verdicts import JUDGED, decide_verdicts, find_success_cycles
from .windows import baseline_window, is_due, judged_window, window_length


def derive_responder(
    subject_id: str, cycles: list[dict], answers: Answers, rule_set: dict, protocol: dict, cutoff: date
) -> list[dict[str, Any]]:
    """One row per cycle of one subject under one rule set.

    Grain in: the subject's cycles in time order; its recorded days under the rule set's headache-day definition.
    Units: *_days counted diary days, before the missing-day policy; *_per_month and *_pct exact fractions, after it.
    """
    rows, judged_cycles = [], []
    for cycle in cycles:
        row, relief = judge_cycle(cycle, cycles[0], answers, rule_set, protocol, cutoff)
        rows.append({"rule_set": rule_set["id"], "subject_id": subject_id, "cycle": cycle["cycle"]} | row)
        judged_cycles.append({"cycle": cycle["cycle"], "status": row["status"], "has_relief": relief})

    success_cycles = find_success_cycles(cycles, answers, rule_set, protocol, cutoff)
    for row, verdict in zip(rows, decide_verdicts(judged_cycles, success_cycles, rule_set), strict=True):
        row["verdict"] = verdict
    return rows


def judge_cycle(
    cycle: dict, first_cycle: dict, answers: Answers, rule_set: dict, protocol: dict, cutoff: date
) -> tuple[dict[str, Any], bool | None]:
    """(the row up to its status, relief): relief is None where the cycle is not evaluable for it."""
    baseline_start, baseline_end = baseline_window(cycle, first_cycle, rule_set)
    baseline = count_days(answers, baseline_start, baseline_end)  # always prorated, whatever the policy

    window = judged_window(cycle, rule_set, protocol)
    window_start, window_end = window or (None, None)
    headache_days, recorded_days = count_days(answers, *window) if window else (0, 0)
    policy = rule_set["window"]["missing_days"]
    count = apply_missing_day_policy(headache_days, recorded_days, window_length(window), policy)

    status = decide_status(is_due(window, cutoff), window is None, recorded_days, count, baseline, rule_set)
    relief = None
    if status in JUDGED and is_baseline_comparable(baseline, rule_set):
        relief = has_relief(count, baseline)

    row = {
        "baseline_start_date": baseline_start,
        "baseline_end_date": baseline_end,
        "baseline_recorded_days": baseline[1],
        "baseline_headache_days": baseline[0],
        "window_start_date": window_start,
        "window_end_date": window_end,
        "recorded_days": recorded_days,
        "headache_days": headache_days,
        "headache_days_per_month": days_per_month(count, rule_set["month_days"]),
        "baseline_days_per_month": days_per_month(baseline, rule_set["month_days"]),
        "reduction_pct": reduction_pct(count, baseline, rule_set),
        "status": status,
    }
    return row, relief
