"""Turns diary days into the lines of the diary files and plants the dirt of dirt.py."""

from collections import defaultdict
from dataclasses import replace
from datetime import datetime, time, timedelta

from tests.demo_study import dirt
from tests.demo_study.chance import Chance
from tests.demo_study.csv_files import CELL, DUPLICATE, FLAGGED, QUARANTINED, SUPERSEDED, Line, Planted, render
from tests.demo_study.diary import KNOWN_CODES, DiaryDay, describe
from tests.demo_study.plan import CUTOFF, Subject
from tests.demo_study.sites import SITES, correction_path, diary_path


class Diaries:
    """All diary lines. A day is used for one kind of dirt at most."""

    def __init__(self, subjects: list[Subject], days: dict[str, list[DiaryDay]]):
        self.days = days
        self.left = {subject.subject_id: subject.left for subject in subjects}
        self.lines: dict[str, list[Line]] = defaultdict(list)
        self.line_of: dict[tuple, Line] = {}  # the line that counts, by subject and day
        self.used: set[tuple] = set()
        for subject_days in days.values():
            for diary_day in subject_days:
                if diary_day.headache is not None:
                    self.line_of[_key(diary_day)] = self.add(diary_day)

    def add(self, diary_day: DiaryDay, path: str = "", order: int = 0, values: dict[str, str] | None = None) -> Line:
        written = SITES[f"site-{diary_day.subject_id[:2]}"].values(diary_day) | (values or {})
        line = Line(written, sort_key=(diary_day.subject_id, diary_day.day, order))
        self.lines[path or diary_path(diary_day)].append(line)
        return line

    def take(self, subject_id: str, period: str, *answers: bool | None) -> DiaryDay:
        """The first unused day of the period with one of these headache answers."""
        for diary_day in self.days[subject_id]:
            if diary_day.period == period and diary_day.headache in answers and _key(diary_day) not in self.used:
                return self.use(diary_day)
        raise ValueError(f"no unused day with {answers} in {subject_id} {period}: change plan.md or dirt.py")

    def use(self, diary_day: DiaryDay) -> DiaryDay:
        assert _key(diary_day) not in self.used, diary_day
        self.used.add(_key(diary_day))
        return diary_day

    def plant_everything(self) -> None:
        _plant_what_the_plan_implies(self)
        _plant_overlap(self)
        _plant_late_entries(self)
        for check, subject_id, period, values in dirt.BROKEN:
            _plant_broken(self, check, self.take(subject_id, period, None), values)
        for check, subject_id, period, values in dirt.KEPT_EXTRA:
            missing = self.take(subject_id, period, None)
            guess = missing if check == "diary.headache.unknown" else made_up(missing)
            self.add(guess, values=values).plant(FLAGGED, check)
        for check, subject_id, period, headache, values in dirt.CONTRADICTIONS:
            line = self.line_of[_key(self.take(subject_id, period, headache))]
            line.plant(FLAGGED, check, **values)
        for subject_id, period, headache, values in dirt.TYPED:
            self.line_of[_key(self.take(subject_id, period, headache))].values.update(values)
        for subject_id, period in dirt.CONFLICTS:
            _plant_conflict(self, self.take(subject_id, period, None))
        for subject_id, period in dirt.DUPLICATES:
            self.add(self.take(subject_id, period, True, False), order=1).plant(DUPLICATE)
        for subject_id, period in dirt.REWRITTEN_IN_FILE:
            diary_day = self.take(subject_id, period, True, False)
            self.add(entered(contrary(diary_day), 12), order=-1).plant(SUPERSEDED)
        for what, subject_id, period in dirt.CORRECTIONS:
            _plant_correction(self, what, self.take(subject_id, period, True, False))
        for check, subject_id, period, values in dirt.FAULTY_CELLS:
            self.line_of[_key(self.take(subject_id, period, True))].plant(CELL, check, **values)

    def files(self) -> tuple[dict[str, bytes], list[Planted]]:
        contents, planted = {}, []
        for path, lines in sorted(self.lines.items()):
            ordered = sorted(lines, key=lambda line: line.sort_key)
            contents[path], found = render(path, ordered, SITES[path[:7]])
            planted += found
        planted += [
            Planted("site-03/diary.csv", None, FLAGGED, "file.encoding_guessed"),
            Planted("site-03/diary.csv", None, FLAGGED, "file.extra_columns"),
            Planted("site-06/diary.csv", None, FLAGGED, "diary.file.attack_only"),
        ]
        return contents, planted


def made_up(diary_day: DiaryDay, headache: bool = True) -> DiaryDay:
    """What the subject might have written on a day for which the plan has no entry. No medication: it would count."""
    written = replace(diary_day, headache=headache, medication=())
    describe(written, Chance(diary_day.subject_id, purpose=diary_day.day.toordinal()))
    return written


def contrary(diary_day: DiaryDay) -> DiaryDay:
    """The opposite answer: whoever counts the wrong row gets another result."""
    return made_up(diary_day, headache=not diary_day.headache)


def entered(diary_day: DiaryDay, hours_after_start: int) -> DiaryDay:
    return replace(diary_day, entered_at=datetime.combine(diary_day.day, time()) + timedelta(hours=hours_after_start))


