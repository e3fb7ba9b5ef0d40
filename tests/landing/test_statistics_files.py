"""The data of SPSS and SAS files become CSV text: names on line 1, observation N on line N + 1."""

import sys
from datetime import date, datetime, time
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from flows.landing.plain_text import to_plain_text
from flows.landing.statistics_reading import SAS_BEGINS, Variable, write_csv
from flows.landing.workbooks import sheet_as_csv
from tests.landing import sas_data_sets
from tests.landing.workbook_files import refusal

DIARY = pd.DataFrame(
    {
        "subjid": ["0101", "0101", "0102"],
        "ddate": [date(2024, 2, 13), date(2024, 2, 14), None],
        "headache": [1.0, 0.0, None],
        "hours": [4.5, 0.0, 0.1],
        "entered": [datetime(2024, 2, 13, 23, 30), datetime(2024, 2, 14), None],
        "began": [time(23, 45), time(0, 0), None],
        "note": ["a, b", "two\nlines", ""],
    }
)
DIARY_CSV = """subjid,ddate,headache,hours,entered,began,note
0101,2024-02-13,1,4.5,2024-02-13 23:30:00,23:45:00,"a, b"
0101,2024-02-14,0,0,2024-02-14,00:00:00,two lines
0102,,,0.1,,,
"""


def read_here(source: Path, kind: str) -> str:
    """As the process reads it that is started for each file; that one costs a fifth of a second."""
    write_csv(source, kind, source.with_suffix(".out"), 1 << 20)
    return source.with_suffix(".out").read_text(encoding="utf-8")


def read(source: Path) -> str:
    target = source.with_suffix(".out")
    assert sheet_as_csv(source, target, None) is not None
    return target.read_text(encoding="utf-8")


@pytest.fixture
def sav(tmp_path: Path) -> Path:
    pyreadstat.write_sav(DIARY, tmp_path / "diary.sav")
    return tmp_path / "diary.sav"


@pytest.fixture
def xpt(tmp_path: Path) -> Path:
    pyreadstat.write_xport(DIARY, tmp_path / "diary.xpt", file_format_version=5)
    return tmp_path / "diary.xpt"


@pytest.mark.parametrize("compression", [{}, {"row_compress": True}, {"compress": True}])
def test_spss(tmp_path: Path, compression: dict[str, bool]) -> None:
    pyreadstat.write_sav(DIARY, tmp_path / "a.sav", **compression)
    assert read(tmp_path / "a.sav") == DIARY_CSV
    assert sheet_as_csv(tmp_path / "a.sav", tmp_path / "out", None) == "an SPSS file with 7 variables"


@pytest.mark.parametrize("version", [5, 8])
def test_sas_transport(tmp_path: Path, version: int) -> None:
    pyreadstat.write_xport(DIARY, tmp_path / "a.xpt", file_format_version=version)
    assert read(tmp_path / "a.xpt") == DIARY_CSV


def test_sas_data_set(tmp_path: Path) -> None:
    assert sheet_as_csv(sas_data_sets.DIARY, tmp_path / "out", None) == "a SAS data set with 6 variables"
    assert (tmp_path / "out").read_text() == (
        "subject_id,diary_date,headache,hours,entered_at,began\n"
        "0101,2024-02-13,1,4.5,2024-02-13 23:30:00,23:45:00\n"
        "0101,2024-02-14,0,0,2024-02-14,00:00:00\n"
        "0102,2024-02-13,,,,\n"
    )


def test_codes_stay_and_what_a_study_calls_missing_is(tmp_path: Path) -> None:
    table = pd.DataFrame({"severity": [1.0, 2.0, 9.0], "site": ["A", "ZZ", "B"]})
    pyreadstat.write_sav(
        table,
        tmp_path / "a.sav",
        missing_ranges={"severity": [9], "site": ["ZZ"]},
        variable_value_labels={"severity": {1: "mild", 2: "severe", 9: "refused"}},
    )
    assert read(tmp_path / "a.sav") == "severity,site\n1,A\n2,\n,B\n"


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("ADATE10", "2024-02-13"),
        ("EDATE10", "2024-02-13"),
        ("SDATE10", "2024-02-13"),
        ("JDATE7", "2024-02-13"),
        ("DATETIME20", "2024-02-13"),
        ("YMDHMS16", "2024-02-13"),
        ("MOYR8", "2024-02-13"),
        ("F12.0", "13927161600"),
        ("DTIME12", "3868656:00:00"),
    ],
)
def test_formats_of_spss(tmp_path: Path, code: str, text: str) -> None:
    seconds = (datetime(2024, 2, 13) - datetime(1582, 10, 14)).total_seconds()
    table = pd.DataFrame({"a": [seconds]})
    pyreadstat.write_sav(table, tmp_path / "a.sav", variable_format={"a": code})
    assert read_here(tmp_path / "a.sav", "sav") == f"a\n{text}\n"


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ("DATE", 23419.0, "2024-02-13"),
        ("DDMMYYP", 23419.0, "2024-02-13"),
        ("YYMMDD", 23419.0, "2024-02-13"),
        ("E8601DA", 23419.0, "2024-02-13"),
        ("MONYY", 23419.0, "2024-02-13"),
        ("DATE", -1.0, "1959-12-31"),
        ("DATE", 5e6, "5000000"),  # beyond the year 9999
        ("DTDATE", 2023486200.0, "2024-02-13 23:30:00"),  # seconds, of which the format shows the day
        ("E8601DT", 2023486200.25, "2024-02-13 23:30:00.250"),
        ("TOD", 85500.0, "23:45:00"),
        ("HHMM", 108000.0, "30:00:00"),
        ("BEST", 23419.0, "23419"),
    ],
)
def test_formats_of_sas(tmp_path: Path, code: str, value: float, text: str) -> None:
    sas_data_sets.write(tmp_path / "a.sas7bdat", [("a", sas_data_sets.DOUBLE, 8, f"{code}.")], [(value,)])
    assert read_here(tmp_path / "a.sas7bdat", "sas7bdat") == f"a\n{text}\n"


