"""A damaged or hostile workbook is refused in one sentence, or read as it was; it never ends the process or fills memory."""

import csv
import json
import random
import re
import subprocess
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pyreadstat
import pytest

from flows.base.errors import FileRefused
from flows.landing.plain_text import to_plain_text
from flows.landing.workbooks import sheet_as_csv
from tests.landing import sas_data_sets
from tests.landing.test_statistics_files import DIARY as TABLE
from tests.landing.workbook_files import (
    DIARY,
    RELATIONS,
    SHEET,
    STRINGS,
    WORKBOOK,
    changed,
    refusal,
    save,
    with_rows,
    with_shared_texts,
)

SENTENCE = re.compile(r"[a-z][^\n]{20,300}")
MEMORY_MB = 150
OLE = bytes.fromhex("d0cf11e0a1b11ae1")


def outcome(source: Path, sheet: str | None = None) -> str:
    """The text that is read, or nothing where the file is refused in words fit for print."""
    target = source.with_suffix(".out")
    try:
        told = sheet_as_csv(source, target, sheet)
    except FileRefused as refused:
        told, why = None, str(refused)
    else:
        why = "is no workbook any more"
    assert SENTENCE.fullmatch(why), why
    assert not re.search("Traceback|Error|Exception|geheim|<", why), why
    if told is None:
        return ""
    text = target.read_text(encoding="utf-8")
    assert len({len(row) for row in csv.reader(text.splitlines()) if row}) == 1
    return text


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """Four sound workbooks of different kinds."""
    folder = tmp_path_factory.mktemp("sound")
    dates = [[f"S{day}", datetime(2024, 1, day, 22, 30), time(day, 5), day / 7, True, "geheim"] for day in range(1, 20)]
    inline = save(folder / "inline.xlsx", {"Diary": DIARY})
    small = with_shared_texts(inline, folder / "small.xlsx")
    many = save(folder / "many.xlsx", {"Notes": [["geheim"]], "Diary": [[], *dates], "Empty": []}, Notes="hidden")
    rows = '<row r="2"><c r="B2" t="inlineStr"><is><r><t>geheim</t></r></is></c><c r="C2" t="e"><v>#N/A</v></c></row>'
    hand = with_rows(small, folder / "hand.xlsx", rows + '<row r="9"><c><f>1+1</f><v>2</v></c></row>')
    stored = folder / "stored.xlsx"
    with zipfile.ZipFile(many) as old, zipfile.ZipFile(stored, "w", zipfile.ZIP_STORED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name))
    return [small, many, hand, stored]


def test_the_sound_ones_are_read(sound: list[Path]) -> None:
    assert all(outcome(path) for path in sound)


