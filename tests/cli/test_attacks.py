"""Diaries kept by attack: a row per attack with start and end, told as days; no day is ever told free of headache."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli.helpers import BASE, DIARY, Outcome, process, write_study

HEADER = "subject_id,attack_start,attack_end,severity,migraine,acute_medication\n"
# subject -> (attacks, {day: (headache, hours, severity, medication)})
CASES: dict[str, tuple[str, dict[str, tuple[Any, ...]]]] = {
    "within a day": ("@,2024-03-01 08:00,2024-03-01 12:30,2,1,sumatriptan\n", {"01": (True, 4.5, 2, "sumatriptan")}),
    "over midnight": (
        "@,2024-03-01 22:00,2024-03-02 03:00,3,0,ibuprofen\n",
        {"01": (True, 2.0, 3, "ibuprofen"), "02": (True, 3.0, 3, None)},
    ),
    "until midnight": ("@,2024-03-01 22:00,2024-03-02 00:00,1,,\n", {"01": (True, 2.0, 1, None)}),
    "over three days": (
        "@,2024-03-01 22:00,2024-03-03 06:00,,,\n",
        {"01": (True, 2.0, None, None), "02": (True, 24.0, None, None), "03": (True, 6.0, None, None)},
    ),
    "two in a day": (
        "@,2024-03-01 06:00,2024-03-01 08:00,1,,paracetamol\n@,2024-03-01 20:00,2024-03-01 21:00,3,,ibuprofen\n",
        {"01": (True, 3.0, 3, "ibuprofen;paracetamol")},
    ),
    "one within another": (
        "@,2024-03-01 06:00,2024-03-01 12:00,,,\n@,2024-03-01 07:00,2024-03-01 08:00,,,\n"
        "@,2024-03-01 11:00,2024-03-01 13:00,,,\n",
        {"01": (True, 7.0, None, None)},
    ),
    "one reaches into the next": (
        "@,2024-03-01 20:00,2024-03-02 02:00,,,\n@,2024-03-02 01:00,2024-03-02 04:00,,,\n",
        {"01": (True, 4.0, None, None), "02": (True, 4.0, None, None)},
    ),
    "end not known": ("@,2024-03-01 08:00,,2,,\n", {"01": (True, None, 2, None)}),
    "end of one not known": (
        "@,2024-03-01 08:00,,2,,\n@,2024-03-01 10:00,2024-03-01 11:00,1,,\n",
        {"01": (True, None, 2, None)},
    ),
    "no duration": ("@,2024-03-01 08:00,2024-03-01 08:00,,,\n", {"01": (True, None, None, None)}),
    "dates only": (
        "@,2024-03-01,2024-03-02,,,\n",
        {"01": (True, None, None, None), "02": (True, None, None, None)},
    ),
    "end before start": ("@,2024-03-02 08:00,2024-03-01 08:00,,,\n", {"02": (True, None, None, None)}),
    "sent twice": ("@,2024-03-01 08:00,2024-03-01 09:00,,,\n" * 2, {"01": (True, 1.0, None, None)}),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    lines = "".join(attacks.replace("@", name) for name, (attacks, _) in CASES.items())
    spoken = (
        "spoken,2024-03-01 22:00,2024-03-02 03:00,3,0,\n",
        "spoken,2024-03-01,1\nspoken,2024-03-02,0\nspoken,2024-03-03,0\n",
    )
    files = {**BASE, "attacks.csv": HEADER + lines + spoken[0], "diary-own.csv": DIARY + spoken[1]}
    return process(write_study(tmp_path_factory.mktemp("attacks") / "study", files))


@pytest.mark.parametrize("name", CASES)
def test_days_of_attacks(name: str, outcome: Outcome) -> None:
    told = {
        str(day)[-2:]: (headache, hours, severity, medication)
        for subject, day, headache, hours, severity, _, medication, *_ in outcome.tabulation["diary_days"]
        if subject == name
    }
    assert told == CASES[name][1]


def test_what_the_diary_says_of_a_day_stands(outcome: Outcome) -> None:
    assert outcome.days_of("spoken") == {"2024-03-01": True, "2024-03-02": False, "2024-03-03": False}
    assert ("attacks.csv", "attacks.day.against_diary") in {found[:2] for found in outcome.findings}


def test_every_attack_line_ends_in_one_place(outcome: Outcome) -> None:
    file = outcome.files["attacks.csv"]
    assert (file.read, file.duplicate, file.quarantined) == (20, 1, 0)
    # Which of the two times is wrong nobody knows; the attack began on a day that both allow.
    assert [check for _, check in outcome.cells.values()] == ["attacks.attack_end.before_start"]
    assert all(file.is_conserved for file in outcome.files.values())


def test_a_study_of_attacks_alone(tmp_path: Path) -> None:
    """Day first is proved by the file; without free days nobody has enough recorded days to be judged."""
    rows = "".join(f"A,{day:02}/01/2024 08:00,{day:02}/01/2024 12:00\n" for day in range(1, 29))
    files = {"attacks.csv.gz": b"", "injections.csv": "subject_id,injection_date\nA,2024-01-29\n"}
    import gzip

    files["attacks.csv.gz"] = gzip.compress(("subject_id,attack_start,attack_end\n" + rows).encode())
    outcome = process(write_study(tmp_path / "study", files))
    assert len(outcome.days_of("A")) == 28
    assert {hours for *_, hours in outcome.diary} == {4.0}
    assert outcome.files["attacks.csv.gz"].current == 28
