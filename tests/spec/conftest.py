"""The SQL's tables of each spec, computed once: the tests of the specs and of the format both look at them."""

from collections.abc import Callable

import duckdb
import pytest

from tests.spec.chapters import ALL_SPECS
from tests.spec.engines import Tables, run_specs, sql_engine
from tests.spec.format import Spec

TablesOf = Callable[[Spec], dict[int | None, Tables]]


@pytest.fixture(scope="session")
def sql_tables() -> TablesOf:
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        known = run_specs(ALL_SPECS, sql_engine(con))
    return lambda spec: known[spec.title]
