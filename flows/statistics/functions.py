"""The statistical functions that the SQL models may call, one row of a small table at a time."""

from collections.abc import Callable

import duckdb
from duckdb.func import SPECIAL

from flows.statistics.proportions import Interval, exact_interval, wilson_interval

INTERVALS = {"wilson": wilson_interval, "exact": exact_interval}


def register_statistics(con: duckdb.DuckDBPyConnection) -> None:
    """Make wilson_low(count, n), wilson_high, exact_low and exact_high known to SQL.

    95% bounds as proportions, null for n = 0.
    """
    for name, interval in INTERVALS.items():
        interval(1, 2)  # loads what it needs here, and not in one of DuckDB's threads beside another
        for side, index in (("low", 0), ("high", 1)):
            bound = _bound(interval, index)
            con.create_function(f"{name}_{side}", bound, ["BIGINT", "BIGINT"], "DOUBLE", null_handling=SPECIAL)


def _bound(interval: Callable[[int, int], Interval | None], side: int) -> Callable[[int, int], float | None]:
    def bound(count: int, n: int) -> float | None:
        bounds = interval(count, n)
        return bounds[side] if bounds else None

    return bound
