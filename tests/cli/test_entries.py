"""Diaries with several entries a day: declared, never guessed; a day is what its entries say."""

from pathlib import Path

import pytest

from tests.cli.helpers import BASE, SETTINGS, Outcome, process, write_study

HEADER = "subject_id,diary_date,headache,hours,severity,migraine,acute_medication,entered_at\n"
SEVERAL = SETTINGS + '[[files.diary]]\npattern = "diary-app*.csv"\nentries_per_day = "several"\n'
# Files of one study, each read by what is said of it.
TOGETHER = (
    SEVERAL
    + '[[files.diary]]\npattern = "diary-one.csv"\nentries_per_day = "one"\n'
    + '[[files.diary]]\npattern = "diary-m.csv"\nunits = { hours = "minutes" }\n'
    + 'scales = { severity = { from = "0-10", cuts = [1, 4, 7] } }\n'
    + '[[files.diary]]\npattern = "diary*.csv"\n'
)


def lines(*entries: str) -> str:
    return HEADER + "".join(f"{entry}\n" for entry in entries)


def outcome_of(folder: Path, files: dict[str, str], settings: str = SEVERAL) -> Outcome:
    return process(write_study(folder / "study", {**BASE, **files}, settings))


def day(outcome: Outcome, subject: str) -> tuple[object, ...]:
    """headache, hours, severity, migraine and medication of the subject's only day."""
    (row,) = [row for row in outcome.tabulation["diary_days"] if row[0] == subject]
    return row[2:7]


CASES = {
    # entries (without subject and date) -> headache, hours, severity, migraine, medication of the day
    "morning headache, evening none": (["1,3,2,1,sumatriptan,", "0,,0,,,"], (True, 3.0, 2, True, "sumatriptan")),
    "none all day": (["0,,0,,,", "0,,0,,,"], (False, None, 0, None, None)),
    "none and not answered": (["0,,0,,,", ",,,,,"], (None, None, 0, None, None)),
    "headache and not answered": (["1,2,1,,,", ",,,,,"], (True, 2.0, 1, None, None)),
    "hours add up": (["1,2.5,1,,,", "1,3,3,,,"], (True, 5.5, 3, None, None)),
    "hours of one headache unknown": (["1,2.5,1,,,", "1,,3,,,"], (True, None, 3, None, None)),
    "faulty hours are unknown": (["1,2.5,1,,,", "1,99,3,,,"], (True, None, 3, None, None)),
    "at most the whole day": (["1,14,1,,,", "1,12,3,,,"], (True, 24.0, 3, None, None)),
    "all medication": (
        ["1,2,1,,ibuprofen,", "1,2,1,0,sumatriptan;ibuprofen,"],
        (True, 4.0, 1, False, "ibuprofen;sumatriptan"),
    ),
    "two equal attacks without a time": (["1,2,1,,,", "1,2,1,,,"], (True, 4.0, 1, None, None)),
    "the same entry twice": (
        ["1,2,1,,,2024-02-01 08:00", "1,2,1,,,2024-02-01 08:00"],
        (True, 2.0, 1, None, None),
    ),
}


@pytest.fixture(scope="module")
def cases(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    entries = [f"{name},2024-02-01,{entry}" for name, (written, _) in CASES.items() for entry in written]
    quoted = [f'"{entry.partition(",2024")[0]}",2024{entry.partition(",2024")[2]}' for entry in entries]
    return outcome_of(tmp_path_factory.mktemp("entries"), {"diary-app.csv": lines(*quoted)})


@pytest.mark.parametrize("name", CASES)
def test_a_day_is_what_its_entries_say(name: str, cases: Outcome) -> None:
    assert day(cases, name) == CASES[name][1]


def test_every_entry_is_counted_once(cases: Outcome) -> None:
    file = cases.files["diary-app.csv"]
    assert file.is_conserved
    assert (file.current, file.duplicate, file.quarantined) == (len(CASES), 1, 0)
    assert file.merged == 2 * len(CASES) - len(CASES) - 1


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    files = {
        "diary-app-1.csv": lines("A,2024-02-01,1,3,2,,,", "A,2024-02-01,1,2,1,,,", "A,2024-02-02,1,3,2,,,"),
        "diary-app-2.csv": lines("A,2024-02-01,0,,0,,,", "A,2024-02-01,0,,0,,,"),
        "diary-many.csv": several_a_day("MANY", 28),
        "diary-few.csv": several_a_day("FEW", 4),
        "diary-one.csv": several_a_day("ONE", 28),
        "diary-m.csv": lines(
            *(f"M,2024-02-{n + 1:02},1,{60 * n},{n},,," for n in range(11)), "M,2024-02-12,1,20,11,,,"
        ),
        "diary-minutes.csv": lines(*(f"MIN,2024-02-{n:02},1,{20 if n % 2 else 360},2,,," for n in range(1, 29))),
    }
    return outcome_of(tmp_path_factory.mktemp("together"), files, TOGETHER)


def test_a_later_file_replaces_the_entries_of_a_day(together: Outcome) -> None:
    assert together.days_of("A") == {"2024-02-01": False, "2024-02-02": True}
    first, second = (together.files[f"diary-app-{number}.csv"] for number in (1, 2))
    assert (first.current, first.superseded, first.merged) == (1, 2, 0)
    assert (second.current, second.superseded, second.merged) == (1, 0, 1)


def several_a_day(subject: str, days: int) -> str:
    return lines(
        *(
            entry
            for number in range(1, days + 1)
            for entry in (
                f"{subject},2024-02-{number:02},1,3,2,,,2024-02-{number:02} 08:00",
                f"{subject},2024-02-{number:02},0,,0,,,2024-02-{number:02} 20:00",
            )
        )
    )


def test_undeclared_and_it_looks_like_several(together: Outcome) -> None:
    """The last entry would have won as if it were a correction: 0 headache days of 28, with no finding."""
    assert together.files["diary-many.csv"].status == "refused"
    assert "entries_per_day" in (together.files["diary-many.csv"].reason or "")
    assert together.days_of("MANY") == {}


def test_a_few_corrections_on_the_day_are_corrections(together: Outcome) -> None:
    assert together.days_of("FEW") == {f"2024-02-{number:02}": False for number in range(1, 5)}


def test_declared_one_a_later_entry_corrects(together: Outcome) -> None:
    assert set(together.days_of("ONE").values()) == {False}
    assert len(together.days_of("ONE")) == 28


def test_units_and_scales_are_declared(together: Outcome) -> None:
    rows = [row for row in together.tabulation["diary_days"] if row[0] == "M"]
    assert [row[3] for row in rows] == [*map(float, range(11)), 20 / 60]
    assert [row[4] for row in rows] == [0, 1, 1, 1, 2, 2, 2, 3, 3, 3, 3, None]
    assert {cell for cell in together.cells if cell[0] == "diary-m.csv"} == {("diary-m.csv", 13, "severity")}


def test_a_column_in_minutes_is_set_aside_whole(together: Outcome) -> None:
    """360 is no hours and 20 is: read as hours, twenty minutes would be most of a day."""
    rows = [row for row in together.tabulation["diary_days"] if row[0] == "MIN"]
    assert [row[2:5] for row in rows] == [(True, None, 2)] * 28
    assert {cell for cell, (_, check) in together.cells.items() if check == "diary.hours.other_unit"} == {
        ("diary-minutes.csv", number, "hours") for number in range(2, 30)
    }
    (finding,) = [finding for finding in together.findings if finding[1] == "diary.hours.other_unit"]
    assert "units" not in finding[2]  # the setting stands in the remedy
