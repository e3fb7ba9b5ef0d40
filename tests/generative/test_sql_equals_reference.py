"""SQL == reference, cell by cell, on generated studies.

The short run is part of every test run; the long one is ``make generative`` (20,000 studies, seed printed).
"""

import os
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given, seed, settings

from tests.generative.compare import differences
from tests.generative.studies import studies

STUDIES = int(os.environ.get("GENERATED_STUDIES", "60"))
SEED = int(os.environ.get("GENERATED_SEED", "20240101"))


@pytest.fixture(scope="module")
def con() -> Any:
    with duckdb.connect() as connection:
        connection.execute("SET threads = 1")
        yield connection


def test_sql_equals_reference(con: duckdb.DuckDBPyConnection, capsys: pytest.CaptureFixture[str]) -> None:
    tried = 0

    @seed(SEED)
    @settings(max_examples=STUDIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(studies())
    def compare(study: dict[str, Any]) -> None:
        nonlocal tried
        tried += 1
        assert differences(study, con) == []

    compare()
    with capsys.disabled():
        print(f"\nSQL == reference in {tried} generated studies (seed {SEED})")
    assert tried >= STUDIES
