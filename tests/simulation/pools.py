"""Large pools of simulated subjects: trials are cut from them, subject by subject, without any file."""

from functools import cache
from typing import NamedTuple

import numpy as np

from flows.simulation.course import runs
from flows.simulation.measures import overuses, preempt_rule
from flows.simulation.settings import Preset, load_preset
from flows.simulation.statuses import RESPONDER, count, judge
from flows.study.rule_sets import RuleSet

WEEK_24 = 1  # cycle 2, counted from 0


class Pool(NamedTuple):
    """One arm's subjects at week 24."""

    responds: np.ndarray  # of the evaluable: 1 or 0
    is_overuser: np.ndarray
    evaluable_pct: float


def two_cycles(no_effect: bool = False) -> Preset:
    """The double-blind part of the preset preempt; without effect both arms have the placebo arm's course."""
    preset = load_preset("preempt")
    placebo, ona = (preset.arm(code).model_copy(update={"switches_to": None}) for code in ("placebo", "ona"))
    if no_effect:
        ona = ona.model_copy(update={"classes": placebo.classes, "female": placebo.female})
    return preset.model_copy(update={"arms": (placebo, ona), "study": preset.study.model_copy(update={"cycles": 2})})


@cache
def pools(seed: int, per_arm: int, no_effect: bool = False, threshold: int = 50) -> tuple[Pool, Pool]:
    """The placebo and the active arm, ``per_arm`` subjects each, judged by preempt (or another reduction in %)."""
    rule = with_threshold(preempt_rule(), threshold)
    arms, status, overuse = [], [], []
    for run in runs(two_cycles(no_effect), seed, (per_arm, per_arm)):
        arms.append(run.subjects.arm)
        status.append(judge(rule, count(run, rule, run.recorded.has_row), run.schedule.cycles_given)[:, WEEK_24])
        overuse.append(overuses(run))
    arm, judged, overused = np.concatenate(arms), np.concatenate(status), np.concatenate(overuse)
    made = []
    for place in (0, 1):
        mine = (arm == place) & (judged <= 1)
        made.append(
            Pool((judged[mine] == RESPONDER).astype(np.int64), overused[mine], 100 * mine.sum() / (arm == place).sum())
        )
    return made[0], made[1]


def with_threshold(rule: RuleSet, threshold: int) -> RuleSet:
    """The rule set with another reduction asked for."""
    (condition,) = rule.response.conditions
    changed = condition.model_copy(update={"threshold": threshold})
    return rule.model_copy(update={"response": rule.response.model_copy(update={"conditions": (changed,)})})


def trials(pool: Pool, number: int, size: int, skip: int = 0) -> np.ndarray:
    """Responders of ``number`` trials of ``size`` evaluable subjects each, no subject in two of them.

    ``skip`` subjects are passed over: those of trials of another size.
    """
    needed = skip + number * size
    if needed > len(pool.responds):
        raise ValueError(f"the pool holds {len(pool.responds)} subjects, {needed} are needed")
    return pool.responds[skip:needed].reshape(number, size).sum(axis=1)
