"""A sheet of a workbook becomes CSV text in which line N is row N."""

import csv
import gzip
import random
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import python_calamine
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.worksheet.worksheet import Worksheet

from flows.landing.cell_values import shown_as
from flows.landing.plain_text import to_plain_text
from flows.landing.workbooks import sheet_as_csv
from tests.landing.workbook_files import (
    DIARY,
    DIARY_CSV,
    HEADER,
    SHEET,
    STRINGS,
    WORKBOOK,
    changed,
    refusal,
    save,
    with_rows,
    with_shared_texts,
)


def read(source: Path, sheet: str | None = None) -> str:
    target = source.with_suffix(".out")
    assert sheet_as_csv(source, target, sheet) is not None
    assert [path.name for path in source.parent.glob("*.narrow")] == []
    return target.read_text(encoding="utf-8")


@pytest.fixture
def diary(tmp_path: Path) -> Path:
    return save(tmp_path / "diary.xlsx", {"Diary": DIARY})


@pytest.fixture
def one_cell(tmp_path: Path) -> Callable[..., str]:
    """What is read from a cell of this value and number format."""

    def written(value: Any, code: str | None = None, is_1904: bool = False) -> str:
        book = openpyxl.Workbook()
        sheet = book.worksheets[0]
        if is_1904:
            book.epoch = CALENDAR_MAC_1904
        sheet["A1"] = value
        if code:
            sheet["A1"].number_format = code
        book.save(tmp_path / "cell.xlsx")
        return read(tmp_path / "cell.xlsx").removesuffix("\n")

    return written


def test_a_diary(diary: Path) -> None:
    assert read(diary) == DIARY_CSV
    assert sheet_as_csv(diary, diary.with_suffix(".out"), None) == "sheet 'Diary' of a workbook, the only one"


@pytest.mark.parametrize(
    ("value", "code", "text"),
    [
        (102, None, "102"),
        (102.0, None, "102"),
        (-3, None, "-3"),
        (0, None, "0"),
        (102.5, "0", "102.5"),  # what is stored, not what is shown
        (0.1, "0%", "0.1"),
        (1e-7, None, "1e-07"),
        ("0101", None, "0101"),
        ("102.0", None, "102.0"),
        (" text ", None, " text "),
        ("a, b", None, '"a, b"'),
        ('say "no"', None, '"say ""no"""'),
        ("two\nlines", None, "two lines"),
        ("two\r\nlines", None, "two lines"),
        ("Kopfschmerz 痛 🙂", None, "Kopfschmerz 痛 🙂"),
        (True, None, "true"),
        (False, None, "false"),
        (date(2024, 2, 13), None, "2024-02-13"),
        (datetime(2024, 2, 13), None, "2024-02-13"),
        (datetime(2024, 2, 13, 23, 30), None, "2024-02-13 23:30:00"),
        (datetime(2024, 2, 13, 7, 20, 1), "d/m/yy h:mm", "2024-02-13 07:20:01"),
        (datetime(2024, 2, 13, 23, 59, 59, 700000), None, "2024-02-13 23:59:59.700"),  # not the next day
        (date(2024, 2, 13), "dd.mm.yyyy", "2024-02-13"),
        (date(2024, 2, 13), "[$-407]d. mmmm yyyy;@", "2024-02-13"),
        (date(2024, 2, 13), "0", "45335"),
        (date(1900, 1, 1), None, "1900-01-01"),
        (date(1900, 2, 28), None, "1900-02-28"),
        (date(1900, 3, 1), None, "1900-03-01"),
        (60, "yyyy-mm-dd", "60"),  # 29 February 1900 was no day
        (0, "yyyy-mm-dd", "0"),  # a formula that points to an empty cell
        (-5, "yyyy-mm-dd", "-5"),
        (9e9, "yyyy-mm-dd", "9000000000"),
        (time(0, 0), None, "00:00:00"),
        (time(8, 3), "h:mm AM/PM", "08:03:00"),
        (time(23, 59, 59), None, "23:59:59"),
        (time(8, 3), "yyyy-mm-dd hh:mm", "08:03:00"),
        (1.5, "h:mm", "36:00:00"),
        (datetime(2024, 2, 13, 23, 30), "h:mm", "2024-02-13 23:30:00"),
        (timedelta(hours=4, minutes=15), None, "4:15:00"),
        (timedelta(hours=30, minutes=5, seconds=1), None, "30:05:01"),
        (0.25, "[mm]", "6:00:00"),
        (4.25, '0.00" days"', "4.25"),
        (4.25, r"0.0\d", "4.25"),
        (4.25, "[Red]0.0", "4.25"),
        (4.25, "General", "4.25"),
    ],
)
def test_a_cell(one_cell: Callable[..., str], value: Any, code: str | None, text: str) -> None:
    assert one_cell(value, code) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (date(2024, 2, 13), "2024-02-13"),
        (datetime(2024, 2, 13, 23, 30), "2024-02-13 23:30:00"),
        (date(1904, 1, 1), "1904-01-01"),
        (time(7, 20), "07:20:00"),
        (timedelta(hours=30), "30:00:00"),
    ],
)
def test_dates_counted_from_1904(one_cell: Callable[..., str], value: Any, text: str) -> None:
    assert one_cell(value, is_1904=True) == text


