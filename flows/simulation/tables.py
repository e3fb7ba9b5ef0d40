"""The five input files of a run of subjects, clean: what the design's input contract asks for."""

from typing import NamedTuple

import numpy as np

from flows.simulation.course import Run
from flows.simulation.csv_text import Block, block, column, dates, numbers
from flows.simulation.events import SEVERITIES, draw_events
from flows.simulation.schedule import AT_RANDOM, STAYED, longest_stay
from flows.simulation.scores import INSTRUMENTS, MIDAS_LEAST_CYCLE, draw_scores
from flows.simulation.sessions import MUSCLES, UNITS_PER_SITE, session_sites

HEADERS = {
    "subjects": "subject_id,arm,site,sex,birth_year,consent_date,prior_preventives_failed,overuse_excluded,"
    "discontinued_date,discontinued_reason",
    "diary": "subject_id,diary_date,headache,hours,severity,migraine,acute_medication,entered_at",
    "injections": "subject_id,injection_date,muscle,units,sites",
    "scores": "subject_id,score_date,instrument,score",
    "adverse_events": "subject_id,start_date,end_date,term,soc,serious,related,severity",
}
REASONS = ("", "withdrawal by subject", "lack of efficacy")
SUBJECTS_PER_SITE = 10  # at least
BEFORE = 400  # days before the study's start that can be written


class Names(NamedTuple):
    """How subjects, sites and days of a study are written."""

    subject: np.ndarray  # by place in the run
    site: np.ndarray
    day: np.ndarray  # by day from the study's start, + BEFORE


def site_of(number: np.ndarray, sites: int, total: int) -> np.ndarray:
    """The site of a subject, 0-based: blocks of neighbouring subjects."""
    return (number - 1) * sites // total


def sites_of(run_sites: int, total: int) -> int:
    """The number of sites: no more than the preset's, and at least ten subjects each."""
    return max(1, min(run_sites, total // SUBJECTS_PER_SITE))


def names(run: Run, total: int) -> Names:
    """The names of a run of subjects in a study of ``total`` subjects."""
    digits = max(4, len(str(total)))
    study = run.preset.study
    last = study.enrolment_days + longest_stay(run.preset, True) + 60
    return Names(
        subject=column(f"S{number:0{digits}d}" for number in run.subjects.number),
        site=column(
            f"site-{site + 1:02d}" for site in site_of(run.subjects.number, sites_of(study.sites, total), total)
        ),
        day=dates(study.start_date, -BEFORE, last),
    )


def diary_block(run: Run, named: Names) -> Block:
    """One line per recorded day, by subject and day."""
    diary, recorded, drugs = run.diary, run.recorded, run.subjects.drugs
    subject, day = np.nonzero(recorded.has_row.T)
    at = (day, subject)
    quarters, severity = diary.quarters[at], diary.severity[at]
    codes = run.medicines.codes
    texts = []
    for first in codes:
        for second in codes:
            both = ";".join(sorted({first, second}))
            texts += ["", first, second, both]
    kind = (drugs[:, 0] * len(codes) + drugs[:, 1]) * 4
    study_day = BEFORE + run.subjects.first_day[subject] + day
    entered = recorded.entered[at]
    return block(
        [
            named.subject[subject],
            named.day[study_day],
            column("01")[diary.headache[at].astype(np.int8)],
            column(["", *(f"{quarter / 4:.2f}".rstrip("0").rstrip(".") for quarter in range(1, 97))])[quarters],
            column(["", "1", "2", "3"])[severity],
            column("01")[diary.migraine[at].astype(np.int8)],
            column(texts)[kind[subject] + diary.intake[at]],
            np.char.add(named.day, b"T")[study_day + entered // 1440],
            column(f"{minute // 60:02d}:{minute % 60:02d}:00" for minute in range(1440))[entered % 1440],
        ],
        subject,
        day,
        is_last_in_two=True,
    )


def subjects_block(run: Run, named: Names) -> Block:
    """One line per subject."""
    subjects, leaving = run.subjects, run.schedule.leaving
    place = np.arange(len(subjects.number))
    left = named.day[BEFORE + subjects.first_day + run.schedule.last_day]
    return block(
        [
            named.subject,
            column(arm.code for arm in run.preset.arms)[subjects.arm],
            named.site,
            column("MF")[subjects.female.astype(np.int8)],
            numbers(subjects.birth_year),
            named.day[BEFORE + subjects.consent_day],
            numbers(subjects.preventives_failed),
            column("01")[(~subjects.is_overuser).astype(np.int8)],
            np.where(leaving == STAYED, b"", left),
            column(REASONS)[np.where(leaving == STAYED, 0, np.where(leaving == AT_RANDOM, 1, 2))],
        ],
        place,
        np.zeros_like(place),
    )


def injections_block(run: Run, named: Names) -> Block:
    """One line per subject, session and muscle."""
    sites = session_sites(run)
    cycles = sites.shape[1]
    given = np.arange(cycles) < run.schedule.cycles_given[:, None]
    subject, cycle, muscle = np.nonzero(np.broadcast_to(given[:, :, None], sites.shape))
    points = sites[subject, cycle, muscle]
    day = run.subjects.first_day[subject] + run.schedule.injection[subject, cycle]
    return block(
        [
            named.subject[subject],
            named.day[BEFORE + day],
            column(MUSCLES)[muscle],
            numbers(points * UNITS_PER_SITE),
            numbers(points),
        ],
        subject,
        cycle,
    )


def scores_block(run: Run, named: Names) -> Block:
    """One line per subject, visit and instrument."""
    scores = draw_scores(run)
    held = np.stack([scores.is_held] * len(INSTRUMENTS), axis=2)  # visits x subjects x instruments
    held[:MIDAS_LEAST_CYCLE, :, INSTRUMENTS.index("MIDAS")] = False
    subject, visit, instrument = np.nonzero(held.transpose(1, 0, 2))
    points = np.stack([scores.points[name] for name in INSTRUMENTS], axis=2)[visit, subject, instrument]
    day = run.subjects.first_day[subject] + scores.day[visit, subject]
    return block(
        [named.subject[subject], named.day[BEFORE + day], column(INSTRUMENTS)[instrument], numbers(points)],
        subject,
        instrument,
    )


def events_block(run: Run, named: Names) -> Block:
    """One line per event."""
    events, terms = draw_events(run), run.preset.events
    subject, term = np.nonzero(events.happens.T)
    at = (term, subject)
    first = BEFORE + run.subjects.first_day[subject]
    return block(
        [
            named.subject[subject],
            named.day[first + events.start[at]],
            np.where(events.end[at] < 0, b"", named.day[first + events.end[at]]),
            column(event.term for event in terms)[term],
            column(event.soc for event in terms)[term],
            column("01")[events.is_serious[at].astype(np.int8)],
            column("01")[np.array([event.related for event in terms], dtype=np.int8)[term]],
            column(SEVERITIES)[events.severity[at]],
        ],
        subject,
        term,
    )


BLOCKS = {
    "subjects": subjects_block,
    "diary": diary_block,
    "injections": injections_block,
    "scores": scores_block,
    "adverse_events": events_block,
}
