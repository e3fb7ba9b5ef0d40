"""Runs in a second, for many nights: no Great Expectations, which counts once more what the checks' own queries find."""

import sys
from collections.abc import Callable, Generator
from contextlib import contextmanager, nullcontext
from functools import cache
from types import ModuleType
from typing import Any

import duckdb
import pytest

from flows.checking import validation
from flows.checking.checks import Check, load_suites
from flows.runs import steps
from flows.warehouse.sql_models import load_models, tables_read


@contextmanager
def counting_by_query(is_wanted: Callable[[str, Check], bool]) -> Generator[pytest.MonkeyPatch]:
    """Each check of a suite that is wanted counts by its own query; gives the patch, for more of the same."""
    plain = ModuleType("flows.checking.gx_duckdb")
    plain.gx_on = nullcontext  # ty: ignore
    suites = {name: [c for c in checks if is_wanted(name, c)] for name, checks in load_suites().items()}

    def run_suite(
        con: duckdb.DuckDBPyConnection, _source: Any, _table: str, checks: list[Check], _present: Any
    ) -> list:
        counts = [f"(SELECT count(*) FROM ({check.failing_rows()}))" for check in checks]
        row = con.execute(f"SELECT {', '.join(counts)}").fetchall()[0] if counts else ()
        for check, failing in zip(checks, row, strict=True):
            if failing:
                validation._record(con, check, failing)
        return []

    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "flows.checking.gx_duckdb", plain)
        patch.setattr(validation, "run_suite", run_suite)
        patch.setattr(validation, "load_suites", lambda: suites)
        patch.setattr(steps, "validate_tabulated", lambda _con: [])
        yield patch


@cache
def models_behind(*wanted: str) -> frozenset[str]:
    """These models of analysis and all others that they hang on."""
    models, seen = load_models(), set()
    waiting = list(wanted)
    while waiting:
        name = waiting.pop()
        if name in models and name not in seen:
            seen.add(name)
            waiting += tables_read(models[name])
    return frozenset(name for name in seen if name.startswith("analysis."))
