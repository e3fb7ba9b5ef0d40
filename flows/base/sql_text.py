"""SQL in small: a text as a literal, and reads that are fetched whole, for an unfinished one blocks what comes next."""

import re
from collections.abc import Generator
from contextlib import contextmanager
from typing import Any

import duckdb

_TEXTS = re.compile(r"'(?:[^']|'')*'|--[^\n]*|/\*.*?\*/", re.DOTALL)


def quoted(text: str) -> str:
    """A text as an SQL literal."""
    return "'" + text.replace("'", "''") + "'"


def without_texts(select: str) -> str:
    """A query without its literals and comments, which may hold any word."""
    return _TEXTS.sub(" ", select)


@contextmanager
def transaction(con: duckdb.DuckDBPyConnection) -> Generator[None]:
    """All of it or nothing, and one commit."""
    con.execute("BEGIN")
    try:
        yield
    except BaseException:
        con.execute("ROLLBACK")
        raise
    con.execute("COMMIT")


def one_row(con: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> tuple[Any, ...]:
    """The only row of a query."""
    (row,) = con.execute(query, parameters).fetchall()
    return row


def one_value(con: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> Any:
    """The only value of the only row of a query."""
    (value,) = one_row(con, query, parameters)
    return value


def rows_of(con: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> list[dict[str, Any]]:
    """All rows of a query, each by its column names."""
    cursor = con.execute(query, parameters)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
