"""Files and folders that the system does not give: told by name, and the others go on. What is hidden is no input."""

import os
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.runs.check import check_study
from flows.study.study_folder import load_study
from flows.warehouse.kept_inputs import KeptInputs
from tests.cli.helpers import BASE, DIARY, SETTINGS, land_only, process, write_files, write_study


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    (study / "inbox" / "diary-2.csv").symlink_to("/proc/self/mem")  # opens, and cannot be read: as a broken disk
    outcome = process(study)
    assert outcome.files["diary-2.csv"].status == "refused"
    assert outcome.files["diary-2.csv"].reason == (
        "cannot be read (Input/output error); see to it that the file can be, and run again"
    )
    assert outcome.files["diary.csv"].status == "landed"
    assert ("diary-2.csv", "file.refused") in [finding[:2] for finding in outcome.findings]


def test_a_file_that_is_gone_when_its_turn_comes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-2.csv": DIARY + "S2,2024-01-01,1\n"})
    stored = KeptInputs.store

    def gone(self: KeptInputs, source: Path) -> str:
        if source.name == "diary-2.csv":
            source.unlink()
        return stored(self, source)

    with monkeypatch.context() as patched:
        patched.setattr(KeptInputs, "store", gone)
        landed = land_only(study)
    assert landed.pop("diary-2.csv")[0] == "refused"
    assert {status for status, _ in landed.values()} == {"landed"}


def test_a_folder_that_cannot_be_listed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    study = write_study(tmp_path / "study", {**BASE, "site-2/diary.csv": DIARY + "S2,2024-01-01,1\n"})
    listed = os.scandir

    def denied(folder: str | Path | int) -> object:
        if not isinstance(folder, int) and Path(folder).name in closed:
            raise PermissionError(13, "Permission denied", str(folder))
        return listed(folder)

    monkeypatch.setattr(os, "scandir", denied)
    closed = {"site-2"}
    outcome = process(study)
    assert outcome.files["site-2"].status == "refused"
    assert outcome.files["site-2"].reason == "cannot be listed (Permission denied): its files were not looked at"
    assert outcome.files["diary.csv"].status == "landed"
    closed = {"inbox"}
    with pytest.raises(ConfigurationError, match="inbox: cannot be listed"):
        land_only(study)


def test_what_is_hidden_is_no_input(tmp_path: Path) -> None:
    copies = (".ipynb_checkpoints/diary-checkpoint.csv", ".Trash-1000/files/diary_old.csv", ".diary.csv")
    study = write_study(tmp_path / "study", {**BASE, **dict.fromkeys(copies, DIARY + "S2,2024-01-01,1\n")})
    assert set(land_only(study)) == set(BASE)


def test_a_declared_pattern_counts_before_the_names_of_another_kind(tmp_path: Path) -> None:
    attacks = "subject_id,attack_start\nS2,2024-01-01T10:00:00\n"
    settings = SETTINGS + '[files.attacks]\npattern = "diary_attacks*.csv"\n'
    study = write_study(tmp_path / "study", {**BASE, "diary_attacks-1.csv": attacks}, settings)
    assert set(land_only(study).values()) == {("landed", None)}


def test_a_data_line_with_the_word_of_a_column_is_not_quoted(tmp_path: Path) -> None:
    line = "Anna Huber,2025-01-03,1,6,2,migraine,sumatriptan\n"
    study = write_study(tmp_path / "study", {**BASE, "diary-app.csv": 2 * line})
    reason = land_only(study)["diary-app.csv"][1] or ""
    assert "required column 'subject_id' is missing;" in reason
    assert "Huber" not in reason


@pytest.mark.parametrize("left", [None, b"", b'{"study_'])
def test_a_store_that_was_never_begun_is_begun_again(tmp_path: Path, left: bytes | None) -> None:
    """The disk was full before the first line of the index stood."""
    study = write_study(tmp_path / "study")
    inputs = study / "out" / "state" / "inputs"
    inputs.mkdir(parents=True)
    if left is not None:
        (inputs / "index.jsonl").write_bytes(left)
    assert set(land_only(study)) == set(BASE)
    assert set(land_only(study)) == set(BASE)


def test_kept_files_without_an_index_are_not_passed_over(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    land_only(study)
    (study / "out" / "state" / "inputs" / "index.jsonl").write_bytes(b"")
    write_files(study, {"diary-2.csv": DIARY + "S2,2024-01-01,1\n"})
    with pytest.raises(ConfigurationError, match="the kept inputs are damaged"):
        land_only(study)


def test_check_knows_only_what_is_in_the_inbox(tmp_path: Path) -> None:
    """A withdrawal may name a file that is gone, or an earlier version: the run kept it, check never saw it."""
    settings = SETTINGS + '[[withdrawn]]\nfile = "diary-gone.csv"\nreason = "another study"\n'
    study = write_study(tmp_path / "study", settings=settings)
    assert check_study(load_study(study)).stopped is None
    with pytest.raises(ConfigurationError, match="is no file of this study"):
        land_only(study)
