"""injections-sessions.csv (a row a session) and injections-muscles.csv (a row a muscle), with their dirt."""

from datetime import date

from tests.demo_study.chance import Chance
from tests.demo_study.csv_files import FLAGGED, QUARANTINED, Line, Planted, render_table
from tests.demo_study.dirt import NOT_ENROLLED
from tests.demo_study.plan import CUTOFF, Subject

SESSION_COLUMNS = ("subject_id", "injection_date", "units", "sites")
MUSCLE_COLUMNS = ("subject_id", "injection_date", "muscle", "units", "sites")
SITES_BY_MUSCLE = {"site-02", "site-04"}  # study sites that write down each muscle

# PREEMPT: 31 fixed injection points and up to 8 more where the pain is, 5 U each
FIXED = {
    "corrugator": 2,
    "procerus": 1,
    "frontalis": 4,
    "temporalis": 8,
    "occipitalis": 6,
    "cervical_paraspinal": 4,
    "trapezius": 6,
}
FOLLOW_THE_PAIN = {"temporalis": 2, "occipitalis": 2, "trapezius": 4}
UNITS_PER_SITE = 5
SHORTEST, LONGEST = 70, 98  # days from one injection to the next: 10 and 14 weeks

# subject and session -> more or fewer (injection points, units) of one muscle than the paradigm allows
DOSE_DIRT = {
    ("0102", 2): ("injections.units.not_5_per_site", 0, -5),
    ("0206", 1): ("injections.units.not_5_per_site", 0, 10),
    ("0304", 2): ("injections.sites.out_of_paradigm", -5, -25),
    ("0212", 3): ("injections.sites.out_of_paradigm", 11, 55),
}
# rows whose date nobody can read: the only row of 0508's third session; a row of 0305 that was written again, readably
UNREADABLE = {"0508": "2024-31-10", "0305": "2024-06-31"}


def injection_files(subjects: list[Subject]) -> tuple[dict[str, bytes], list[Planted]]:
    lines: dict[str, list[Line]] = {"sessions": [], "muscles": []}
    for subject in subjects:
        kind = "muscles" if subject.site in SITES_BY_MUSCLE else "sessions"
        for number, day in enumerate(subject.injections, 1):
            lines[kind] += _session(subject, number, day, kind)
        if subject.subject_id in UNREADABLE:
            unreadable = Line(_values(subject, UNREADABLE[subject.subject_id], sum(FIXED.values()), 0))
            unreadable.plant(QUARANTINED, "injections.injection_date.unreadable")
            lines[kind].append(unreadable)
    contents, planted = {}, []
    for kind, columns in (("sessions", SESSION_COLUMNS), ("muscles", MUSCLE_COLUMNS)):
        path = f"injections-{kind}.csv"
        contents[path], found = render_table(path, columns, lines[kind])
        planted += found
    return contents, planted


def _session(subject: Subject, number: int, day: date, kind: str) -> list[Line]:
    chance = Chance(subject.subject_id, purpose=10 + number)
    extra = {muscle: chance.whole(0, most) if chance.happens(0.4) else 0 for muscle, most in FOLLOW_THE_PAIN.items()}
    points = {muscle: fixed + extra.get(muscle, 0) for muscle, fixed in FIXED.items()}
    check, more_points, more_units = DOSE_DIRT.get((subject.subject_id, number), ("", 0, 0))
    if check:
        points = dict(FIXED)
        points["trapezius"] += more_points
        more_units -= UNITS_PER_SITE * more_points  # what is left is a dose that does not fit the points
    if kind == "sessions":
        lines = [Line(_values(subject, day.isoformat(), sum(points.values()), more_units))]
    else:
        lines = [
            Line({**_values(subject, day.isoformat(), count, more_units * (muscle == "trapezius")), "muscle": muscle})
            for muscle, count in points.items()
        ]
    check = check or _interval_check(subject, number) or _enrolment_check(subject)
    for line in lines:
        if check:
            line.plant(FLAGGED, check)
        if day > CUTOFF:
            line.implied = ("injections.injection_date.after_cutoff",)
        elif check == "injections.sites.out_of_paradigm" and line.values.get("muscle") == "trapezius":
            line.implied = ("injections.muscle.sites",)
    return lines


def _values(subject: Subject, day: str, points: int, more_units: int) -> dict[str, str]:
    units = UNITS_PER_SITE * points + more_units
    return {"subject_id": subject.subject_id, "injection_date": day, "units": str(units), "sites": str(points)}


def _interval_check(subject: Subject, number: int) -> str:
    """The session that starts the interval carries the finding."""
    if number == len(subject.injections):
        return ""
    interval = (subject.injections[number] - subject.injections[number - 1]).days
    if interval < SHORTEST:
        return "injections.interval.short"
    return "injections.interval.long" if interval > LONGEST else ""


def _enrolment_check(subject: Subject) -> str:
    return "injections.subject_id.unknown" if subject.subject_id in NOT_ENROLLED else ""
