"""However a site writes its CSV files, the same days come out."""

import gzip
from pathlib import Path

import pytest

from tests.cli.helpers import BASE, Outcome, process, write_study
from tests.cli.zoo import HEADER, Case, assert_as_expected, assert_others_stand, process_zoo, zipped

PLAIN = HEADER + "@,2024-01-01,1\n@,2024-01-02,0\n@,2024-01-03,\n"
DAYS: dict[str, bool | None] = {"2024-01-01": True, "2024-01-02": False, "2024-01-03": None}
HOURS = "subject_id;diary_date;headache;hours\n@;2024-01-01;1;4,5\n"
ONE_DAY: dict[str, bool | None] = {"2024-01-01": True}
TWO_IN_TURN: dict[str, bool | None] = {"2024-01-01": True, "2024-01-02": False}
TWO_DAYS: dict[str, bool | None] = {"2024-01-13": True, "2024-02-01": False}

CASES = {
    "no last line end": Case(PLAIN.rstrip("\n") + "", DAYS),
    "carriage return and line feed": Case(PLAIN.replace("\n", "\r\n"), DAYS),
    "carriage return": Case(PLAIN.replace("\n", "\r"), DAYS),
    "mixed line ends": Case(PLAIN.replace("1\n", "1\r\n").replace("0\n", "0\r"), DAYS),
    "blank lines": Case("\n\n" + PLAIN.replace("\n", "\n\n"), DAYS),
    "utf-8 mark": Case(PLAIN, DAYS, encoding="utf-8-sig"),
    "utf-16 mark": Case(PLAIN, DAYS, encoding="utf-16"),
    "utf-32 mark": Case(PLAIN, DAYS, encoding="utf-32"),
    "utf-16 declared": Case(PLAIN, DAYS, encoding="utf-16-be", settings="encoding = 'utf-16-be'"),
    "mark wins over declaration": Case(PLAIN, DAYS, encoding="utf-8-sig", settings="encoding = 'latin-1'"),
    "Köpf’weh": Case(PLAIN, DAYS, encoding="cp1252"),
    "Köpf": Case(PLAIN, DAYS, encoding="mac-roman", settings="encoding = 'mac-roman'"),
    "tab": Case(PLAIN.replace(",", "\t"), DAYS),
    "pipe": Case(PLAIN.replace(",", "|"), DAYS),
    "semicolon": Case(PLAIN.replace(",", ";"), DAYS),
    "odd delimiter": Case(PLAIN.replace(",", "§"), DAYS, settings="delimiter = '§'"),
    "all quoted": Case('"subject_id","diary_date","headache"\n"@","2024-01-01","1"\n', ONE_DAY),
    "quoted break": Case('subject_id,note,diary_date,headache\n@,"a,\n""b""\n",2024-01-01,1\n', ONE_DAY),
    "header in capitals": Case(" SUBJECT_ID , Diary_Date,HEADACHE\n@,2024-01-01,1\n", ONE_DAY),
    "columns in another order": Case("headache,diary_date,x,subject_id\n1,2024-01-01,y,@\n", ONE_DAY),
    "sql words": Case("select,diary_date,headache,subject_id,c0,surplus\n;,2024-01-01,1,@,,\n", ONE_DAY),
    "trailing delimiters": Case("subject_id,diary_date,headache,\n@,2024-01-01,1,\n", ONE_DAY),
    "day first": Case(HEADER + "@,13/01/2024,1\n@,1/2/2024,0\n", TWO_DAYS, settings="date_format = '%d/%m/%Y'"),
    "month first": Case(HEADER + "@,01/13/2024,1\n@,02/01/2024,0\n", TWO_DAYS, settings="date_format = '%m/%d/%Y'"),
    "short year": Case(HEADER + "@,13.01.24,1\n@,01.02.24,0\n", TWO_DAYS, settings="date_format = '%d.%m.%y'"),
    "date with time": Case(HEADER + "@,2024-01-01T00:30:00,1\n@,2024-01-02 23:59,0\n", dict(list(DAYS.items())[:2])),
    "own answers": Case(
        HEADER + "@,2024-01-01,Ja\n@,2024-01-02,NEIN\n",
        dict(list(DAYS.items())[:2]),
        settings="values.headache = { JA = 1, nein = 0 }",
    ),
    "answers as true and false": Case(
        HEADER + "@,2024-01-01,x\n@,2024-01-02,o\n",
        dict(list(DAYS.items())[:2]),
        settings="values.headache = { x = true, o = false }",
    ),
    "own columns": Case(
        "PatNr;Datum;Kopfschmerz\n@;2024-01-01;1\n",
        ONE_DAY,
        settings="columns = { subject_id = 'patnr', diary_date = 'Datum', headache = 'Kopfschmerz' }",
    ),
    "scharfes s": Case(HEADER + "@,2024-01-01,weiß\n", ONE_DAY, settings='values.headache = { "weiß" = 1 }'),
    "own word for unknown": Case(
        HEADER + "@,2024-01-01,-9\n", {"2024-01-01": None}, settings='values.headache = { -9 = "" }'
    ),
    "blank before a line": Case(HEADER + "@,2024-01-01,1\n @,2024-01-02,0\n", TWO_IN_TURN),
    "blank after a line": Case(HEADER + "@,2024-01-01,1 \n@,2024-01-02,0\n", TWO_IN_TURN),
    "blank at the very end": Case(HEADER + "@,2024-01-01,1\n@,2024-01-02,0 ", TWO_IN_TURN),
    "blank after a delimiter": Case(HEADER + "@, 2024-01-01,1\n@,2024-01-02,0\n", TWO_IN_TURN),
    "blank before a delimiter": Case(HEADER + "@,2024-01-01 ,1\n@,2024-01-02,0\n", TWO_IN_TURN),
    "blanks within quotes": Case(HEADER + '@,"2024-01-01 ",1\n@,2024-01-02," 0"\n', TWO_IN_TURN),
    "no-break space": Case(HEADER + "@,2024-01-01,1\u00a0\n@,2024-01-02,0\n", TWO_IN_TURN),
    "tab after a value": Case(HEADER + "@\t,2024-01-01\t,1\t\n", ONE_DAY),
    "utf-16 without mark": Case(PLAIN, DAYS, encoding="utf-16-le"),
    "utf-16 big end first": Case(PLAIN, DAYS, encoding="utf-16-be"),
    "gzip": Case(gzip.compress(PLAIN.replace("@", "gzip").encode()), DAYS),
    "gzip of utf-16": Case(gzip.compress(PLAIN.replace("@", "gzip of utf-16").encode("utf-16")), DAYS),
    "zip": Case(zipped({"export/diary.csv": PLAIN.replace("@", "zip").encode()}), DAYS),
    "zip from a mac": Case(
        zipped({"d.csv": PLAIN.replace("@", "zip from a mac").encode(), "__MACOSX/._d.csv": b"\0"}), DAYS
    ),
    "proved day first": Case(HEADER + "@,1.2.2024,0\n@,13.01.2024,1\n", TWO_DAYS),
    "proved month first": Case(HEADER + "@,01/13/2024 00:00,1\n@,2/1/2024 00:00,0\n", TWO_DAYS),
    "proved by the last line": Case(
        HEADER + "".join(f"@,0{day}/01/2024,1\n" for day in range(1, 10)) + "@,13/01/2024,0\n",
        {f"2024-01-0{day}": True for day in range(1, 10)} | {"2024-01-13": False},
    ),
    "year first with slashes": Case(HEADER + "@,2024/1/13,1\n@,2024/02/01,0\n", TWO_DAYS),
    "eight digits": Case(HEADER + "@,20240113,1\n@,20240201,0\n", TWO_DAYS),
    "named months": Case(HEADER + "@,13-Jan-2024,1\n@,01-FEB-2024,0\n", TWO_DAYS),
    "one date of another kind": Case(
        HEADER + "@,13/01/2024,1\n@,01/02/2024,0\n@,2024-03-01,1\n",
        TWO_DAYS,
        quarantined=[(4, "diary.diary_date.unreadable")],
    ),
    "header only": Case(HEADER, {}),
    "decimal comma": Case(HOURS, ONE_DAY),
    "decimal comma declared": Case(HOURS.replace("4,5", '"4,5"').replace(";", ","), ONE_DAY, settings="decimal = ','"),
    "decimal point declared": Case(HOURS.replace("4,5", "4.5"), ONE_DAY, settings="decimal = '.'"),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return process_zoo(tmp_path_factory.mktemp("zoo") / "study", CASES)


@pytest.mark.parametrize("name", CASES)
def test_the_days_come_out(name: str, outcome: Outcome) -> None:
    assert_as_expected(outcome, name, CASES[name])


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("decimal")])
def test_decimal_comma(name: str, outcome: Outcome) -> None:
    assert [row[3] for row in outcome.diary if row[0] == name] == [4.5]


def test_other_files_go_on(outcome: Outcome) -> None:
    assert_others_stand(outcome)


@pytest.mark.parametrize("broken", ["", "X\n"], ids=["read by DuckDB", "read record by record"])
def test_spaces_around_quotation_marks(broken: str, tmp_path: Path) -> None:
    """Both ways to read a file take them for nothing, and the text of a faulty cell in such a line is found."""
    text = f'subject_id,diary_date,headache,hours\n "A" ,2024-01-01,1,"4"\n"A"  ,"2024-01-02" ,0,"many" \n{broken}'
    outcome = process(write_study(tmp_path / "study", {**BASE, "diary-spaces.csv": text}))
    assert outcome.days_of("A") == {"2024-01-01": True, "2024-01-02": False}
    assert outcome.cells["diary-spaces.csv", 3, "hours"] == ("many", "diary.hours.unreadable")
    assert outcome.files["diary-spaces.csv"].quarantined == bool(broken)
