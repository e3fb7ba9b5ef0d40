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


def upstream(*start: Origin, with_rows: bool = False) -> set[Origin]:
    """All columns that these are made from, directly or through others."""
    return _reach(start, load_lineage(), with_rows)


def _reach(start: tuple[Origin, ...], edges: dict[Origin, tuple[Origin, ...]], with_rows: bool) -> set[Origin]:
    found: set[Origin] = set()
    waiting = list(start)
    while waiting:
        table, column = waiting.pop()
        nexts = edges.get((table, column), ())
        if with_rows:
            nexts += edges.get((table, ROWS), ())
        waiting += [origin for origin in nexts if origin not in found]
        found.update(nexts)
    return found


@cache
def _made_from() -> dict[Origin, tuple[Origin, ...]]:
    """The columns that are made directly from each."""
    made: dict[Origin, list[Origin]] = {}
    for target, sources in load_lineage().items():
        for source in sources:
            made.setdefault(source, []).append(target)
    return {source: tuple(targets) for source, targets in made.items()}


def downstream(*start: Origin) -> set[Origin]:
    """All columns that are made from these, directly or through others: what may change when they do."""
    return _reach(start, _made_from(), with_rows=False)
