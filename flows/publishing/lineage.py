"""Where each column of an SQL model comes from, read from its SELECT by sqlglot.

A column is named by a pair: table and column. The column ``*`` stands for the rows of a table: which there are, and which
belong together. They come from the rows of the tables read and from the columns that join, filter and group them.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple, TypeVar

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import Scope, build_scope

from flows.warehouse.lineage_table import ROWS, Origin

Origins = frozenset[Origin]
T = TypeVar("T", bound=exp.Expr)
# The clauses that decide which rows a SELECT gives.
ROW_CLAUSES = ("where", "group", "having", "qualify", "distinct")


class Result(NamedTuple):
    """The origins of each column of a SELECT, in order, and of its rows."""

    columns: dict[str, Origins]
    rows: Origins

    @property
    def everything(self) -> Origins:
        return self.rows.union(*self.columns.values())


def origins_of(name: str, select: str, columns_known: dict[str, tuple[str, ...]]) -> Result:
    """The direct origins of a model; ``columns_known`` holds the columns of every table that it may read.

    Raises ValueError where a column cannot be followed: no origin is left out silently.
    """
    parsed = sqlglot.parse_one(select, read="duckdb")
    schema: dict[str, dict[str, dict[str, str]]] = {}
    for table in parsed.find_all(exp.Table):
        if columns := columns_known.get(f"{table.db}.{table.name}"):
            schema.setdefault(table.db, {})[table.name] = dict.fromkeys(columns, "VARCHAR")
    tree = qualify(
        parsed,
        dialect="duckdb",
        schema=dict(schema),
        validate_qualify_columns=False,
        quote_identifiers=False,
        identify=False,
    )
    scope = build_scope(tree)
    if scope is None:
        raise ValueError(f"{name} is no SELECT")
    return _Walk(name).result(scope)


class _Walk:
    """The results of the scopes of one model, each found once."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.known: dict[int, Result] = {}

    def result(self, scope: Scope) -> Result:
        if id(scope) not in self.known:
            self.known[id(scope)] = self._find(scope)
        return self.known[id(scope)]

    def _find(self, scope: Scope) -> Result:
        if scope.set_operation_scopes:
            first, second = (self.result(part) for part in scope.set_operation_scopes)
            both = zip(first.columns.items(), second.columns.values(), strict=True)
            return Result({name: one | other for (name, one), other in both}, first.rows | second.rows)
        select = scope.expression
        if not isinstance(select, exp.Select):
            return Result({ROWS: self.of(scope, [select])}, frozenset())
        rows = self._rows(scope, select)
        columns: dict[str, Origins] = {}
        for projection in select.selects:
            if projection.is_star:
                raise ValueError(f"{self.name}: the columns of {projection.sql('duckdb')} are not known")
            name = projection.alias_or_name
            # In the second part of a union a name may be missing, or stand twice: there it is the place that counts.
            columns[name if name not in columns else f"{name} {len(columns)}"] = self.of(scope, [projection], columns)
        return Result(columns, rows)

    def _rows(self, scope: Scope, select: exp.Select) -> Origins:
        found: set[Origin] = set()
        for source in self._sources(scope).values():
            if isinstance(source, Scope):
                found |= self.result(source).rows
            elif isinstance(source, exp.Table) and source.db:
                found.add((f"{source.db}.{source.name}", ROWS))
        clauses = [select.args[clause] for clause in ROW_CLAUSES if select.args.get(clause)]
        clauses += [join.args["on"] for join in select.args.get("joins") or [] if join.args.get("on")]
        aliases = {p.alias_or_name: p for p in select.selects}
        # GROUP BY ALL groups by each column that counts nothing up.
        if (group := select.args.get("group")) and group.args.get("all"):
            clauses += [p for p in select.selects if not p.find(exp.AggFunc)]
        named = {column.name for clause in clauses for column in self._columns(clause) if not column.table}
        clauses += [projection for name, projection in aliases.items() if name in named]
        found |= self.of(scope, clauses, dict.fromkeys(aliases, frozenset()))
        return frozenset(found - {(self.name, ROWS)})

    def of(
        self,
        scope: Scope,
        parts: Iterable[exp.Expr],
        before: dict[str, Origins] | None = None,
    ) -> Origins:
        """The origins of what these parts of a SELECT read; ``before``: the columns that stand before them in it.

        What counts rows comes from the rows of the model itself.
        """
        found: set[Origin] = set()
        for part in parts:
            for query in _queries_inside(part):
                found |= self.result(self._scope_of(scope, query)).everything
            for column in self._columns(part):
                found |= self._column(scope, column, before or {})
            for window in _outside_queries(part, exp.Window):
                if alias := window.args.get("alias"):
                    named = [w for w in scope.expression.args.get("windows") or [] if w.name == alias.name]
                    found |= self.of(scope, named, before)
            counts = [count for count in _outside_queries(part, exp.Count) if isinstance(count.this, exp.Star)]
            if counts or any(_outside_queries(part, exp.RowNumber)):
                found.add((self.name, ROWS))
        return frozenset(found)

    def _columns(self, part: exp.Expr) -> Iterator[exp.Column]:
        return (column for column in _outside_queries(part, exp.Column) if not isinstance(column.this, exp.Star))

    def _column(self, scope: Scope, column: exp.Column, before: dict[str, Origins]) -> Origins:
        if not column.table:
            if column.name in before:
                return before[column.name]
            if _is_lambda_argument(column):
                return frozenset()
            raise ValueError(f"{self.name}: it is not known which table column {column.name} is of")
        at: Scope | None = scope
        while at is not None:
            if source := self._sources(at).get(column.table):
                return self._from(at, source, column.name)
            at = at.parent
        raise ValueError(f"{self.name}: {column.sql('duckdb')} names nothing that is read")

    def _from(self, scope: Scope, source: exp.Expr | Scope, column: str) -> Origins:
        if isinstance(source, Scope):
            columns = self.result(source).columns
            if ROWS in columns:  # a function that gives a table: each column comes from all that it is given
                return columns[ROWS]
            if column not in columns:
                raise ValueError(f"{self.name}: no column {column} in {sorted(columns)}")
            return columns[column]
        if isinstance(source, exp.Table) and source.db:
            return frozenset({(f"{source.db}.{source.name}", column)})
        return self.of(scope, [source.this] if isinstance(source, exp.Table) else [source])

    def _sources(self, scope: Scope) -> dict[str, exp.Expr | Scope]:
        sources = {name: source for name, (_, source) in scope.selected_sources.items()}
        only_compared = getattr(scope, "semi_or_anti_join_tables", ())  # they give no column, and decide on rows
        return sources | {name: scope.sources[name] for name in only_compared if name in scope.sources}

    def _scope_of(self, scope: Scope, query: exp.Expr) -> Scope:
        for inner in scope.subquery_scopes:
            if inner.expression is query:
                return inner
        raise ValueError(f"{self.name}: a query inside an expression was not found")


def _outside_queries(part: exp.Expr, kind: type[T]) -> Iterator[T]:
    """The nodes of a kind in an expression, without those of the queries inside it."""
    for node in part.walk(prune=lambda node: isinstance(node, exp.Query) and node is not part):
        if isinstance(node, kind):
            yield node


def _queries_inside(part: exp.Expr) -> Iterator[exp.Expr]:
    for node in part.walk(prune=lambda node: isinstance(node, exp.Query)):
        if isinstance(node, exp.Query):
            yield node.unnest() if isinstance(node, exp.Subquery) else node


def _is_lambda_argument(column: exp.Column) -> bool:
    """Whether a name is the argument of a function in a function: x in list_filter(days, x -> x > 3)."""
    place = column.find_ancestor(exp.Lambda)
    while place is not None:
        if column.name in {argument.name for argument in place.expressions}:
            return True
        place = place.find_ancestor(exp.Lambda)
    return False
