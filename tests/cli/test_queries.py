"""The questions to the sites: whose, where, in what words; and nothing a spreadsheet program would run."""

import csv
import re
from pathlib import Path

import pytest

from flows.checking.checks import load_suites
from flows.publishing.site_queries import COLUMNS, as_text, question
from flows.runs.check import check_study
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, write_study
from tests.run import run_without_prefect

HEAD = "subject_id,diary_date,headache,hours\n"
FILES = {
    **BASE,
    "subjects.csv": "subject_id,site\nBASE,site-02\nS-1,site-01\nS-2,'=1+1\n@SUM(A1),site-01\n+49,-3\n",
    "diary-b.csv": HEAD + "S-1,2024-01-01,1,77.25\nS-1,2024-01-02,geheim,3\n=cmd|' /C calc'!A0,2024-01-03,1,66.5\n",
    "-diary.csv": "x",
    "diary-a.csv": HEAD + "@SUM(A1),2024-01-01,1,88.5\n+49,2024-01-01,1,99.125\nS-2,2024-01-01,1,44.5\n",
    "scores.csv": "subject_id,score_date,instrument,score\nNOBODY,2024-01-05,HIT6,99\n\tS-1,2024-01-06,HIT6,99\n",
}
VALUES = ("77.25", "geheim", "66.5", "88.5", "99.125", "44.5", "2024-01", "HIT6", "calc' 2024")


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("queries") / "study", FILES)


@pytest.fixture(scope="module")
def queries(study: Path) -> Path:
    return run_without_prefect(study, study / "published") / "queries.csv"


def test_each_question_names_site_subject_file_and_line(queries: Path) -> None:
    rows = read(queries)
    assert tuple(rows[0]) == COLUMNS
    asked = {(row["site"], row["subject"], row["file"], row["line"], row["check"]): row["question"] for row in rows}
    assert asked["site-01", "S-1", "diary-b.csv", "2", "diary.hours.out_of_range"] == (
        "Line 2: hours is outside 0 to 24 h. What is the right value?"
    )
    assert asked["", "NOBODY", "scores.csv", "2", "scores.subject_id.unknown"].endswith(
        "Which subject is it? Or does the subjects file lack one?"
    )


def test_no_cell_is_a_formula(queries: Path) -> None:
    cells = [cell for row in read(queries) for cell in row.values()]
    assert [cell for cell in cells if re.match(r"[ ]*[=+\-@\t\r\n]", cell)] == []
    assert {"'@SUM(A1)", "'+49", "'-3", "'-diary.csv", "'=cmd|' /C calc'!A0"} <= set(cells)


def test_no_value_of_anybody_is_shown(queries: Path) -> None:
    text = queries.read_text(encoding="utf-8")
    assert [value for value in VALUES if value in text] == []
    subjects = {"S-1", "S-2", "'@SUM(A1)", "'+49", "NOBODY", "BASE"}
    for row in read(queries):
        others = subjects - {row["subject"]}
        assert [subject for subject in others if subject in row["question"]] == []


def test_the_order_is_by_site_subject_file_and_line(queries: Path) -> None:
    rows = read(queries)
    keys = [(row["site"], row["subject"], row["file"], int(row["line"] or 0), row["check"]) for row in rows]
    bare = [
        (site.lstrip("'"), subject.lstrip("'"), file.lstrip("'"), line, check)
        for site, subject, file, line, check in keys
    ]
    assert len(set(keys)) == len(keys) > 5
    assert [key[2:] for key in bare if key[:2] == ("", "")] == sorted(key[2:] for key in bare if key[:2] == ("", ""))
    assert [key for key in bare if key[0] == "site-01"] == sorted(key for key in bare if key[0] == "site-01")


def test_check_writes_the_same_questions(queries: Path, study: Path, tmp_path: Path) -> None:
    check_study(load_study(study), queries=tmp_path / "queries.csv")
    assert (tmp_path / "queries.csv").read_bytes() == queries.read_bytes()


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", " =", "  @"])
def test_formula_starts_are_neutralised(start: str) -> None:
    assert as_text(f"{start}1+1") == f"'{start}1+1"
    assert as_text(f"a{start}1") == f"a{start}1"
    assert as_text("") == ""


def test_every_check_asks_something() -> None:
    for check in (check for checks in load_suites().values() for check in checks):
        assert question(check.id, 3, check.reason).startswith(f"Line 3: {check.reason}. ")
        assert question(check.id, None, check.reason).rstrip()[-1] in "?."
