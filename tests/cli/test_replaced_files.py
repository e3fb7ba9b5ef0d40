"""A file replaced between the look at it and its copy: what counts is the copy, and nobody's place is taken."""

import json
import os
from pathlib import Path
from random import Random

import pytest

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.runs.as_of import publish_as_of
from flows.warehouse.kept_inputs import KeptInputs
from tests.cli.helpers import BASE, DIARY, SETTINGS, land_only, process, write_files, write_study
from tests.run import run_without_prefect

SWAPS = "REPLACED_FILES"  # so many swaps are to be shown; 50 unless set
A, B = DIARY + "A,2024-01-01,1\n", DIARY + "B,2024-01-01,1\n"
WRONG = "subject,day\nB,1\n"


@pytest.fixture
def replace(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Contents by file name: each file is given its new one just before it is copied, once."""
    pending: dict[str, str] = {}
    store = KeptInputs.store

    def replaced(self: KeptInputs, source: Path) -> str:
        if content := pending.pop(source.name, None):
            source.write_text(content)
        return store(self, source)

    monkeypatch.setattr(KeptInputs, "store", replaced)
    return pending


def index(study: Path) -> list[dict[str, str]]:
    lines = (study / "out/state/inputs/index.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines[1:]]


def test_replaced_by_a_landed_file(tmp_path: Path, replace: dict[str, str]) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": A})
    land_only(study)
    write_files(study, {"diary-b.csv": B})
    replace["diary-b.csv"] = A
    landed = land_only(study)
    assert landed["diary-b.csv"] == ("ignored", "has the same content as diary-a.csv, landed before")
    assert len(index(study)) == 3
    write_files(study, {"diary-b.csv": B})  # it comes again, and is landed for what it is
    outcome = process(study)
    assert outcome.days_of("A") == outcome.days_of("B") == {"2024-01-01": True}
    assert outcome.files["diary-a.csv"].current == outcome.files["diary-b.csv"].current == 1


def test_replaced_by_a_landed_file_that_is_refused_under_its_name(tmp_path: Path, replace: dict[str, str]) -> None:
    """The copy of the landed file is not the refused one's to take away."""
    settings = SETTINGS + "[[files.diary]]\npattern = 'odd*'\ndate_format = '%d.%m.%Y'\n"
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": A}, settings)
    land_only(study)
    write_files(study, {"odd.csv": B.replace("2024-01-01", "1.1.2024")})
    replace["odd.csv"] = A
    land_only(study)
    assert (study / "out/state/inputs" / sha256_of(study / "inbox/diary-a.csv")).is_file()
    assert process(study).days_of("A") == {"2024-01-01": True}


@pytest.mark.parametrize("content", [A, B])
def test_replaced_by_another_new_file(tmp_path: Path, replace: dict[str, str], content: str) -> None:
    """Two new files end up with one content, whichever of them: it is landed once, under the first name."""
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": A, "diary-b.csv": B})
    replace.update({"diary-a.csv": content, "diary-b.csv": content})
    outcome = process(study)
    assert outcome.files["diary-a.csv"].current == outcome.files["diary-a.csv"].read == 1
    assert outcome.files["diary-b.csv"].status == "ignored"
    assert len({entry["sha256"] for entry in index(study)}) == len(index(study)) == 3


def test_replaced_by_something_new(tmp_path: Path, replace: dict[str, str]) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": B})
    replace["diary-a.csv"] = A
    assert process(study).days_of("A") == {"2024-01-01": True}
    assert land_only(study)["diary-a.csv"] == ("landed", None)


def test_replaced_by_what_was_withdrawn(tmp_path: Path, replace: dict[str, str]) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-b.csv": B})
    wrong = tmp_path / "wrong.csv"
    wrong.write_text(A)
    withdrawal = f'[[withdrawn]]\nfile = "{sha256_of(wrong)[:12]}"\nreason = "another study"\n'
    (study / "study.toml").write_text(SETTINGS + withdrawal)
    replace["diary-b.csv"] = A
    assert land_only(study)["diary-b.csv"] == ("withdrawn", "another study")
    assert process(study).days_of("A") == {}


def test_a_refused_copy_is_taken_back(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": WRONG, "diary-b.csv": WRONG})
    landed = land_only(study)
    assert landed["diary-a.csv"][0] == landed["diary-b.csv"][0] == "refused"
    copies = {path.name for path in (study / "out/state/inputs").iterdir()} - {"index.jsonl"}
    assert copies == {entry["sha256"] for entry in index(study)}


def test_many_files_replaced_by_one_another(tmp_path: Path, replace: dict[str, str]) -> None:
    """Whatever is swapped while it is read: after two quiet runs every content stands once, line for line."""
    chance = Random(7)
    wanted = int(os.environ.get(SWAPS, "50"))
    number = wanted * 4 // 5
    contents = [f"{DIARY}S{n},2024-01-01,{n % 2}\n" for n in range(number)]
    contents.append(WRONG)
    study = write_study(tmp_path / "study")
    replaced = 0
    for _ in range(wanted // 5):
        fresh = {f"diary-{n}.csv": chance.choice(contents) for n in chance.sample(range(number), number // 2)}
        write_files(study, fresh)
        replace.update({name: chance.choice(contents) for name in fresh})
        land_only(study)
        replaced += len(fresh) - len(replace)  # a file whose content was landed before is not copied
        replace.clear()
    assert replaced >= wanted
    write_files(study, {f"diary-{n}.csv": content for n, content in enumerate(contents)})
    land_only(study)
    outcome = process(study)
    for n in range(number):
        assert outcome.days_of(f"S{n}") == {"2024-01-01": bool(n % 2)}
    assert all(file.is_conserved for file in outcome.files.values())
    hashes = [entry["sha256"] for entry in index(study)]
    assert len(hashes) == len(set(hashes)) == number + 2
    for sha256 in hashes:
        assert sha256_of(study / "out/state/inputs" / sha256) == sha256
    print(f"{replaced} files replaced while they were read")


def test_an_index_that_lists_a_content_twice_heals(tmp_path: Path) -> None:
    """As an earlier version left it: one content under two names, its lines landed twice, its copy taken away."""
    from flows.landing.loading import Source, land_file
    from flows.study.file_format import FileFormat, Reading
    from flows.study.study_folder import load_study
    from flows.warehouse.database import open_warehouse

    study = write_study(tmp_path / "study", {**BASE, "diary-a.csv": A, "diary-b.csv": A})
    wanted = process(study)
    with open_warehouse(study / "out", load_study(study)) as (con, kept):
        (entry,) = (file for file in kept.files if file.path == "diary-a.csv")
        twice = entry.model_copy(update={"path": "diary-b.csv", "sequence": 9})
        kept.keep(twice)
        land_file(con, Source(kept.location(entry), twice, Reading("", "diary", FileFormat())))
        kept.location(entry).unlink()
    healed = process(study)
    assert healed.tabulation == wanted.tabulation
    assert healed.files == wanted.files
    assert healed.days_of("A") == {"2024-01-01": True}
    write_files(study, {"diary-b.csv": B})
    assert process(study).days_of("B") == {"2024-01-01": True}


def test_a_snapshot_that_counted_a_content_twice_is_not_made_again(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    out = study / "published"
    name = run_without_prefect(study, out).name
    path = out / "state/publications" / name / "publication.json"
    record = json.loads(path.read_text())
    record["files"].append({**record["files"][0], "path": "diary-b.csv"})
    path.write_text(json.dumps(record))
    (out / "snapshots" / name).rename(tmp_path / "gone")
    with pytest.raises(ConfigurationError, match="counted one content under two names"):
        publish_as_of(out, name)
