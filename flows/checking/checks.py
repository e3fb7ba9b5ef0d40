"""Checks: the expectations in expectations/*.json, and the SQL that finds the lines which fail one.

A suite is named after the table it checks. An entry is a Great Expectations expectation whose ``meta`` holds the
check's id, our severity, the reason in plain words and what to do. Entries with ``"from": "dictionary"`` are written
by flows/checking/dictionary_checks.py; the others are clinical and written by hand.
"""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any, Literal, NamedTuple

from flows.base.resources import resource
from flows.base.sql_text import quoted, without_texts
from flows.study.dictionary import FILE_KINDS, file_columns, input_tables
from flows.warehouse.sql_models import tables_read

Severity = Literal["critical", "error", "warning", "info"]


class Check(NamedTuple):
    """One expectation on one table."""

    id: str
    table: str
    severity: Severity
    reason: str
    fix: str
    source: str
    type: str
    kwargs: dict[str, Any]
    sets_aside: str | None = None  # the column whose cell an error sets aside; null: the line
    needs: tuple[str, ...] = ()  # kinds of file, and columns as kind.column, without which there is nothing to check

    def failing_rows(self) -> str:
        """A SELECT of the rows that fail: the check's own predicate, the same that GX counts."""
        return failing_rows(self.table, self.type, self.kwargs)

    def expectation(self) -> dict[str, Any]:
        """The entry as GX reads it; GX knows no 'error', which is its 'critical'."""
        gx_severity = "critical" if self.severity == "error" else self.severity
        kwargs = self.kwargs
        if self.type == "unexpected_rows_expectation":
            # GX would put a subquery with an alias of its own in place of {batch}, which no join could name, and it
            # prints a warning, hundreds of times, for a query that never names {batch}.
            kwargs = {"unexpected_rows_query": f"{self.failing_rows()} /* {{batch}} */"}
        return {"type": self.type, "kwargs": kwargs, "severity": gx_severity, "meta": {"check_id": self.id}}


def failing_rows(table: str, kind: str, kwargs: dict[str, Any]) -> str:
    """A SELECT of the rows of the table that fail an expectation of this kind."""
    if kind == "unexpected_rows_expectation":
        return kwargs["unexpected_rows_query"].replace("{batch}", table)
    return f"SELECT * FROM {table} WHERE {row_condition(kind, kwargs)}"


def row_condition(kind: str, kwargs: dict[str, Any]) -> str:
    """The condition, over the row's own columns, that a failing row meets.

    Raises ValueError for a kind of expectation that is not about single rows.
    """
    if kind == "expect_no_row_where":
        return kwargs["condition"]
    column = kwargs["column"]
    if kind == "expect_column_values_to_not_be_null":
        return f"{column} IS NULL"
    if kind == "expect_column_values_to_be_between":
        bounds = [(kwargs.get("min_value"), "<"), (kwargs.get("max_value"), ">")]
        return " OR ".join(f"{column} {sign} {bound}" for bound, sign in bounds if bound is not None)
    if kind == "expect_column_values_to_be_in_set":
        return f"{column} NOT IN ({', '.join(quoted(str(value)) for value in kwargs['value_set'])})"
    raise ValueError(f"no row predicate is known for {kind}")


def load_suites() -> dict[str, list[Check]]:
    """Every suite by the full name of its table, in the order in which the checks are tried."""
    return {path.stem: _load_suite(path) for path in sorted(resource("expectations").glob("*.json"))}


@cache
def _load_suite(path: Path) -> list[Check]:
    document = json.loads(path.read_text(encoding="utf-8"))
    checks = []
    for entry in document["expectations"]:
        meta, kwargs = entry["meta"], entry["kwargs"]
        if isinstance(query := kwargs.get("unexpected_rows_query"), list):  # written line by line, to be readable
            kwargs = {"unexpected_rows_query": "\n".join(query)}
        checks.append(
            Check(
                id=meta["check_id"],
                table=path.stem,
                severity=meta["severity"],
                reason=entry["description"],
                fix=meta["fix"],
                source=meta["source"],
                type=entry["type"],
                kwargs=kwargs,
                sets_aside=meta.get("sets_aside"),
                needs=tuple(meta["needs"]) if "needs" in meta else _needs(path.stem, entry["type"], kwargs),
            )
        )
    return checks


def _needs(table: str, kind: str, kwargs: dict[str, Any]) -> tuple[str, ...]:
    """The kinds of file a check reads and the optional columns of them that it names."""
    rows = failing_rows(table, kind, kwargs)
    kind_of_table = {made.full_name: name for name, made in input_tables().items()}
    kind_of_table |= {f"landing.{name}": name for name in FILE_KINDS}
    kinds = {kind_of_table.get(found) for found in tables_read(rows)}
    words = set(re.findall(r"\w+", without_texts(rows)))
    needs = []
    for name in FILE_KINDS:
        if name in kinds:
            optional = [column.name for column in file_columns(name) if not column.required]
            needs += [name, *(f"{name}.{column}" for column in optional if column in words)]
    return tuple(needs)