def _damage(data: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(data)
    match chance.randrange(4):
        case 0:
            del damaged[chance.randrange(4, len(data)) :]
        case 1:
            for _ in range(chance.randint(1, 6)):
                damaged[chance.randrange(4, len(data))] ^= 1 << chance.randrange(8)
        case 2:
            place = chance.randrange(4, len(data))
            del damaged[place : place + chance.randint(1, 200)]
        case 3:  # the sizes and places of the zip's directory stand in fours
            place = chance.randrange(4, len(data) - 4)
            damaged[place : place + 4] = chance.choice([b"\xff\xff\xff\xff", b"\xff\xff\xff\x7f", b"\0\0\0\0"])
    return bytes(damaged)


def test_damaged_bytes_never_change_what_is_read(sound: list[Path], tmp_path: Path) -> None:
    """The zip's own checksums tell: a file is refused, or read as it was."""
    chance = random.Random(20240213)
    seen = Counter()
    for number in range(120):
        source = sound[number % 4]
        damaged = tmp_path / f"{number}.xlsx"
        damaged.write_bytes(_damage(source.read_bytes(), chance))
        text = outcome(damaged)
        assert text in ("", outcome(source)), (number, source.name)
        seen["read" if text else "refused"] += 1
    assert min(seen["read"], seen["refused"]) > 5, seen


def _broken_xml(data: bytes, chance: random.Random) -> bytes | None:
    tags = [match.start() for match in re.finditer(b"<", data)]
    place = chance.choice(tags)
    match chance.randrange(7):
        case 0:
            return data[:place]
        case 1:
            return data[:place] + data[place + 1 :]
        case 2:
            return data[:place] + b"<!-- " + data[place:]
        case 3:
            return None
        case 4:
            return b""
        case 5:  # a number that a part holds, such as a place among the texts or a row
            numbers = list(re.finditer(rb"\d+", data))
            number = chance.choice(numbers)
            other = chance.choice([b"-1", b"0", b"99999999999999999999", b"1e400", b"x", b"", b"4294967296"])
            return data[: number.start()] + other + data[number.end() :]
        case _:
            return data[:place] + data[place : place + 40] + data[place:]


def test_broken_parts_are_refused_or_read(sound: list[Path], tmp_path: Path) -> None:
    chance = random.Random(42)
    seen = Counter()
    for number in range(120):
        source = sound[number % 3]
        with zipfile.ZipFile(source) as archive:
            names = [name for name in archive.namelist() if name.startswith(("xl/", "[")) and "theme" not in name]
        name = chance.choice(names)
        damaged = changed(source, tmp_path / f"{number}.xlsx", {name: lambda data: _broken_xml(data, chance)})
        seen["read" if outcome(damaged) else "refused"] += 1
    assert min(seen["read"], seen["refused"]) > 10, seen


ROW = '<row r="1"><c r="A1" t="s"><v>{}</v></c></row>'
REFUSED_ROWS = {
    "a text that is not there": ROW.format(99),
    "a text before the first": ROW.format(-1),
    "a text by no number": ROW.format("x"),
    "rows that go back": '<row r="5"><c><v>1</v></c></row><row r="4"><c><v>1</v></c></row>',
    "a row twice": '<row r="5"><c><v>1</v></c></row><row r="5"><c><v>1</v></c></row>',
    "cells that go back": '<row r="1"><c r="B1"><v>1</v></c><c r="A1"><v>1</v></c></row>',
    "a cell of another row": '<row r="1"><c r="A2"><v>1</v></c></row>',
    "a cell below the sheet": '<row r="1048577"><c r="A1048577"><v>1</v></c></row>',
    "a cell beside the sheet": '<row r="1"><c r="XFE1"><v>1</v></c></row>',
    "a cell far beside the sheet": '<row r="1"><c r="ZZZZZZZZZZZZZZ1"><v>1</v></c></row>',
    "a cell of no column": '<row r="1"><c r="1"><v>1</v></c></row>',
    "a cell of no place": '<row r="1"><c r=""><v>1</v></c></row>',
    "a cell in a cell": '<row r="1"><c r="A1"><c r="B1"><v>1</v></c></c></row>',
    "a formula without a value": '<row r="1"><c r="A1"><f>1+1</f></c></row>',
    "an unknown entity": '<row r="1"><c r="A1" t="str"><v>&geheim;</v></c></row>',
    "a half tag": '<row r="1"><c r="A1"><v>1</v></row>',
    "nested without end": "<a>" * 200 + "</a>" * 200,
    "a text without end": f'<row r="1"><c t="str"><v>{"x" * (1 << 21)}</v></c></row>',
    "a tag without end": f'<row r="1" a="{"x" * (5 << 20)}"/>',
    "names without end": "".join(f"<a{number}/>" for number in range(20_000)),
    "a row wider than the sheet": f'<row r="1">{"<c/>" * 16_385}</row>',
}


@pytest.mark.parametrize("name", REFUSED_ROWS)
def test_rows_that_no_program_writes(sound: list[Path], tmp_path: Path, name: str) -> None:
    assert outcome(with_rows(sound[0], tmp_path / "a.xlsx", '<row r="1"><c r="A1"><v>7</v></c></row>')) == "7\n"
    assert refusal(with_rows(sound[0], tmp_path / "b.xlsx", REFUSED_ROWS[name]))


def test_a_document_type_is_refused(sound: list[Path], tmp_path: Path) -> None:
    laughs = b'<!DOCTYPE x [<!ENTITY a "ha">' + b"".join(
        b'<!ENTITY %c "%b">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(9)
    )

    def laughing(part: bytes) -> bytes:
        return part.replace(b"<worksheet", laughs + b"]><worksheet").replace(b"<v>1</v>", b"<v>&j;</v>")

    assert "declares a document type" in refusal(changed(sound[0], tmp_path / "a.xlsx", {SHEET: laughing}))


@pytest.mark.parametrize("part", [SHEET, WORKBOOK, STRINGS, "xl/styles.xml", RELATIONS])
def test_a_missing_part(sound: list[Path], tmp_path: Path, part: str) -> None:
    missing = changed(sound[0], tmp_path / "a.xlsx", {part: lambda _: None})
    assert refusal(missing).startswith("is a damaged workbook: a part of it is missing")


@pytest.mark.parametrize("lost", [b"r:id", b"name"])
def test_a_sheet_that_is_listed_by_halves(sound: list[Path], tmp_path: Path, lost: bytes) -> None:
    def halved(part: bytes) -> bytes:
        assert part.count(b" %s=" % lost) == 1
        return part.replace(b" %s=" % lost, b" x=")

    assert refusal(changed(sound[0], tmp_path / "a.xlsx", {WORKBOOK: halved})).startswith("is a damaged workbook")


def test_two_sheets_of_one_part(sound: list[Path], tmp_path: Path) -> None:
    same = {RELATIONS: lambda part: part.replace(b"sheet2.xml", b"sheet1.xml")}
    assert "two of its sheets are one" in refusal(changed(sound[1], tmp_path / "a.xlsx", same))


def test_locked_and_old_files(tmp_path: Path) -> None:
    locked, old = tmp_path / "a.xlsx", tmp_path / "a.xls"
    locked.write_bytes(OLE + bytes(1000) + "EncryptedPackage".encode("utf-16-le") + bytes(1000))
    old.write_bytes(OLE + bytes(1000) + "Workbook".encode("utf-16-le"))
    assert refusal(locked) == "is an Office file locked with a password; save it without one and send that"
    assert ".xls; save it as .xlsx" in refusal(old)


def test_an_encrypted_zip(sound: list[Path], tmp_path: Path) -> None:
    data = bytearray(sound[0].read_bytes())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for match in re.finditer(re.escape(mark), bytes(data)):
            data[match.start() + place] |= 1
    (tmp_path / "a.xlsx").write_bytes(data)
    assert refusal(tmp_path / "a.xlsx").startswith("is an encrypted workbook")


def test_a_cut_workbook_is_told_from_a_cut_zip_by_nobody(sound: list[Path], tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(sound[0].read_bytes()[:1000])
    with pytest.raises(FileRefused, match="is a damaged or encrypted zip file or workbook"):
        to_plain_text(tmp_path / "a.xlsx", tmp_path, None)


MEASURED = """
import json, resource, sys
from pathlib import Path
from flows.base.errors import FileRefused
from flows.landing.workbooks import sheet_as_csv
source = Path(sys.argv[1])
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    told = sheet_as_csv(source, source.with_suffix(".out"), None)
except FileRefused as refused:
    told = f"refused: {refused}"
print(json.dumps([told, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024]))
"""


def measured(source: Path) -> str:
    """What came of it, in a process of its own whose memory is measured."""
    ended = subprocess.run([sys.executable, "-c", MEASURED, str(source)], capture_output=True, check=True, text=True)
    told, megabytes = json.loads(ended.stdout)
    assert megabytes < MEMORY_MB, (told, megabytes)
    return told


def _rows_of(text: str, times: int) -> Callable[[bytes], bytes]:
    def replaced(part: bytes) -> bytes:
        before, after = part.index(b"<sheetData>") + len(b"<sheetData>"), part.index(b"</sheetData>")
        return part[:before] + text.encode() * times + part[after:]

    return replaced


BOMBS: dict[str, tuple[str, Callable[[bytes], bytes], str]] = {
    "blanks": (SHEET, lambda part: part + b" " * (101 << 20), "refused: unpacks to more"),
    "blanks in a part that is not read": (
        "xl/theme/theme1.xml",
        lambda _: b" " * (101 << 20),
        "refused: unpacks to more",
    ),
    "texts": (
        STRINGS,
        lambda part: part.replace(b"</sst>", b"<si/>" * 500_000 + b"</sst>"),
        "sheet 'Diary'",
    ),
    "elements in elements": (
        SHEET,
        lambda part: part.replace(b"<sheetData>", b"<a>" * 20_000_000),
        "refused: is no sound",
    ),
    "a far cell": (
        SHEET,
        _rows_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', 1),
        "sheet 'Diary'",
    ),
    "empty rows to the last": (
        SHEET,
        _rows_of('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"/>', 1),
        "sheet 'Diary'",
    ),
    "very many empty rows": (SHEET, _rows_of("<row/>", 300_000), "refused: has no filled cell"),
}


@pytest.mark.parametrize("name", BOMBS)
def test_memory_is_bounded(sound: list[Path], tmp_path: Path, name: str) -> None:
    part, change, expected = BOMBS[name]
    assert measured(changed(sound[0], tmp_path / "a.xlsx", {part: change})).startswith(expected)


def test_a_text_that_many_cells_share_and_a_row_that_widens_all(sound: list[Path], tmp_path: Path) -> None:
    text = {
        STRINGS: lambda part: part.replace(b"subject_id", b"x" * 30_000),
        SHEET: _rows_of('<row><c t="s"><v>0</v></c></row>', 3600),
    }
    assert "unpacks to more than any diary does" in measured(changed(sound[0], tmp_path / "a.xlsx", text))
    wide = '<row r="1"><c r="XFD1"><v>1</v></c></row>' + "<row><c><v>1</v></c></row>" * 10_000
    assert "has a cell far off the others" in measured(with_rows(sound[0], tmp_path / "b.xlsx", wide))


def test_more_texts_than_can_be_held(sound: list[Path], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.landing.sheet_rows.MOST_STRINGS", 3)
    assert "holds more texts than can be read at once" in refusal(sound[0])
    monkeypatch.setattr("flows.landing.sheet_rows.MOST_CHARACTERS", 20)
    assert "holds more text than can be read at once" in refusal(sound[0])


def test_the_far_cell_is_on_its_line(sound: list[Path], tmp_path: Path) -> None:
    far = with_rows(sound[0], tmp_path / "a.xlsx", '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
    text = outcome(far)
    assert text.count("\n") == 1_048_576
    assert text.endswith("\n" + "," * 16_383 + "1\n")


@pytest.mark.parametrize("kind", ["sav", "zsav", "xpt", "sas7bdat"])
def test_damaged_files_of_statistics_programs(tmp_path: Path, kind: str) -> None:
    """Their reader may end its process on such a file, and does: ours goes on."""
    source = tmp_path / f"diary.{kind}"
    if kind == "xpt":
        pyreadstat.write_xport(TABLE, source, file_format_version=5)
    elif kind == "sas7bdat":
        source = sas_data_sets.DIARY
    else:
        pyreadstat.write_sav(TABLE, source, compress=kind == "zsav")
    chance = random.Random(1)
    data = source.read_bytes()
    damaged = tmp_path / "damaged"
    for _ in range(2):
        damaged.write_bytes(data[:100] + _damage(data[100:], chance))
        outcome(damaged)
    damaged.write_bytes(data[: len(data) * 2 // 3])
    assert kind == "sas7bdat" or "it is damaged" in refusal(damaged)
    damaged.write_bytes(data[:100])
    assert refusal(damaged)


def test_a_reader_that_dies_is_a_damaged_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pyreadstat.write_sav(TABLE, tmp_path / "a.sav")
    (tmp_path / "dies.py").write_text("import os, signal\nos.kill(os.getpid(), signal.SIGSEGV)\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr("flows.landing.statistics_files.READING", "dies")
    assert refusal(tmp_path / "a.sav").startswith("cannot be read as an SPSS file: it is damaged")


def test_the_checksum_of_a_sheet_counts(sound: list[Path], tmp_path: Path) -> None:
    """A digit changed in an unpacked sheet would be another answer."""
    data = sound[3].read_bytes()
    place = data.index(b"<v>0.142857") + 5
    (tmp_path / "a.xlsx").write_bytes(data[:place] + b"9" + data[place + 1 :])
    assert zlib.crc32(data) != zlib.crc32((tmp_path / "a.xlsx").read_bytes())
    assert refusal(tmp_path / "a.xlsx").startswith("is a damaged workbook")


def test_openpyxl_reads_the_sound_ones_too(sound: list[Path]) -> None:
    for path in sound[:3]:
        assert openpyxl.load_workbook(path).sheetnames
