"""Settings that parse but could never read a file are refused before anything is landed."""

from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.study.study_folder import load_study
from flows.warehouse.database import only_run
from tests.cli.helpers import SETTINGS, write_study
from tests.cli.test_configuration_errors import RULES


def refused(study: Path) -> str:
    with pytest.raises(ConfigurationError) as error:
        load_study(study)
    return str(error.value)


@pytest.mark.parametrize("delimiter", ['"', "\\n", "\\r"])
def test_delimiter_that_csv_cannot_have(tmp_path: Path, delimiter: str) -> None:
    written = delimiter if delimiter != '"' else '\\"'
    study = write_study(tmp_path / "s", settings=f'{SETTINGS}[files.diary]\ndelimiter = "{written}"\n')
    assert "delimiter" in refused(study)


@pytest.mark.parametrize("pattern", [".", "./", ""])
def test_pattern_that_is_no_file_name(tmp_path: Path, pattern: str) -> None:
    study = write_study(tmp_path / "s", settings=f"{SETTINGS}[files.diary]\npattern = '{pattern}'\n")
    assert "names no file" in refused(study)


def test_pattern_with_a_folder(tmp_path: Path) -> None:
    study = load_study(write_study(tmp_path / "s", settings=f"{SETTINGS}[files.scores]\npattern = 'site-2/*.csv'\n"))
    kinds = {
        path: (study.kind_of(path) or ("",))[0] for path in ("site-2/x.csv", "a/site-2/x.csv", "site-1/x.csv", "x.csv")
    }
    assert kinds == {"site-2/x.csv": "scores", "a/site-2/x.csv": "scores", "site-1/x.csv": "", "x.csv": ""}


def test_two_columns_read_from_one(tmp_path: Path) -> None:
    study = write_study(
        tmp_path / "s", settings=f"{SETTINGS}[files.diary]\ncolumns = {{ hours = 'X', severity = 'X' }}\n"
    )
    assert "columns: two of our columns are read from the same one" in refused(study)


def test_one_fault_in_a_rule_set_is_told_once(tmp_path: Path) -> None:
    study = write_study(tmp_path / "s", settings=SETTINGS.replace("nice_ta260", "own"))
    (study / "rules").mkdir()
    (study / "rules/own.toml").write_text(RULES.replace(">=", "=>"))
    assert len(refused(study).splitlines()) == 1


def test_settings_file_is_a_folder(tmp_path: Path) -> None:
    study = write_study(tmp_path / "s")
    (study / "study.toml").unlink()
    (study / "study.toml").mkdir()
    assert "study.toml" in refused(study)


def test_out_with_a_file_in_the_way(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    with (
        pytest.raises(ConfigurationError, match=r"out: cannot be written to .*choose another --out\."),
        only_run(tmp_path / "out"),
    ):
        pass


def test_all_is_no_arm(tmp_path: Path) -> None:
    study = write_study(tmp_path / "s", settings=SETTINGS + '[arms]\nall = "All-comers"\n')
    assert "the code 'all' stands for all subjects" in refused(study)


def test_an_out_that_duckdb_cannot_open(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="choose another --out"), only_run(tmp_path / "why?"):
        pass
