"""Corrections of injections, subjects, scores and adverse events: several rows of a session may stand side by side."""

from typing import Any, NamedTuple

import pytest

from tests.cli.helpers import Outcome, process, write_files, write_study

Counts = tuple[int, int, int, int]  # current, superseded, duplicate, quarantined
CURRENT, SUPERSEDED, DUPLICATE, QUARANTINED = (1, 0, 0, 0), (0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)
MUSCLES = "subject_id,injection_date,muscle,units,sites\n"
SESSIONS = "subject_id,injection_date,units,sites\n"
SUBJECTS = "subject_id,sex,birth_year\n"
SCORES = "subject_id,score_date,instrument,score\n"
EVENTS = "subject_id,start_date,term,serious\n"
HEADERS = {"injections": MUSCLES, "subjects": SUBJECTS, "scores": SCORES, "adverse_events": EVENTS}


class Case(NamedTuple):
    """Files of one kind in the order of landing (``@`` = the case's subject), and the values that stand in the end."""

    kind: str
    files: tuple[str, ...]
    lines: tuple[Counts, ...]
    standing: list[tuple[Any, ...]]


def muscles(*rows: str) -> str:
    return MUSCLES + "".join(f"@,2024-01-05,{row}\n" for row in rows)


CASES = {
    "muscles side by side": Case(
        "injections", (muscles("f,10,2", "t,20,4"),), ((2, 0, 0, 0),), [("f", 10.0), ("t", 20.0)]
    ),
    "sent again with one more": Case(
        "injections",
        (muscles("f,10,2"), muscles("f,10,2", "t,20,4")),
        (CURRENT, (1, 0, 1, 0)),
        [("f", 10.0), ("t", 20.0)],
    ),
    "one muscle corrected": Case(
        "injections",
        (muscles("f,10,2", "t,20,4"), muscles("f,10,2", "t,25,5")),
        ((1, 1, 0, 0), (1, 0, 1, 0)),
        [("f", 10.0), ("t", 25.0)],
    ),
    "left and right": Case("injections", (muscles("f,5,1", "f,10,2"),), ((2, 0, 0, 0),), [("f", 5.0), ("f", 10.0)]),
    "left and right no more": Case(
        "injections", (muscles("f,5,1", "f,10,2"), muscles("f,15,3")), ((0, 2, 0, 0), CURRENT), [("f", 15.0)]
    ),
    "session corrected": Case(
        "injections",
        (SESSIONS + "@,2024-01-05,150,30\n", SESSIONS + "@,2024-01-05,155,31\n"),
        (SUPERSEDED, CURRENT),
        [(None, 155.0)],
    ),
    "session on another day": Case(
        "injections",
        (SESSIONS + "@,2024-01-05,155,31\n", SESSIONS + "@,2024-03-29,155,31\n"),
        (CURRENT, CURRENT),
        [(None, 155.0), (None, 155.0)],
    ),
    "unreadable units": Case("injections", (SESSIONS + "@,2024-01-05,many,31\n",), (CURRENT,), [(None, None)]),
    "subject corrected": Case(
        "subjects", (SUBJECTS + "@,f,1980\n", SUBJECTS + "@,f,1981\n"), (SUPERSEDED, CURRENT), [("f", 1981)]
    ),
    "subject twice": Case("subjects", (SUBJECTS + "@,f,1980\n@,f,1980\n",), ((1, 0, 1, 0),), [("f", 1980)]),
    "subject in conflict": Case("subjects", (SUBJECTS + "@,f,1980\n@,m,1980\n",), ((0, 0, 0, 2),), []),
    "score corrected": Case(
        "scores",
        (SCORES + "@,2024-01-05,HIT6,60\n", SCORES + "@,2024-01-05,hit6,61\n"),
        (SUPERSEDED, CURRENT),
        [("HIT6", 61.0)],
    ),
    "impossible score": Case("scores", (SCORES + "@,2024-01-05,HIT6,35\n",), (QUARANTINED,), []),
    "two scores of one day": Case(
        "scores",
        (SCORES + "@,2024-01-05,HIT6,60\n@,2024-01-05,MIDAS,60\n",),
        ((2, 0, 0, 0),),
        [("HIT6", 60.0), ("MIDAS", 60.0)],
    ),
    "event sent again": Case(
        "adverse_events",
        (EVENTS + "@,2024-01-05,Ptosis,0\n", EVENTS + "@,2024-01-05,Ptosis,1\n"),
        (SUPERSEDED, CURRENT),
        [("Ptosis", True)],
    ),
    "event of an unknown day": Case(
        "adverse_events",
        (EVENTS + "@,,Ptosis,0\n", EVENTS + "@,,Ptosis,no\n"),
        (CURRENT, DUPLICATE),
        [("Ptosis", False)],
    ),
}
COLUMNS = {"injections": (2, 3), "subjects": (3, 4), "scores": (2, 3), "adverse_events": (3, 5)}
ROUNDS = [
    {
        f"{case.kind}-{place}-{name}.csv": case.files[place].replace("@", name)
        for name, case in CASES.items()
        if place < len(case.files)
    }
    for place in range(2)
]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> list[Outcome]:
    """The same files in one run, and in two."""
    once = write_study(tmp_path_factory.mktemp("once") / "study")
    twice = write_study(tmp_path_factory.mktemp("twice") / "study")
    for files in ROUNDS:
        write_files(once, files)
    write_files(twice, ROUNDS[0])
    process(twice)
    write_files(twice, ROUNDS[1])
    return [process(once), process(twice)]


@pytest.mark.parametrize("name", CASES)
def test_the_right_rows_stand(name: str, outcomes: list[Outcome]) -> None:
    case = CASES[name]
    outcome = outcomes[0]
    for place, counts in enumerate(case.lines):
        assert outcome.files[f"{case.kind}-{place}-{name}.csv"][3:7] == counts, f"file {place + 1}"
    rows = [row for row in outcome.tabulation[case.kind] if row[0] == name]
    first, second = COLUMNS[case.kind]
    assert [(row[first], row[second]) for row in rows] == case.standing


def test_two_runs_give_the_same_as_one(outcomes: list[Outcome]) -> None:
    assert outcomes[0].tabulation == outcomes[1].tabulation
    assert outcomes[0].files == outcomes[1].files
    assert all(file.is_conserved for file in outcomes[0].files.values())


def test_a_session_sent_by_muscle_and_as_a_whole_is_not_summed_silently(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    study = write_study(tmp_path_factory.mktemp("sums") / "study")
    by_muscle, whole = muscles("f,10,2", "t,20,4"), SESSIONS + "@,2024-01-05,30,6\n"
    write_files(study, {"injections-1.csv": by_muscle.replace("@", "A"), "injections-2.csv": whole.replace("@", "A")})
    outcome = process(study)
    units = sum(row[3] for row in outcome.injections if row[0] == "A")
    assert units == 60
    assert [check for _, check, _ in outcome.findings].count("injections.session.counted_twice") == 3
