"""Adverse events: each term befalls its arm's share of subjects once, on a day within the first event_days."""

from typing import NamedTuple

import numpy as np

from flows.simulation.chance import Purpose
from flows.simulation.course import Run
from flows.simulation.schedule import BASELINE_DAYS

SEVERITIES = ("mild", "moderate", "severe")


class Events(NamedTuple):
    """Terms x subjects."""

    happens: np.ndarray
    start: np.ndarray  # day from the subject's first diary day
    end: np.ndarray  # -1: ongoing
    severity: np.ndarray  # place in SEVERITIES
    is_serious: np.ndarray


def draw_events(run: Run) -> Events:
    """The events of a run of subjects."""
    terms = run.preset.events
    draws = run.chance.uniform(Purpose.EVENTS, 4 * len(terms)).reshape(-1, len(terms), 4).transpose(1, 0, 2)
    shares = np.array([[term.share[arm.code] for arm in run.preset.arms] for term in terms])[:, run.subjects.arm]
    days = np.minimum(run.preset.event_days, run.schedule.last_day - BASELINE_DAYS + 1)
    start = BASELINE_DAYS + np.floor(draws[:, :, 1] * days).astype(np.int64)
    length = np.floor(1.0 + 40.0 * draws[:, :, 2] * draws[:, :, 2]).astype(np.int64)
    return Events(
        happens=draws[:, :, 0] < shares,
        start=start,
        end=np.where(draws[:, :, 2] > 0.95, -1, start + length),
        severity=(draws[:, :, 3] >= 0.55).astype(np.int64) + (draws[:, :, 3] >= 0.92),
        is_serious=draws[:, :, 3] >= 0.985,
    )
