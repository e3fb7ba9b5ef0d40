"""A short run of tests/cli/fuzz.py: sound files damaged at random places."""

import pytest

from tests.cli.fuzz import broken_promises, damaged_files
from tests.cli.helpers import BASE, Outcome, process, write_study

SEED, NUMBER = 20_240_105, 100


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return damaged_files(SEED, NUMBER)


@pytest.fixture(scope="module")
def outcome(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return process(write_study(tmp_path_factory.mktemp("mutated") / "study", {**BASE, **files}), whole=True)


def test_the_damage_is_neither_too_small_nor_too_great(files: dict[str, bytes], outcome: Outcome) -> None:
    assert set(outcome.files) == set(files) | set(BASE)
    assert {file.status for file in outcome.files.values()} <= {"landed", "refused", "ignored"}
    landed = [file for file in outcome.files.values() if file.status == "landed"]
    assert len(landed) > NUMBER / 3
    assert sum(file.quarantined for file in landed) > 20
    assert sum(file.current for file in landed) > 100


def test_every_line_ends_in_one_place(files: dict[str, bytes], outcome: Outcome) -> None:
    assert broken_promises(files, outcome) == []
