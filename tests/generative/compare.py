"""Cell-by-cell comparison of the SQL's tables with the reference's."""

import math
import tomllib
from datetime import date
from fractions import Fraction
from typing import Any

import duckdb

from tests.reference.engine import evaluate
from tests.sql_engine import ROOT, evaluate_sql

Row = dict[str, Any]
KEYS = {
    "cycles": ("subject_id", "cycle"),
    "months": ("subject_id", "cycle", "month"),
    "eligibility": ("subject_id",),
    "responder": ("rule_set", "subject_id", "cycle"),
}
PROTOCOL = tomllib.loads((ROOT / "data/protocol.toml").read_text())
CODELIST = tomllib.loads((ROOT / "tests/reference/medication.toml").read_text())
CLASSES = {code: frozenset(classes) for code, classes in CODELIST.items()}


def differences(study: Row, con: duckdb.DuckDBPyConnection | None = None) -> list[str]:
    """Every cell in which SQL and reference differ, as sentences; an empty list when they agree."""
    wanted = evaluate(
        study["diary"],
        study["injections"],
        study["rule_sets"],
        PROTOCOL,
        study["cutoff"],
        medication_classes=CLASSES,
        subjects=study["subjects"],
    )
    got = evaluate_sql(study["diary"], study["injections"], study["rule_sets"], study["cutoff"], study["subjects"], con)
    return [line for table in KEYS for line in table_differences(table, wanted[table], got[table], KEYS[table])]


def table_differences(table: str, wanted: list[Row], got: list[Row], key_columns: tuple[str, ...]) -> list[str]:
    """The cells of one table in which the two differ."""
    by_key = {tuple(row[k] for k in key_columns): row for row in got}
    said = [f"{table}: {len(wanted)} rows in the reference, {len(got)} in SQL"] if len(wanted) != len(got) else []
    if len(by_key) != len(got):
        said.append(f"{table}: SQL has rows with the same key")
    for row in wanted:
        key = tuple(row[k] for k in key_columns)
        other = by_key.get(key)
        if other is None:
            said.append(f"{table} {key}: not in SQL")
            continue
        for column, value in row.items():
            if not _equal(value, other[column]):
                said.append(f"{table} {key} {column}: reference {value}, SQL {other[column]}")
    return said


def _equal(wanted: Any, got: Any) -> bool:
    """Exact, but for published rates: a Fraction and its nearest double differ by rounding only."""
    if isinstance(wanted, Fraction) and got is not None:
        return math.isclose(float(wanted), got, rel_tol=1e-12, abs_tol=1e-12)
    if isinstance(wanted, float | int) and not isinstance(wanted, bool) and isinstance(got, float):
        return math.isclose(wanted, got, rel_tol=1e-12, abs_tol=1e-9)
    return wanted == got and (isinstance(wanted, date) or isinstance(wanted, bool) == isinstance(got, bool))
