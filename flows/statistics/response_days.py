"""summary.first_response_days: after how many days half of an arm, and each quarter of it, had responded."""

from collections import Counter
from fractions import Fraction
from typing import Any

import duckdb

from flows.base.sql_text import rows_of
from flows.statistics.compared_subjects import arms_in_order
from flows.statistics.survival import quantiles

Row = dict[str, Any]
ALL = "all"
SHARES = {"q1_days": Fraction(1, 4), "median_days": Fraction(1, 2), "q3_days": Fraction(3, 4)}


def first_response_days(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Quartiles of the days to the first response, by Kaplan and Meier of all treated and of the responders alone.

    Grain: rule_set x arm (and all). Units: day of the treatment on which the window of the response ended, Day 1 = first
    injection. Who has not responded is censored at the end of the last judged window, at 0 where none was judged. A
    quantile that is not reached is null. Source: Kaplan and Meier 1958, J Am Stat Assoc 53:457; shares are compared as
    fractions, so that one half is one half.
    """
    subjects = rows_of(con, "SELECT rule_set, arm, response_days, censored_days FROM analysis.response_days")
    rule_sets = [row["rule_set"] for row in rows_of(con, "SELECT rule_set FROM meta.rule_sets ORDER BY rule_set")]
    rows = []
    for rule_set in rule_sets:
        for arm in [*arms_in_order(con), ALL]:
            chosen = [row for row in subjects if row["rule_set"] == rule_set and arm in (ALL, row["arm"])]
            events = [row["response_days"] for row in chosen if row["response_days"] is not None]
            censored = [row["censored_days"] for row in chosen if row["response_days"] is None]
            rows.append(
                {
                    "rule_set": rule_set,
                    "arm": arm,
                    "n_subjects": len(chosen),
                    "n_responders": len(events),
                    **_quartiles("", events, censored),
                    **_quartiles("responder_", events, []),
                    "min_response_days": min(events, default=None),
                    "max_response_days": max(events, default=None),
                }
            )
    return rows


def _quartiles(prefix: str, events: list[int], censored: list[int]) -> dict[str, int | None]:
    days = quantiles(Counter(events), Counter(censored), tuple(SHARES.values()))
    return {f"{prefix}{name}": day for name, day in zip(SHARES, days, strict=True)}
