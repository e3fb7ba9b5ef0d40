"""A result does not outlive the code that made it: the package's own files are in the snapshot's id and in what is
landed."""

import ast
import shutil
from collections.abc import Generator
from pathlib import Path

import duckdb
import pytest

from flows.base import own_files, resources
from flows.base.errors import ConfigurationError
from flows.publishing.publish import published_snapshot, snapshot_id
from flows.runs.as_of import publish_as_of
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import READS_FILES, open_warehouse
from tests.cli.helpers import write_study
from tests.conftest import ROOT
from tests.run import run_without_prefect

EDITED = {
    "a template": "flows/report/templates/style.css",
    "a statistic": "flows/statistics/tipping.py",
    "a landing module": "flows/landing/parsing.py",
    "a log setting": "flows/base/prefect-logging.yml",
    "a model": "sql/analysis/responder.sql",
}


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Path]:
    """A copy of the package, to be edited; its files are hashed anew whenever the cache is cleared."""
    shutil.copytree(ROOT / "flows", tmp_path / "flows", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("sql", "expectations", "data"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("studies"))
    monkeypatch.setattr(resources, "PACKAGE", tmp_path / "flows")
    own_files.own_files.cache_clear()
    yield tmp_path
    own_files.own_files.cache_clear()


def edit(package: Path, name: str) -> None:
    """Add an empty line, as if a new process had found the file so."""
    with (package / name).open("a", encoding="utf-8") as stream:
        stream.write("\n")
    own_files.own_files.cache_clear()


def next_snapshot(study_folder: Path, out: Path) -> str:
    """The name of the snapshot that the next run leads to, asked after landing as a run asks it."""
    study = load_study(study_folder)
    with open_warehouse(out, study) as (con, kept):
        take_in(con, study, kept)
        return snapshot_id(con, study, kept)


def test_edited_own_files_are_published_anew(package: Path, tmp_path: Path) -> None:
    study, out = write_study(tmp_path / "study"), tmp_path / "out"
    first = run_without_prefect(study, out).name
    own_files.own_files.cache_clear()
    assert next_snapshot(study, out) == first
    assert published_snapshot(out, first)
    names = {first}
    for name in EDITED.values():
        edit(package, name)
        names.add(next_snapshot(study, out))
    assert len(names) == 1 + len(EDITED)
    assert not any(published_snapshot(out, name) for name in names - {first})
    shutil.rmtree(out / "snapshots" / first)
    with pytest.raises(ConfigurationError, match=f"{first} was made by version .* with other code, rules, checks"):
        publish_as_of(out, first)


@pytest.mark.parametrize(
    ("name", "is_landed_again"),
    [
        ("flows/landing/parsing.py", True),
        ("flows/study/study_folder.py", True),
        ("data/dictionary/landing.toml", True),
        ("flows/report/templates/style.css", False),
        ("flows/statistics/tipping.py", False),
    ],
)
def test_lines_are_read_anew_where_what_reads_them_changed(
    package: Path, tmp_path: Path, name: str, is_landed_again: bool
) -> None:
    study, out = write_study(tmp_path / "study"), tmp_path / "out"
    next_snapshot(study, out)
    with open_warehouse(out, load_study(study)) as (con, _):  # from outside it would be found altered, and made anew
        con.execute("UPDATE landing.diary SET headache = true WHERE line_number = 3")  # the file says 0
    edit(package, name)
    next_snapshot(study, out)
    with duckdb.connect(out / "state/warehouse.duckdb") as con:
        ((headache,),) = con.execute("SELECT headache FROM landing.diary WHERE line_number = 3").fetchall()
    assert headache is not is_landed_again


def test_compiled_and_hidden_files_are_not_hashed(package: Path) -> None:
    before = own_files.own_files()
    (package / "flows/__pycache__").mkdir()
    (package / "flows/__pycache__/cli.cpython-311.pyc").write_bytes(b"\0")
    (package / "flows/.cli.py.swp").write_bytes(b"\0")
    own_files.own_files.cache_clear()
    assert own_files.own_files() == before
    assert not [name for name in before if "pycache" in name]
    assert {*EDITED.values(), "data/rules/article.toml", "expectations/landing.diary.json"} <= set(before)


def test_an_installed_wheel_gives_the_same_names(package: Path) -> None:
    before = own_files.own_files()
    packed = package / "flows/resources"
    packed.mkdir()
    for name in ("sql", "expectations", "data"):
        (package / name).rename(packed / name)
    own_files.own_files.cache_clear()
    assert own_files.own_files() == before


def test_every_module_that_landing_imports_decides_how_files_are_read() -> None:
    waiting, seen = [ROOT / "flows/landing/land.py"], set()
    while waiting:
        path = waiting.pop()
        seen.add(path.relative_to(ROOT).as_posix())
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("flows."):
                base = ROOT / node.module.replace(".", "/")
                found = [base.with_suffix(".py"), *(base / f"{alias.name}.py" for alias in node.names)]
                waiting += [one for one in found if one.exists() and one.relative_to(ROOT).as_posix() not in seen]
    assert len(seen) > 10
    assert [name for name in seen if not any(name == part or name.startswith(f"{part}/") for part in READS_FILES)] == []
    assert all((ROOT / part).exists() for part in READS_FILES)
