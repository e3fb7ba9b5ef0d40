"""A faulty cell that a line can do without moves no result: it counts as an empty cell does.

Over FAULTY_CELLS_SEEDS simulated trials (one by default), and for every optional column of every kind of file that can be
faulty: typed columns with a text that is no value of their type, and `arm` with a code that nobody declared.
"""

import os
import tempfile
from pathlib import Path

import pytest

from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.simulation.faulty_cells import rewrite
from tests.simulation.pipeline import simulate

SEEDS = range(1, 1 + int(os.environ.get("FAULTY_CELLS_SEEDS", "1")))
SUBJECTS = 10
TEXTS = {
    "integer": "many",
    "number": "many",
    "boolean": "maybe",
    "date": "in spring",
    "timestamp": "evening",
    "partial_date": "in spring",
}
OPTIONAL = [
    (kind, column.name, "nobody" if column.name == "arm" else TEXTS[column.type])
    for kind in FILE_KINDS
    for column in file_columns(kind)
    if not column.required and (column.type in TEXTS or column.name == "arm")
]
# The columns that a status can hang on; hours only under the rule sets that ask how long a headache lasted.
HOURS = ("diary", "hours")
NOT_ABOUT_STATUS = [cell for cell in OPTIONAL if cell[:2] != HOURS and cell[0] != "attacks"]
STATUSES = "rule_set, subject_id, cycle, status, verdict, recorded_days, headache_days, baseline_headache_days"
Results = dict[str, list[tuple]]


def trial(folder: Path, seed: int) -> Path:
    """A simulated trial, and one subject more whose diary is kept by attack."""
    study = simulate(folder, SUBJECTS, seed)
    attacks = "".join(
        f"ATT,2024-03-{day:02} 08:00,2024-03-{day:02} 14:00,{day % 4},{day % 2},2024-03-{day:02} 20:00\n"
        for day in range(1, 29)
    )
    header = "subject_id,attack_start,attack_end,severity,migraine,entered_at\n"
    (study / "inbox/attacks.csv").write_text(header + attacks, encoding="utf-8")
    injection = "subject_id,injection_date,units,sites\nATT,2024-04-01,155,31\n"
    (study / "inbox/injections-att.csv").write_text(injection, encoding="utf-8")
    subject = (
        "subject_id,arm,site,sex,birth_year,consent_date,prior_preventives_failed,overuse_excluded,discontinued_date,"
        "discontinued_reason\nATT,placebo,1,F,1980,2023-12-01,3,1,2024-12-01,moved away\n"
    )
    (study / "inbox/subjects-att.csv").write_text(subject, encoding="utf-8")
    return study


def results(folder: Path) -> tuple[Results, int]:
    """Every table of analysis, and the number of cells set aside."""
    study = load_study(folder)
    with tempfile.TemporaryDirectory() as out, open_warehouse(Path(out), study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        names = con.execute("SELECT table_name FROM duckdb_tables() WHERE schema_name = 'analysis'").fetchall()
        tables = {name: con.execute(f"SELECT * FROM analysis.{name} ORDER BY ALL").fetchall() for (name,) in names}
        tables["statuses"] = con.execute(f"SELECT {STATUSES} FROM analysis.responder ORDER BY ALL").fetchall()
        tables["without_hours"] = con.execute(
            f"SELECT {STATUSES} FROM analysis.responder JOIN meta.rule_sets AS rule USING (rule_set)"
            " WHERE rule.headache_day = 'any' ORDER BY ALL"
        ).fetchall()
        (aside,) = con.execute("SELECT count(*) FROM landing.quarantined_cells").fetchall()[0]
        return tables, aside


def with_faults(
    folder: Path, seed: int, cells: list[tuple[str, str, str]], text: str | None = None
) -> tuple[Path, int]:
    """The trial with a text in 15% of the cells of these columns: a faulty one, or ``text``; how many cells."""
    study, planted = trial(folder, seed), 0
    for place, (kind, column, faulty) in enumerate(cells):
        one = rewrite(study, kind, column, faulty if text is None else text, 1000 * seed + place)
        assert one > 0, (kind, column)
        planted += one
    return study, planted


@pytest.mark.parametrize("seed", SEEDS)
def test_faulty_cells_move_no_status(seed: int, tmp_path: Path) -> None:
    clean, nothing = results(trial(tmp_path / "clean", seed))
    assert nothing == 0
    assert {row[3] for row in clean["statuses"]} >= {"responder", "non_responder"}

    study, planted = with_faults(tmp_path / "other", seed, NOT_ABOUT_STATUS)
    faulty, aside = results(study)
    assert aside == planted
    assert faulty["statuses"] == clean["statuses"]

    study, planted = with_faults(tmp_path / "hours", seed, [(*HOURS, "30")])
    faulty, aside = results(study)
    assert aside == planted > 100
    assert faulty["without_hours"] == clean["without_hours"]
    assert faulty["months"] != clean["months"]  # headache hours do use the column


@pytest.mark.parametrize("seed", SEEDS)
def test_faulty_cells_count_as_empty_ones(seed: int, tmp_path: Path) -> None:
    """Every result, cell for cell, with every optional column faulty at once."""
    study, planted = with_faults(tmp_path / "faulty", seed, OPTIONAL)
    faulty, aside = results(study)
    assert aside == planted
    study, _ = with_faults(tmp_path / "empty", seed, OPTIONAL, text="")
    empty, _ = results(study)
    assert [name for name in empty if faulty[name] != empty[name]] == []
