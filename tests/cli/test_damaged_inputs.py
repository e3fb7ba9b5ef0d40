"""Kept inputs that the disk no longer holds as they were landed: told by path, nothing is made from them."""

import shutil
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.checking.quarantine import quote_quarantined
from flows.runs.as_of import publish_as_of
from flows.study.study_folder import load_study
from flows.verifying.verify import verify
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import BASE, DIARY, SETTINGS, commands, land_only, write_files, write_study
from tests.run import run_without_prefect

HOURS = "subject_id,diary_date,headache,hours\nBASE,2024-01-01,1,3\nBASE,2024-01-02,0,\nBASE,2024-01-32,1,3\n"
LANDS_ANEW = SETTINGS + "[files.scores]\npattern = 'scores-*'\n"


@pytest.fixture(scope="module")
def published_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study published once, one line of it quarantined."""
    folder = write_study(tmp_path_factory.mktemp("damaged") / "study", {**BASE, "diary.csv": HOURS})
    run_without_prefect(folder, folder / "published")
    return folder


@pytest.fixture
def study(published_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to be damaged."""
    return shutil.copytree(published_once, tmp_path / "study", symlinks=True)


def kept_copy(study: Path, path: str) -> Path:
    return study / "published/state/inputs" / sha256_of(study / "inbox" / path)


def damage(study: Path, path: str = "diary.csv") -> Path:
    """Hours 3 become 1, by one bit."""
    place = kept_copy(study, path)
    place.write_bytes(place.read_bytes().replace(b",1,3\n", b",1,1\n", 1))
    return place


def test_a_flipped_bit_is_not_landed_anew(study: Path) -> None:
    before = (study / "published/current").resolve()
    place = damage(study)
    (study / "study.toml").write_text(LANDS_ANEW)
    with pytest.raises(ConfigurationError) as told:
        run_without_prefect(study, study / "published")
    assert f"{place}: the kept copy of 'diary.csv' is damaged" in str(told.value)
    assert "from a backup" in str(told.value)
    assert (study / "published/current").resolve() == before
    shutil.copyfile(study / "inbox/diary.csv", place)  # what the sentence says
    assert run_without_prefect(study, study / "published") != before


def test_a_lost_warehouse_is_not_rebuilt_from_damage(study: Path) -> None:
    damage(study)
    (study / "published/state/warehouse.duckdb").unlink()
    with pytest.raises(ConfigurationError, match="is damaged"):
        run_without_prefect(study, study / "published")


def test_an_earlier_snapshot_is_not_made_again_with_other_values(study: Path) -> None:
    """The path told is that of the copy itself, not of the link that is lent."""
    made = (study / "published/current").resolve()
    shutil.rmtree(made)
    place = damage(study)
    with pytest.raises(ConfigurationError, match=f"^{place}: .* is damaged"):
        publish_as_of(study / "published", made.name)
    assert not made.exists()


def test_a_quarantined_line_is_not_quoted_from_damage(study: Path) -> None:
    """Its file was landed by an earlier run, and a check that came later sets the line aside."""
    loaded = load_study(study)
    damage(study)
    with open_warehouse(study / "published", loaded) as (con, kept):
        (entry,) = (file for file in kept.files if file.path == "diary.csv")
        con.execute("INSERT INTO landing.set_aside VALUES ('diary', $1, 2, 'quarantined')", [entry.file_id])
        with pytest.raises(ConfigurationError, match=r"the kept copy of 'diary\.csv' is damaged"):
            quote_quarantined(con, loaded, kept)


def test_verify_hashes_what_is_kept(study: Path) -> None:
    sound = verify(study)
    assert sound.differences == []
    assert "kept inputs: 2 held against the SHA-256 they were landed with" in sound.facts
    place = damage(study)
    (told,) = verify(study).differences
    assert told.startswith(f"kept inputs: {place}: the kept copy of 'diary.csv' is damaged")
    place.unlink()
    (told,) = verify(study).differences
    assert told.startswith(f"kept inputs: {place}: the kept copy of 'diary.csv' cannot be read (No such file")
    # A snapshot that was carried off has no state beside it.
    shutil.copytree((study / "published/current").resolve(), study / "taken")
    assert verify(study / "taken").differences == []


def test_the_command_line_names_the_copy(study: Path) -> None:
    place = damage(study)
    (said,) = commands([["verify", study]])
    assert said.code == 1
    assert str(place) in said.out


def test_a_copy_that_is_gone_is_taken_from_the_inbox(study: Path) -> None:
    """Earlier versions could take it away; the file as it was sent is as good."""
    place = kept_copy(study, "diary.csv")
    place.unlink()
    land_only(study, study / "published")
    assert sha256_of(place) == place.name


def test_a_copy_that_is_gone_is_not_replaced_by_another_content(study: Path) -> None:
    place = kept_copy(study, "diary.csv")
    place.unlink()
    write_files(study, {"diary.csv": DIARY + "BASE,2024-01-01,0\n"})
    with pytest.raises(ConfigurationError, match=r"the kept inputs are damaged: the kept copy of diary\.csv"):
        land_only(study, study / "published")
    assert not place.exists()
