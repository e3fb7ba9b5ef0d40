"""What publications report of a study, measured on the simulated one without writing any file."""

from typing import NamedTuple

import numpy as np

from flows.base.resources import resource
from flows.simulation.course import Run, runs
from flows.simulation.events import draw_events
from flows.simulation.schedule import BASELINE_DAYS, CYCLE_DAYS
from flows.simulation.scores import draw_scores
from flows.simulation.sessions import session_sites
from flows.simulation.settings import Preset
from flows.simulation.statuses import (
    NON_RESPONDER,
    NOT_EVALUABLE,
    RESPONDER,
    between,
    count,
    cumulated,
    headache_days,
    judge,
)
from flows.study.rule_sets import RuleSet, load_rule_sets

HIT6_CHANGE = 5
MIN_RECORDED = 20
ONE_CLASS = ("triptan", "ergot", "opioid", "combination")


class People(NamedTuple):
    """One entry (or row of cycles) per subject of a simulated study."""

    arm: np.ndarray
    female: np.ndarray
    baseline_days: np.ndarray  # headache days of 4 hours or more per 28 recorded days
    baseline_moderate_severe: np.ndarray
    baseline_hours: np.ndarray
    baseline_hit6: np.ndarray
    is_overuse: np.ndarray
    change: np.ndarray  # last 28 days of each cycle against baseline, days per 28; NaN where not evaluable
    status: np.ndarray  # rule set preempt
    month_reached: np.ndarray  # 50% fewer headache days in any 28-day month of the cycle
    hours_reached: np.ndarray  # 50% fewer hours in any month of the cycle
    hit6_reached: np.ndarray  # 5 points lower at the cycle's end
    has_event: np.ndarray
    has_neck_pain: np.ndarray
    sites: np.ndarray  # mean injection sites of the subject's sessions
    has_long_interval: np.ndarray  # an interval over 13 weeks


def preempt_rule() -> RuleSet:
    """The rule set preempt: 50% fewer days of 4 hours or more in the last 28 days of the cycle."""
    return load_rule_sets(("preempt",), [resource("data/rules")])[0]


def measure(preset: Preset, seed: int, sizes: tuple[int, ...]) -> People:
    """Simulate a study in memory and measure every subject."""
    rule = preempt_rule()
    parts = [_measure_run(run, rule) for run in runs(preset, seed, sizes)]
    return People(*(np.concatenate(column) for column in zip(*parts, strict=True)))


def _measure_run(run: Run, rule: RuleSet) -> People:
    diary, has_row = run.diary, run.recorded.has_row
    counts = count(run, rule, has_row)
    status = judge(rule, counts, run.schedule.cycles_given)
    recorded = np.maximum(counts.baseline_recorded[:, 0], 1)
    baseline_days = counts.baseline_headache[:, 0] * 28 / recorded
    evaluable = (status == RESPONDER) | (status == NON_RESPONDER)
    days = counts.headache * 28 / np.maximum(counts.recorded, 1)
    first = slice(0, BASELINE_DAYS)
    severe = ((diary.severity >= 2) & (diary.quarters >= 16) & has_row)[first].sum(axis=0)
    quarters = np.where(has_row & (diary.quarters >= 16), diary.quarters, 0)
    scores = draw_scores(run)
    hit6 = scores.points["HIT6"].T
    better = (hit6[:, :1] - hit6[:, 1:] >= HIT6_CHANGE) & scores.is_held.T[:, 1:]
    events = draw_events(run)
    neck = [event.term == "Neck pain" for event in run.preset.events]
    return People(
        arm=run.subjects.arm,
        female=run.subjects.female,
        baseline_days=baseline_days,
        baseline_moderate_severe=severe * 28 / recorded,
        baseline_hours=quarters[first].sum(axis=0) / 4 * 28 / recorded,
        baseline_hit6=hit6[:, 0],
        is_overuse=overuses(run),
        change=np.where(evaluable, days - baseline_days[:, None], np.nan),
        status=status,
        month_reached=_reached(run, headache_days(run, rule.headache_day).astype(np.int64)),
        hours_reached=_reached(run, quarters),
        hit6_reached=better,
        has_event=np.asarray(events.happens.any(axis=0)),
        has_neck_pain=np.asarray(events.happens[neck].any(axis=0)),
        sites=session_sites(run).sum(axis=2).mean(axis=1),
        has_long_interval=_has_long_interval(run),
    )


