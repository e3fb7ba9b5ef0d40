"""subjects.csv, scores.csv and adverse_events.csv, with their dirt."""

from datetime import date, timedelta

from tests.demo_study.chance import Chance
from tests.demo_study.csv_files import CELL, DUPLICATE, QUARANTINED, Line, Planted, render_table
from tests.demo_study.diary import DiaryDay
from tests.demo_study.dirt import NOT_ENROLLED
from tests.demo_study.plan import CUTOFF, Cycle, Subject

SUBJECT_COLUMNS = (
    "subject_id", "arm", "site", "sex", "birth_year", "consent_date", "prior_preventives_failed", "overuse_excluded",
    "discontinued_date", "discontinued_reason",
)  # fmt: skip
SCORE_COLUMNS = ("subject_id", "score_date", "instrument", "score")
EVENT_COLUMNS = ("subject_id", "start_date", "end_date", "term", "soc", "serious", "related", "severity")

# The suite in expectations/ calls it so; scores.score.out_of_range there means a negative score.
HIT6_OUT_OF_RANGE = "scores.score.out_of_instrument_range"
SCORE_DIRT = {  # subject, visit (0 = baseline), instrument -> check and the fields as written
    ("0206", 1, "HIT6"): (HIT6_OUT_OF_RANGE, {"score": "92"}),
    ("0309", 2, "HIT6"): (HIT6_OUT_OF_RANGE, {"score": "6"}),
    ("0401", 0, "HIT6"): ("scores.instrument.unknown", {"instrument": "PGIC"}),
    ("0502", 3, "MSQ_EF"): ("scores.instrument.unknown", {"instrument": "NRS"}),
}

MUSCLE, NERVOUS = "Musculoskeletal and connective tissue disorders", "Nervous system disorders"
GENERAL, EYE = "General disorders and administration site conditions", "Eye disorders"
EVENTS = [  # term, system organ class, related, probability under onabotulinumtoxinA and under placebo
    ("Neck pain", MUSCLE, "1", 0.16, 0.06),
    ("Musculoskeletal stiffness", MUSCLE, "1", 0.08, 0.03),
    ("Injection site pain", GENERAL, "1", 0.10, 0.06),
    ("Eyelid ptosis", EYE, "1", 0.08, 0.0),
    ("Headache", NERVOUS, "0", 0.08, 0.06),
    ("Nausea", "Gastrointestinal disorders", "0", 0.06, 0.06),
    ("Nasopharyngitis", "Infections and infestations", "0", 0.14, 0.14),
]
# subject, first and last study day, term, class, serious, related, severity: events that the report should show
CHOSEN_EVENTS = [
    ("0113", 2, 5, "Hypersensitivity", "Immune system disorders", "0", "1", "moderate"),
    ("0302", 101, 109, "Appendicitis", "Infections and infestations", "1", "0", "severe"),
    ("0506", 120, None, "Neck pain", MUSCLE, "0", "1", "severe"),
]
EVENT_DIRT = [
    ("0211", 40, 33, "Neck pain", MUSCLE, "0", "1", "mild"),
    ("0504", 95, 59, "Eyelid ptosis", EYE, "0", "0", "mild"),
]


def subjects_file(subjects: list[Subject], days: dict[str, list[DiaryDay]]) -> tuple[bytes, list[Planted]]:
    lines = [Line(_subject_values(subject, days[subject.subject_id][0].day)) for subject in subjects]
    by_id = {line.values["subject_id"]: line for line in lines}
    by_id["0407"].plant(CELL, "subjects.arm.unknown", arm="onab")
    # 0408 had been screened before, under the same number
    again = Line(dict(by_id["0408"].values))
    by_id["0408"].plant(QUARANTINED, "subjects.subject.conflict", arm="ona", consent_date="2023-11-06")
    again.plant(QUARANTINED, "subjects.subject.conflict")
    by_id["0408"].implied = again.implied = ("subjects.subject_id.reenrolled",)
    repeated = Line(dict(by_id["0304"].values))
    repeated.plant(DUPLICATE)
    return render_table("subjects.csv", SUBJECT_COLUMNS, [*lines, again, repeated])


def _subject_values(subject: Subject, first_day: date) -> dict[str, str]:
    chance = Chance(subject.subject_id, purpose=2)
    return {
        "subject_id": subject.subject_id,
        "arm": subject.arm,
        "site": subject.site,
        "sex": "F" if chance.happens(0.86) else "M",
        "birth_year": str(chance.whole(1962, 2003)),
        "consent_date": (first_day - timedelta(chance.whole(1, 10))).isoformat(),
        "prior_preventives_failed": _text(subject.failed),
        "overuse_excluded": _text(subject.excluded),
        "discontinued_date": _text(subject.left),
        "discontinued_reason": subject.left_reason,
    }