def _key(diary_day: DiaryDay) -> tuple:
    return diary_day.subject_id, diary_day.day


def _plant_what_the_plan_implies(diaries: Diaries) -> None:
    for subject_id, days in diaries.days.items():
        left = diaries.left[subject_id]
        for diary_day in days:
            if diary_day.headache is None:
                continue
            line = diaries.line_of[_key(diary_day)]
            if subject_id in dirt.NOT_ENROLLED:
                line.plant(FLAGGED, "diary.subject_id.unknown")
            elif left is not None and diary_day.day > left:
                line.plant(FLAGGED, "diary.diary_date.after_discontinuation")
            elif not KNOWN_CODES.issuperset(diary_day.medication):
                line.plant(FLAGGED, "diary.acute_medication.unknown")
            if line.outcome:
                diaries.use(diary_day)
    for subject_id, count in dirt.AFTER_CUTOFF.items():
        for offset in range(1, count + 1):
            later = made_up(DiaryDay(subject_id, CUTOFF + timedelta(offset), "", None), headache=offset % 3 != 0)
            diaries.add(later).plant(FLAGGED, "diary.diary_date.after_cutoff")


def _plant_overlap(diaries: Diaries) -> None:
    later_file = "site-02/diary_2025.csv"
    for subject_id, count in dirt.OVERLAP.items():
        written = [day for day in diaries.days[subject_id] if day.day.year == 2024 and day.headache is not None]
        changed = dirt.OVERLAP_CHANGED.get(subject_id, 0)
        for number, diary_day in enumerate(written[-count:]):
            diaries.use(diary_day)
            repeated = diaries.add(diary_day, later_file)
            if number < changed:  # the later file is right; the earlier line says the opposite
                earlier = diaries.line_of[_key(diary_day)]
                earlier.values = SITES["site-02"].values(contrary(diary_day))
                earlier.plant(SUPERSEDED)
            else:
                repeated.plant(DUPLICATE)


def _plant_late_entries(diaries: Diaries) -> None:
    subject_id, period, first = dirt.BACKFILLED
    block = [day for day in diaries.days[subject_id] if day.period == period][first : first + 10]
    evening = datetime.combine(block[-1].day, time(20, 30))
    for number, diary_day in enumerate(block):
        diaries.use(diary_day)
        if diary_day.headache is not None:
            line = diaries.line_of[_key(diary_day)]
            line.values["entered_at"] = (evening + timedelta(minutes=number)).isoformat(timespec="seconds")
            line.implied = ("diary.entered_at.batch",)
            if number < 7:
                line.plant(FLAGGED, "diary.entered_at.late")
    for subject_id, period, hours in dirt.ENTERED_AFTER_HOURS + dirt.ENTERED_IN_TIME:
        diary_day = diaries.take(subject_id, period, True, False)
        line = diaries.line_of[_key(diary_day)]
        line.values["entered_at"] = SITES["site-05"].values(entered(diary_day, hours))["entered_at"]
        if hours > 72:
            line.plant(FLAGGED, "diary.entered_at.late")


def _plant_broken(diaries: Diaries, check: str, diary_day: DiaryDay, values: dict[str, str]) -> None:
    day_before = (diary_day.day - timedelta(1)).isoformat()
    texts = {column: text.format(day_before=day_before) for column, text in values.items()}
    diaries.add(made_up(diary_day), values={"entered_at": ""} | texts).plant(QUARANTINED, check)


def _plant_conflict(diaries: Diaries, diary_day: DiaryDay) -> None:
    for order, headache in enumerate((True, False)):
        line = diaries.add(made_up(diary_day, headache), order=order, values={"entered_at": ""})
        line.plant(QUARANTINED, "diary.subject_day.conflict")


def _plant_correction(diaries: Diaries, what: str, diary_day: DiaryDay) -> None:
    path = correction_path(diary_day.subject_id)
    first = diaries.line_of[_key(diary_day)]  # the line in diary.csv
    site = SITES[path[:7]]
    if what == "repeated":
        diaries.add(diary_day, path).plant(DUPLICATE)
    elif what == "stale":
        diaries.add(entered(contrary(diary_day), 12), path).plant(SUPERSEDED)
    elif what == "corrected":
        first.values = site.values(contrary(diary_day))
        first.plant(SUPERSEDED)
        diaries.add(entered(diary_day, 33), path)
    elif what == "corrected_late":
        first.values = site.values(contrary(diary_day))
        first.plant(SUPERSEDED)
        diaries.add(entered(diary_day, 5 * 24 + 10), path).plant(FLAGGED, "diary.entered_at.late")
    elif what == "released":
        first.plant(QUARANTINED, "diary.headache.unreadable", headache="maybe")
        diaries.add(entered(diary_day, 33), path)
    elif what == "conflict_released":
        first.values["entered_at"] = ""
        first.plant(QUARANTINED, "diary.subject_day.conflict")
        other = diaries.add(contrary(diary_day), order=1, values={"entered_at": ""})
        other.plant(QUARANTINED, "diary.subject_day.conflict")
        diaries.add(entered(diary_day, 33), path)
    else:
        raise ValueError(what)
