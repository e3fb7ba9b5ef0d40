"""What goes wrong in diaries, kind by kind. Fields: subject, date, headache, hours, severity, migraine, medication,
entry time. A kind that spoils a line for good stands beside the intact one where the day would otherwise be lost."""

from flows.simulation.planting import (
    CELL,
    DUPLICATE,
    FLAGGED,
    QUARANTINED,
    SUPERSEDED,
    Facts,
    Kind,
    Mark,
    NewLine,
    added,
    any_line,
    broken,
    changed,
    shifted,
)

SUBJECT, DAY, HEADACHE, HOURS, SEVERITY, MIGRAINE, MEDICATION, ENTERED = range(8)


def _on_headache(fields: list[str], facts: Facts) -> bool:
    return fields[HEADACHE] == "1"


def _on_free(fields: list[str], facts: Facts) -> bool:
    return fields[HEADACHE] == "0"


def _on_half_hour(fields: list[str], facts: Facts) -> bool:
    return fields[HEADACHE] == "1" and float(fields[HOURS]) >= 0.5


def _on_last_of_leaver(fields: list[str], facts: Facts) -> bool:
    return facts.has_left and facts.is_last_row


def _other_answer(fields: list[str]) -> list[str]:
    """The same day with another answer."""
    if fields[HEADACHE] == "1":
        return [*fields[:HEADACHE], "0", "", "", "0", "", fields[ENTERED]]
    return [*fields[:HEADACHE], "1", "6.5", "2", "1", "", fields[ENTERED]]


