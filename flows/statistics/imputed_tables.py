"""summary.imputed_change and summary.imputed_responders: the arms compared with every missing month imputed."""

from typing import Any

import duckdb

Row = dict[str, Any]


def imputed_change(
    con: duckdb.DuckDBPyConnection,
    months: str = "analysis.expected_months",
    cases: list[tuple[str, int]] | None = None,
) -> list[Row]:
    """LS means and differences of every month under each assumption; at random also with a penalty on imputed months.

    Grain: assumption x delta x cycle x month x arm. Units: headache days per 28 recorded days. None in a single-arm or
    blinded study, or where the plan does not impute. ``months``: what was seen of them; ``cases``: assumptions and deltas.
    """
    from flows.statistics.imputed_changes import change_rows
    from flows.statistics.imputed_months import load_months

    loaded = load_months(con, months)
    return [] if loaded is None else change_rows(loaded, cases)


def imputed_responders(con: duckdb.DuckDBPyConnection) -> list[Row]:
    """Subjects with so much fewer headache days in the last month of each cycle, every missing month imputed.

    Grain: assumption x cycle x min_reduction_pct x arm. Units: % of the subjects with a headache day at baseline. None in a
    single-arm or blinded study, or where the plan does not impute.
    """
    from flows.statistics.imputed_months import load_months
    from flows.statistics.imputed_responders import responder_rows

    months = load_months(con)
    return [] if months is None else responder_rows(months)
