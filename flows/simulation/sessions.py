"""Injection sites of each session, muscle by muscle (PREEMPT paradigm, Blumenfeld 2010, Headache 50:1406)."""

import numpy as np

from flows.simulation.chance import Purpose
from flows.simulation.course import Run

# Fixed sites, and how many more may follow the pain; 5 U a site.
MUSCLES = {
    "corrugator": (2, 0),
    "procerus": (1, 0),
    "frontalis": (4, 0),
    "temporalis": (8, 2),
    "occipitalis": (6, 2),
    "cervical_paraspinal": (4, 0),
    "trapezius": (6, 4),
}
UNITS_PER_SITE = 5


def session_sites(run: Run) -> np.ndarray:
    """Sites by subject, cycle and muscle, for every cycle planned."""
    cycles, muscles = run.preset.study.cycles, len(MUSCLES)
    draws = run.chance.uniform(Purpose.SITES, cycles * (muscles + 1)).reshape(-1, cycles, muscles + 1)
    fixed, most = (np.array([sites[side] for sites in MUSCLES.values()]) for side in (0, 1))
    more = np.floor(draws[:, :, 1:] * (most + 1)).astype(np.int64)
    return fixed + np.where(draws[:, :, :1] < run.preset.visits.extra_sites, more, 0)