def test_built_in_formats() -> None:
    shown = {number: shown_as(number, None) for number in (0, 1, 10, 14, 18, 21, 22, 45, 46, 47, 49)}
    assert shown == {0: "number", 1: "number", 10: "number", 49: "number"} | {14: "date", 22: "date"} | {
        18: "time",
        21: "time",
        45: "time",
        47: "time",
        46: "duration",
    }


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ('<c r="A1" t="e"><v>#N/A</v></c>', "#N/A"),
        ('<c r="A1"><f>50+52</f><v>102</v></c>', "102"),
        ('<c r="A1" t="str"><f>"a"</f><v>a</v></c>', "a"),
        (
            '<c r="A1" t="inlineStr"><is><r><t>bold</t></r><r><t xml:space="preserve"> text</t></r></is></c>',
            "bold text",
        ),
        ('<c r="A1" t="inlineStr"><is><t>東京</t><rPh sb="0" eb="2"><t>トウキョウ</t></rPh></is></c>', "東京"),
        ('<c r="A1" t="inlineStr"><is><t>one_x000D__x000A_two _x005F_x000D_</t></is></c>', "one two _x000D_"),
        ('<c r="A1" t="d"><v>2024-02-13T23:30:00</v></c>', "2024-02-13 23:30:00"),
        ('<c r="A1" t="d"><v>2024-02-13T00:00:00.000Z</v></c>', "2024-02-13"),
        ('<c r="A1" t="b"><v>1</v></c>', "true"),
        ("<c><v>7</v></c>", "7"),  # some writers do not number their cells
        ('<c r="A1"><v>0.30000000000000004</v></c>', "0.30000000000000004"),
        ('<c r="A1"><v>1.02E2</v></c>', "102"),
        ('<c r="A1"><v>12345678901234567890</v></c>', "12345678901234567890"),
        ('<c r="A1"><v>NaN</v></c>', "NaN"),
    ],
)
def test_a_cell_that_excel_writes(diary: Path, cell: str, text: str) -> None:
    assert read(with_rows(diary, diary.with_name("cell.xlsx"), f'<row r="1">{cell}</row>')) == f"{text}\n"


def test_texts_that_cells_share(tmp_path: Path) -> None:
    rows = [HEADER, ["0101", "a\nb", "_x0041_"], ["0101", " c ", "<&>"], ["", "0101", "x"]]
    book = save(tmp_path / "a.xlsx", {"Diary": rows, "More": [["subject_id"]]}, More="hidden")
    shared = with_shared_texts(book, tmp_path / "b.xlsx")
    assert read(shared) == read(book) == "subject_id,diary_date,headache\n0101,a b,A\n0101, c ,<&>\n,0101,x\n"
    assert read(shared, "More") == "subject_id\n"
    ruby = b"<si><r><t>\xe6\x9d\xb1</t></r><r><t>\xe4\xba\xac</t></r><rPh sb='0' eb='2'><t>x</t></rPh></si>"
    spoken = changed(shared, tmp_path / "c.xlsx", {STRINGS: lambda part: part.replace(b"<si><t>x</t></si>", ruby)})
    assert read(spoken).endswith(",0101,東京\n")


