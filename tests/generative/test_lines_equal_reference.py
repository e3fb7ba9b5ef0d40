"""SQL == reference from raw lines on: faulty cells, corrections, repeats, conflicts and several entries a day included.

The short run is part of every test run; the long one is ``make generative`` (20,000 studies, seed printed).
"""

import os
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, Phase, given, seed, settings

from flows.warehouse.medication_table import read_current_medication
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import build_models
from tests.generative.compare import CLASSES, KEYS, PROTOCOL, table_differences
from tests.generative.raw_lines import raw_studies, taken_together
from tests.landed_lines import tabulate_lines
from tests.reference.engine import evaluate
from tests.reference.entries import clean_days
from tests.sql_engine import TABLES, load_tabulation, make_study

BATCH = 20  # studies landed and judged together
STUDIES = int(os.environ.get("GENERATED_STUDIES", "60"))
SEED = int(os.environ.get("GENERATED_SEED", "20240101"))
DAY = ("subject_id", "diary_date")


def differences(study: dict[str, Any], con: duckdb.DuckDBPyConnection) -> list[str]:
    """Every cell of the diary days and the analysis tables in which SQL and reference differ."""
    days = clean_days(study["lines"], study["several"])
    settings_of_study = make_study(study["rule_sets"], study["cutoff"])
    load_metadata(con, settings_of_study, None)
    load_tabulation(con, {"injections": study["injections"], "subjects": study["subjects"]})
    con.execute("DROP TABLE tabulation.diary_days")
    tabulate_lines(con, study["lines"], study["several"])
    read_current_medication(con, settings_of_study)
    build_models(con, schemas={"analysis"})
    got = _rows(con, "SELECT * FROM tabulation.diary_days ORDER BY ALL")
    published = [{**day, "acute_medication": ";".join(day["acute_medication"]) or None} for day in days]
    found = table_differences("diary_days", published, got, DAY)
    if study["cutoff"] is None and not days:  # no day is left by which to tell the cut-off
        return found
    wanted = evaluate(
        days,
        study["injections"],
        study["rule_sets"],
        PROTOCOL,
        study["cutoff"],
        medication_classes=CLASSES,
        subjects=study["subjects"],
    )
    for table in TABLES:
        found += table_differences(
            table, wanted[table], _rows(con, f"SELECT * FROM analysis.{table} ORDER BY ALL"), KEYS[table]
        )
    return found


def _rows(con: duckdb.DuckDBPyConnection, query: str) -> list[dict[str, Any]]:
    cursor = con.execute(query)
    names = [column[0] for column in cursor.description or []]
    return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def test_sql_equals_reference_from_raw_lines(capsys: pytest.CaptureFixture[str]) -> None:
    tried = 0
    batch: list[dict[str, Any]] = []
    with duckdb.connect() as con:
        con.execute("SET threads = 1")

        @seed(SEED)
        @settings(
            max_examples=STUDIES,
            deadline=None,
            database=None,
            phases=[Phase.generate],  # a study is too large to shrink in reasonable time
            suppress_health_check=list(HealthCheck),
        )
        @given(raw_studies())
        def compare(study: dict[str, Any]) -> None:
            nonlocal tried
            batch.append(study)
            if len(batch) == BATCH or tried + len(batch) == STUDIES:
                assert differences(taken_together(batch), con) == []
                tried += len(batch)
                batch.clear()

        compare()
    with capsys.disabled():
        print(f"\nSQL == reference in {tried} generated studies from raw lines (seed {SEED})")
    assert tried >= STUDIES
