"""Raw diary lines for a generated study: faulty cells, corrections, repeats, conflicts, several entries a day.

``SITES``: three files in the order of landing. The last one may be kept several times a day.
"""

from datetime import timedelta
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.generative.studies import studies

Row = dict[str, Any]
COLUMNS = ("subject_id", "diary_date", "headache", "hours", "severity", "migraine", "acute_medication", "entered_at")
FAULTS = {
    "hours": ("30", "-1", "24.01", "x", "nan"),
    "severity": ("7", "-1", "1.5", "bad"),
    "migraine": ("maybe", "2"),
    "headache": ("perhaps",),
    "entered_at": ("soon", "2024-13-01 10:00"),
}


@st.composite
def raw_studies(draw: st.DrawFn) -> Row:
    """A generated study with its diary as raw ``lines`` and the files that hold ``several`` entries a day."""
    study = draw(studies())
    chance = Random(draw(st.integers(0, 2**32)))
    several = {number for number in (2, 3) if chance.random() < 0.4}
    in_minutes = chance.choice((None, None, None, 1, 2, 3))
    faulty = chance.choice((0, 0.05, 0.3))
    lines: list[Row] = []
    for day in study["diary"]:
        for file, entry in _entries(chance, day, several):
            texts = _texts(chance, entry)
            if chance.random() < faulty:
                column = chance.choice(("hours", "hours", "severity", "migraine", "entered_at", "headache"))
                texts[column] = chance.choice(FAULTS[column])
            if file == in_minutes and texts["hours"].replace(".", "").isdigit():
                texts["hours"] = f"{float(texts['hours']) * 60:g}"
            lines.append({**texts, "file": file})
    chance.shuffle(lines)
    lines.sort(key=lambda line: line["file"])
    for number, line in enumerate(lines, start=2):
        line["line"] = number
    return {**study, "lines": lines, "several": several}


def taken_together(several_studies: list[Row]) -> Row:
    """The subjects and files of many studies as one study, judged by the rule sets and the cut-off of the first.

    Landing a study costs the same for one subject as for a hundred; together they take a tenth of the time.
    """
    together: Row = {"lines": [], "injections": [], "subjects": [], "several": set()}
    for number, study in enumerate(several_studies):
        for table in ("lines", "injections", "subjects"):
            together[table] += [{**row, "subject_id": f"{number}-{row['subject_id']}"} for row in study[table]]
        for line in together["lines"][len(together["lines"]) - len(study["lines"]) :]:
            line["file"] += 3 * number
            line["line"] += 100_000 * number
        together["several"] |= {file + 3 * number for file in study["several"]}
    return {**several_studies[0], **together}


def _entries(chance: Random, day: Row, several: set[int]) -> list[tuple[int, Row]]:
    """The entries about one day, each with its file."""
    turned = {**day, "headache": not day["headache"], "hours": chance.choice((None, 3.0, 5.5)), "severity": 1}
    file = chance.choice((1, 1, 1, 2, 3))
    if file in several:
        others = [day, turned, {**day, "hours": None}, {**day, "headache": None}, {**turned, "hours": 20.0}]
        return [(file, day), *((file, entry) for entry in chance.choices(others, k=chance.choice((0, 1, 1, 2))))]
    match chance.choice(("plain",) * 12 + ("repeated", "corrected", "corrected", "later", "conflict")):
        case "repeated":
            return [(file, day), (chance.choice((file, 3)), day)]
        case "corrected":
            return [(file, {**turned, "hour": 9}), (file, {**day, "hour": 20})]
        case "later":
            return [(1, turned), (chance.choice((2, 3)), day)]
        case "conflict":
            return [(file, day), (file, {**day, "hours": 7.0}), *([(3, day)] if chance.random() < 0.5 else [])]
        case _:
            return [(file, day)]


def _texts(chance: Random, entry: Row) -> Row:
    hour = entry.get("hour", chance.choice((None, None, 9, 20)))
    entered = "" if hour is None else f"{entry['diary_date'] + timedelta(days=1)} {hour:02}:00"
    return {
        "subject_id": entry["subject_id"],
        "diary_date": entry["diary_date"].isoformat(),
        "headache": {None: "", True: "1", False: "0"}[entry["headache"]],
        "hours": "" if entry["hours"] is None else f"{entry['hours']:g}",
        "severity": "" if entry["severity"] is None else str(entry["severity"]),
        "migraine": {None: "", True: "1", False: "0"}[entry["migraine"]],
        "acute_medication": ";".join(entry["acute_medication"]),
        "entered_at": entered,
    }
