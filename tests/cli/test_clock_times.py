"""Dates and times as programs write them: on the patient's clock, with an offset, in UTC, in years that cannot be."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from flows.base.errors import ConfigurationError
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, SETTINGS, Outcome, process, write_study

HEADER = "subject_id,diary_date,headache,entered_at\n"
VIENNA = 'time_zone = "Europe/Vienna"\n'
# Written entry times, and the time on a clock in Vienna: without the time zone set, and with it.
ENTERED = {
    "2024-06-01T22:30:00": ("2024-06-01 22:30:00", "2024-06-01 22:30:00"),
    "2024-06-01 22:30": ("2024-06-01 22:30:00", "2024-06-01 22:30:00"),
    "2024-06-01T21:30:00+01:00": (None, "2024-06-01 22:30:00"),
    "2024-06-01T20:30:00Z": (None, "2024-06-01 22:30:00"),
    "2024-06-01T20:30:00.250Z": (None, "2024-06-01 22:30:00.25"),
    "2024-06-01 20:30:00z": (None, "2024-06-01 22:30:00"),
    "2024-06-01 20:30:00 UTC": (None, "2024-06-01 22:30:00"),  # was taken for the time of a clock
    "2024-06-01T20:30:00+00:00": (None, "2024-06-01 22:30:00"),
    "2024-06-01 10:30 PM": ("2024-06-01 22:30:00", "2024-06-01 22:30:00"),  # was 10:30 in the morning
    "2024-06-01 09:30 AM": ("2024-06-01 09:30:00", "2024-06-01 09:30:00"),
    "2024-06-01 12:30 am": ("2024-06-01 00:30:00", "2024-06-01 00:30:00"),
    "2024-06-01 13:30 PM": (None, None),
    "2024-06-01 20:30 CET": (None, None),
    "2024-06-01 20: 3": (None, None),  # was 20:00
}
# Written days, and the day they are.
DAYS = {
    "2024-06-02T00:00:00Z": ("2024-06-02", "2024-06-02"),
    "2024-06-02T00:00:00.000Z": ("2024-06-02", "2024-06-02"),
    "2024-06-01T22:00:00Z": (None, "2024-06-02"),
    "2024-06-02T00:00:00+02:00": ("2024-06-02", "2024-06-02"),
    "2024-06-02 18:00": ("2024-06-02", "2024-06-02"),
    "0024-06-02": (None, None),
    "1899-12-31": (None, None),
    "1900-01-01": ("1900-01-01", "1900-01-01"),
}


FORMS = [  # declared, written, whether it is read
    ("%d-%m-%Y", "05-01-2025", True),
    ("%d-%m-%Y", "05012025", False),
    ("%d-%b-%Y", "5-Jan-2025", True),
    ("%d-%b-%Y", "5-Jan-2025 (BC)", False),
    ("%d.%m.%y", "5.1.25", True),
    ("%d.%m.%y", "5.1.2025", False),
    ("%d/%m/%Y %H:%M", "05/01/2025 08:30", True),
    ("%d/%m/%Y %H:%M", "05/01/2025 08:30 PM", False),
]
NOTHING = ["none", "None", "NO", "0", "nil", "nein", "Keine", "-", "", "nichts", "Rien", "NADA", "niente", "não", "Não"]
MEDICATION = [*NOTHING, "triptanx", "sumatriptan"]


class Read(NamedTuple):
    """(day, entry time) of each line of a file, null where it was set aside, and the checks that set it aside."""

    lines: list[tuple[str | None, str | None]]
    checks: list[str]


@pytest.fixture(scope="module")
def today() -> date:
    return datetime.now(UTC).date()


@pytest.fixture(scope="module")
def files(today: date) -> dict[str, tuple[str, str, list[str]]]:
    """By name of a file: what study.toml says of it, its header, and of each line what stands behind the subject."""
    written = {
        f"{what}{'-vienna' * bool(settings)}": (settings, HEADER, lines)
        for settings in ("", VIENNA)
        for what, lines in (
            ("entered", [f"2024-06-01,1,{text}" for text in ENTERED]),
            ("days", [f"{text},1," for text in DAYS]),
        )
    }
    written["digits"] = ('date_format = "%d/%m/%Y"\n', HEADER, ["05/01/25,1,", "05/01/2025,0,"])
    for number, (date_format, text, _) in enumerate(FORMS):
        sound = [f"{datetime(2025, 1, day).strftime(date_format)},1," for day in (1, 2, 3)]
        written[f"form-{number}"] = (f'date_format = "{date_format}"\n', HEADER, [*sound, f"{text},1,"])
    written["tomorrow"] = ("", HEADER, [f"{today + timedelta(n)},1," for n in (0, 1, 3)])
    medication = [f"2024-06-01,1,{text}" for text in MEDICATION]
    written["medication"] = ("", HEADER.replace("entered_at", "acute_medication"), medication)
    return written


@pytest.fixture(scope="module")
def outcome(files: dict[str, tuple[str, str, list[str]]], tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    """All of it as one study: each file is read by what study.toml says of it."""
    settings = SETTINGS + '[[files.diary]]\npattern = "diary.csv"\n'
    inbox = {**BASE, "injections.csv": BASE["injections.csv"] + "NULL,0001-01-01\n"}
    for name, (entry, header, lines) in files.items():
        settings += f'[[files.diary]]\npattern = "{name}.csv"\n{entry}'
        inbox[f"{name}.csv"] = header + "".join(f"{name}:{n:02},{line}\n" for n, line in enumerate(lines))
    return process(write_study(tmp_path_factory.mktemp("clocks") / "study", inbox, settings))


@pytest.fixture(scope="module")
def read(files: dict[str, tuple[str, str, list[str]]], outcome: Outcome) -> Callable[[str], Read]:
    def of(name: str) -> Read:
        found = {
            row[0]: (str(row[1]), str(row[7]) if row[7] else None)
            for row in outcome.tabulation["diary_days"]
            if row[0].startswith(f"{name}:")
        }
        checks = [check for _, check in outcome.quarantine.get(f"{name}.csv", [])]
        return Read([found.get(f"{name}:{n:02}", (None, None)) for n in range(len(files[name][2]))], checks)

    return of


@pytest.mark.parametrize("zone", ["", "-vienna"])
def test_entry_times(zone: str, read: Callable[[str], Read]) -> None:
    found, checks = read(f"entered{zone}")
    wanted = [times[bool(zone)] for times in ENTERED.values()]
    assert [entered for _, entered in found] == [time.replace(".25", ".250000") if time else None for time in wanted]
    assert checks == []  # a faulty cell costs the cell, not the day


@pytest.mark.parametrize("zone", ["", "-vienna"])
def test_days(zone: str, read: Callable[[str], Read]) -> None:
    found, checks = read(f"days{zone}")
    wanted = [days[bool(zone)] for days in DAYS.values()]
    assert [day for day, _ in found] == wanted
    assert checks == ["diary.diary_date.unreadable"] * wanted.count(None)


def test_two_digits_are_no_year_of_four(read: Callable[[str], Read]) -> None:
    found, checks = read("digits")
    assert found == [(None, None), ("2025-01-05", None)]
    assert checks == ["diary.diary_date.unreadable"]


@pytest.mark.parametrize("number", range(len(FORMS)), ids=[f"{form} {text}" for form, text, _ in FORMS])
def test_the_whole_text_has_the_declared_form(number: int, read: Callable[[str], Read]) -> None:
    found, _ = read(f"form-{number}")
    assert [day for day, _ in found] == [
        *("2025-01-01", "2025-01-02", "2025-01-03"),
        "2025-01-05" if FORMS[number][2] else None,
    ]


def test_the_null_date_of_a_program_is_no_injection(outcome: Outcome) -> None:
    assert outcome.quarantine["injections.csv"] == [(3, "injections.injection_date.unreadable")]
    assert [row[0] for row in outcome.injections] == ["BASE"]


def test_a_time_zone_that_is_none(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", settings=SETTINGS + '[files.diary]\ntime_zone = "Wien"\n')
    with pytest.raises(ConfigurationError, match="'Wien' is not a time zone"):
        load_study(study)


def test_tomorrow_is_today_somewhere(today: date, read: Callable[[str], Read]) -> None:
    """Files are received at a time in UTC: where the day begins fourteen hours earlier, the diary is already there."""
    found, checks = read("tomorrow")
    assert [day for day, _ in found] == [str(today), str(today + timedelta(1)), None]
    assert checks == ["diary.diary_date.future"]


def test_nothing_taken_is_no_medication(outcome: Outcome) -> None:
    taken = [row[6] for row in outcome.tabulation["diary_days"] if row[0].startswith("medication:")]
    assert taken == [None] * len(NOTHING) + ["triptanx", "sumatriptan"]
    assert [check for path, check, _ in outcome.findings if path == "medication.csv"] == [
        "diary.acute_medication.unknown"
    ]
