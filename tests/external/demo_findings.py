"""What a careful reader finds wrong in each line of the demo study: the wording of each check, as plain code."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, datetime, time, timedelta

from .demo_reader import Line, as_date
from .demo_recount import ERGOTS, OPIOIDS, SIMPLE, TRIPTANS
from .demo_suspicions import batches, copies, current_lines, off_the_paradigm

ARMS = {"placebo", "ona"}
INSTRUMENTS = {"HIT6": (36, 78), "MSQ_RR": (0, 100), "MSQ_RP": (0, 100), "MSQ_EF": (0, 100)}
KNOWN_DRUGS = TRIPTANS | ERGOTS | OPIOIDS | SIMPLE
TYPED = {"novaminsulfon", "IBU 600"}  # known by another name
LAST_DAY_SENT = date(2025, 12, 31)  # a day after it can only be a mistake
CONTENT = ("headache", "hours", "severity", "migraine", "acute_medication")

ERRORS = {
    "diary.line.columns",
    "diary.subject_id.missing",
    "diary.diary_date.unreadable",
    "diary.diary_date.missing",
    "diary.headache.unreadable",
    "diary.diary_date.future",
    "diary.diary_date.before_consent",
    "diary.entered_at.before_day",
    "diary.subject_day.conflict",
    "subjects.subject.conflict",
    "injections.injection_date.unreadable",
    "scores.score.out_of_instrument_range",
    "scores.instrument.unknown",
}

# A fault in a cell that the line can do without: the line counts, the cell is unknown.
CELLS = {
    "diary.hours.unreadable": "hours",
    "diary.hours.out_of_range": "hours",
    "diary.severity.out_of_range": "severity",
    "subjects.arm.unknown": "arm",
    "adverse_events.end_date.before_start": "end_date",
}

Findings = dict[tuple[str, int], set[str]]


def find_all(cutoff: date, lines: dict[str, list[Line]]) -> Findings:
    """(path, line) -> check ids; lines without a finding are left out."""
    findings: Findings = defaultdict(set)
    _in_subjects(lines["subjects"], findings)
    enrolled = {
        line.values["subject_id"]: line.values
        for line in lines["subjects"]
        if not findings.get(line.place, set()) & ERRORS
    }
    for line in lines["diary"]:
        found = _in_diary_line(line, enrolled, cutoff) if line.values else {"diary.line.columns"}
        if found:
            findings[line.place] |= found
    for places in _conflicts(lines["diary"], ("subject_id", "diary_date"), CONTENT):
        for place in places:
            findings[place].add("diary.subject_day.conflict")
    standing = current_lines(as_known(lines["diary"], findings))
    for line in batches(standing):
        findings[line.place].add("diary.entered_at.batch")
    for line in copies(standing):
        findings[line.place].add("diary.day.identical")
    _in_injections(lines["injections"], enrolled, cutoff, findings)
    for line in lines["scores"]:
        instrument, score = line.values["instrument"], float(line.values["score"])
        if instrument in ("HIT6", "MIDAS") and score % 1:
            findings[line.place].add("scores.score.not_whole")
        if line.values["subject_id"] not in enrolled:
            findings[line.place].add("scores.subject_id.unknown")
        elif line.values["score_date"] < enrolled[line.values["subject_id"]]["consent_date"]:
            findings[line.place].add("scores.score_date.before_consent")
        if date.fromisoformat(line.values["score_date"]) > cutoff:
            findings[line.place].add("scores.score_date.after_cutoff")
        if instrument not in INSTRUMENTS:
            findings[line.place].add("scores.instrument.unknown")
        elif not INSTRUMENTS[instrument][0] <= score <= INSTRUMENTS[instrument][1]:
            findings[line.place].add("scores.score.out_of_instrument_range")
    for line in lines["adverse_events"]:
        start, end = line.values["start_date"], line.values["end_date"]
        if end and date.fromisoformat(end) < date.fromisoformat(start):
            findings[line.place].add("adverse_events.end_date.before_start")
        if line.values["subject_id"] not in enrolled:
            findings[line.place].add("adverse_events.subject_id.unknown")
        elif start < enrolled[line.values["subject_id"]]["consent_date"]:
            findings[line.place].add("adverse_events.start_date.before_consent")
        if date.fromisoformat(start) > cutoff:
            findings[line.place].add("adverse_events.start_date.after_cutoff")
    return findings


def as_known(lines: list[Line], findings: Findings) -> list[Line]:
    """The usable lines; each faulty cell is empty."""
    known = []
    for line in lines:
        found = findings.get(line.place, set())
        if not found & ERRORS:
            known.append(replace(line, values=line.values | {CELLS[check]: "" for check in found & CELLS.keys()}))
    return known


def _in_subjects(lines: list[Line], findings: Findings) -> None:
    for line in lines:
        if line.values["arm"] and line.values["arm"] not in ARMS:
            findings[line.place].add("subjects.arm.unknown")
        consents = {
            other.values["consent_date"] for other in lines if other.values["subject_id"] == line.values["subject_id"]
        }
        if len(consents - {""}) > 1 and line.values["consent_date"]:
            findings[line.place].add("subjects.subject_id.reenrolled")
    for places in _conflicts(lines, ("subject_id",), tuple(lines[0].values)):
        for place in places:
            findings[place].add("subjects.subject.conflict")


def _conflicts(lines: list[Line], key: tuple[str, ...], content: tuple[str, ...]) -> list[list[tuple]]:
    """Places of rows of one file with one key, different content and no entry times to order them."""
    groups = defaultdict(list)
    for line in lines:
        if line.values and all(line.values[column] for column in key):
            groups[line.path, *(line.values[column] for column in key)].append(line)
    return [
        [line.place for line in group]
        for group in groups.values()
        if len({tuple(line.values[column] for column in content) for line in group}) > 1
        and len({line.values.get("entered_at") or None for line in group} - {None}) < len(group)
    ]


def _in_diary_line(line: Line, enrolled: dict[str, dict], cutoff: date) -> set[str]:
    row = line.values
    found = _in_answers(row)
    if not row["subject_id"]:
        found.add("subject_id.missing")
    elif row["subject_id"] not in enrolled:
        found.add("subject_id.unknown")
    day = as_date(row["diary_date"])
    if day is None:
        found.add("diary_date.unreadable" if row["diary_date"] else "diary_date.missing")
    else:
        subject = enrolled.get(row["subject_id"], {"consent_date": "", "discontinued_date": ""})
        found |= _in_dates(day, row.get("entered_at", ""), subject, cutoff)
    return {f"diary.{name}" for name in found}


def _in_answers(row: dict[str, str]) -> set[str]:
    headache, found = row["headache"], set()
    drugs = set(filter(None, row["acute_medication"].split(";")))
    if headache not in ("0", "1"):
        found.add("headache.unreadable" if headache else "headache.unknown")
    try:
        hours = float(row["hours"] or 0)
    except ValueError:
        found.add("hours.unreadable")
        hours = 0.0
    severity = int(row["severity"] or 0)
    if hours > 24:
        found.add("hours.out_of_range")
    if severity > 3:
        found.add("severity.out_of_range")
    if headache == "0":
        for is_contrary, column in ((hours, "hours"), (severity, "severity"), (drugs, "acute_medication")):
            found |= {f"{column}.without_headache"} if is_contrary else set()
        found |= {"migraine.without_headache"} if row["migraine"] == "1" else set()
    if headache == "1" and row["severity"] == "0":
        found.add("severity.none_with_headache")
    if headache == "1" and row["hours"] == "0":
        found.add("hours.zero_with_headache")
    return found | ({"acute_medication.unknown"} if drugs - KNOWN_DRUGS - TYPED else set())


def _in_dates(day: date, entered_at: str, subject: dict[str, str], cutoff: date) -> set[str]:
    found = set()
    if day > LAST_DAY_SENT:
        return {"diary_date.future"}
    if day > cutoff:
        found.add("diary_date.after_cutoff")
    if subject["consent_date"] and day < date.fromisoformat(subject["consent_date"]):
        found.add("diary_date.before_consent")
    if subject["discontinued_date"] and day > date.fromisoformat(subject["discontinued_date"]):
        found.add("diary_date.after_discontinuation")
    if entered_at:
        entered, midnight = datetime.fromisoformat(entered_at), datetime.combine(day, time())
        if entered < midnight:
            found.add("entered_at.before_day")
        if entered > midnight + timedelta(days=1, hours=48):
            found.add("entered_at.late")
    return found


def _in_injections(lines: list[Line], enrolled: dict[str, dict], cutoff: date, findings: Findings) -> None:
    sessions = defaultdict(list)
    for line in lines:
        day = as_date(line.values["injection_date"])
        if day is None:
            findings[line.place].add("injections.injection_date.unreadable")
        else:
            sessions[line.values["subject_id"], day].append(line)
    ordered = sorted(sessions)
    for place, (subject, day) in enumerate(ordered):
        rows = sessions[subject, day]
        points, units = (sum(int(row.values[column]) for row in rows) for column in ("sites", "units"))
        later = [other for name, other in ordered[place + 1 :] if name == subject]
        interval = (later[0] - day).days if later else 84
        for is_found, check in (
            (units != 5 * points, "units.not_5_per_site"),
            (not 31 <= points <= 39, "sites.out_of_paradigm"),
            (interval < 70, "interval.short"),
            (interval > 98, "interval.long"),
            (subject not in enrolled, "subject_id.unknown"),
            (day > cutoff, "injection_date.after_cutoff"),
        ):
            for row in rows if is_found else []:
                findings[row.place].add(f"injections.{check}")
        for row in off_the_paradigm(rows):
            findings[row.place].add("injections.muscle.sites")
