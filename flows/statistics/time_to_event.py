"""summary.time_to_event and summary.time_to_event_tests: curves of Kaplan and Meier by cycle, and the arms compared."""

from typing import Any

import duckdb

from flows.base.sql_text import one_value, rows_of
from flows.statistics.compared_subjects import arms_in_order
from flows.statistics.rounding import finite
from flows.statistics.survival import Times, cox_ratio, curve_of, grouped_ratio, log_rank, median_of, times_of

Row = dict[str, Any]
ALL = "all"
CI_METHOD = "Greenwood, log-minus-log"
TEST_METHOD = (
    "log-rank test; Cox regression, ties by Efron; the same for grouped times, complementary log-log by cycle;"
    " time in cycles, an event is known to the cycle"
)
AMONG_RESPONDERS = "of those who responded: the arms are not compared as they were randomised"


def time_to_event(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Subjects at risk, with the event and censored, and the share with the event so far.

    Grain: rule_set x event x arm (and all) x cycle (0 = before the first). Units: subjects, %.
    """
    arms, rows = arms_in_order(con), []
    for key, times in _events(con, arms):
        for name, chosen in times.items():
            rows += [
                key
                | {
                    "arm": name,
                    "cycle": step.cycle,
                    "n_subjects": chosen.n_subjects,
                    "n_at_risk": step.n_at_risk,
                    "n_event": step.n_event,
                    "n_censored": step.n_censored,
                    "cumulative_pct": _with_event(step.event_free),
                    # What is low for the share without the event is high for the share with it.
                    "ci_low_pct": _with_event(step.high),
                    "ci_high_pct": _with_event(step.low),
                    "ci_method": CI_METHOD,
                }
                for step in curve_of(chosen, len(chosen.n_event) - 1)
            ]
    return rows


def time_to_event_tests(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Median times; each arm against the reference arm, which a single-arm or blinded study does not have.

    Grain: rule_set x event x arm (and all). Units: cycles.
    """
    arms = arms_in_order(con)
    rows = []
    for key, times in _events(con, arms):
        for name, chosen in times.items():
            median = median_of(chosen)
            row = key | {
                "arm": name,
                "n_subjects": chosen.n_subjects,
                "n_event": int(chosen.n_event.sum()),
                "median": median.value,
                "median_ci_low": median.low,
                "median_ci_high": median.high,
            }
            if name in arms[1:]:
                row |= _compared(times[arms[0]], chosen, key["event"]) | {"reference_arm": arms[0]}
            rows.append(row)
    return rows


def _events(con: duckdb.DuckDBPyConnection, arms: list[str]) -> list[tuple[Row, dict[str, Times]]]:
    """Every rule set and event: its key, and the times of the primary population by arm (and all), of equal length."""
    population = one_value(con, "SELECT population FROM meta.study")
    keys = rows_of(con, "SELECT DISTINCT rule_set, event FROM analysis.event_times ORDER BY ALL")
    found = con.execute(
        """SELECT item.rule_set, item.event, coalesce(item.arm, '') AS arm, item.end_cycle - item.start_cycle AS cycles,
            item.is_event, count(*) AS n_subjects
        FROM analysis.event_times AS item
        JOIN analysis.populations AS populations USING (rule_set, subject_id)
        WHERE populations.is_primary
        GROUP BY ALL"""
    ).df()
    times = []
    for key in keys:
        of_key = found[(found["rule_set"] == key["rule_set"]) & (found["event"] == key["event"])]
        cycles, events, n = (of_key[name].to_numpy() for name in ("cycles", "is_event", "n_subjects"))
        of_arm = {name: (of_key["arm"] == name).to_numpy() for name in arms} | {ALL: of_key["arm"].notna().to_numpy()}
        last = int(cycles.max(initial=0))
        by_arm = {name: times_of(cycles[is_in], events[is_in], n[is_in], last) for name, is_in in of_arm.items()}
        times.append((key | {"population": population}, by_arm))
    return times


def _compared(reference: Times, arm: Times, event: str) -> Row:
    """The two arms compared; the keys are those of summary.time_to_event_tests."""
    statistic, p_value = log_rank(reference, arm)
    cox, grouped = cox_ratio(reference, arm), grouped_ratio(reference, arm)
    notes = [cox.note, AMONG_RESPONDERS if event == "loss_of_response" else None]
    return {
        "log_rank_statistic": statistic,
        "p_value": p_value,
        "hazard_ratio": cox.value,
        "hazard_ratio_ci_low": cox.low,
        "hazard_ratio_ci_high": cox.high,
        "grouped_hazard_ratio": grouped.value,
        "grouped_hazard_ratio_ci_low": grouped.low,
        "grouped_hazard_ratio_ci_high": grouped.high,
        "method": TEST_METHOD,
        "note": "; ".join(note for note in notes if note) or None,
    }


def _with_event(event_free: float | None) -> float | None:
    return None if event_free is None else finite(100 * (1 - event_free))
