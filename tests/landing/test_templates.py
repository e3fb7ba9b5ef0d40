"""init --from: the study folder reads the files of such a source, every line of them."""

import csv
import io
from pathlib import Path

import openpyxl
import pytest

from flows.study.codebook import read_codebook
from flows.study.medication import read_medication
from flows.study.medication_list import load_medication
from flows.study.template import Origin, make_study_folder
from tests.conftest import ROOT
from tests.landing.test_described_files import after

DICTIONARY = ROOT / "data/templates/redcap/project-dictionary.csv"
DAYS = "SELECT subject_id, CAST(diary_date AS VARCHAR), headache, severity, acute_medication FROM landing.diary ORDER BY ALL"
UNCLAIMED = "SELECT * FROM landing.unused_settings WHERE \"check\" = 'where'"
REFUSED = "SELECT path, refused_reason FROM landing.files WHERE status <> 'landed'"
INJECTIONS = "subject_id,injection_date\nA,2024-01-05\n"


def fields() -> dict[str, list[str]]:
    """By form its fields as an export has them: a box for each choice of a checkbox."""
    forms: dict[str, list[str]] = {}
    for row in csv.DictReader(DICTIONARY.read_text(encoding="utf-8").splitlines()):
        name, choices = row["Variable / Field Name"], row["Choices, Calculations, OR Slider Labels"]
        boxes = [f"{name}___{choice.partition(',')[0].strip()}" for choice in choices.split("|")]
        forms.setdefault(row["Form Name"], []).extend(boxes if row["Field Type"] == "checkbox" else [name])
    return forms


def export(lines: list[dict[str, str]]) -> str:
    """A flat export with these lines; forms and their marks of completion as REDCap writes them."""
    forms = fields()
    header = ["record_id", "redcap_repeat_instrument", "redcap_repeat_instance"]
    header += [name for form, names in forms.items() for name in (*names, f"{form}_complete") if name != "record_id"]
    out = io.StringIO()
    writer = csv.DictWriter(out, header, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def diary(day: str, complete: str = "2", **answers: str) -> dict[str, str]:
    boxes = {name: "0" for name in fields()["daily_diary"] if "___" in name}
    form = {"record_id": "A", "redcap_repeat_instrument": "daily_diary", "daily_diary_complete": complete}
    return form | boxes | {"diary_date": day} | answers


def test_redcap(tmp_path: Path) -> None:
    study = tmp_path / "study"
    make_study_folder(study, Origin.redcap)
    lines = [
        {"record_id": "A", "site": "1", "sex": "F", "subject_complete": "2"},
        diary("2024-01-01", headache="1", hours="4", pain="2", acute_med___1="1", acute_med_other="Novalgin"),
        diary("2024-01-02", headache="0"),
        diary("2024-01-03", headache="0", complete="0"),  # opened and never answered
        {"record_id": "A", "redcap_repeat_instrument": "injection", "injection_date": "2024-01-05", "units": "155"},
        {"record_id": "A", "redcap_repeat_instrument": "questionnaire", "score_date": "2024-01-05", "score": "60"}
        | {"instrument": "HIT6"},
        {"record_id": "A", "redcap_repeat_instrument": "adverse_event", "ae_term": "ptosis", "ae_start": "2024-01"},
    ]
    (study / "inbox/export-2024-02-01.csv").write_text(export(lines), encoding="utf-8")
    days, unclaimed, refused, counted, quarantined = after(
        study,
        DAYS,
        UNCLAIMED,
        REFUSED,
        "SELECT kind, lines_current FROM landing.files ORDER BY ALL",
        "SELECT reason FROM landing.quarantine",
    )
    assert days == [
        ("A", "2024-01-01", True, 2, "novalgin;sumatriptan"),
        ("A", "2024-01-02", False, None, None),
    ]
    kinds = ("adverse_events", "diary", "injections", "scores", "subjects")
    assert counted == [(kind, 2 if kind == "diary" else 1) for kind in kinds]
    assert unclaimed == refused == quarantined == []


def test_the_project_dictionary_names_drugs_that_are_known() -> None:
    medication = load_medication()
    labels = read_codebook(DICTIONARY).choices["acute_med"].values()
    assert labels
    assert all(read_medication(label.lower(), medication).is_known for label in labels)


def test_spreadsheet(tmp_path: Path) -> None:
    study = tmp_path / "study"
    make_study_folder(study, Origin.spreadsheet)
    book = openpyxl.Workbook()
    sheets = {
        "Subjects": [["subject_id", "site"], ["A", 1]],
        "Diary": [
            ["Diary of A"],
            [],
            ["subject_id", "diary_date", "headache", "severity"],
            ["A", "2024-01-01", 1, "Mild"],
        ],
        "Injections": [["subject_id", "injection_date"], ["A", "2024-01-05"]],
    }
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    book.save(study / "inbox/study-1.xlsx")
    days, refused, places = after(study, DAYS, REFUSED, "SELECT line_number FROM landing.diary")
    assert days == [("A", "2024-01-01", True, 1, None)]
    assert refused == []
    assert places == [(4,)]


@pytest.mark.parametrize(
    ("origin", "name", "text", "query", "rows"),
    [
        (
            Origin.app_attacks,
            "attacks-A.csv",
            "Start date,Start time,End date,End time,Pain,Medication\n2024-01-01,22:30,2024-01-02,02:00,8,Sumatriptan\n",
            "SELECT subject_id, CAST(attack_end AS VARCHAR), severity FROM landing.attacks",
            [("A", "2024-01-02 02:00:00", 3)],
        ),
        (
            Origin.app_days,
            "days-A.csv",
            "Date,Headache,Duration,Pain,Medication 1,Medication 2,Medication 3,Entered\n"
            "2024-01-01,yes,4h 30m,5,Sumatriptan,,,2024-01-01 20:00\n",
            "SELECT subject_id, hours, severity, acute_medication FROM landing.diary",
            [("A", 4.5, 2, "sumatriptan")],
        ),
    ],
)
def test_apps(origin: Origin, name: str, text: str, query: str, rows: list[tuple[str, ...]], tmp_path: Path) -> None:
    study = tmp_path / "study"
    make_study_folder(study, origin)
    (study / "inbox" / name).write_text(text, encoding="utf-8")
    (study / "inbox/injections.csv").write_text(INJECTIONS, encoding="utf-8")
    found, refused, unused = after(study, query, REFUSED, "FROM landing.unused_settings")
    assert found == rows
    assert refused == unused == []