def test_line_n_is_row_n(tmp_path: Path) -> None:
    rows = [[], [], ["Diary of site 3"], [], HEADER, [], ["0101", datetime(2024, 2, 13), 1], ["0102"], [], [None]]
    text = read(save(tmp_path / "a.xlsx", {"Diary": rows}))
    assert text == "\n\nDiary of site 3,,\n\nsubject_id,diary_date,headache\n\n0101,2024-02-13,1\n0102,,\n"


def test_rows_are_as_wide_as_the_widest_value(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["B2"], sheet["D3"], sheet["A4"] = "a", "b\nc", "d"
    sheet["H9"].number_format = "0.00"  # a format without a value is no cell
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == "\n,a,,\n,,,b c\nd,,,\n"


def test_a_merged_cell_has_its_value_once(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["subject_id", "headache"], ["0101", 1], [None, 0]):
        sheet.append(row)
    sheet.merge_cells("A2:A3")
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == "subject_id,headache\n0101,1\n,0\n"


def test_rows_that_a_filter_hides_are_read(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in DIARY:
        sheet.append(row)
    sheet.row_dimensions[2].hidden = True
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == DIARY_CSV


def test_the_one_shown_sheet_with_cells(tmp_path: Path) -> None:
    book = {"Notes": [["x"]], "Old": [["y"]], "Diary": DIARY}
    states = {"Notes": "hidden", "Old": "veryHidden"}
    shown = save(tmp_path / "a.xlsx", book, **states)
    assert read(shown) == DIARY_CSV
    assert sheet_as_csv(shown, tmp_path / "out", None) == "sheet 'Diary' of a workbook, the only one shown"
    empty = save(tmp_path / "b.xlsx", {"Sheet1": [], **book}, **states)
    assert read(empty) == DIARY_CSV
    assert sheet_as_csv(empty, tmp_path / "out", None) == "sheet 'Diary' of a workbook, the only one shown with cells"


def test_a_sheet_by_its_name(tmp_path: Path) -> None:
    book = save(tmp_path / "a.xlsx", {"Notes": [["x"]], "Diary": DIARY, "Log": [["y"]]}, Log="veryHidden")
    assert read(book, "Diary") == read(book, "diary") == DIARY_CSV
    assert read(book, "Log") == "y\n"
    assert sheet_as_csv(book, tmp_path / "out", "Notes") == "sheet 'Notes' of a workbook, as study.toml says"


def test_which_sheet_is_meant_has_to_be_said(tmp_path: Path) -> None:
    book = save(tmp_path / "a.xlsx", {"Notes": [["x"]], "Diary": DIARY, "Log": [["y"]]}, Log="hidden")
    told = refusal(book)
    assert told == "is a workbook of several sheets, 'Notes', 'Diary'; say which in study.toml, as in sheet = \"Notes\""
    assert refusal(book, "Dairy") == (
        "has no sheet 'Dairy'; it has 'Notes', 'Diary', 'Log'; did you mean 'Diary'?; set 'sheet' in study.toml"
    )


def test_no_sheet_with_cells(tmp_path: Path) -> None:
    empty = save(tmp_path / "a.xlsx", {"Diary": [], "Other": []})
    assert refusal(empty) == "is a workbook without a filled cell in a sheet that is shown"
    assert refusal(empty, "Diary") == "has no filled cell in its sheet 'Diary'"
    hidden = save(tmp_path / "b.xlsx", {"Sheet1": [], "Sheet2": [], "Diary": DIARY}, Diary="hidden")
    assert refusal(hidden).endswith("a hidden one is read where study.toml names it: 'Diary'")


def test_a_chart_is_no_sheet(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.create_chartsheet("Chart")
    book.worksheets[0].append(["a"])
    book.save(tmp_path / "a.xlsx")
    assert read(tmp_path / "a.xlsx") == "a\n"
    assert "no cells but a chart" in refusal(tmp_path / "a.xlsx", "Chart")


def test_formulas_without_values_are_not_taken_for_missing(tmp_path: Path) -> None:
    book = save(tmp_path / "a.xlsx", {"Diary": [["=1+1"]]})
    assert "formulas have no stored values" in refusal(book)
    empty = with_rows(
        book, tmp_path / "b.xlsx", '<row r="1"><c r="A1" t="str"><f>""</f><v></v></c><c r="B1"><v>1</v></c></row>'
    )
    assert read(empty) == ",1\n"


def test_xlsm_and_any_name(diary: Path) -> None:
    macro = diary.rename(diary.with_name("diary.csv"))
    assert read(macro) == DIARY_CSV


def test_prefixed_names_and_utf_16(diary: Path, tmp_path: Path) -> None:
    rows = '<x:row r="2"><x:c r="B2"><x:v>5</x:v></x:c></x:row>'
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    part = f'<?xml version="1.0"?><x:worksheet xmlns:x="{main}"><x:sheetData>{rows}</x:sheetData></x:worksheet>'
    assert read(changed(diary, tmp_path / "x.xlsx", {SHEET: lambda _: part.encode()})) == "\n,5\n"
    assert read(changed(diary, tmp_path / "y.xlsx", {SHEET: lambda _: part.encode("utf-16")})) == "\n,5\n"


def test_other_files_are_left_alone(tmp_path: Path) -> None:
    for name, data in {"a.csv": DIARY_CSV.encode(), "empty": b"", "p": b"PK", "g": gzip.compress(b"a")}.items():
        (tmp_path / name).write_bytes(data)
        assert sheet_as_csv(tmp_path / name, tmp_path / "out", None) is None
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.writestr("a.csv", DIARY_CSV)
    assert sheet_as_csv(tmp_path / "z.zip", tmp_path / "out", None) is None
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("packing", ["none", "gzip", "zip"])
def test_a_workbook_as_plain_text(diary: Path, tmp_path: Path, packing: str) -> None:
    packed, scratch = tmp_path / "packed", tmp_path / "scratch"
    scratch.mkdir()
    if packing == "zip":
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(diary, "diary.xlsx")
    else:
        packed.write_bytes(gzip.compress(diary.read_bytes()) if packing == "gzip" else diary.read_bytes())
    # An encoding that study.toml declares is that of the entry's text files.
    plain = to_plain_text(packed, scratch, "utf-16")
    assert plain.path.read_text(encoding="utf-8") == DIARY_CSV
    assert plain.physical_lines == 3
    assert plain.evidence.startswith("sheet 'Diary'" if packing == "none" else f"{packing}; sheet 'Diary'")


def _filled(sheet: Worksheet, chance: random.Random) -> None:
    """Cells of every kind that both readers read alike."""
    for row in range(1, 60):
        for column in range(1, 12):
            value = chance.choice(
                [
                    None,
                    chance.randint(-5, 100_000),
                    chance.uniform(-10, 10),
                    f'text, {row} "x"',
                    datetime(1950, 1, 1) + timedelta(seconds=chance.randint(0, 4_000_000_000)),
                    date(1950, 1, 1) + timedelta(days=chance.randint(0, 40_000)),
                    time(chance.randint(0, 23), chance.randint(0, 59), chance.randint(1, 59)),
                    timedelta(seconds=chance.randint(1, 400_000)),
                    chance.choice([True, False]),
                ]
            )
            if value is not None:
                sheet.cell(row, column, value)


def _text(value: Any) -> str:
    """What another reader makes of a cell, in our words."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        seconds = round(value.total_seconds())
        return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


@pytest.mark.parametrize("is_1904", [False, True])
def test_another_reader_reads_the_same(tmp_path: Path, is_1904: bool) -> None:
    book = openpyxl.Workbook()
    if is_1904:
        book.epoch = CALENDAR_MAC_1904
    _filled(book.worksheets[0], random.Random(7))
    book.save(tmp_path / "inline.xlsx")
    with_shared_texts(tmp_path / "inline.xlsx", tmp_path / "a.xlsx")
    theirs = python_calamine.load_workbook(tmp_path / "a.xlsx").get_sheet_by_index(0).to_python(skip_empty_area=False)
    ours = list(csv.reader(read(tmp_path / "a.xlsx").splitlines()))
    assert ours == [[_text(value) for value in row] for row in theirs]
    assert sum(bool(field) for row in ours for field in row) > 400


def test_a_binary_workbook_and_other_documents(diary: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "b.xlsb", "w") as archive:
        for name in ("[Content_Types].xml", "xl/workbook.bin"):
            archive.writestr(name, b"x")
    assert "(.xlsb)" in refusal(tmp_path / "b.xlsb")
    without = changed(diary, tmp_path / "c.xlsx", {WORKBOOK: lambda _: None})
    assert "a part of it is missing" in refusal(without)
