"""SQL models: sql/<schema>/<table>.sql, one SELECT each; the build order follows from what each one reads."""

import re
from collections.abc import Collection, Iterable
from functools import cache

import duckdb

from flows.base.resources import resource
from flows.base.sql_text import one_value, without_texts
from flows.study.dictionary import load_dictionary
from flows.warehouse.side_by_side import build_in_order, in_order

Connection = duckdb.DuckDBPyConnection
SCHEMAS = ("analysis", "landing", "summary", "tabulation")
# No query of ours gives one of these names to a step or an alias; a test holds what is found so against a parser of SQL.
_TABLE = re.compile(rf"\b(?:{'|'.join(SCHEMAS)}|meta)\.\w+")
# Models that are kept as a query: large, and read a few times, each time for a part of their rows or columns.
VIEWS = frozenset(
    {"analysis.compared_cycles", "analysis.diary_states", "analysis.headache_counts", "analysis.response"}
)


@cache
def load_models() -> dict[str, str]:
    """The SELECT of every model by its full name ``schema.table``."""
    folder = resource("sql")
    return {
        f"{schema}.{path.stem}": path.read_text(encoding="utf-8")
        for schema in SCHEMAS
        for path in sorted((folder / schema).glob("*.sql"))
    }


@cache
def tables_read(select: str) -> frozenset[str]:
    """The full names of the tables a SELECT reads; names without a schema are its own steps."""
    return frozenset(_TABLE.findall(without_texts(select)))


def build_order(names: Collection[str] | None = None) -> tuple[str, ...]:
    """These models, or all, each after those of them that it reads. What lies between two of them is built already.

    Raises ConfigurationError for a circle.
    """
    order = in_order(reads_of(load_models() if names is None else names))
    found: list[str] = []
    while order.is_active():
        ready = order.get_ready()
        found += ready
        order.done(*ready)
    return tuple(found)


def reads_of(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The tables that each of these models reads."""
    return {name: tables_read(load_models()[name]) for name in names}


def build_models(con: Connection, schemas: set[str] | None = None, only: set[str] | None = None) -> None:
    """Build the models of these schemas (or only these tables), each after those of them that it reads."""
    names = [
        name for name in load_models() if (not schemas or name.split(".")[0] in schemas) and (not only or name in only)
    ]
    for schema in sorted({name.split(".")[0] for name in names}):
        con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
    build_in_order(con, reads_of(names), build_model)


def build_model(con: Connection, name: str) -> None:
    """Build one model; what it reads is there."""
    if name in VIEWS:
        con.execute(f"CREATE OR REPLACE VIEW {name} AS\n{_for_any_database(con, load_models()[name])}")
    else:
        con.execute(f"CREATE OR REPLACE TABLE {name} AS\n{_as_published(name)}")


def _for_any_database(con: Connection, select: str) -> str:
    """A SELECT that names the database of the settings: a view looks for tables in its own database only."""
    return re.sub(r"\bmeta\.(?=\w+ AS )", f"{one_value(con, 'SELECT current_database()')}.meta.", select)


@cache
def _as_published(name: str) -> str:
    """The SELECT of a model; of a published one with the columns of the dictionary, in the order of its key."""
    select, table = load_models()[name], load_dictionary().get(name)
    return table.ordered(f"(\n{select}\n)") if table else select