def _conflict(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
    mark = (Mark(kind, "diary.subject_day.conflict", QUARANTINED),)
    return [NewLine(fields, mark), NewLine(_other_answer(fields), mark)]


def _correction(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
    earlier = _other_answer(fields)
    earlier[ENTERED] = f"{fields[ENTERED][:11]}{int(fields[ENTERED][11:13]) - 1:02d}{fields[ENTERED][13:]}"
    return [NewLine(earlier, (Mark(kind, "", SUPERSEDED),)), NewLine(fields)]


def _future(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
    marks = [Mark(kind, "diary.diary_date.future", QUARANTINED)]
    if facts.has_left:
        marks.append(Mark(kind, "diary.diary_date.after_discontinuation", FLAGGED))
    wrong = [fields[SUBJECT], shifted("2120-01-01", facts.day), *fields[HEADACHE:ENTERED], ""]
    return [NewLine(fields), NewLine(wrong, tuple(marks))]


def _before_consent(fields: list[str], facts: Facts) -> str:
    return shifted(facts.consent.isoformat(), -1 - facts.day)


def _month_first(fields: list[str], facts: Facts) -> str:
    year, month, day = fields[DAY].split("-")
    return f"{month}/{day}/{year}"


def _hours_over_midnight(fields: list[str], facts: Facts) -> str:
    return str(25 + facts.bits % 36)


# Codes of the presets as people type them; every one holds the same substances.
TYPED = {
    "sumatriptan": ("Sumatriptan 50 mg", "Imitrex", "2x Sumatriptan 100", "IMIGRAN 50mg Tbl.", "sumatriptan (nasal)"),
    "rizatriptan": ("Maxalt 10", "Rizatriptan 10mg ODT", "1 Maxalt lingua"),
    "sumatriptan_naproxen": ("Treximet", "sumatriptan/naproxen 85/500"),
    "paracetamol_aspirin_caffeine": ("Excedrin Migraine", "Thomapyrin 2 Tabl.", "2 Excedrin Migraine"),
    "paracetamol_codeine": ("Tylenol #3", "Co-codamol 30/500", "acetaminophen with codeine"),
    "ergotamine_caffeine": ("Cafergot", "Cafergot 1 tab"),
    "codeine": ("Codeine 30 mg", "Codein 30mg"),
}


def _typed(kind: str, fields: list[str], facts: Facts) -> list[NewLine]:
    """The same drugs in other words; a code without any is left as it is."""
    codes = fields[MEDICATION].split(";")
    words = [TYPED.get(code, (code,)) for code in codes]
    new = list(fields)
    new[MEDICATION] = " + ".join(choice[facts.bits % len(choice)] for choice in words)
    return [NewLine(new)]


def _minutes(fields: list[str], facts: Facts) -> str:
    return str(round(float(fields[HOURS]) * 60))


def _check(name: str) -> str:
    return f"diary.{name}"


KINDS = {
    # The day has two lines.
    "duplicate": Kind(any_line, added("", DUPLICATE)),
    "conflict": Kind(any_line, _conflict),
    "correction": Kind(any_line, _correction),
    # Dates.
    "date_order": Kind(any_line, changed(_check("diary_date.unreadable"), QUARANTINED, (DAY, _month_first))),
    "date_impossible": Kind(
        any_line, changed(_check("diary_date.unreadable"), QUARANTINED, (DAY, lambda f, _: f"{f[DAY][:4]}-02-30"))
    ),
    "date_missing": Kind(any_line, changed(_check("diary_date.missing"), QUARANTINED, (DAY, ""))),
    "date_future": Kind(any_line, _future),
    "before_consent": Kind(
        any_line, added(_check("diary_date.before_consent"), QUARANTINED, (DAY, _before_consent), (ENTERED, ""))
    ),
    "after_leaving": Kind(
        _on_last_of_leaver,
        added(
            _check("diary_date.after_discontinuation"),
            FLAGGED,
            (DAY, lambda _, facts: shifted(facts.last_day.isoformat(), 1 + facts.bits % 20)),
            (ENTERED, ""),
        ),
    ),
    # Whose line it is, and when it was entered.
    "subject_missing": Kind(any_line, changed(_check("subject_id.missing"), QUARANTINED, (SUBJECT, ""))),
    "subject_unknown": Kind(
        any_line, added(_check("subject_id.unknown"), FLAGGED, (SUBJECT, lambda f, _: f"X{f[SUBJECT]}"))
    ),
    "entered_before_day": Kind(
        any_line,
        changed(
            _check("entered_at.before_day"), QUARANTINED, (ENTERED, lambda f, _: f"{shifted(f[DAY], -1)}T20:00:00")
        ),
    ),
    "entered_in_future": Kind(
        any_line,
        changed(_check("entered_at.future"), CELL, (ENTERED, "2120-01-01T20:00:00"), also=_check("entered_at.late")),
    ),
    "entered_unreadable": Kind(any_line, changed(_check("entered_at.unreadable"), CELL, (ENTERED, "evening"))),
    # Answers that cannot be read.
    "headache_unreadable": Kind(any_line, changed(_check("headache.unreadable"), QUARANTINED, (HEADACHE, "maybe"))),
    "headache_unanswered": Kind(any_line, changed(_check("headache.unknown"), FLAGGED, (HEADACHE, ""))),
    "hours_unreadable": Kind(_on_headache, changed(_check("hours.unreadable"), CELL, (HOURS, "all day"))),
    "severity_unreadable": Kind(_on_headache, changed(_check("severity.unreadable"), CELL, (SEVERITY, "bad"))),
    "migraine_unreadable": Kind(any_line, changed(_check("migraine.unreadable"), CELL, (MIGRAINE, "?"))),
    # Units and scales.
    "minutes_for_hours": Kind(_on_half_hour, changed(_check("hours.out_of_range"), CELL, (HOURS, _minutes))),
    "attack_over_midnight": Kind(
        _on_headache, changed(_check("hours.out_of_range"), CELL, (HOURS, _hours_over_midnight))
    ),
    "severity_of_ten": Kind(
        _on_headache,
        changed(_check("severity.out_of_range"), CELL, (SEVERITY, lambda _, facts: str(4 + facts.bits % 7))),
    ),
    # Answers that contradict each other.
    "hours_without_headache": Kind(_on_free, changed(_check("hours.without_headache"), FLAGGED, (HOURS, "3"))),
    "severity_without_headache": Kind(_on_free, changed(_check("severity.without_headache"), FLAGGED, (SEVERITY, "2"))),
    "migraine_without_headache": Kind(_on_free, changed(_check("migraine.without_headache"), FLAGGED, (MIGRAINE, "1"))),
    "triptan_without_headache": Kind(
        _on_free, changed(_check("acute_medication.without_headache"), FLAGGED, (MEDICATION, "sumatriptan"))
    ),
    "hours_zero": Kind(_on_headache, changed(_check("hours.zero_with_headache"), FLAGGED, (HOURS, "0"))),
    "severity_none": Kind(_on_headache, changed(_check("severity.none_with_headache"), FLAGGED, (SEVERITY, "0"))),
    "medication_unknown": Kind(
        _on_headache, changed(_check("acute_medication.unknown"), FLAGGED, (MEDICATION, "migrainex"))
    ),
    # Read as the drug that it is: nothing to be found.
    "medication_typed": Kind(lambda fields, _: bool(fields[MEDICATION]), _typed),
    # The line itself.
    "line_broken": broken("diary.line.columns"),
}
