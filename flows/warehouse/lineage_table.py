"""meta.lineage: which columns each column is made from, as data/lineage.csv lists them.

The list is made from the SQL by flows/publishing/lineage_file.py (``make expectations``): to read all the SQL takes
seconds, and the lineage changes only with the code.
"""

import csv
from functools import cache

import duckdb

from flows.base.resources import resource
from flows.base.sql_text import quoted

PLACE = "data/lineage.csv"
ROWS = "*"  # stands for the rows of a table: which there are, and which belong together
Origin = tuple[str, str]  # table, column


@cache
def load_lineage() -> dict[Origin, tuple[Origin, ...]]:
    """The direct sources of every column, and of the rows, of every table; none where the chain begins."""
    with resource(PLACE).open(encoding="utf-8", newline="") as file:
        return {
            (row["table_name"], row["column_name"]): tuple(_origin(name) for name in row["sources"].split())
            for row in csv.DictReader(file)
        }


def _origin(name: str) -> Origin:
    table, _, column = name.rpartition(".")
    return table, column


def write_lineage(con: duckdb.DuckDBPyConnection) -> None:
    """meta.lineage, one row per column and direct source."""
    con.execute(
        f"""CREATE OR REPLACE TABLE meta.lineage AS
        SELECT table_name, column_name, regexp_extract(source, '^(.+)[.]', 1) AS source_table,
            regexp_extract(source, '[^.]+$') AS source_column
        FROM (
            SELECT table_name, column_name, unnest(string_split(sources, ' ')) AS source
            FROM read_csv({quoted(str(resource(PLACE)))}, header = true, all_varchar = true)
        )
        WHERE source <> ''"""
    )


@cache
def upstream(start: Origin) -> frozenset[Origin]:
    """All columns whose values go into this one, directly or through others.

    Which rows another table has is not followed, for that would lead nearly everywhere: a source (S, '*') counts only
    where S is the table itself, whose rows were counted or fitted.
    """
    return _reach(start, _values_from())


@cache
def downstream(start: Origin) -> frozenset[Origin]:
    """All columns into which the values of this one go: what may change when they do."""
    return _reach(start, _values_into())


def _reach(start: Origin, edges: dict[Origin, list[Origin]]) -> frozenset[Origin]:
    found: set[Origin] = set()
    waiting = [start]
    while waiting:
        nexts = [origin for origin in edges.get(waiting.pop(), ()) if origin not in found]
        found.update(nexts)
        waiting += nexts
    return frozenset(found)


@cache
def _values_from() -> dict[Origin, list[Origin]]:
    return {
        target: [source for source in sources if source[1] != ROWS or source[0] == target[0]]
        for target, sources in load_lineage().items()
    }


@cache
def _values_into() -> dict[Origin, list[Origin]]:
    made: dict[Origin, list[Origin]] = {}
    for target, sources in _values_from().items():
        for source in sources:
            made.setdefault(source, []).append(target)
    return made
