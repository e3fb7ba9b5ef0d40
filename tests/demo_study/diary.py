"""Lays the planned counts out into diary days."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tests.demo_study.chance import Chance
from tests.demo_study.plan import CUTOFF, CYCLE, MONTH, Cycle, Month, Subject

KNOWN_CODES = frozenset({
    "sumatriptan", "rizatriptan", "ergotamine", "codeine", "ibuprofen", "paracetamol", "aspirin", "naproxen",
    "paracetamol_codeine", "paracetamol_aspirin_caffeine",
})  # fmt: skip


@dataclass
class DiaryDay:
    """One day in the life of one subject. headache None: nothing usable is written down for this day."""

    subject_id: str
    day: date
    period: str  # "run-in", "baseline", "1.1" = cycle 1, month 1; "1.4" = cycle 1 after Day 84
    headache: bool | None
    hours: float | None = None
    severity: int = 0
    migraine: bool = False
    medication: tuple[str, ...] = ()
    entered_at: datetime | None = None


def lay_out_subject(subject: Subject) -> list[DiaryDay]:
    """Every day of the subject's plan in order, up to the cut-off, days without an entry included."""
    chance = Chance(subject.subject_id, purpose=1)
    days = _run_in(subject, chance)
    days += _period(subject, "baseline", subject.day_1 - timedelta(MONTH), MONTH, subject.baseline, chance)
    for cycle in subject.cycles:
        for number, month in enumerate(cycle.months, 1):
            if month is not None:
                length = cycle.month_length(number)
                days += _period(subject, f"{cycle.number}.{number}", cycle.month_start(number), length, month, chance)
        days += _gap(subject, cycle, chance)
    _give_medication(subject, days, chance)
    for diary_day in days:
        describe(diary_day, chance)
    return days


def _run_in(subject: Subject, chance: Chance) -> list[DiaryDay]:
    """Up to 5 days before Day -28. They belong to no baseline, so a baseline shifted by a day gives other counts."""
    if is_attack_only(subject.subject_id):
        return []
    length = chance.whole(0, 5)
    start = subject.day_1 - timedelta(MONTH + length)
    month = Month(0, length, ((chance.whole(0, length), length),), False)
    return _period(subject, "run-in", start, length, month, chance)


def _gap(subject: Subject, cycle: Cycle, chance: Chance) -> list[DiaryDay]:
    """Days after Day 84, which belong to no month: as planned, else at the rate of month 3."""
    start, month = cycle.start + timedelta(CYCLE), cycle.gap
    if month is None:
        last = cycle.months[2]
        if cycle.interval is None or cycle.interval <= CYCLE or last is None or is_attack_only(subject.subject_id):
            return []
        length = cycle.interval - CYCLE
        month = Month(0, length, ((length * last.headaches // max(1, last.recorded), length),), False)
    return _period(subject, f"{cycle.number}.4", start, month.stretches[0][1], month, chance)


def _period(subject: Subject, period: str, start: date, length: int, month: Month, chance: Chance) -> list[DiaryDay]:
    length = max(0, min(length, (CUTOFF - start).days + 1))
    answers: list[bool | None] = []
    for number, (headaches, recorded) in enumerate(month.stretches, 1):
        stretch = length - len(answers) if number == len(month.stretches) else recorded
        assert recorded <= stretch, (subject.subject_id, period, "more recorded days than days")
        written = list(range(recorded)) if month.from_start else chance.some_of(range(stretch), recorded)
        painful = chance.some_of(written, headaches)
        answers += [(day in painful) if day in written else None for day in range(stretch)]
    return [
        DiaryDay(subject.subject_id, start + timedelta(offset), period, answer) for offset, answer in enumerate(answers)
    ]


def _give_medication(subject: Subject, days: list[DiaryDay], chance: Chance) -> None:
    """Exactly the planned days in the baseline; afterwards a little less often, and codes of the codelist only."""
    planned = [codes for codes, count in subject.medication for _ in range(count)]
    if not planned:
        return
    painful = [diary_day for diary_day in days if diary_day.period == "baseline" and diary_day.headache]
    chosen = chance.some_of(painful, len(planned))
    for diary_day, codes in zip(chosen, chance.shuffled(planned), strict=True):
        diary_day.medication = codes
    known = [codes for codes in planned if KNOWN_CODES.issuperset(codes)]
    for diary_day in days:
        if diary_day.period != "baseline" and diary_day.headache and chance.happens(0.9 * len(planned) / len(painful)):
            diary_day.medication = chance.one_of(known)


def describe(diary_day: DiaryDay, chance: Chance) -> None:
    """Severity, hours and migraine of a headache day, and when the entry was made; consistent with each other."""
    evening = time(chance.whole(18, 22), chance.whole(0, 59))
    diary_day.entered_at = datetime.combine(diary_day.day, evening)
    diary_day.hours, diary_day.severity, diary_day.migraine = None, 0, False
    if diary_day.headache:
        diary_day.severity = chance.one_of((1, 2, 2, 2, 3, 3))
        quarters = chance.whole(4, 16 + 16 * diary_day.severity)
        diary_day.hours = None if chance.happens(0.04) else quarters / 4
        diary_day.migraine = chance.happens(0.25 + 0.2 * diary_day.severity)


def is_attack_only(subject_id: str) -> bool:
    """Site 06 keeps attack diaries: a row for each day with a headache, none for the others."""
    return subject_id.startswith("06")
