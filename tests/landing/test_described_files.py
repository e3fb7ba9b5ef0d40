"""Files read by description: parts, lines that nobody takes, names, days in columns, and what stands in their explanation."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.checking.quarantine import quote_quarantined
from flows.landing.plain_text import to_plain_text
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.verifying.verify import verify
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, SETTINGS, land_only, write_files, write_study
from tests.run import run_without_prefect

FLAT = (
    "id,form,day,headache,hours,inj,note\n"
    "A,diary,2024-01-01,1,3,,\n"
    "A,injection,,,,2024-01-05,\n"
    "A,diary,2024-01-02,1,99,,\n"  # the hours cannot be
    "A,consent,,,,,\n"
    "A,diary,2024-01-03,1\n"  # three fields too few
)
READ_FLAT = """
[[files.diary]]
pattern = "flat.csv"
where = { form = "diary" }
columns = { subject_id = "id", diary_date = "day" }
[[files.injections]]
pattern = "flat.csv"
where = { form = "injection" }
columns = { subject_id = "id", injection_date = "inj" }
"""


def after(study: Path, *queries: str) -> list[list[tuple[Any, ...]]]:
    """The rows of queries after a study was landed and checked."""
    facts = load_study(study)
    with open_warehouse(study / "out", facts) as (con, kept):
        take_in(con, facts, kept)
        steps.validate(con, facts, kept)
        quote_quarantined(con, facts, kept)
        return [con.execute(query).fetchall() for query in queries]


FILES = "SELECT part, lines_read, lines_current, lines_quarantined, lines_elsewhere FROM landing.files"


def test_a_flat_file_is_read_in_parts_and_every_line_is_somewhere(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "flat.csv": FLAT}, SETTINGS + READ_FLAT)
    unread, files, findings, lines, cells = after(
        study,
        "SELECT part, extra_columns FROM landing.files WHERE path = 'flat.csv' ORDER BY ALL",
        f"{FILES} WHERE path = 'flat.csv' ORDER BY ALL",
        "SELECT check_id, reason FROM meta.findings WHERE check_id = 'file.lines_unclaimed'",
        "SELECT line_number, raw FROM landing.quarantine WHERE path = 'flat.csv'",
        "SELECT line_number, column_name, raw FROM landing.quarantined_cells WHERE path = 'flat.csv'",
    )
    # The broken line is told once, by the first part; the form of consent is nobody's.
    assert unread == [("diary", "note"), ("injections", None)]  # what another part reads is read
    assert files == [("diary", 5, 2, 1, 2), ("injections", 5, 1, 0, 4)]
    assert findings == [
        ("file.lines_unclaimed", "lines that no entry of study.toml takes: 1 lines, the first is line 5")
    ]
    assert lines == [(6, "A,diary,2024-01-03,1")]
    assert cells == [(4, "hours", "99")]


def test_a_part_that_cannot_be_read_refuses_the_file(tmp_path: Path) -> None:
    """Half a file would be half a truth: the entry is corrected, and the file lands whole."""
    wrong = READ_FLAT.replace('"inj" }', '"injected_on" }')
    study = write_study(tmp_path / "study", {**BASE, "flat.csv": FLAT}, SETTINGS + wrong)

    def lines_landed() -> list[tuple[Any, ...]]:
        with duckdb.connect(study / "out/state/warehouse.duckdb", read_only=True) as con:
            return con.execute("SELECT count(*) FROM landing.diary WHERE subject_id = 'A'").fetchall()

    assert "required column 'injection_date' is missing" in (land_only(study)["flat.csv"][1] or "")
    assert lines_landed() == [(0,)]
    (study / "study.toml").write_text(SETTINGS + READ_FLAT, encoding="utf-8")
    land_only(study)
    assert lines_landed() == [(2,)]


def test_a_condition_on_a_column_that_is_not_there(tmp_path: Path) -> None:
    wrong = READ_FLAT.replace("form = ", "forn = ")
    study = write_study(tmp_path / "study", {**BASE, "flat.csv": FLAT}, SETTINGS + wrong)
    assert land_only(study)["flat.csv"] == (
        "refused",
        "line 1: the header holds no column 'forn', which 'where' in study.toml names; did you mean 'form'?",
    )


def test_in_a_blinded_study_injections_stand_apart(tmp_path: Path) -> None:
    blinded = SETTINGS.replace("[study]\n", "[study]\nblinded = true\n")
    study = write_study(tmp_path / "study", {**BASE, "flat.csv": FLAT}, blinded + READ_FLAT)
    status, reason = land_only(study)["flat.csv"]
    assert status == "refused"
    assert "send them apart" in (reason or "")


def test_a_study_that_is_blinded_later_keeps_no_such_file(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "flat.csv": FLAT}, SETTINGS + READ_FLAT)
    kinds = "SELECT kind, status, refused_reason FROM landing.files WHERE path = 'flat.csv' ORDER BY ALL"
    assert after(study, kinds) == [[("diary", "landed", None), ("injections", "landed", None)]]
    blinded = SETTINGS.replace("[study]\n", "[study]\nblinded = true\n")
    (study / "study.toml").write_text(blinded + READ_FLAT, encoding="utf-8")
    ((kind, status, reason),) = after(study, kinds)[0]
    assert (kind, status) == ("diary", "refused")
    assert "send them apart" in reason


WIDE = "subject_id,start,d1,d2,d4\nA,2024-01-01,1,0,\nB,2024-02-28,maybe,,1\n"
READ_WIDE = """
[files.diary]
pattern = "wide.csv"
layout = "wide"
wide = { days = "d{n}", first_day = "start", value = "headache" }
"""


def test_a_column_a_day(tmp_path: Path) -> None:
    """Each column is a part; an empty cell is no line; a faulty cell is quoted with the line of the file."""
    study = write_study(tmp_path / "study", {**BASE, "wide.csv": WIDE}, SETTINGS + READ_WIDE)
    days, files, aside = after(
        study,
        "SELECT subject_id, CAST(diary_date AS VARCHAR), headache FROM tabulation.diary_days"
        " WHERE subject_id <> 'BASE' ORDER BY ALL",
        f"{FILES} WHERE path = 'wide.csv' ORDER BY ALL",
        "SELECT path, line_number, raw, check_id FROM landing.quarantine WHERE path = 'wide.csv'",
    )
    assert days == [("A", "2024-01-01", True), ("A", "2024-01-02", False), ("B", "2024-03-02", True)]
    assert files == [("d1", 2, 1, 1, 0), ("d2", 1, 1, 0, 0), ("d4", 1, 1, 0, 0)]
    assert aside == [("wide.csv", 3, "B,2024-02-28,maybe,,1", "diary.headache.unreadable")]


def test_a_later_file_of_the_same_name_stands_alone(tmp_path: Path) -> None:
    settings = SETTINGS + '[files.diary]\npattern = "diary*.csv"\nreplaces_same_name = true\n'
    header = "subject_id,diary_date,headache\n"
    study = write_study(
        tmp_path / "study", {**BASE, "diary-a.csv": header + "A,2024-01-01,1\nA,2024-01-02,1\n"}, settings
    )
    days = "SELECT CAST(diary_date AS VARCHAR) FROM tabulation.diary_days WHERE subject_id = 'A' ORDER BY ALL"
    assert after(study, days) == [[("2024-01-01",), ("2024-01-02",)]]
    write_files(study, {"diary-a.csv": header + "A,2024-01-02,0\n"})
    found, files = after(
        study, days, "SELECT status, refused_reason FROM landing.files WHERE path = 'diary-a.csv' ORDER BY ALL"
    )
    assert found == [("2024-01-02",)]
    assert [status for status, _ in files] == ["landed", "withdrawn"]
    assert files[1][1].startswith("is replaced by the later file of this name")
    assert after(study, days) == [[("2024-01-02",)]]  # and in the next night


def test_an_earlier_file_of_the_same_name_that_still_counts_is_told(tmp_path: Path) -> None:
    header = "subject_id,diary_date,headache\n"
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": header + "A,2024-01-01,1\nA,2024-01-02,1\n"})
    told = "SELECT path, severity FROM meta.findings WHERE check_id = 'file.earlier_version_counts'"
    assert after(study, told) == [[]]
    write_files(study, {"diary-a.csv": header + "A,2024-01-02,0\n"})
    assert after(study, told) == [[("diary-a.csv", "info")]]
    write_files(study, {"diary-a.csv": header + "A,2024-01-01,0\nA,2024-01-02,1\nA,2024-01-03,1\n"})
    assert after(study, f"{told} AND file_id NOT IN (SELECT file_id FROM tabulation.diary_days)") == [[]]


def test_a_title_and_a_second_header(tmp_path: Path) -> None:
    """Line numbers are those of the file, below a title and below a header in another order."""
    text = "Diary of site 3\n\nsubject_id,diary_date,headache\nA,2024-01-01,1\ndiary_date,headache,subject_id\n2024-01-02,0,A\n"
    study = write_study(tmp_path / "study", {**BASE, "diary-t.csv": text}, SETTINGS)
    places, aside, evidence = after(
        study,
        "SELECT line_number, headache FROM tabulation.diary_days WHERE subject_id = 'A' ORDER BY ALL",
        "SELECT line_number FROM landing.quarantine WHERE path = 'diary-t.csv'",
        "SELECT evidence FROM landing.files WHERE path = 'diary-t.csv'",
    )
    assert places == [(4, True), (6, False)]
    assert aside == [(5,)]
    assert "header on line 3, the first with all required columns" in evidence[0][0]


@pytest.mark.parametrize(
    ("entry", "told"),
    [
        ('columns = { hours = ["a", "b"] }', "it is read from one column"),
        ('values = { headache = { "" = 0 } }', "an empty cell is an unknown answer"),
        ('codes = { severity = { x = "1" } }', "holds no codes"),
        ('units = { severity = "minutes" }', "is no number of hours"),
        ('layout = "wide"', "belong together"),
        ('layout = "wide"\nwide = { days = "d{n}", value = "headache" }', "with first_day"),
        ('file_name = "{subject_id}{site}.csv"', "something stands between"),
        ('file_name = "{patient}.csv"', "there is no column 'patient'"),
        ('codebook = "nowhere.csv"', "the codebook cannot be read"),
    ],
)
def test_entries_that_cannot_be(entry: str, told: str, tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", BASE, f'{SETTINGS}[files.diary]\npattern = "x.csv"\n{entry}\n')
    with pytest.raises(ConfigurationError, match=told):
        load_study(study)


def test_a_refused_date_shows_its_shape_and_what_would_read_it(tmp_path: Path) -> None:
    text = "subject_id,diary_date,headache\nA,2/13/24 0:00,1\nA,2/14/24 0:00,0\n"
    study = write_study(tmp_path / "study", {**BASE, "diary-m.csv": text}, SETTINGS)
    assert land_only(study)["diary-m.csv"][1] == (
        "column 'diary_date': 2 of 2 dates are not written as %Y-%m-%d; most look like 9/99/99 9:99;"
        ' set date_format = "%m/%d/%y" for these files in study.toml'
    )


def test_a_study_in_parts_publishes_and_verifies(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "flat.csv": FLAT, "wide.csv": WIDE}, SETTINGS + READ_FLAT)
    text = (study / "study.toml").read_text(encoding="utf-8") + READ_WIDE.replace("[files.diary]", "[[files.diary]]")
    (study / "study.toml").write_text(text, encoding="utf-8")
    run_without_prefect(study, tmp_path / "out")
    assert verify(tmp_path / "out").differences == []


@pytest.mark.parametrize(
    ("name", "text", "entry", "told"),
    [
        (
            "wide.csv",
            "subject_id,start,d0,d1\nA,2024-01-01,1,0\n",
            READ_WIDE,
            "holds column 'd0': days count from 1, the one of 'start'",
        ),
        ("wide.csv", "subject_id,start\nA,2024-01-01\n", READ_WIDE, "holds no column of a day"),
        ("wide.csv", "subject_id,start,d1,d1\nA,2024-01-01,1,0\n", READ_WIDE, "holds column 'd1' twice"),
        (
            "log-A-1-2.csv",
            "diary_date,headache\n2024-01-01,1\n",
            '[files.diary]\npattern = "log-*.csv"\nfile_name = "log-{subject_id}-{hours}.csv"\n',
            "in more than one way",
        ),
        (
            "log-A.csv",
            "diary_date,headache\n2024-01-01,1\n",
            '[files.diary]\npattern = "log-*.csv"\nfile_name = "log_{subject_id}.csv"\n',
            "has a name that does not fit file_name",
        ),
        (
            "log.csv",
            "subject_id,diary_date,headache\n",
            '[files.diary]\npattern = "log.csv"\nsheet = "A"\n',
            "is no workbook",
        ),
    ],
)
def test_files_that_do_not_fit_their_entry(name: str, text: str, entry: str, told: str, tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, name: text}, SETTINGS + entry)
    status, reason = land_only(study)[name]
    assert status == "refused"
    assert told in (reason or "")


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("a,b\n1,2\n,\n,\n", "a,b\n1,2\n"),
        ("a,b\n1,2\n\n;;\r\n\n", "a,b\n1,2\n"),
        ("a,b\n,\n1,\n", "a,b\n,\n1,\n"),
        ("a,b\n1,2\n\n\n", "a,b\n1,2\n\n\n"),  # blank lines are no lines anyway
        ('a,b\n1,"x\n,"\n', 'a,b\n1,"x\n,"\n'),  # the mark closes the text of the line above
    ],
)
def test_rows_of_empty_cells_at_the_end(text: str, kept: str, tmp_path: Path) -> None:
    path = tmp_path / "sent.csv"
    (tmp_path / "scratch").mkdir()
    path.write_bytes(text.encode())
    assert to_plain_text(path, tmp_path / "scratch", None).path.read_bytes() == kept.encode()
