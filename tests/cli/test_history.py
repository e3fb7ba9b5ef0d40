"""Corrections leave a history; a file is withdrawn by saying so, not by vanishing."""

import shutil
from pathlib import Path
from typing import Any

import pytest

from flows.base.errors import ConfigurationError
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, DIARY, SETTINGS, Outcome, land_only, process, write_files, write_study


def rows_of(study: Path, query: str) -> list[tuple[Any, ...]]:
    settings = load_study(study)
    with open_warehouse(study / "out", settings) as (con, kept):
        take_in(con, settings, kept)
        steps.validate(con, settings, kept)
        return con.execute(query).fetchall()


def test_what_a_day_was_and_what_it_is(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-1.csv": DIARY + "A,2024-02-01,1\nA,2024-02-02,1\n"})
    process(study)
    write_files(study, {"diary-2.csv": DIARY + "A,2024-02-01,0\nA,2024-02-02,1\nA,2024-02-03,1\n"})
    process(study)
    write_files(study, {"diary-3.csv": DIARY + "A,2024-02-01,perhaps\n"})
    query = """SELECT day(diary_date), version, outcome, headache, path, line_number
        FROM tabulation.diary_history JOIN landing.files USING (file_id) ORDER BY ALL"""
    assert rows_of(study, query) == [
        (1, 1, "superseded", True, "diary-1.csv", 2),
        (1, 2, "current", False, "diary-2.csv", 2),
        (1, 3, "quarantined", None, "diary-3.csv", 2),
        (2, 1, "current", True, "diary-1.csv", 3),
        (2, 2, "duplicate", True, "diary-2.csv", 3),
    ]


@pytest.fixture(scope="module")
def with_two(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Outcome, str]:
    """A study with a file that is to be withdrawn, what came of it, and that file's id; each test goes on with a copy."""
    study = write_study(
        tmp_path_factory.mktemp("two") / "study",
        {**BASE, "diary2.csv": DIARY + "BASE,2024-01-01,0\nB,2024-02-01,1\n"},
    )
    outcome = process(study)
    return study, outcome, rows_of(study, "SELECT file_id FROM landing.files WHERE path = 'diary2.csv'")[0][0]


@pytest.mark.parametrize("by", ["path", "file_id"])
@pytest.mark.parametrize("is_landed", [True, False])
def test_a_withdrawn_file_does_not_count(
    by: str, is_landed: bool, with_two: tuple[Path, Outcome, str], tmp_path: Path
) -> None:
    made, with_it, file_id = with_two
    study = Path(shutil.copytree(made, tmp_path / "study", symlinks=True))
    assert with_it.days_of("BASE")["2024-01-01"] is False
    named = "diary2.csv" if by == "path" else file_id
    (study / "study.toml").write_text(SETTINGS + f"[[withdrawn]]\nfile = '{named}'\nreason = 'wrong study'\n")
    out = study / "out" if is_landed else tmp_path / "fresh"
    without = process(study, out)
    assert without.days_of("BASE")["2024-01-01"] is True
    assert without.days_of("B") == {}
    assert without.files["diary2.csv"][:3] == ("withdrawn", "wrong study", 0)
    assert all(file.is_conserved for file in without.files.values())
    (study / "study.toml").write_text(SETTINGS)
    assert process(study, out).tabulation == with_it.tabulation


@pytest.mark.parametrize("is_landed", [True, False])
def test_a_withdrawn_repeat_of_a_file_leaves_the_file(is_landed: bool, tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary2.csv": BASE["diary.csv"]})
    before = process(study)
    assert before.files["diary2.csv"][0] == "ignored"
    (study / "study.toml").write_text(SETTINGS + "[[withdrawn]]\nfile = 'diary2.csv'\nreason = 'sent twice'\n")
    after = process(study, study / "out" if is_landed else tmp_path / "fresh")
    assert after.files["diary2.csv"][:3] == ("withdrawn", "sent twice", 0)
    assert after.files["diary.csv"][0] == "landed"
    assert after.tabulation == before.tabulation


def test_a_withdrawal_that_names_no_file_is_told(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "study", settings=SETTINGS + "[[withdrawn]]\nfile = 'diary-9.csv'\nreason = 'wrong study'\n"
    )
    with pytest.raises(ConfigurationError, match=r"\[\[withdrawn\]\] names 'diary-9.csv'"):
        land_only(study)


def test_a_file_that_is_gone_still_counts_and_is_told(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-2.csv": DIARY + "B,2024-02-01,1\n"})
    assert "file.absent" not in {check for _, check, _ in process(study).findings}
    (study / "inbox/diary-2.csv").unlink()
    gone = process(study)
    assert gone.days_of("B") == {"2024-02-01": True}
    assert [path for path, check, _ in gone.findings if check == "file.absent"] == ["diary-2.csv"]


def test_a_newer_export_at_the_same_place_is_not_missed(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    process(study)
    write_files(study, {"diary.csv": BASE["diary.csv"] + "BASE,2024-01-03,1\n"})
    newer = process(study)
    assert len(newer.days_of("BASE")) == 3
    assert "file.absent" not in {check for _, check, _ in newer.findings}
