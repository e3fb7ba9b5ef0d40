"""The benchmark of validation runs: small, and without a look at the clock."""

from pathlib import Path

import pytest

from tests.bench.validation import generate, measure


def test_great_expectations_counts_what_plain_sql_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "warehouse.duckdb"
    generate(path, rows=25_200)
    measure(path, memory_limit="1GB")  # fails when one check's two counts differ
    said = capsys.readouterr().out
    assert said.startswith("25,2")
    assert "checks made" in said
