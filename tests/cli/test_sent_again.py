"""A file sent again under another name is nothing new; a new snapshot without a new file says why it is new."""

from pathlib import Path

import pytest

from flows.publishing.publications import changed_since_current
from flows.publishing.publish import published_snapshot, snapshot_id
from flows.runs.run_summary import summarise_run
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, DIARY, SETTINGS, write_files, write_study
from tests.run import run_without_prefect


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, str]:
    """A study published once: its folder, where, and the snapshot's name."""
    folder = tmp_path_factory.mktemp("again")
    study, out = write_study(folder / "study"), folder / "out"
    return study, out, run_without_prefect(study, out).name


def next_run(study_folder: Path, out: Path) -> tuple[str, list[str], int]:
    """The name of the next snapshot, what changed since the current one, and how many files repeat another."""
    study = load_study(study_folder)
    with open_warehouse(out, study) as (con, kept):
        landed = take_in(con, study, kept)
        return snapshot_id(con, study, kept), changed_since_current(con, out, study, kept), landed.files_repeated


def test_the_same_content_under_another_name_is_nothing_new(published: tuple[Path, Path, str]) -> None:
    study, out, name = published
    write_files(study, {"site-1/diary-again.csv": BASE["diary.csv"], "copy-of-the-diary.txt": BASE["diary.csv"]})
    try:
        assert next_run(study, out) == (name, [], 2)
    finally:
        for copy in ("site-1/diary-again.csv", "copy-of-the-diary.txt"):
            (study / "inbox" / copy).unlink()


@pytest.mark.parametrize(
    ("files", "settings", "why"),
    [
        ({"letter.pdf": "x"}, SETTINGS, ["the files that were not read"]),
        ({}, SETTINGS.replace('"Test"', '"Other"'), ["study.toml, a rule set or a code list"]),
        ({"diary-9.csv": DIARY + "Z,2024-01-01,1\n"}, SETTINGS, ["the files that were landed"]),
    ],
)
def test_what_makes_a_snapshot_new_is_named(
    files: dict[str, str], settings: str, why: list[str], published: tuple[Path, Path, str]
) -> None:
    study, out, name = published
    write_files(study, files)
    (study / "study.toml").write_text(settings)
    try:
        next_name, changed, _ = next_run(study, out)
        assert (next_name != name, changed) == (True, why)
    finally:
        (study / "study.toml").write_text(SETTINGS)
        for file in files:
            (study / "inbox" / file).unlink()


def test_a_snapshot_that_is_current_again_is_not_called_the_one_that_stands(
    published: tuple[Path, Path, str],
) -> None:
    _, out, name = published
    snapshot = published_snapshot(out, name)
    assert snapshot
    back = summarise_run(snapshot, is_new=False, is_back=True)
    assert back.nothing_new == "The inputs are those of an earlier run again: its snapshot is the current one again."
    assert summarise_run(snapshot, is_new=False).nothing_new.startswith("Nothing new since the last run")
