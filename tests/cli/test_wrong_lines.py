"""In a sound file only the wrong lines are quarantined, each with its line number, its check and its raw text."""

from pathlib import Path

import pytest

from tests.cli.helpers import BASE, Outcome, process, write_study
from tests.cli.zoo import HEADER, Case, assert_as_expected, assert_others_stand, file_name, process_zoo

WIDE = "subject_id,diary_date,headache,hours,note\n"
BROKEN = "diary.line.columns"
NO_DATE = "diary.diary_date.unreadable"

CASES = {
    "few bad dates": Case(
        HEADER + "@,2024-01-01,1\n@,02.01.2024,1\n@,2024-02-30,1\n@,,1\n@,2024-01-05,0\n@,2024-01-06,0\n",
        {"2024-01-01": True, "2024-01-05": False, "2024-01-06": False},
        [(3, NO_DATE), (4, NO_DATE), (5, "diary.diary_date.missing")],
    ),
    "too few": Case(
        HEADER + "@,2024-01-01\n,\n@,2024-01-02,1\n@\n", {"2024-01-02": True}, [(n, BROKEN) for n in (2, 3, 5)]
    ),
    "too many": Case(HEADER + "@,2024-01-01,1,0\n@,2024-01-02,1\n", {"2024-01-02": True}, [(2, BROKEN)]),
    "empty surplus": Case(HEADER + "@,2024-01-01,1,\n@,2024-01-02,1\n", {"2024-01-02": True}, [(2, BROKEN)]),
    "last line too short": Case(HEADER + "@,2024-01-01,1\n@,2024-", {"2024-01-01": True}, [(3, BROKEN)]),
    "only commas": Case(HEADER + ",,\n@,2024-01-02,1\n", {"2024-01-02": True}, [(2, "diary.subject_id.missing")]),
    "unclosed quote": Case(
        HEADER + '@,2024-01-01,1\n"@,2024-01-02,1\n@,2024-01-03,0\n',
        {"2024-01-01": True, "2024-01-03": False},
        [(3, BROKEN)],
    ),
    "unclosed at the end": Case(HEADER + '@,2024-01-01,1\n@,2024-01-02,"1\n', {"2024-01-01": True}, [(3, BROKEN)]),
    "two unclosed": Case(
        HEADER + '"@,2024-01-01,1\n@,2024-01-02,0\n"@,2024-01-03,1\n', {"2024-01-02": False}, [(2, BROKEN), (4, BROKEN)]
    ),
    "stray quote": Case(
        WIDE + '@,2024-01-01,1,,5" tall\n@,2024-01-02,1"0,,x\n@,2024-01-03,0,,\n',
        {"2024-01-01": True, "2024-01-03": False},
        [(3, "diary.headache.unreadable")],
    ),
    "text after a quote": Case(
        WIDE + '@,2024-01-01,1,,"a"b\n@,2024-01-02,0,,x\n', {"2024-01-02": False}, [(2, BROKEN)]
    ),
    "lines after a quoted break": Case(
        WIDE + '@,2024-01-01,1,,"a\nb"\n\n@,2024-01-02,9,,x\n@,2024-01-03\n',
        {"2024-01-01": True},
        [(5, "diary.headache.unreadable"), (6, BROKEN)],
    ),
    "hours": Case(
        WIDE
        + "@,2024-01-01,1,24,\n@,2024-01-02,1,24.01,\n@,2024-01-03,1,-1,\n@,2024-01-04,1,NaN,\n@,2024-01-05,1,inf,\n"
        '@,2024-01-06,1,"1,5",\n',
        {f"2024-01-0{day}": True for day in range(1, 7)},
        cells={
            **{(n, "hours"): "diary.hours.out_of_range" for n in (3, 4)},
            **{(n, "hours"): "diary.hours.unreadable" for n in (5, 6, 7)},
        },
    ),
    "duplicate": Case(HEADER + "@,2024-01-01,1\n@,2024-01-01,1\n", {"2024-01-01": True}, duplicate=1),
    "same line thrice": Case(
        HEADER + '@,2024-01-01,1\n"@",2024-01-01,yes\n@ , 2024-01-01,1\n', {"2024-01-01": True}, duplicate=2
    ),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return process_zoo(tmp_path_factory.mktemp("zoo") / "study", CASES)


@pytest.mark.parametrize("name", CASES)
def test_only_the_wrong_lines_are_set_aside(name: str, outcome: Outcome) -> None:
    assert_as_expected(outcome, name, CASES[name])


def test_other_files_go_on(outcome: Outcome) -> None:
    assert_others_stand(outcome)


@pytest.mark.parametrize("name", [name for name, case in CASES.items() if case.quarantined])
def test_raw_text_is_the_line_as_it_stands(name: str, outcome: Outcome) -> None:
    """Every raw text begins where the file's line of that number does."""
    content = CASES[name].content
    assert isinstance(content, str)
    lines = content.replace("@", name).split("\n")
    for number, _ in CASES[name].quarantined:
        assert outcome.raw[file_name(name), number] == lines[number - 1]


ARMS = """[arms]
p = "Placebo"
o = "Ona"
"""


def test_subjects(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Contradicting rows are quarantined; an unknown arm costs the arm; an equal row is a duplicate."""
    study = write_study(tmp_path_factory.mktemp("arms") / "study")
    (study / "study.toml").write_text((study / "study.toml").read_text() + ARMS)
    (study / "inbox/subjects.csv").write_text("subject_id,arm\nBASE,p\nB,o\nB,o\nC,p\nC,o\nD,Placebo\nE,\n")
    outcome = process(study)
    assert outcome.files["subjects.csv"][2:7] == (7, 4, 0, 1, 2)
    conflict, unknown = "subjects.subject.conflict", "subjects.arm.unknown"
    assert outcome.quarantine["subjects.csv"] == [(5, conflict), (6, conflict)]
    assert outcome.cells["subjects.csv", 7, "arm"] == ("Placebo", unknown)
    assert [row[:2] for row in outcome.tabulation["subjects"]] == [
        ("B", "o"),
        ("BASE", "p"),
        ("D", None),
        ("E", None),
    ]
    assert_others_stand(outcome)


@pytest.mark.parametrize("more", ["", "X\n"])
def test_empty_rows_of_a_tab_separated_file(more: str, tmp_path: Path) -> None:
    """Spreadsheets end their exports with rows of tabs, which are no lines; above another line such a row is one."""
    content = (HEADER + "@,2024-01-01,1\n,,\n").replace(",", "\t").replace("@", "T") + more
    outcome = process(write_study(tmp_path / "study", {**BASE, "diary-tabs.csv": content}))
    aside = [(3, "diary.subject_id.missing"), (4, BROKEN)] if more else []
    assert outcome.quarantine.get("diary-tabs.csv", []) == aside
    assert outcome.raw.get(("diary-tabs.csv", 3)) == ("\t\t" if more else None)


def test_lines_are_quoted_from_the_file_they_stand_in(tmp_path: Path) -> None:
    """Of a file a record of which runs over lines, of one that has none such, and of one that comes a night later."""
    header = HEADER.replace("\n", ",note\n")
    study = write_study(
        tmp_path / "study",
        {
            **BASE,
            "diary-long.csv": header + 'L,2024-01-01,1,"two\nlines"\n\nL,2024-01-02,7,later\n',
            "diary-plain.csv": header + "P,2024-01-01,1,x\nP,2024-01-02,8,y\n",
        },
    )
    first = {("diary-long.csv", 5): "L,2024-01-02,7,later", ("diary-plain.csv", 3): "P,2024-01-02,8,y"}
    assert process(study).raw == first
    (study / "inbox/diary-next.csv").write_text(header + "N,2024-01-01,9,z\n")
    assert process(study).raw == first | {("diary-next.csv", 2): "N,2024-01-01,9,z"}
