"""Numbers with the place in the database that each was read from, so that anybody can hold the page against it.

An address is a table, the key of a row and a column. Key values are percent-encoded, an empty value means null, ``*``
anything but null; ``count()``, ``percent()`` (of all rows) and ``sum(column)`` stand for what they say.
"""

from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote

import duckdb

from flows.study.words import load_words

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
ALL = "all"
ANYTHING = object()


class Cell(NamedTuple):
    """A number and where it comes from."""

    value: Any
    table: str
    row: str
    column: str


def cell(value: Any, table: str, keys: Row | None = None, column: str = "count()") -> Cell:
    """A number with its address."""
    return Cell(value, table, _row_of(keys or {}), column)


def _row_of(keys: Row) -> str:
    return ",".join(f"{name}={_as_text(key)}" for name, key in keys.items())


def _as_text(value: Any) -> str:
    if value is ANYTHING:
        return "*"
    if value is None:
        return ""
    return _encoded(str(value).lower() if isinstance(value, bool) else str(value))


@lru_cache(maxsize=4096)  # the same sites, arms and months stand in the keys of a hundred thousand cells
def _encoded(text: str) -> str:
    return quote(text, safe="")


def load_cells(con: Connection, table: str, key: tuple[str, ...], only: Row | None = None) -> list[Row]:
    """The rows of a published table in the order of its key, arms in the order of the study; numbers are cells.

    ``only`` keeps the rows whose columns equal these values.
    """
    order = ", ".join("arm.position NULLS LAST" if name == "arm" else f"shown.{name}" for name in key)
    kept = "".join(f" AND shown.{name} = ${name}" for name in only or {})
    result = con.execute(
        f"SELECT shown.* FROM {table} AS shown"
        f"{' LEFT JOIN meta.arms AS arm USING (arm)' if 'arm' in key else ''} WHERE true{kept} ORDER BY {order}",
        only or {},
    )
    columns = [(column[0], str(column[1])) for column in result.description or []]
    numbers = [name for name, kind in columns if kind not in ("VARCHAR", "BOOLEAN", "DATE") and name not in key]
    rows = [dict(zip((name for name, _ in columns), values, strict=True)) for values in result.fetchall()]
    addresses = [_row_of({part: row[part] for part in key}) for row in rows]
    return [
        row | {name: Cell(row[name], table, address, name) for name in numbers}
        for row, address in zip(rows, addresses, strict=True)
    ]


def row_cells(row: Row, table: str, key: tuple[str, ...]) -> Row:
    """The row with every column outside its key made a cell of that table."""
    keys = {name: row[name] for name in key}
    address = _row_of(keys)
    return keys | {name: Cell(value, table, address, name) for name, value in row.items() if name not in key}


def grouped(rows: list[Row], *names: str) -> dict[Any, list[Row]]:
    """Rows by the value of one column, or by the tuple of several, in the order they come."""
    groups: dict[Any, list[Row]] = {}
    for row in rows:
        groups.setdefault(row[names[0]] if len(names) == 1 else tuple(row[name] for name in names), []).append(row)
    return groups


def grouped_by_words(rows: list[Row], name: str) -> dict[str, list[Row]]:
    """Rows by the code in one column, in the order of its list in words.toml."""
    groups = grouped(rows, name)
    return {code: groups[code] for code in load_words()[name] if code in groups}


def by_key(rows: list[Row], *names: str) -> dict[Any, Row]:
    """The one row of each key."""
    return {key: group[0] for key, group in grouped(rows, *names).items()}


def one_decimal(value: float) -> str:
    """A number as it is shown: one decimal, halves away from zero as in clinical tables."""
    return str(Decimal(repr(float(value))).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0)
