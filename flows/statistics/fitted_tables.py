"""Tables of summary.* that are fitted: each is a function of the counted tables that gives rows, and is written with
the columns of the dictionary, in the order of its key.

They come after all SQL models and before the checks on the results (docs/decisions/0007-fitted-tables.md).
"""

from collections.abc import Callable
from typing import Any

import duckdb

from flows.statistics.arm_differences import arm_differences
from flows.statistics.changes import change_from_baseline, quality_of_life
from flows.statistics.repeated import repeated_response
from flows.statistics.tipping import tipping_points
from flows.study.dictionary import SQL_TYPES, load_dictionary

Row = dict[str, Any]
FITTED: dict[str, Callable[[duckdb.DuckDBPyConnection], list[Row]]] = {
    "summary.arm_differences": arm_differences,
    "summary.change_from_baseline": change_from_baseline,
    "summary.quality_of_life": quality_of_life,
    "summary.repeated_response": repeated_response,
    "summary.tipping_points": tipping_points,
}


def build_statistics(con: duckdb.DuckDBPyConnection) -> list[str]:
    """Fit every table of FITTED; gives the names built."""
    for name, fit in FITTED.items():
        write_table(con, name, fit(con))
    return list(FITTED)


def write_table(con: duckdb.DuckDBPyConnection, name: str, rows: list[Row]) -> None:
    """Write rows as the documented table; a column a row does not name is null, one the table lacks is an error."""
    table = load_dictionary()[name]
    columns = {column.name: SQL_TYPES[column.type] for column in table.columns}
    for row in rows:
        if unknown := set(row) - set(columns):
            raise KeyError(f"{name} has no column {sorted(unknown)}")
    con.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
    if rows:
        values = {column: [row.get(column) for row in rows] for column in columns}
        con.execute(f"INSERT INTO {name} SELECT {', '.join(f'unnest(${c})' for c in columns)}", values)
