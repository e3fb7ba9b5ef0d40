"""Files pasted together, quotation marks that go astray, one date that would decide the order of them all."""

import re

import pytest

from tests.cli.helpers import BASE, Outcome, process, write_study
from tests.cli.zoo import Case, assert_as_expected, file_name, process_zoo

NOTED = "subject_id,diary_date,headache,hours,note\n"
PLAIN = "subject_id,diary_date,headache,hours\n"
BROKEN = "diary.line.columns"
NO_DATE = "diary.diary_date.unreadable"
D = [f"2024-01-{day:02d}" for day in range(1, 10)]

CASES = {
    "two stray quotes": Case(
        NOTED + f'@,{D[0]},1,3,x\n@,{D[1]},1,3,"bad\n@,{D[2]},0,,\n@,{D[3]},1,3,y\n@,{D[4]},0,,z"\n@,{D[5]},1,6,\n',
        {D[0]: True, D[2]: False, D[3]: True, D[4]: False, D[5]: True},
        [(3, BROKEN)],
    ),
    "two stray quotes on lines that follow": Case(
        NOTED + f'@,{D[0]},1,3,"bad\n@,{D[1]},0,,z"\n@,{D[2]},1,6,\n', {D[1]: False, D[2]: True}, [(2, BROKEN)]
    ),
    "a broken line between": Case(
        NOTED + f'@,{D[0]},1,3,"bad\n@,{D[1]}\n@,{D[2]},0,,z"\n@,{D[3]},1,6,\n',
        {D[2]: False, D[3]: True},
        [(2, BROKEN), (3, BROKEN)],
    ),
    "quotes in the first column": Case(
        "note,subject_id,diary_date,headache\n" + f'"bad,@,{D[0]},1\nx,@,{D[1]},0\ny",@,{D[2]},1\n',
        {D[1]: False, D[2]: True},
        [(2, BROKEN)],
    ),
    "a text over lines": Case(
        NOTED + f'@,{D[0]},1,3,"slept\nbadly, and\nwoke"\n@,{D[1]},0,,\n', {D[0]: True, D[1]: False}
    ),
    "a text over lines in the first column": Case(
        "note,subject_id,diary_date,headache\n" + f'"slept\nbadly",@,{D[0]},1\n', {D[0]: True}
    ),
    "a number over lines": Case(
        NOTED + f'@,{D[0]},1,"3\n",x\n@,{D[1]},0,,\n', {D[1]: False}, [(2, BROKEN), (3, BROKEN)]
    ),
    "header in another order": Case(
        PLAIN + f"@,{D[0]},1,0\nheadache,hours,subject_id,diary_date\n0,1,@,{D[1]}\n1,0,@,{D[2]}\n",
        {D[0]: True, D[1]: False, D[2]: True},
        [(3, BROKEN)],
    ),
    "header with the last two columns changed": Case(
        "subject_id,diary_date,migraine,headache\n"
        + f"@,{D[0]},0,1\nSUBJECT_ID,Diary_Date,Headache,Migraine\n@,{D[1]},1,0\n@,{D[2]},1,0\n",
        {D[0]: True, D[1]: True, D[2]: True},
        [(3, BROKEN)],
    ),
    "header with more columns": Case(
        PLAIN + f"@,{D[0]},1,0\nsubject_id,x,headache,diary_date,migraine\n@,,0,{D[1]},0\n@,{D[2]},1\n",
        {D[0]: True, D[1]: False},
        [(3, BROKEN), (5, BROKEN)],
    ),
    "and back again": Case(
        PLAIN + f"@,{D[0]},1,0\nheadache,hours,diary_date,subject_id\n0,1,{D[1]},@\n" + PLAIN + f"@,{D[2]},1,0\n",
        {D[0]: True, D[1]: False, D[2]: True},
        [(3, BROKEN), (5, BROKEN)],
    ),
    "the same header again": Case(
        PLAIN + f"@,{D[0]},1,0\n" + PLAIN + f"@,{D[1]},0,\n@,{D[2]},0,\n",
        {D[0]: True, D[1]: False, D[2]: False},
        [(3, NO_DATE)],
    ),
    "another kind of file below": Case(
        PLAIN + f"@,{D[0]},1,0\nsubject_id,site,sex,arm\n@,{D[1]},0,1\n@,{D[2]},1,1\n" + PLAIN + f"@,{D[3]},0,\n",
        {D[0]: True, D[3]: False},
        [(3, BROKEN), (4, BROKEN), (5, BROKEN), (6, BROKEN)],
    ),
    "a column twice below": Case(
        PLAIN + f"@,{D[0]},1,0\nsubject_id,diary_date,headache,headache\n@,{D[1]},0,1\n",
        {D[0]: True},
        [(3, BROKEN), (4, BROKEN)],
    ),
    "their own names": Case(
        f"Pat,Datum,Kopf\n@,{D[0]},1\nKopf,Pat,Datum\n0,@,{D[1]}\n",
        {D[0]: True, D[1]: False},
        [(3, BROKEN)],
        settings="columns = { subject_id = 'Pat', diary_date = 'Datum', headache = 'Kopf' }",
    ),
    "day first in another order": Case(
        "subject_id,diary_date,headache\n@,13/01/2024,1\nheadache,diary_date,subject_id\n0,02/01/2024,@\n",
        {"2024-01-13": True, "2024-01-02": False},
        [(3, BROKEN)],
    ),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return process_zoo(tmp_path_factory.mktemp("pasted") / "study", CASES)


@pytest.mark.parametrize("name", CASES)
def test_each_line_is_read_by_the_header_above_it(name: str, outcome: Outcome) -> None:
    assert_as_expected(outcome, name, CASES[name])
    assert all(file.is_conserved for file in outcome.files.values())


def test_the_quarantined_text_is_that_of_the_line(outcome: Outcome) -> None:
    for name, case in CASES.items():
        lines = str(case.content).replace("@", name).split("\n")
        for number, _ in case.quarantined:
            assert outcome.raw[file_name(name), number] == lines[number - 1]


DIARY = "subject_id,diary_date,headache\n"


def diary_of(dates: list[str], subject: str = "@") -> str:
    return "".join(f"{subject},{date},1\n" for date in dates)


FIRST_DAYS = [f"05/{day:02d}/2024" for day in range(1, 12)]
ORDERS = {
    "one slip among days in a row": (diary_of([*FIRST_DAYS, "13/05/2024"]), "line 13 alone has a date"),
    "the same, month and day changed": (
        diary_of([f"{day:02d}.05.2024" for day in range(1, 12)] + ["05.13.2024"]),
        "read month first",
    ),
    "two slips of two subjects": (
        diary_of([*FIRST_DAYS, "13/05/2024"]) + diary_of([*FIRST_DAYS, "14/05/2024"], "@ T"),
        "2 lines",
    ),
    "the first thirteen days of May": (diary_of([f"{day:02d}/05/2024" for day in range(1, 14)]), None),
    "a year, day by day": (diary_of([f"{d:02d}/{m:02d}/2024" for m in range(1, 13) for d in range(1, 29)]), None),
    "a day a month": (diary_of([f"{day}/{m:02d}/2024" for m in range(1, 13) for day in ("05", "18")]), None),
    "days far apart": (diary_of(["05/01/2024", "05/07/2024", "13/09/2024"]), None),
}


SUBJECTS = "subject_id,site\nBASE,1\nsubject_id,site\nB,2\nsite,subject_id\n3,C\n"
# On the fifth of each month, and once on the thirteenth: no rhythm of days tells against it.
MONTHLY = [*(f"05/{month:02d}/2024" for month in range(1, 12)), "13/12/2023"]
BELOW = PLAIN + f"BASE,{D[0]},1,0\nheadache,hours,diary_date,subject_id\n1,many,{D[1]},S\n"


@pytest.fixture(scope="module")
def others(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """Each order of dates in a file of its own, of a subject of its own; a file of subjects and one of injections."""
    orders = {
        f"diary-{name}.csv": DIARY + lines.replace("@", name.replace(",", "")) for name, (lines, _) in ORDERS.items()
    }
    monthly = "subject_id,injection_date\n" + "".join(f"MONTHLY,{date}\n" for date in MONTHLY)
    files = {**BASE, **orders, "subjects.csv": SUBJECTS, "injections-2.csv": monthly, "diary-below.csv": BELOW}
    return process(write_study(tmp_path_factory.mktemp("others") / "study", files))


@pytest.mark.parametrize("name", ORDERS)
def test_one_date_does_not_decide_against_all_others(name: str, others: Outcome) -> None:
    refused, file = ORDERS[name][1], others.files[f"diary-{name}.csv"]
    if refused:
        assert file.status == "refused"
        reason = str(file.reason)
        assert refused in reason
        assert re.search(r"read (day|month) first, the days .* 0 times, read (day|month) first [12]0 times", reason)
        assert "/2024" not in reason
    else:
        assert (file.status, file.quarantined) == ("landed", 0)


def test_monthly_injections_have_no_days_in_a_row(others: Outcome) -> None:
    assert others.files["injections-2.csv"].status == "landed"


def test_a_header_again_is_no_subject(others: Outcome) -> None:
    assert [row[0] for row in others.tabulation["subjects"]] == ["B", "BASE", "C"]
    assert others.quarantine["subjects.csv"] == [(3, "subjects.line.columns"), (5, "subjects.line.columns")]
    assert all(file.is_conserved for file in others.files.values())


def test_a_faulty_cell_below_another_header_is_quoted_from_its_own_place(others: Outcome) -> None:
    assert others.cells["diary-below.csv", 4, "hours"][0] == "many"
    assert others.days_of("S") == {D[1]: True}
