"""run --as-of: an earlier publication is made again from the kept inputs, byte for byte."""

import json
import re
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.publishing.publications import Publication, find_publication, publication_folder
from flows.publishing.publish import publish
from flows.runs.as_of import publish_as_of
from tests.cli.helpers import BASE, DIARY, SETTINGS, write_files, write_study
from tests.run import computed, run_without_prefect


def contents(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[tuple[str, dict[str, bytes]]]]:
    """A study published three times: a first time, after a correction, and after settings changed and a file went. One
    file was withdrawn before it ever counted."""
    folder = tmp_path_factory.mktemp("as-of")
    extra = {
        "diary2.csv": DIARY + "BASE,2024-01-03,1\n",
        "broken.csv": "x\n",
        "diary-odd.csv": DIARY + "A,1/2/2024,1\n",
        "diary-other.csv": DIARY + "X,2024-01-03,1\n",
    }
    settings = SETTINGS + '[[withdrawn]]\nfile = "diary-other.csv"\nreason = "another study"\n'
    study = write_study(folder / "study", {**BASE, **extra}, settings)
    out = folder / "out"
    made = []

    def run(cutoff: date | None = None) -> None:
        snapshot = run_without_prefect(study, out, cutoff)
        made.append((snapshot.name, contents(snapshot)))

    run(date(2024, 4, 30))
    write_files(study, {"diary3.csv": DIARY + "BASE,2024-01-01,0\n"})
    run()
    (study / "inbox/diary2.csv").unlink()
    (study / "inbox/broken.csv").unlink()
    (study / "study.toml").write_text(settings.replace('"Test"', '"Another title"'))
    run()
    return out, made


@pytest.mark.parametrize("which", [0, 1, 2])
def test_made_again_byte_for_byte(published: tuple[Path, list[tuple[str, dict[str, bytes]]]], which: int) -> None:
    out, made = published
    name, wanted = made[which]
    current = (out / "current").resolve()
    shutil.rmtree(out / "snapshots" / name)
    again = publish_as_of(out, name)
    assert again.name == name
    found = contents(again)
    # DuckDB gives every database file an identifier of its own; its tables are the Parquet files beside it.
    assert {path for path in wanted if found[path] != wanted[path]} == {"outcomes.duckdb", "manifest.json"}
    before, after = (json.loads(files["manifest.json"]) for files in (wanted, found))
    del before["outputs"]["outcomes.duckdb"], after["outputs"]["outcomes.duckdb"]
    assert before == after
    assert set(found) == set(wanted)
    assert (out / "current").resolve() == current


def test_each_publication_differs(published: tuple[Path, list[tuple[str, dict[str, bytes]]]]) -> None:
    assert len({name for name, _ in published[1]}) == 3
    for _, files in published[1]:  # the file that never counted is there, as one that was withdrawn
        inputs = {entry["path"]: entry["status"] for entry in json.loads(files["manifest.json"])["inputs"]}
        assert inputs["diary-other.csv"] == "withdrawn"


def test_by_date_the_last_one_of_that_day(published: tuple[Path, list[tuple[str, dict[str, bytes]]]]) -> None:
    out, made = published
    today = find_publication(out, made[2][0]).published_at.date()
    assert find_publication(out, today.isoformat()).snapshot_id in {name for name, _ in made}
    assert find_publication(out, "2199-01-01").snapshot_id == find_publication(out, today.isoformat()).snapshot_id


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ("2001-01-01", "nothing was published on or before 2001-01-01"),
        ("0123456789abcdef", "there is no snapshot '0123456789abcdef'"),
        ("yesterday", "'yesterday' is not a date (YYYY-MM-DD) or a snapshot id"),
        ("2024-02-30", "'2024-02-30' is not a date (YYYY-MM-DD) or a snapshot id"),
    ],
)
def test_nothing_of_that_name_or_date(
    published: tuple[Path, list[tuple[str, dict[str, bytes]]]], wanted: str, said: str
) -> None:
    out, made = published
    with pytest.raises(ConfigurationError, match=re.escape(said)) as error:
        publish_as_of(out, wanted)
    names = re.findall(r"([0-9a-f]{16}) of \d{4}-\d\d-\d\d", str(error.value))
    assert set(names) == {name for name, _ in made}


def test_the_last_five_snapshots_are_listed(tmp_path: Path) -> None:
    for day in range(1, 8):
        record = Publication(
            snapshot_id=f"{day:016}",
            published_at=datetime(2026, 1, day, tzinfo=UTC),
            software_version="0",
            cutoff=None,
            files=(),
            paths_absent=(),
            not_landed=(),
        )
        folder = publication_folder(tmp_path) / record.snapshot_id
        folder.mkdir(parents=True)
        (folder / "publication.json").write_text(record.model_dump_json())
    with pytest.raises(ConfigurationError) as error:
        find_publication(tmp_path, "last week")
    assert re.findall(r"2026-01-0(\d)", str(error.value)) == ["7", "6", "5", "4", "3"]


def test_where_nothing_was_published_nothing_is_made(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no snapshot is there yet"):
        publish_as_of(tmp_path / "out", "yesterday")
    assert not (tmp_path / "out").exists()


def test_settings_changed_during_the_run_are_noticed(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    with computed(study, tmp_path / "out") as done:
        (study / "study.toml").write_text(SETTINGS.replace('"Test"', '"Another title"'))
        with pytest.raises(ConfigurationError, match="was changed while the run was under way"):
            publish(done.con, tmp_path / "out", done.snapshot_id, done.study, done.results)
    assert not (tmp_path / "out" / "current").exists()
