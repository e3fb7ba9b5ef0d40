"""The study as a flat REDCap export: all instruments in one file, choices as numbers, and the project dictionary beside it.

Forms that nobody filled in stand there with 0 in their boxes: a checkbox that nobody saw reads like one left empty.
"""

from collections.abc import Iterator
from typing import Any

from tests.landing.canonical import DRUGS, NAMES, Canonical, Row
from tests.landing.written import Cells, csv_text, plain

SEX = {"M": 1, "F": 2}
ARM = {"placebo": 1, "ona": 2}
SITE = {"site-1": 1, "site-2": 2}
PAIN = {0: 1, 1: 2, 2: 3, 3: 4}
INSTRUMENT = {"HIT6": 1, "MSQ_RR": 2}
# Form -> its fields in the order of the export.
FORMS = {
    "demographics": (
        *("arm", "site", "sex", "birth_year", "consent_date", "prior_preventives_failed", "overuse_excluded"),
        *("discontinued_date", "discontinued_reason"),
    ),
    "daily_diary": (
        *("diary_date", "headache", "hours", "pain", "migraine"),
        *(f"acute_med___{number}" for number in range(1, len(DRUGS) + 1)),
        "entered_at",
    ),
    "injection": ("injection_date", "units", "sites"),
    "questionnaire": ("score_date", "instrument", "score"),
    "adverse_event": ("start_date", "end_date", "term", "serious", "related", "ae_severity"),
}
HEADER = [
    *("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
    *(field for form, fields in FORMS.items() for field in (*fields, f"{form}_complete")),
]
BOXES = [f"acute_med___{number}" for number in range(1, len(DRUGS) + 1)]
DICTIONARY_HEADER = [
    *("Variable / Field Name", "Form Name", "Section Header", "Field Type", "Field Label"),
    *("Choices, Calculations, OR Slider Labels", "Field Note", "Text Validation Type OR Show Slider Number"),
]


def export(study: Canonical) -> Cells:
    """One row per form that was opened, REDCap's own columns first."""
    rows = [HEADER]
    for row in study.subjects:
        coded = row | {"sex": SEX[row["sex"]], "arm": ARM[row["arm"]], "site": SITE[row["site"]]}
        rows.append(_line(row, "baseline_arm_1", "demographics", {n: coded[n] for n in NAMES["subjects"][1:]}, ""))
    for form, event, kind in (
        ("daily_diary", "diary_arm_1", study.diary),
        ("injection", "treatment_arm_1", study.injections),
        ("questionnaire", "treatment_arm_1", study.scores),
        ("adverse_event", "treatment_arm_1", study.adverse_events),
    ):
        for instance, row in enumerate(kind, start=1):
            rows.append(_line(row, event, form, dict(_fields(form, row)), instance))
    return [*rows, *_not_filled_in(study)]


def _fields(form: str, row: Row) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name == "acute_medication":
            yield from ((box, int(drug in value)) for box, drug in zip(BOXES, DRUGS, strict=True))
        elif name == "severity":
            yield ("pain", PAIN[value]) if form == "daily_diary" else ("ae_severity", value)
        elif name == "instrument":
            yield name, INSTRUMENT[value]
        elif name != "subject_id":
            yield name, value


def _line(row: Row, event: str, form: str, fields: Row, instance: int | str, complete: int = 2) -> list[str]:
    repeated = "" if form == "demographics" else form
    known = {"record_id": row["subject_id"], "redcap_event_name": event, "redcap_repeat_instrument": repeated}
    known |= {"redcap_repeat_instance": instance, f"{form}_complete": complete, **fields}
    # Boxes of other forms on the line stay empty; boxes of a form that was not filled in are 0.
    return [plain(known.get(name)) for name in HEADER]


def _not_filled_in(study: Canonical) -> Iterator[list[str]]:
    """A diary form that was opened for a day without an entry, and never answered."""
    for row in study.diary[::40]:
        fields = {"diary_date": row["diary_date"], "headache": 0, **dict.fromkeys(BOXES, 0)}
        yield _line(row, "diary_arm_1", "daily_diary", fields, 900, complete=0)


def dictionary() -> str:
    """The project dictionary, as REDCap exports it."""
    choices = {
        "arm": _choices(ARM),
        "site": _choices(SITE),
        "sex": _choices(SEX),
        "pain": "1, None | 2, Mild | 3, Moderate | 4, Severe",
        "instrument": _choices(INSTRUMENT),
        "acute_med": " | ".join(f"{number}, {drug.title()}" for number, drug in enumerate(DRUGS, start=1)),
    }
    types = dict.fromkeys(choices, "radio") | {"acute_med": "checkbox"}
    types |= dict.fromkeys(("headache", "migraine", "overuse_excluded", "serious", "related"), "yesno")
    validation = {"diary_date": "date_ymd", "entered_at": "datetime_ymd", "hours": "number"}
    cells: Cells = [DICTIONARY_HEADER, ["record_id", "demographics", "", "text", "Subject", "", "", ""]]
    for form, fields in FORMS.items():
        for field in dict.fromkeys(name.split("___")[0] for name in fields):
            label = field.replace("_", " ").capitalize()
            cells.append(
                [
                    field,
                    form,
                    "",
                    types.get(field, "text"),
                    label,
                    choices.get(field, ""),
                    "",
                    validation.get(field, ""),
                ]
            )
    return csv_text(cells)


def _choices(codes: dict[str, int]) -> str:
    return " | ".join(f"{code}, {label}" for label, code in codes.items())


REDCAP_ENTRIES = """
[[files.subjects]]
pattern = "redcap-export.csv"
where = { redcap_event_name = "baseline_arm_1" }
columns = { subject_id = "record_id" }
codebook = "project-dictionary.csv"

[[files.diary]]
pattern = "redcap-export.csv"
where = { redcap_repeat_instrument = "daily_diary" }
answered = { daily_diary_complete = 2 }
columns = { subject_id = "record_id", severity = "pain" }
codebook = "project-dictionary.csv"
[files.diary.values]
severity = { None = 0, Mild = 1, Moderate = 2, Severe = 3 }
[files.diary.codes.acute_medication]
acute_med___1 = "ibuprofen"
acute_med___2 = "paracetamol"
acute_med___3 = "sumatriptan"
acute_med___4 = "rizatriptan"

[[files.injections]]
pattern = "redcap-export.csv"
where = { redcap_repeat_instrument = "injection" }
columns = { subject_id = "record_id" }

[[files.scores]]
pattern = "redcap-export.csv"
where = { redcap_repeat_instrument = "questionnaire" }
columns = { subject_id = "record_id" }
codebook = "project-dictionary.csv"

[[files.adverse_events]]
pattern = "redcap-export.csv"
where = { redcap_repeat_instrument = "adverse_event" }
columns = { subject_id = "record_id", severity = "ae_severity" }
"""
