"""Dates and times as programs write them: on the patient's clock, with an offset, in UTC, in years that cannot be."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from flows.base.errors import ConfigurationError
from flows.study.study_folder import load_study
from tests.cli.helpers import BASE, SETTINGS, process, write_study

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


def read(folder: Path, lines: list[str], settings: str) -> tuple[list[tuple[str | None, str | None]], list[str]]:
    """(day, entry time) of each line, null where it was set aside, and the checks that set it aside."""
    study = write_study(
        folder, {**BASE, "diary-2.csv": HEADER + "".join(lines)}, f"{SETTINGS}[files.diary]\n{settings}"
    )
    outcome = process(study)
    found = {
        row[0]: (str(row[1]), str(row[7]) if row[7] else None)
        for row in outcome.tabulation["diary_days"]
        if row[0] != "BASE"
    }
    checks = [check for _, check in outcome.quarantine.get("diary-2.csv", [])]
    return [found.get(line.split(",")[0], (None, None)) for line in lines], checks


@pytest.mark.parametrize("settings", ["", VIENNA])
def test_entry_times(tmp_path: Path, settings: str) -> None:
    lines = [f"S{n},2024-06-01,1,{text}\n" for n, text in enumerate(ENTERED)]
    found, checks = read(tmp_path / "study", lines, settings)
    wanted = [times[bool(settings)] for times in ENTERED.values()]
    assert [entered for _, entered in found] == [time.replace(".25", ".250000") if time else None for time in wanted]
    assert checks == []  # a faulty cell costs the cell, not the day


@pytest.mark.parametrize("settings", ["", VIENNA])
def test_days(tmp_path: Path, settings: str) -> None:
    lines = [f"S{n},{text},1,\n" for n, text in enumerate(DAYS)]
    found, checks = read(tmp_path / "study", lines, settings)
    wanted = [days[bool(settings)] for days in DAYS.values()]
    assert [day for day, _ in found] == wanted
    assert checks == ["diary.diary_date.unreadable"] * wanted.count(None)


def test_two_digits_are_no_year_of_four(tmp_path: Path) -> None:
    found, checks = read(tmp_path / "study", ["S1,05/01/25,1,\n", "S2,05/01/2025,0,\n"], 'date_format = "%d/%m/%Y"\n')
    assert found == [(None, None), ("2025-01-05", None)]
    assert checks == ["diary.diary_date.unreadable"]


@pytest.mark.parametrize(
    ("date_format", "text", "is_read"),
    [
        ("%d-%m-%Y", "05-01-2025", True),
        ("%d-%m-%Y", "05012025", False),
        ("%d-%b-%Y", "5-Jan-2025", True),
        ("%d-%b-%Y", "5-Jan-2025 (BC)", False),
        ("%d.%m.%y", "5.1.25", True),
        ("%d.%m.%y", "5.1.2025", False),
        ("%d/%m/%Y %H:%M", "05/01/2025 08:30", True),
        ("%d/%m/%Y %H:%M", "05/01/2025 08:30 PM", False),
    ],
)
def test_the_whole_text_has_the_declared_form(tmp_path: Path, date_format: str, text: str, is_read: bool) -> None:
    sound = [f"S1,{datetime(2025, 1, day).strftime(date_format)},1,\n" for day in (1, 2, 3)]
    found, _ = read(tmp_path / "study", [*sound, f"S2,{text},1,\n"], f'date_format = "{date_format}"\n')
    assert found[3][0] == ("2025-01-05" if is_read else None)


def test_the_null_date_of_a_program_is_no_injection(tmp_path: Path) -> None:
    injections = BASE["injections.csv"] + "NULL,0001-01-01\n"
    outcome = process(write_study(tmp_path / "study", {**BASE, "injections.csv": injections}))
    assert outcome.quarantine["injections.csv"] == [(3, "injections.injection_date.unreadable")]
    assert [row[0] for row in outcome.injections] == ["BASE"]


def test_a_time_zone_that_is_none(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", settings=SETTINGS + '[files.diary]\ntime_zone = "Wien"\n')
    with pytest.raises(ConfigurationError, match="'Wien' is not a time zone"):
        load_study(study)


def test_tomorrow_is_today_somewhere(tmp_path: Path) -> None:
    """Files are received at a time in UTC: where the day begins fourteen hours earlier, the diary is already there."""
    day = datetime.now(UTC).date()
    lines = [f"S{n},{day + timedelta(n)},1,\n" for n in (0, 1, 3)]
    found, checks = read(tmp_path / "study", lines, "")
    assert [date for date, _ in found] == [str(day), str(day + timedelta(1)), None]
    assert checks == ["diary.diary_date.future"]


def test_nothing_taken_is_no_medication(tmp_path: Path) -> None:
    nothing = [
        "none",
        "None",
        "NO",
        "0",
        "nil",
        "nein",
        "Keine",
        "-",
        "",
        "nichts",
        "Rien",
        "NADA",
        "niente",
        "não",
        "Não",
    ]
    written = [*nothing, "triptanx", "sumatriptan"]
    lines = [f"S{n:02},2024-06-01,1,{text}\n" for n, text in enumerate(written)]
    header = HEADER.replace("entered_at", "acute_medication")
    study = write_study(tmp_path / "study", {**BASE, "diary-2.csv": header + "".join(lines)})
    outcome = process(study)
    taken = [row[6] for row in outcome.tabulation["diary_days"] if row[0] != "BASE"]
    assert taken == [None] * len(nothing) + ["triptanx", "sumatriptan"]
    assert [check for path, check, _ in outcome.findings if path == "diary-2.csv"] == ["diary.acute_medication.unknown"]