def _reached(run: Run, amount: np.ndarray) -> np.ndarray:
    """At least halved per recorded day in any evaluable month of the cycle: subjects x cycles."""
    has_row = run.recorded.has_row
    sums = np.zeros((amount.shape[0] + 1, amount.shape[1]), dtype=np.int64)
    np.cumsum(np.where(has_row, amount, 0), axis=0, out=sums[1:])
    rows = cumulated(has_row)
    start = run.schedule.injection
    base_from = np.zeros((len(start), 1), dtype=np.int64)
    base = between(sums, base_from, base_from + BASELINE_DAYS - 1)
    base_rows = between(rows, base_from, base_from + BASELINE_DAYS - 1)
    following = np.concatenate([start[:, 1:], start[:, -1:] + CYCLE_DAYS], axis=1)
    given = np.arange(start.shape[1]) < run.schedule.cycles_given[:, None]
    reached = np.zeros(start.shape, dtype=bool)
    for month in range(3):
        begin = start + 28 * month
        end = np.minimum(begin + 27, following - 1)
        recorded = between(rows, begin, end)
        halved = 2 * between(sums, begin, end) * base_rows <= base * recorded
        reached |= halved & (recorded >= MIN_RECORDED) & (base > 0) & given
    return reached


def overuses(run: Run) -> np.ndarray:
    """Medication overuse in the recorded baseline by ICHD-3 8.2, as analysis.eligibility counts it."""
    chest, drugs = run.medicines, run.subjects.drugs
    intake = np.where(run.recorded.has_row, run.diary.intake, 0)[:BASELINE_DAYS]
    recorded = run.recorded.has_row[:BASELINE_DAYS].sum(axis=0)
    first, second = (intake & 1 > 0).sum(axis=0), (intake > 1).sum(axis=0)
    both = (intake == 3).sum(axis=0)
    days, classes = {}, np.zeros(len(drugs), dtype=np.int64)
    for name in (*ONE_CLASS, "simple"):
        member = chest.belongs(name)[drugs]
        days[name] = member[:, 0] * first + member[:, 1] * second - (member[:, 0] & member[:, 1]) * both
        classes += days[name] > 0
    any_days = first + second - both
    most = np.max([days[name] for name in ONE_CLASS], axis=0)
    return (
        (most * 28 >= 10 * recorded)
        | (days["simple"] * 28 >= 15 * recorded)
        | ((classes >= 2) & (any_days * 28 >= 10 * recorded))
    ) & (recorded >= MIN_RECORDED)


def _has_long_interval(run: Run) -> np.ndarray:
    """An interval over 13 weeks between injections given."""
    intervals = np.diff(run.schedule.injection, axis=1)
    given = np.arange(1, intervals.shape[1] + 1) < run.schedule.cycles_given[:, None]
    return np.asarray(((intervals > 91) & given).any(axis=1))


def summary(people: People, arm: int) -> dict[str, float]:
    """The numbers publications give, for one arm."""
    mine = People(*(column[people.arm == arm] for column in people))
    measured = {
        "baseline_days_mean": mine.baseline_days.mean(),
        "baseline_days_sd": mine.baseline_days.std(ddof=1),
        "baseline_moderate_severe_mean": mine.baseline_moderate_severe.mean(),
        "baseline_hours_mean": mine.baseline_hours.mean(),
        "baseline_hit6_mean": mine.baseline_hit6.mean(),
        "overuse_pct": 100 * mine.is_overuse.mean(),
        "female_pct": 100 * mine.female.mean(),
        "event_pct": 100 * mine.has_event.mean(),
        "neck_pain_pct": 100 * mine.has_neck_pain.mean(),
        "sites_mean": mine.sites.mean(),
        "interval_over_13_weeks_pct": 100 * mine.has_long_interval.mean(),
    }
    firsts = {
        "first_month_pct": first_times(mine.month_reached),
        "first_window_pct": first_times(mine.status == RESPONDER),
        "first_hours_pct": first_times(mine.hours_reached),
        "first_hit6_pct": first_times(mine.hit6_reached),
    }
    for cycle in range(1, mine.status.shape[1] + 1):
        measured[f"change_cycle_{cycle}"] = np.nanmean(mine.change[:, cycle - 1])
        measured[f"responder_pct_cycle_{cycle}"] = responder_pct(mine.status[:, cycle - 1])
        measured |= {f"{name}_cycle_{cycle}": values[cycle - 1] for name, values in firsts.items()}
    return {name: float(value) for name, value in measured.items()}


def first_times(reached: np.ndarray) -> np.ndarray:
    """Per cycle, the share of all subjects who reached it for the first time there, in per cent."""
    before = np.concatenate([np.zeros((len(reached), 1), dtype=bool), np.cumsum(reached, axis=1)[:, :-1] > 0], axis=1)
    return 100.0 * (reached & ~before).mean(axis=0)


def responder_pct(status: np.ndarray) -> float:
    """Responders among evaluable subjects of one cycle, in per cent."""
    evaluable = status < NOT_EVALUABLE
    return 100.0 * (status[evaluable] == RESPONDER).mean()
