"""Nothing that came, and nothing that study.toml says, is passed over in silence."""

from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.landing.unused_settings import UNREAD
from flows.runs import steps
from flows.runs.check import check_study
from flows.runs.run_summary import summarise_run
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, DIARY, SETTINGS, land_only, write_study
from tests.run import run_without_prefect

GERMAN = "subject_id,diary_date,Kopfweh\nG,2024-01-01,ja\nG,2024-01-02,nein\n"


def unused(study_folder: Path) -> set[tuple[str, str]]:
    """(check, detail) of each setting that nothing took up."""
    study = load_study(study_folder)
    with open_warehouse(study_folder / "out", study) as (con, kept):
        steps.load_metadata(con, study, None)
        steps.land(con, study, kept, knows_all_files=False)
        return set(con.execute('SELECT "check", detail FROM landing.unused_settings').fetchall())


def study_with(folder: Path, more: str, files: dict[str, str] | None = None) -> Path:
    return write_study(folder / "study", {**BASE, **(files or {})}, SETTINGS + more)


DATA = (
    "tagebuch.csv",
    "a/export.TSV",
    "notes.txt",
    "d.xlsx",
    "d.sav",
    "d.sas7bdat",
    "d.xpt",
    "log.csv.gz",
    "x.txt.zip",
)
NO_DATA = ("protocol.pdf", "letter.docx", "photo.jpeg", "README", "archive.zip", "page.html")


def test_a_file_that_looks_like_data_and_is_not_read_is_an_error(tmp_path: Path) -> None:
    study = study_with(tmp_path, "", dict.fromkeys((*DATA, *NO_DATA), "?") | {x: x for x in (*DATA, *NO_DATA)})
    found = {path: reason for path, (status, reason) in land_only(study).items() if status == "ignored"}
    assert {path for path, reason in found.items() if str(reason).startswith(UNREAD)} == set(DATA)
    report = check_study(load_study(study))
    checks = {check.check_id: check for check in report.checks}
    assert (checks["file.unread"].severity, checks["file.unread"].count) == ("error", len(DATA))
    assert (checks["file.ignored"].severity, checks["file.ignored"].count) == ("warning", len(NO_DATA))
    assert report.exit_code == 1


def test_what_may_lie_there_is_no_finding(tmp_path: Path) -> None:
    files = {"notes/a.txt": "1", "notes/deep/b.csv": "2", "c.pdf": "3", "sub/d.pdf": "4", "left.csv": "5"}
    study = study_with(tmp_path, '[intake]\nignore = ["*.pdf", "notes/*"]\n', files)
    report = check_study(load_study(study))
    checks = {check.check_id: check for check in report.checks}
    assert checks["file.ignored"].count == 0
    assert [place.path for place in checks["file.unread"].places] == ["inbox/left.csv"]


def test_the_nearest_pattern_is_named(tmp_path: Path) -> None:
    reasons = land_only(study_with(tmp_path, "", {"dairy.csv": "x", "site/injection.csv": "y"}))
    assert reasons["dairy.csv"][1] == f"{UNREAD}; the nearest pattern is 'diary*.csv'"
    assert reasons["site/injection.csv"][1] == f"{UNREAD}; the nearest pattern is 'injections*.csv'"


def test_an_ignored_file_that_is_read_is_reported(tmp_path: Path) -> None:
    assert unused(study_with(tmp_path, '[intake]\nignore = ["diary*"]\n')) == {
        ("ignore", "'diary*' fits diary.csv, which is read")
    }


def test_an_entry_that_fits_no_file(tmp_path: Path) -> None:
    more = "[[files.diary]]\npattern = 'site-01/tagebuch*.csv'\n[[files.diary]]\npattern = 'diary*'\n"
    files = {"site-1/tagebuch.csv": DIARY + "S,2024-01-01,1\n"}
    assert unused(study_with(tmp_path, more, files)) == {
        ("pattern", "[files.diary] pattern 'site-01/tagebuch*.csv'; did you mean 'site-1/tagebuch.csv'?")
    }


def test_an_entry_whose_files_another_one_reads(tmp_path: Path) -> None:
    more = "[[files.diary]]\npattern = 'diary*'\n[[files.diary]]\npattern = 'diary.csv'\n"
    assert unused(study_with(tmp_path, more)) == {
        ("pattern", "[files.diary] pattern 'diary.csv'; another entry above it reads all its files")
    }


def test_a_column_that_the_file_does_not_have(tmp_path: Path) -> None:
    more = "[files.diary]\npattern = 'd2.csv'\ncolumns = { headache = 'Kopfweh', hours = 'Stunden' }\n"
    files = {"d2.csv": "subject_id,diary_date,Kopfweh,Stunde\nG,2024-01-01,1,3\n"}
    assert unused(study_with(tmp_path, more, files)) == {("columns", "hours = 'Stunden'; did you mean 'Stunde'?")}


def test_a_value_that_no_file_holds(tmp_path: Path) -> None:
    more = "[files.diary]\npattern = 'd*.csv'\ncolumns = { headache = 'Kopfweh' }\n"
    more += "values = { headache = { Ja = 1, nein = 0, vielleicht = '' } }\n"
    ragged = GERMAN + "G,2024-01-03,vielleicht,zu viel\n"  # read record by record; the last is no record
    files = {"d2.csv": GERMAN, "d3.csv": ragged, "diary.csv": GERMAN.replace("G,", "H,")}
    assert unused(study_with(tmp_path, more, files)) == {("values", "[files.diary] d*.csv, headache: vielleicht")}


def test_a_value_that_one_file_of_the_entry_holds_is_used(tmp_path: Path) -> None:
    more = "[files.diary]\npattern = 'd*.csv'\ncolumns = { headache = 'Kopfweh' }\nvalues = { headache = { ja = 1, nein = 0 } }\n"
    files = {"d2.csv": GERMAN.replace("nein", "ja"), "diary.csv": GERMAN}
    assert unused(study_with(tmp_path, more, files)) == set()


def test_a_withdrawal_that_names_no_file(tmp_path: Path) -> None:
    """A run knows all files that ever came, so it is an error there; a check knows those of the inbox only."""
    study = study_with(
        tmp_path, "[[withdrawn]]\nfile = 'diary-2.csv'\nreason = 'wrong study'\n", {"diary-02.csv": DIARY}
    )
    assert unused(study) == {("withdrawn", "'diary-2.csv'; did you mean 'diary-02.csv'?")}
    with pytest.raises(
        ConfigurationError, match=r"names 'diary-2.csv', which is no file of this study; did you mean 'diary-02.csv'\?"
    ):
        land_only(study)


def test_check_and_run_print_the_same(tmp_path: Path) -> None:
    more = "[[files.diary]]\npattern = 'site-9/*.csv'\n[[files.diary]]\npattern = 'd*.csv'\ncolumns = { hours = 'Stunden' }\n"
    study = study_with(tmp_path, more, {"tagebuch.csv": "?"})
    checked = {(group.check_id, group.reason) for group in check_study(load_study(study)).groups}
    summary = summarise_run(run_without_prefect(study, tmp_path / "out"), is_new=True)
    printed = {(group.check_id, group.reason) for group in (*summary.errors, *summary.unused)}
    assert {check for check, _ in printed} == {"file.unread", "settings.pattern.unused", "settings.columns.unused"}
    assert printed <= checked
    assert "settings." not in (summary.snapshot / "queries.csv").read_text()  # no question to a site
