"""Names of files and folders: whatever they look like, each file's own content is read, and nothing is passed over."""

import os
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from tests.cli.helpers import BASE, DIARY, Outcome, land_only, process, write_study
from tests.cli.zoo import assert_others_stand
from tests.run import run_without_prefect

NAMES = (
    "diary 'a' \"b\".csv",
    "diary; DROP TABLE x; --.csv",
    "diary%20%s{0}$1.csv",
    "diary\nbreak.csv",
    "diary-Köln-😀.csv",
    "diary-[red].csv",
    "diary*.csv",
    "diary{a,b}.csv",
    "diary~.csv",
    "diary.csv.csv",
    "diary\\x.csv",
    "site=01/diary.csv",
    "c2=0/diary.csv",
    "a b/c'd/diary.csv",
    "x.csv/diary.csv",
    "diary[1].csv",  # browsers name a second download so: its brackets are no pattern of the next one
    "diary1.csv",
)


def subject(name: str) -> str:
    return f"S{NAMES.index(name)}"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study whose own path is odd as well."""
    folder = tmp_path_factory.mktemp("names") / 'St\'udy "x" [1] 50% {a} ; é😀'
    return write_study(folder, {**BASE, **{name: f"{DIARY}{subject(name)},2024-01-01,1\nX,Y\n" for name in NAMES}})


@pytest.fixture(scope="module")
def outcome(study: Path) -> Outcome:
    return process(study, whole=True)


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_each_file_is_read_under_its_name(name: str, outcome: Outcome) -> None:
    assert outcome.days_of(subject(name)) == {"2024-01-01": True}
    assert outcome.quarantine[name] == [(3, "diary.line.columns")]
    assert outcome.files[name][2:7] == (2, 1, 0, 0, 1)


def test_other_files_go_on(outcome: Outcome) -> None:
    assert_others_stand(outcome)


def test_a_study_with_an_odd_path_is_published(study: Path) -> None:
    snapshot = run_without_prefect(study, study / "published")
    assert (snapshot / "outcomes.duckdb").is_file()
    assert (study / "published/current/report.html").is_file()


def test_folder_name_does_not_decide_the_kind(tmp_path: Path) -> None:
    files = {f"diary-2024/{name}": text for name, text in BASE.items()}
    landed = land_only(write_study(tmp_path / "study", files))
    assert landed == {f"diary-2024/{name}": ("landed", None) for name in BASE}


def test_file_name_that_is_not_utf_8(tmp_path: Path) -> None:
    """As a zip file from another system leaves them; one such name must not stop the others."""
    study = write_study(tmp_path / "study")
    (study / "inbox" / os.fsdecode(b"diary-K\xf6ln.csv")).write_text(DIARY + "K,2024-01-01,1\n")
    assert land_only(study)["diary.csv"] == ("landed", None)


@pytest.fixture
def linked(tmp_path: Path) -> dict[str, tuple[str, str | None]]:
    """What became of an inbox with links, folders named like files, and a pipe."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "plain.csv").write_text(DIARY + "OUT,2024-01-01,1\n")
    (outside / "diary-far.csv").write_text(DIARY + "FAR,2024-01-01,1\n")
    study = write_study(tmp_path / "study", {**BASE, "diary-folder.csv/diary-in.csv": DIARY + "IN,2024-01-01,1\n"})
    inbox = study / "inbox"
    (inbox / "diary-link.csv").symlink_to(outside / "plain.csv")
    (inbox / "diary-gone.csv").symlink_to(outside / "nothing.csv")
    (inbox / "diary-self.csv").symlink_to("diary-self.csv")
    (inbox / "diary-loop").symlink_to(inbox)
    (inbox / "site").symlink_to(outside)
    os.mkfifo(inbox / "diary-pipe.csv")
    return land_only(study)


def test_links_loops_and_pipes_do_not_stop_a_run(linked: dict[str, tuple[str, str | None]]) -> None:
    """A linked file is read where it points to; it is kept by its bytes, like any other."""
    for path in ("diary.csv", "injections.csv", "diary-folder.csv/diary-in.csv", "diary-link.csv"):
        assert linked[path] == ("landed", None)


def test_what_is_not_read_is_said(linked: dict[str, tuple[str, str | None]]) -> None:
    assert {"diary-gone.csv", "diary-self.csv", "diary-pipe.csv"} <= set(linked)
    assert any(path.startswith("site") for path in linked)


def test_inbox_is_no_place_to_publish(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study")
    with pytest.raises(ConfigurationError, match="inbox"):
        land_only(study, study / "inbox/published")
    assert set(land_only(study)) == set(BASE)
