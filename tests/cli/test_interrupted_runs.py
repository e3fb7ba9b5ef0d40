"""A run that was cut short, settings that change between runs, state that was damaged: the next run puts it right."""

from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.warehouse.kept_inputs import KeptFile, KeptInputs
from tests.cli.helpers import BASE, DIARY, SETTINGS, land_only, process, write_files, write_study


def test_cut_short_between_landing_and_keeping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Power or disk space gives out after the file is in the warehouse and before its bytes are kept."""
    study = write_study(tmp_path / "study")

    def disk_full(self: KeptInputs, entry: KeptFile) -> None:
        raise OSError("No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(KeptInputs, "keep", disk_full)
        with pytest.raises(ConfigurationError, match="No space left on device"):
            land_only(study)
    outcome = process(study)
    assert outcome.days_of("BASE") == {"2024-01-01": True, "2024-01-02": False}
    assert all(file.is_conserved for file in outcome.files.values())


def test_settings_that_no_longer_fit_refuse_the_file_by_name(tmp_path: Path) -> None:
    """A kept file that cannot be read under new settings is refused; the others go on; the old settings bring it back."""
    study = write_study(tmp_path / "study", {**BASE, "diary-2.csv": DIARY + "B,2024-02-01,1\n"})
    before = land_only(study)
    (study / "study.toml").write_text(SETTINGS + "[files.diary]\npattern = 'diary-2*'\ndate_format = '%d.%m.%Y'\n")
    changed = land_only(study)
    assert changed["diary-2.csv"][0] == "refused"
    assert "not written as %d.%m.%Y" in str(changed["diary-2.csv"][1])
    assert changed["diary.csv"] == ("landed", None)
    (study / "study.toml").write_text(SETTINGS)
    assert land_only(study) == before


def test_settings_that_fit_at_last(tmp_path: Path) -> None:
    """A refused file is tried again once study.toml says how it is written."""
    study = write_study(tmp_path / "study", {**BASE, "diary-2.csv": DIARY + "B,01/02/2024,1\n"})
    assert land_only(study)["diary-2.csv"][0] == "refused"
    (study / "study.toml").write_text(SETTINGS + "[files.diary]\npattern = 'diary-2*'\ndate_format = '%d/%m/%Y'\n")
    assert process(study).days_of("B") == {"2024-02-01": True}


def test_a_file_taken_out_of_the_inbox_stays_landed(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-2.csv": DIARY + "B,2024-02-01,1\n"})
    first = process(study)
    (study / "inbox/diary-2.csv").unlink()
    (study / "out/state/warehouse.duckdb").unlink()
    again = process(study)
    assert again.tabulation == first.tabulation
    assert again.landing.files_landed == 0


def test_a_copy_cut_short_is_never_listed(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    inputs = study / "out/state/inputs"
    inputs.mkdir(parents=True)
    (inputs / "0123abcd.part").write_bytes(b"half a fi")
    assert set(land_only(study)) == set(BASE)
    assert len((inputs / "index.jsonl").read_text().splitlines()) == 1 + len(BASE)
    assert {path.name for path in inputs.glob("*.part")} == set()


def test_another_study_is_not_mixed_in(tmp_path: Path) -> None:
    """Two studies published to one --out by mistake: the second must not count the subjects of the first."""
    first = write_study(tmp_path / "first", {**BASE, "diary-2.csv": DIARY + "FIRST,2024-02-01,1\n"})
    second = write_study(tmp_path / "second", settings=SETTINGS.replace('"T"', '"U"'))
    land_only(first, tmp_path / "out")
    with pytest.raises(ConfigurationError, match="out"):
        land_only(second, tmp_path / "out")


@pytest.mark.parametrize("damage", ["index", "kept file"])
def test_damaged_state_is_told_plainly(damage: str, tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    land_only(study)
    (study / "out/state/warehouse.duckdb").unlink()
    inputs = study / "out/state/inputs"
    diary = sha256_of(study / "inbox/diary.csv")
    if damage == "index":
        (inputs / "index.jsonl").write_text("[{\n")
    else:
        # A copy whose content still lies in the inbox would be taken from there.
        (inputs / diary).unlink()
        (study / "inbox/diary.csv").unlink()
    with pytest.raises(ConfigurationError, match="state"):
        land_only(study)


def test_a_file_that_grows_while_it_is_landed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A site's upload goes on during the run: what is kept is what was hashed and landed."""
    study = write_study(tmp_path / "study")

    def hashed_then_grown(path: Path) -> str:
        hashed = sha256_of(path)
        if path.name == "diary.csv":
            write_files(study, {"diary.csv": BASE["diary.csv"] + "BASE,2024-01-03,1\n"})
        return hashed

    with monkeypatch.context() as patched:
        patched.setattr("flows.landing.inbox.sha256_of", hashed_then_grown)
        land_only(study)
    for path in (study / "out/state/inputs").iterdir():
        assert path.name in ("index.jsonl", sha256_of(path))
    assert process(study).days_of("BASE") == {"2024-01-01": True, "2024-01-02": False, "2024-01-03": True}
