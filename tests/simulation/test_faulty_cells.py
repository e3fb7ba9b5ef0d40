"""A faulty cell that a line can do without moves no result: it counts as an empty cell does.

A trial with faulty cells is compared with the same trial with those cells empty (every result equal, cell for cell), and
its headache days and statuses under `article`, a rule that never looks at hours, with the clean trial.
FAULTY_CELLS_SEEDS sets the number of trials.
"""

import os
import tempfile
from pathlib import Path

import pytest

from flows.runs import steps
from flows.study.dictionary import file_columns
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.simulation.faulty_cells import rewrite
from tests.simulation.pipeline import simulate

SEEDS = range(1, 1 + int(os.environ.get("FAULTY_CELLS_SEEDS", "1")))
FAULTY = {"integer": "many", "number": "many", "boolean": "maybe", "date": "in spring", "timestamp": "evening"}
KINDS = ("diary", "subjects", "injections")
COLUMNS = [(k, c.name, FAULTY[c.type]) for k in KINDS for c in file_columns(k) if not c.required and c.type in FAULTY]
NO_USE_OF_HOURS = "rule_set, subject_id, cycle, status, verdict, recorded_days, headache_days, baseline_headache_days"
Results = dict[str, list[tuple]]


def results(folder: Path) -> tuple[Results, int]:
    """Every table of analysis, the statuses under `article`, and the number of cells set aside."""
    study = load_study(folder)
    with tempfile.TemporaryDirectory() as out, open_warehouse(Path(out), study) as (con, kept):
        steps.load_metadata(con, study, None)
        steps.land(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'analysis'").fetchall()
        tables = {name: con.execute(f"SELECT * FROM analysis.{name} ORDER BY ALL").fetchall() for (name,) in names}
        tables["statuses"] = con.execute(
            f"SELECT {NO_USE_OF_HOURS} FROM analysis.responder WHERE rule_set = 'article' ORDER BY ALL"
        ).fetchall()
        (aside,) = con.execute("SELECT count(*) FROM landing.quarantined_cells").fetchall()[0]
        return tables, aside


@pytest.mark.parametrize("seed", SEEDS)
def test_hours_that_cannot_be_move_no_status(seed: int, tmp_path: Path) -> None:
    clean, nothing = results(simulate(tmp_path / "clean", 12, seed))
    planted = rewrite(simulate(tmp_path / "faulty", 12, seed), "diary", "hours", "30", seed)
    faulty, aside = results(tmp_path / "faulty")
    assert nothing == 0
    assert aside == planted > 100
    assert faulty["statuses"] == clean["statuses"]
    assert {row[3] for row in clean["statuses"]} >= {"responder", "non_responder"}
    assert faulty["months"] != clean["months"]  # headache hours do use the column


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize(("kind", "column", "text"), COLUMNS)
def test_a_faulty_cell_counts_as_an_empty_one(kind: str, column: str, text: str, seed: int, tmp_path: Path) -> None:
    planted = rewrite(simulate(tmp_path / "faulty", 8, seed), kind, column, text, seed)
    rewrite(simulate(tmp_path / "empty", 8, seed), kind, column, "", seed)
    faulty, aside = results(tmp_path / "faulty")
    assert aside == planted > 0
    empty, _ = results(tmp_path / "empty")
    assert [name for name in empty if faulty[name] != empty[name]] == []
