"""Corrections of diary entries (design 2): which of several rows for one subject-day stands, in one run or in several."""

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.helpers import BASE, Outcome, process, write_files, write_study

PLAIN = "subject_id,diary_date,headache\n"
TIMED = "subject_id,diary_date,headache,entered_at\n"
Counts = tuple[int, int, int, int]  # current, superseded, duplicate, quarantined


class Case(NamedTuple):
    """Files in the order of their landing (``@`` is the case's own subject), and what each one's lines became."""

    files: tuple[str, ...]
    lines: tuple[Counts, ...]
    answer: bool | str | None  # of 2024-01-01; "none": no entry stands


def plain(*answers: str) -> str:
    return PLAIN + "".join(f"@,2024-01-01,{answer}\n" for answer in answers)


def timed(*entries: str) -> str:
    """Entries as 'answer hour' or 'answer' alone, where the time of entry is not known."""
    rows = [entry.split() for entry in entries]
    times = [f"2024-01-02 {row[1]}:00" if len(row) > 1 else "" for row in rows]
    return TIMED + "".join(f"@,2024-01-01,{row[0]},{time}\n" for row, time in zip(rows, times, strict=True))


CURRENT, SUPERSEDED, DUPLICATE = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0)
CASES = {
    "equal content": Case((plain("1"), timed("1")), (CURRENT, DUPLICATE), True),
    "equal content but later entry": Case((timed("1 08"), timed("1 09")), (CURRENT, DUPLICATE), True),
    "later landing wins": Case((plain("1"), plain("0")), (SUPERSEDED, CURRENT), False),
    "later landing withdraws the answer": Case((plain("1"), PLAIN + "@,2024-01-01,\n"), (SUPERSEDED, CURRENT), None),
    "later entry wins": Case((timed("1 08"), timed("0 09")), (SUPERSEDED, CURRENT), False),
    "later entry was landed first": Case((timed("1 09"), timed("0 08")), (CURRENT, SUPERSEDED), True),
    "entered at the same time": Case((timed("1 08"), timed("0 08")), (SUPERSEDED, CURRENT), False),
    "only the first is timed": Case((timed("1 08"), plain("0")), (SUPERSEDED, CURRENT), False),
    "only the second is timed": Case((plain("1"), timed("0 08")), (SUPERSEDED, CURRENT), False),
    "three times corrected": Case(
        (plain("1"), plain("0"), TIMED + "@,2024-01-01,,\n"), (SUPERSEDED, SUPERSEDED, CURRENT), None
    ),
    "there and back": Case((plain("1"), plain("0"), timed("1")), (CURRENT, SUPERSEDED, DUPLICATE), True),
    "superseded twice": Case((plain("1"), timed("1"), plain("0")), (SUPERSEDED, SUPERSEDED, CURRENT), False),
    "conflict in a file": Case((plain("1", "0"),), ((0, 0, 0, 2),), "none"),
    "conflict of three rows": Case((plain("1", "1", "0"),), ((0, 0, 0, 3),), "none"),
    "conflict with one timed": Case((timed("1 08", "0"),), ((0, 0, 0, 2),), "none"),
    "conflict at the same time": Case((timed("1 08", "0 08"),), ((0, 0, 0, 2),), "none"),
    "corrected within the file": Case((timed("1 08", "0 09"),), ((1, 1, 0, 0),), False),
    "corrected within the file and later row first": Case((timed("0 09", "1 08"),), ((1, 1, 0, 0),), False),
    "conflict released": Case((plain("1", "0"), timed("0")), ((0, 0, 0, 2), CURRENT), False),
    "conflict does not overrule": Case((plain("1"), plain("1", "0")), (CURRENT, (0, 0, 0, 2)), True),
    "wrong line does not overrule": Case((plain("1"), plain("7")), (CURRENT, (0, 0, 0, 1)), True),
    "wrong line corrected": Case((plain("7"), plain("0")), ((0, 0, 0, 1), CURRENT), False),
}
DEFECTS = {
    "untimed and then corrected within a file": Case(
        (plain("1"), timed("0 09", "1 08")), (SUPERSEDED, (1, 1, 0, 0)), False
    ),
}
ALL = {**CASES, **DEFECTS}
# Within a case the order of landing is the order of the paths.
ROUNDS = [
    {
        f"diary-{place}-{name}.csv": case.files[place].replace("@", name)
        for name, case in ALL.items()
        if place < len(case.files)
    }
    for place in range(3)
]


@pytest.fixture(scope="module")
def at_once(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All files in one run."""
    study = write_study(tmp_path_factory.mktemp("once") / "study")
    for files in ROUNDS:
        write_files(study, files)
    return process(study)


@pytest.fixture(scope="module")
def one_by_one(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """The corrections arrive in runs of their own."""
    study = write_study(tmp_path_factory.mktemp("rounds") / "study")
    outcomes = []
    for files in ROUNDS:
        write_files(study, files)
        outcomes.append(process(study))
    return outcomes


def assert_case(outcome: Outcome, name: str, case: Case) -> None:
    for place, counts in enumerate(case.lines):
        file = outcome.files[f"diary-{place}-{name}.csv"]
        assert file[3:7] == counts, f"file {place + 1}"
        assert file.is_conserved
    answers = outcome.days_of(name)
    assert answers == ({} if case.answer == "none" else {"2024-01-01": case.answer})


@pytest.mark.parametrize("name", CASES)
def test_the_right_row_stands(name: str, at_once: Outcome) -> None:
    assert_case(at_once, name, CASES[name])


@pytest.mark.parametrize("name", DEFECTS)
def test_the_right_row_should_stand(name: str, at_once: Outcome) -> None:
    assert_case(at_once, name, DEFECTS[name])


def test_runs_one_by_one_give_the_same(at_once: Outcome, one_by_one: list[Outcome]) -> None:
    last = one_by_one[-1]
    assert last.tabulation == at_once.tabulation
    assert last.files == at_once.files
    assert last.quarantine == at_once.quarantine


def test_each_run_lands_only_what_is_new(one_by_one: list[Outcome]) -> None:
    expected = [len(BASE) + len(ROUNDS[0]), len(ROUNDS[1]), len(ROUNDS[2])]
    assert [outcome.landing.files_landed for outcome in one_by_one] == expected


def test_a_file_changed_in_place_is_a_new_landing(tmp_path: Path) -> None:
    """The site appends to its export: what was there is a duplicate, the rest is new, the old bytes are kept."""
    study = write_study(tmp_path / "study")
    process(study)
    write_files(study, {"diary.csv": BASE["diary.csv"].replace("02,0", "02,1") + "BASE,2024-01-03,1\n"})
    outcome = process(study)
    assert outcome.days_of("BASE") == {"2024-01-01": True, "2024-01-02": True, "2024-01-03": True}
    assert (outcome.landing.files_landed, outcome.landing.lines_landed) == (1, 3)
    kept = list((study / "out/state/inputs").iterdir())
    assert len(kept) == 3 + 1  # two diaries, the injections, the index