def test_the_library_reads_the_same_dates(sav: Path) -> None:
    """Its own way of making dates, which we leave alone, agrees with ours where it knows the format."""
    theirs, _ = pyreadstat.read_sav(sav)
    rows = [line.split(",") for line in read(sav).splitlines()[1:]]
    assert [str(value) for value in theirs["ddate"][:2]] == [row[1] for row in rows[:2]]
    assert pd.Timestamp(rows[0][4]) == theirs["entered"][0]
    assert [str(value) for value in theirs["began"][:2]] == [row[5].split('"')[0] for row in rows[:2]]


def test_every_row_of_a_file_that_is_read_in_pieces(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.landing.statistics_reading.MOST_ROWS_AT_ONCE", 100)
    for rows in (99, 100, 250, 300):
        table = pd.DataFrame({"n": [float(n) for n in range(rows)], "s": [f"S{n}" for n in range(rows)]})
        pyreadstat.write_sav(table, tmp_path / "a.sav", row_compress=True)
        pyreadstat.write_xport(table, tmp_path / "a.xpt", file_format_version=5)
        sas = [("n", sas_data_sets.DOUBLE, 8, None), ("s", sas_data_sets.STRING, 8, None)]
        sas_data_sets.write(tmp_path / "a.sas7bdat", sas, list(table.itertuples(index=False, name=None)))
        expected = "n,s\n" + "".join(f"{n},S{n}\n" for n in range(rows))
        for kind, name in (("sav", "a.sav"), ("xport", "a.xpt"), ("sas7bdat", "a.sas7bdat")):
            write_csv(tmp_path / name, kind, tmp_path / "out", 1 << 20)
            assert (tmp_path / "out").read_text() == expected, (rows, name)


def test_a_file_without_rows(tmp_path: Path) -> None:
    pyreadstat.write_sav(DIARY.iloc[:0].astype({"headache": float}), tmp_path / "a.sav")
    assert read(tmp_path / "a.sav").splitlines() == [DIARY_CSV.splitlines()[0]]


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("0000000000000000", "0"),
        ("0010000000000000", "0"),  # the least number of IBM's floating point, which some writers take for zero
        ("2e00000000000000", ""),  # the missing value
        ("4100000000000000", ""),  # the missing value .A
        ("4120000000000000", "2"),
        ("c120000000000000", "-2"),
    ],
)
def test_numbers_of_a_transport_file(xpt: Path, stored: str, text: str) -> None:
    one = bytes.fromhex("4110000000000000")
    assert xpt.read_bytes().count(one) == 1
    xpt.write_bytes(xpt.read_bytes().replace(one, bytes.fromhex(stored)))
    assert read_here(xpt, "xport").splitlines()[1].split(",")[2] == text


def test_values() -> None:
    assert [Variable("a").text(value) for value in (None, float("nan"), 0.1, -3.0, 7, "a\r\nb", "")] == [
        *("", "", "0.1", "-3", "7", "a b", "")
    ]
    assert Variable("a", None, 1000).text(-60.0) == "-0:01:00"
    assert Variable("a", SAS_BEGINS, 86_400_000).text(0.5) == "1960-01-01 12:00:00"


def test_as_plain_text(sav: Path, tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    plain = to_plain_text(sav, scratch, "cp1252")
    assert plain.path.read_text() == DIARY_CSV
    assert plain.evidence.startswith("an SPSS file with 7 variables")


def test_a_sheet_of_none(sav: Path) -> None:
    assert refusal(sav, "Diary").startswith("is an SPSS file and has no sheet 'Diary'")


def test_several_data_sets_in_one_transport_file(xpt: Path) -> None:
    data = xpt.read_bytes()
    xpt.write_bytes(data + data[data.index(b"HEADER RECORD*******MEMBER ") :])
    assert refusal(xpt) == "is a SAS transport file of 2 data sets; send one file for each"


def test_a_cport_file(tmp_path: Path) -> None:
    (tmp_path / "a.xpt").write_bytes(b"**COMPRESSED** **COMPRESSED** **COMPRESSED** " + bytes(80))
    assert "PROC CPORT" in refusal(tmp_path / "a.xpt")


def test_without_the_library(sav: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    assert 'pip install "migraine-outcomes[statistics-files]"' in refusal(sav)
