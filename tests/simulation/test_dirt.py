"""Planted faults are found, every one, and nothing else is."""

from pathlib import Path

import pytest

from flows.checking.checks import load_suites
from flows.simulation import dirt_diary, dirt_other, file_formats, tables
from flows.simulation.dirt import IN_SCHEDULE
from flows.simulation.settings import load_dirt
from tests.simulation.pipeline import Planted, process, read_planted, simulate
from tests.simulation.recall import compared, recall

WHOLE_SUBJECT = {"re_enrolled", "back_filled", *IN_SCHEDULE}


def test_every_planted_fault_is_found_and_no_other(tmp_path: Path) -> None:
    """One study of the many of ``make validity``."""
    study = simulate(tmp_path / "study", 30, 1, 0.1)
    outcome = process(study)
    result = compared(outcome, read_planted(study))
    assert sum(result.planted.values()) > 600
    assert result.missed == []
    assert result.alarms == []
    assert result.not_aside == []
    assert result.wrongly_aside == []
    # Without the truth's list of faults every finding is a false alarm.
    unknown = compared(outcome, Planted({}, {}))
    assert len(unknown.alarms) > 80
    assert len(unknown.wrongly_aside) > 20


def test_every_way_to_write_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study with one site for each way: what is planted is found, whatever the file looks like."""
    ways = list(file_formats.WRITINGS)
    monkeypatch.setattr(tables, "SUBJECTS_PER_SITE", 3)
    beside = {1: "copied", 2: "header_only"}
    monkeypatch.setattr(file_formats, "draw_writings", lambda dirt, rate, seed, sites: (ways[:sites], beside))
    result = recall(tmp_path / "study", 3 * len(ways), 1, 0.05)
    found = {kind for (_, kind), number in result.found.items() if number}
    assert found >= {name for name, way in file_formats.WRITINGS.items() if way.marks} | set(beside.values())
    assert (result.missed, result.alarms, result.not_aside, result.wrongly_aside) == ([], [], [], [])


def test_somebody_who_is_enrolled_twice_and_writes_twice_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seed 12: whose lines in the subjects file contradict each other is unknown in both entries of every day."""
    monkeypatch.setattr(file_formats, "draw_writings", lambda dirt, rate, seed, sites: (["twice_a_day"] * sites, {}))
    result = recall(tmp_path / "study", 40, 12, 0.1)
    assert result.found["diary.subject_id.unknown", "re_enrolled"] > 500
    assert (result.missed, result.alarms) == ([], [])


def test_kinds_and_weights_are_the_same() -> None:
    dirt = load_dirt()
    assert set(dirt.diary) == set(dirt_diary.KINDS)
    assert set(dirt.subjects) == set(dirt_other.SUBJECTS) | WHOLE_SUBJECT
    assert set(dirt.scores) == set(dirt_other.SCORES)
    assert set(dirt.adverse_events) == set(dirt_other.EVENTS)
    assert set(dirt.files) == (set(file_formats.WRITINGS) - {file_formats.PLAIN}) | set(file_formats.BESIDE)
    assert set(dirt.injections) >= set(dirt_other.INJECTION_LINES)


def test_weights_leave_no_kind_out_at_the_rate_of_the_validity_study() -> None:
    dirt = load_dirt()
    own = [weight for name, weight in dirt.files.items() if name not in file_formats.BESIDE]
    for weights in (dirt.diary.values(), dirt.injections.values(), dirt.scores.values(), own):
        assert 0.1 * sum(weights) <= 1


def test_expected_checks_exist() -> None:
    known = {check.id for checks in load_suites().values() for check in checks}
    named = set()
    for path in (Path(dirt_diary.__file__), Path(dirt_other.__file__)):
        for word in path.read_text().replace("'", '"').split('"'):
            if word.count(".") == 2 and word.split(".")[0] in ("diary", "subjects", "scores", "adverse_events"):
                named.add(word)
    assert len(named) > 30
    assert named <= known | {"diary_diary"}
