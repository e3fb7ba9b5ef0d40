"""Statistical functions the SQL may call; each is statsmodels' or scipy's, none is ours."""

from collections.abc import Callable

import duckdb
from duckdb.func import SPECIAL


def register_statistics(con: duckdb.DuckDBPyConnection) -> None:
    """Make wilson_low(count, n) and wilson_high(count, n) known to SQL: 95% bounds as proportions, null for n = 0.

    Source: Wilson 1927, as computed by statsmodels.stats.proportion.proportion_confint.
    """
    from statsmodels.stats.proportion import proportion_confint  # seconds of imports

    def bound(side: int) -> Callable[[int, int], float | None]:
        def wilson(count: int, n: int) -> float | None:
            return float(proportion_confint(count, n, alpha=0.05, method="wilson")[side]) if n else None

        return wilson

    for name, side in (("wilson_low", 0), ("wilson_high", 1)):
        con.create_function(name, bound(side), ["BIGINT", "BIGINT"], "DOUBLE", null_handling=SPECIAL)
