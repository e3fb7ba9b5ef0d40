"""Questionnaire scores: HIT-6 and MSQ from the share of headache days in the last 28 days, MIDAS from 84 days."""

from typing import NamedTuple

import numpy as np

from flows.simulation.chance import Purpose, normal
from flows.simulation.course import Run
from flows.simulation.schedule import BASELINE_DAYS, CYCLE_DAYS
from flows.simulation.statuses import between, cumulated

INSTRUMENTS = ("HIT6", "MSQ_RR", "MSQ_RP", "MSQ_EF", "MIDAS")
MSQ_ABOVE_RR = {"MSQ_RR": 0.0, "MSQ_RP": 12.0, "MSQ_EF": 6.0}  # prevented less than restricted; in points
MIDAS_LEAST_CYCLE = 1  # three months are behind the subject from the end of cycle 1 on


class Scores(NamedTuple):
    """Visits x subjects; visit 0 is the day before the first injection, visit c the end of cycle c."""

    day: np.ndarray  # from the subject's first diary day
    is_held: np.ndarray  # the subject was still in the study
    points: dict[str, np.ndarray]


def draw_scores(run: Run) -> Scores:
    """The scores of a run of subjects at every visit."""
    settings, schedule = run.preset.scores, run.schedule
    cycles = run.preset.study.cycles
    end = schedule.injection + CYCLE_DAYS - 1
    end[:, :-1] = np.minimum(end[:, :-1], schedule.injection[:, 1:] - 1)
    day = np.concatenate([np.full((len(end), 1), BASELINE_DAYS - 1), end], axis=1)
    visit = np.arange(cycles + 1)
    is_held = (visit <= schedule.cycles_given[:, None]) & (day <= schedule.last_day[:, None])
    sums = cumulated(run.diary.headache)
    share = between(sums, np.maximum(day - 27, 0), day) / 28.0
    draws = normal(run.chance.words(Purpose.SCORES, 3 * 5 * (cycles + 1))).reshape(-1, cycles + 1, 5)
    own = normal(run.chance.words(Purpose.SCORE_LEVEL, 3 * 2))
    hit6 = (
        settings.hit6_intercept
        + settings.hit6_slope * share
        + settings.hit6_subject_sd * own[:, :1]
        + settings.hit6_noise_sd * draws[:, :, 0]
        + settings.hit6_treated * (visit > 0)
    )
    points = {"HIT6": np.clip(np.rint(hit6), 36, 78)}
    for place, (name, above) in enumerate(MSQ_ABOVE_RR.items(), 1):
        value = settings.msq_intercept + above + settings.msq_slope * share + settings.msq_subject_sd * own[:, 1:]
        points[name] = np.clip(np.rint(value + settings.msq_noise_sd * draws[:, :, place]), 0, 100)
    # Days lost in three months: about six in ten headache days.
    lost = 3 * 0.6 * 28.0 * share * (1.0 + 0.25 * draws[:, :, 4])
    points["MIDAS"] = np.clip(np.rint(lost), 0, 270)
    return Scores(day.T, is_held.T, {name: value.T.astype(np.int64) for name, value in points.items()})
