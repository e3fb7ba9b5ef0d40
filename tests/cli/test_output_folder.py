"""--out never points into a study: what is published would stand among what is read."""

from pathlib import Path
from typing import Any

import pytest

from flows.nightly import publish_outcomes
from flows.study.study_folder import check_out
from tests.cli.helpers import commands, write_study

PLACES = (".", "inbox", "inbox/new/deeper", "rules", "codelists/out", "../other", "link", "link/sub")


@pytest.fixture
def study(tmp_path: Path) -> Path:
    write_study(tmp_path / "other")
    study = write_study(tmp_path / "study")
    (study / "link").symlink_to(study / "inbox")
    return study


def contents(study: Path) -> set[str]:
    return {path.relative_to(study.parent).as_posix() for path in study.parent.rglob("*")}


def test_refused_with_the_default_named_and_nothing_made(study: Path) -> None:
    before = contents(study)
    calls: list[list[str | Path]] = [["run", study, "--out", study / place] for place in PLACES]
    calls += [["run", study, "--out", study, "--as-of", "2024-01-01"], ["serve", study, "--out", study / "inbox"]]
    for answer in commands(calls):
        assert (answer.code, answer.out) == (2, "")
        assert f"leave it out to publish to {study / 'published'}" in answer.err
    assert contents(study) == before


def test_a_deployment_is_refused_too(study: Path) -> None:
    before = contents(study)
    state: Any = publish_outcomes.fn(study, study)
    assert state.is_failed()
    assert "is a study folder itself" in state.message
    assert contents(study) == before


@pytest.mark.parametrize("place", ["published", "out", "../elsewhere", "..", "inbox2"])
def test_other_places_are_fine(place: str, study: Path) -> None:
    check_out(study, study / place)
