"""The SQL's tables of each spec, computed once: the tests of the specs and of the format both look at them."""

from collections.abc import Callable, Iterator

import duckdb
import pytest

from tests.spec.engines import Tables, run_spec, sql_engine
from tests.spec.format import Spec

TablesOf = Callable[[Spec], dict[int | None, Tables]]


@pytest.fixture(scope="session")
def sql_tables() -> Iterator[TablesOf]:
    known: dict[str, dict[int | None, Tables]] = {}
    with duckdb.connect() as con:
        con.execute("SET threads = 1")

        def tables_of(spec: Spec) -> dict[int | None, Tables]:
            if spec.title not in known:
                known[spec.title] = run_spec(spec, sql_engine(con))
            return known[spec.title]

        yield tables_of