def scores_file(subjects: list[Subject]) -> tuple[bytes, list[Planted]]:
    """HIT-6 and the MSQ domains on Day -1 and on the last day of each cycle."""
    lines = []
    for subject in subjects:
        if not subject.cycles or subject.subject_id in NOT_ENROLLED:
            continue
        chance = Chance(subject.subject_id, purpose=3)
        at_baseline = {
            "HIT6": chance.whole(60, 72),
            "MSQ_RR": chance.whole(30, 48),
            "MSQ_RP": chance.whole(45, 66),
            "MSQ_EF": chance.whole(34, 60),
        }
        visits = [(subject.day_1 - timedelta(1), 0.0)]
        visits += [(cycle.start + timedelta(cycle.last_day - 1), _fall(subject, cycle)) for cycle in subject.cycles]
        for number, (day, fall) in enumerate(visits):
            if day > CUTOFF or (subject.left and day > subject.left):
                continue
            for instrument, start in at_baseline.items():
                line = Line(
                    {
                        "subject_id": subject.subject_id,
                        "score_date": day.isoformat(),
                        "instrument": instrument,
                        "score": str(_score(instrument, start, fall, number, chance)),
                    }
                )
                if (subject.subject_id, number, instrument) in SCORE_DIRT:
                    check, values = SCORE_DIRT[subject.subject_id, number, instrument]
                    line.plant(QUARANTINED, check, **values)
                lines.append(line)
    return render_table("scores.csv", SCORE_COLUMNS, lines)


def _fall(subject: Subject, cycle: Cycle) -> float:
    """By which part headaches fell from the baseline to the cycle's last month that has days."""
    month = [month for month in cycle.months if month and month.recorded][-1:]
    if not month or not subject.baseline.headaches:
        return 0.0
    rate = month[0].headaches / month[0].recorded
    return 1 - rate * subject.baseline.recorded / subject.baseline.headaches


def _score(instrument: str, start: int, fall: float, visit: int, chance: Chance) -> int:
    """Quality of life follows the headaches: HIT-6 goes down with them, the MSQ domains go up."""
    noise = chance.whole(-2, 2) if visit else 0
    if instrument == "HIT6":
        return min(78, max(36, start - int(13 * fall) + noise))
    return min(100, max(0, start + int(38 * fall) + 2 * noise))


def adverse_events_file(subjects: list[Subject]) -> tuple[bytes, list[Planted]]:
    by_id = {subject.subject_id: subject for subject in subjects}
    lines = []
    for subject in subjects:
        if subject.cycles and subject.subject_id not in NOT_ENROLLED:
            lines += [_event_line(subject, *event) for event in _drawn_events(subject)]
    lines += [_event_line(by_id[event[0]], *event[1:]) for event in CHOSEN_EVENTS]
    for event in EVENT_DIRT:
        wrong = _event_line(by_id[event[0]], *event[1:])
        wrong.plant(CELL, "adverse_events.end_date.before_start", end_date=wrong.values["end_date"])
        lines.append(wrong)
    lines.sort(key=lambda line: (line.values["subject_id"], line.values["start_date"], line.values["term"]))
    return render_table("adverse_events.csv", EVENT_COLUMNS, lines)


def _drawn_events(subject: Subject) -> list[tuple]:
    chance = Chance(subject.subject_id, purpose=4)
    end = min(CUTOFF, subject.left or CUTOFF, subject.cycles[-1].start + timedelta(83))
    days_treated = (end - subject.day_1).days + 1
    drawn = []
    for term, system, related, under_ona, under_placebo in EVENTS:
        happens = chance.happens(under_ona if subject.arm == "ona" else under_placebo)
        start = chance.whole(1, days_treated)
        last = None if chance.happens(0.1) else min(days_treated, start + chance.whole(1, 20))
        severity = chance.one_of(("mild", "mild", "moderate"))
        if happens:
            drawn.append((start, last, term, system, "0", related, severity))
    return drawn


def _event_line(
    subject: Subject, first: int, last: int | None, term: str, system: str, serious: str, related: str, severity: str
) -> Line:
    end = None if last is None else subject.day_1 + timedelta(last - 1)
    texts = ((subject.day_1 + timedelta(first - 1)).isoformat(), _text(end), term, system, serious, related, severity)
    return Line(dict(zip(EVENT_COLUMNS, (subject.subject_id, *texts), strict=True)))


def _text(value) -> str:
    return "" if value is None else str(value)
