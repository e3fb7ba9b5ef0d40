"""Shuffled rows, another number of threads and another split into files change no table."""

import csv
import random
from pathlib import Path
from typing import Any

import duckdb
from hypothesis import HealthCheck, given, seed, settings

from flows.runs.sequence import compute, take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.conftest import ROOT
from tests.generative.studies import studies
from tests.sql_engine import evaluate_sql


@seed(11)
@settings(max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(studies())
def test_shuffled_rows_and_threads_change_nothing(study: dict[str, Any]) -> None:
    shuffle = random.Random(1).sample
    parts = (study["rule_sets"], study["cutoff"])
    with duckdb.connect() as one, duckdb.connect() as four:
        one.execute("SET threads = 1")
        four.execute("SET threads = 4")
        in_order = evaluate_sql(study["diary"], study["injections"], *parts, study["subjects"], one)
        diary, injections, subjects = (
            shuffle(study[name], len(study[name])) for name in ("diary", "injections", "subjects")
        )
        assert evaluate_sql(diary, injections, *parts, subjects, four) == in_order


def analysis_of(folder: Path, out: Path) -> dict[str, list[tuple[Any, ...]]]:
    """Every table of analysis.* and summary.*, in a fixed order."""
    study = load_study(folder)
    with open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept)
        compute(con, study, kept)
        names = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_tables() WHERE schema_name IN ('analysis', 'summary')"
        ).fetchall()
        return {name: con.execute(f"SELECT * FROM {name} ORDER BY ALL").fetchall() for (name,) in names}


def test_another_split_into_files_changes_nothing(tmp_path: Path) -> None:
    """Site 01 of the demo: one file in order, against three files of shuffled lines."""
    source = ROOT / "data/studies/demo"
    with (source / "inbox/site-01/diary.csv").open(newline="") as file:
        header, *lines = list(csv.reader(file))
    whole, split = tmp_path / "whole", tmp_path / "split"
    shuffled = random.Random(2).sample(lines, len(lines))
    cuts = [shuffled[:100], shuffled[100:2000], shuffled[2000:]]
    for folder, files in ((whole, [lines]), (split, cuts)):
        (folder / "inbox").mkdir(parents=True)
        (folder / "study.toml").write_bytes((source / "study.toml").read_bytes())
        for name in ("subjects.csv", "injections-sessions.csv", "injections-muscles.csv"):
            (folder / "inbox" / name).write_bytes((source / "inbox" / name).read_bytes())
        for number, part in enumerate(files):
            with (folder / f"inbox/diary-{number}.csv").open("w", newline="") as file:
                csv.writer(file).writerows([header, *part])
    expected = analysis_of(whole, tmp_path / "out-whole")
    assert sum(len(rows) for rows in expected.values()) > 1000
    assert analysis_of(split, tmp_path / "out-split") == expected
