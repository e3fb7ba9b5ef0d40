"""What a careful monitor finds suspicious in the demo study as a whole: batches, copies, deviations, silent sites."""

from collections import defaultdict
from datetime import date, datetime, timedelta

from .demo_reader import Line, as_date

PARADIGM = {  # muscle -> fewest and most injection points (PREEMPT; Blumenfeld 2010)
    "corrugator": (2, 2),
    "procerus": (1, 1),
    "frontalis": (4, 4),
    "temporalis": (8, 10),
    "occipitalis": (6, 8),
    "cervical_paraspinal": (4, 4),
    "trapezius": (6, 10),
}


def current_lines(diary: list[Line]) -> dict[str, dict[date, Line]]:
    """The line that stands, by subject and day: the latest entry, of equal ones the first."""
    standing: dict[str, dict[date, Line]] = defaultdict(dict)
    for line in diary:
        day = as_date(line.values["diary_date"])
        rival = standing[line.values["subject_id"]].get(day)
        if rival is None or line.values.get("entered_at", "") > rival.values.get("entered_at", ""):
            standing[line.values["subject_id"]][day] = line
    return standing


def batches(standing: dict[str, dict[date, Line]]) -> list[Line]:
    """Seven days or more entered with pauses of ten minutes at most."""
    found = []
    for days in standing.values():
        timed = sorted(
            (datetime.fromisoformat(one.values["entered_at"]), one.number, one)
            for one in days.values()
            if one.values.get("entered_at")
        )
        batch: list[tuple] = []
        for entry in [*timed, (datetime.max, 0, None)]:
            if batch and entry[0] - batch[-1][0] > timedelta(minutes=10):
                found += [line for _, _, line in batch] if len(batch) >= 7 else []
                batch = []
            batch.append(entry)
    return found


def copies(standing: dict[str, dict[date, Line]]) -> list[Line]:
    """Fourteen days or more in a row whose headache has the same hours, severity, migraine and medication."""
    found = []
    for days in standing.values():
        run: list[Line] = []
        for day in sorted(days):
            line = days[day]
            values = line.values
            if values["headache"] != "1" or not values["hours"] or not 0 < float(values["hours"]) < 24:
                continue
            before = days.get(day - timedelta(1))
            if not (run and before is run[-1] and _answers(before) == _answers(line)):
                found += run if len(run) >= 14 else []
                run = []
            run.append(line)
        found += run if len(run) >= 14 else []
    return found


def _answers(line: Line) -> list[str]:
    return [line.values[column] for column in ("hours", "severity", "migraine", "acute_medication")]


def off_the_paradigm(session: list[Line]) -> list[Line]:
    """Rows of a muscle with more or fewer points than the paradigm gives it."""
    return [
        line
        for line in session
        if line.values.get("muscle")
        and not PARADIGM[line.values["muscle"]][0] <= int(line.values["sites"]) <= PARADIGM[line.values["muscle"]][1]
    ]


def silent_sites(
    standing: dict[str, dict[date, Line]], enrolled: dict[str, dict], injections: list[Line], cutoff: date
) -> set[tuple[str, date]]:
    """Site and last day of each 28 days (counted back from the cut-off) whose recorded share fell by 40 points."""
    counts: dict[tuple[str, int], list[int]] = defaultdict(lambda: [0, 0])
    for subject, days in standing.items():
        if subject not in enrolled or not enrolled[subject]["site"]:
            continue
        sessions = [as_date(one.values["injection_date"]) for one in injections if one.values["subject_id"] == subject]
        sessions = [day for day in sessions if day]
        ends = [cutoff, max(sessions) + timedelta(83) if sessions else max(days)]
        if enrolled[subject]["discontinued_date"]:
            ends.append(date.fromisoformat(enrolled[subject]["discontinued_date"]))
        day = min(days)
        while day <= min(ends):
            month = counts[enrolled[subject]["site"], (cutoff - day).days // 28]
            month[0] += 1
            month[1] += day in days and days[day].values["headache"] in ("0", "1")
            day += timedelta(1)
    return {
        (site, cutoff - timedelta(28 * month))
        for (site, month), (expected, recorded) in counts.items()
        for expected_before, recorded_before in [counts.get((site, month + 1), (0, 0))]
        if min(expected, expected_before) >= 56 and recorded_before / expected_before - recorded / expected >= 0.4
    }
