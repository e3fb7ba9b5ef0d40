"""Adverse events whose dates are known in part, not at all or still to come: none is lost."""

import re
from datetime import date
from pathlib import Path

import duckdb
import pytest

from flows.landing.partial_dates import partial_date_of
from tests.cli.helpers import BASE, ROOT, SETTINGS, land_only, process, write_files, write_study
from tests.run import computed, run_without_prefect

HEADER = "subject_id,start_date,end_date,term\n"
# BASE is injected on 2024-01-05.
ISSUE = HEADER + (
    "BASE,2024-03,,Neck pain\nBASE,UNK,,Ptosis\nBASE,2024-01-20,ongoing,Headache worse\nBASE,2024-01-21,2024-01-22,Rash\n"
)
LATE_CUTOFF = SETTINGS + "data_cutoff = 2024-12-31\n"


def test_every_event_is_in_the_safety_table(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", BASE | {"adverse_events.csv": ISSUE}, LATE_CUTOFF)
    snapshot = run_without_prefect(study, tmp_path / "out")
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        events = con.execute(
            """SELECT term, start_date, start_date_text, start_date_imputed, end_date, is_ongoing, is_treatment_emergent
            FROM tabulation.adverse_events ORDER BY line_number"""
        ).fetchall()
        counted = con.execute(
            "SELECT n_with_event, n_events, n_events_imputed FROM summary.adverse_events"
            " WHERE arm = 'all' AND (level = 'any' OR term = 'neck_pain') ORDER BY level"
        ).fetchall()
        assert con.execute("SELECT count(*) FROM landing.quarantine").fetchone() == (0,)
    assert events == [
        ("Neck pain", date(2024, 3, 1), "2024-03", "D", None, False, True),
        ("Ptosis", date(2024, 1, 5), "UNK", "Y", None, False, True),
        ("Headache worse", date(2024, 1, 20), "2024-01-20", None, None, True, True),
        ("Rash", date(2024, 1, 21), "2024-01-21", None, date(2024, 1, 22), False, True),
    ]
    assert counted == [(1, 4, 2), (1, 1, 1)]
    report = re.sub(r"<[^>]+>", "", (snapshot / "report.html").read_text())
    assert "Of 4 events, 2 have a start that is not wholly known." in report
    table = (snapshot / "publication" / "13-adverse-events.html").read_text()
    assert "events whose start is not wholly known" in table
    assert "2 of 4" in table
    assert "unless what is known of its dates rules out" in table


def test_a_full_date_is_another_event_until_the_first_file_is_withdrawn(tmp_path: Path) -> None:
    """The start as far as it is known is part of the key: whether the event is the same cannot be known."""
    first = {"adverse_events-1.csv": HEADER + "BASE,2024-03,,Neck pain\nBASE,2024-04,,Rash\n"}
    study = write_study(tmp_path / "study", BASE | first, LATE_CUTOFF)
    land_only(study, tmp_path / "out")
    write_files(study, {"adverse_events-2.csv": HEADER + "BASE,2024-03-07,,Neck pain\nBASE,Apr 2024,2024-05-01,Rash\n"})
    outcome = process(study, tmp_path / "out")
    assert [(str(row[1]), row[3]) for row in outcome.tabulation["adverse_events"]] == [
        ("2024-03-01", "Neck pain"),
        ("2024-03-07", "Neck pain"),
        ("2024-04-01", "Rash"),
    ]
    assert outcome.files["adverse_events-1.csv"].superseded == 1
    (study / "study.toml").write_text(LATE_CUTOFF + '[[withdrawn]]\nfile = "adverse_events-1.csv"\nreason = "dated"\n')
    outcome = process(study, tmp_path / "out")
    assert [str(row[1]) for row in outcome.tabulation["adverse_events"]] == ["2024-03-07", "2024-04-01"]


def test_the_order_of_day_and_month_is_proved_by_the_whole_dates(tmp_path: Path) -> None:
    """Most dates are known in part; the one whole date that can be read in one order only tells how."""
    events = HEADER + "BASE,UNK,,A\nBASE,2024,,B\nBASE,UN/03/2024,ongoing,C\nBASE,04/2024,,D\nBASE,04/13/2024,,E\n"
    events += "BASE,05/06/2024,UN/15/2024,F\nBASE,05/UN/2024,,G\n"
    study = write_study(tmp_path / "study", BASE | {"adverse_events.csv": events}, LATE_CUTOFF)
    with computed(study, tmp_path / "out") as run:
        found = run.con.execute(
            "SELECT start_date_text, end_date_text FROM tabulation.adverse_events ORDER BY line_number"
        ).fetchall()
    assert found == [
        ("UNK", None),
        ("2024", None),
        ("2024", "ongoing"),  # the month first: the 3rd of an unknown month
        ("2024-04", None),
        ("2024-04-13", None),
        ("2024-05-06", "2024"),
        ("2024-05", None),
    ]


@pytest.mark.parametrize(
    ("text", "date_format", "known"),
    [
        ("2024-03-05", None, "2024-03-05"),
        ("2024-03-05T10:00", None, "2024-03-05"),
        ("05.03.2024", "%d.%m.%Y", "2024-03-05"),
        ("2024-03", None, "2024-03"),
        ("2024-03", "%d.%m.%Y", "2024-03"),
        ("2024-03-UN", None, "2024-03"),
        ("2024-03-00", None, "2024-03"),
        ("UN-MAR-2024", None, "2024-03"),
        ("unk mar 2024", None, "2024-03"),
        ("Mar 2024", None, "2024-03"),
        ("UNMAR2024", None, "2024-03"),
        ("M\u00e4rz 2024", None, "2024-03"),
        ("September-2024", None, "2024-09"),
        ("UN/03/2024", None, "2024-03"),
        ("2024-11", None, "2024-11"),
        ("2024-10-UN", None, "2024-10"),
        ("UN/12/2024", None, "2024-12"),
        ("11/2024", None, "2024-11"),
        ("11/UN/2024", "%m/%d/%Y", "2024-11"),
        ("UNDEC2024", None, "2024-12"),
        ("00.03.2024", "%d.%m.%Y", "2024-03"),
        ("3/2024", None, "2024-03"),
        ("UN/03/2024", "%m/%d/%Y", "2024"),
        ("03/UN/2024", "%m/%d/%Y", "2024-03"),
        ("03/UN/2024", "%d/%m/%Y", "2024"),
        ("03/UN/2024", None, "2024"),
        ("2024", None, "2024"),
        ("2024-UN-UN", None, "2024"),
        ("2024-00-00", None, "2024"),
        ("UN UNK 2024", None, "2024"),
        ("UNK/2024", None, "2024"),
        ("2024-UN-15", None, "2024"),
        ("UNK", None, "UNK"),
        ("unknown", None, "UNK"),
        ("nicht bekannt", None, None),
        ("unbekannt", None, "UNK"),
        ("??", None, "UNK"),
        ("UN-UNK-UNKN", None, "UNK"),
        ("15-MAR-UNKN", None, "UNK"),
        ("01/02/00", None, None),  # perhaps the year 2000
        ("2024-13", None, None),
        ("2024-02-30", None, None),
        ("30/02/2024", "%d/%m/%Y", None),
        ("05/03/2024", None, None),
        ("1824", None, None),
        ("week 3", None, None),
        ("in 2024", None, None),
        ("2024-03?", None, None),
        ("2024 or 2025", None, None),
        ("ongoing", None, None),  # no start
    ],
)
def test_what_a_start_tells(text: str, date_format: str | None, known: str | None) -> None:
    assert _read(text, date_format, False) == known


@pytest.mark.parametrize("month", range(1, 13))
def test_every_month_in_every_form(month: int) -> None:
    name = date(2024, month, 1).strftime("%b")
    for text in (f"2024-{month:02}", f"UN/{month}/2024", f"UN-{name}-2024", f"{date(2024, month, 1):%B} 2024"):
        assert _read(text, None, False) == f"2024-{month:02}"


@pytest.mark.parametrize("text", ["ongoing", "Continuing", "ON-GOING", "still ongoing", "andauernd", "en cours"])
def test_what_an_end_to_come_is(text: str) -> None:
    assert _read(text, None, True) == "ongoing"
    assert _read(f"{text} (see note)", None, True) is None


def _read(text: str, date_format: str | None, may_be_ongoing: bool) -> str | None:
    select = partial_date_of("given", date_format, None, may_be_ongoing)
    return duckdb.execute(f"SELECT {select} FROM (SELECT $1 AS given)", [text]).fetchall()[0][0]


def test_documentation_lists_no_form_that_is_not_read() -> None:
    section = (ROOT / "docs/files.md").read_text().split("## Dates of adverse events")[1].split("\n## ")[0]
    table = [line.split("|")[1:3] for line in section.splitlines() if line.startswith("| `")]
    listed = [(form, known.strip().strip("`")) for forms, known in table for form in re.findall(r"`([^`]+)`", forms)]
    assert len(listed) > 20
    for form, known in listed:
        assert _read(form, None, True) == known, form
