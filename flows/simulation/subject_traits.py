"""Who takes part: arm, person, and the traits that stay the same over the study."""

from typing import NamedTuple

import numpy as np

from flows.simulation.chance import Chance, Purpose, choice
from flows.simulation.settings import Arm, Preset


class Subjects(NamedTuple):
    """A run of subjects, one entry each; days are counted from the study's start."""

    number: np.ndarray  # 1 for the study's first subject
    arm: np.ndarray  # place in the preset's arms
    female: np.ndarray
    birth_year: np.ndarray
    preventives_failed: np.ndarray
    first_day: np.ndarray  # first diary day: 28 days before the first injection
    consent_day: np.ndarray
    effect_class: np.ndarray  # place in the arm's classes
    reduction: np.ndarray  # proportional fall of the probability of headache at full effect
    first_cycle: np.ndarray  # first cycle with an effect
    later_reduction: np.ndarray  # the same once the arm has switched
    hours_scale: np.ndarray  # in 256ths
    hours_fall: np.ndarray  # part by which headaches shorten once treated, whatever becomes of their number
    is_overuser: np.ndarray
    drugs: np.ndarray  # two places in the preset's drugs
    intake: np.ndarray  # in 256ths: probability of each drug on a headache day
    cycle_phase: np.ndarray  # 0..27: place of the menstrual window; -1 without


def allocate(seed: int, sizes: list[int]) -> np.ndarray:
    """The arm of every subject of the study: a random order with exact arm sizes."""
    total = sum(sizes)
    words = Chance(seed, 0, total).words(Purpose.ALLOCATION, 1)[:, 0]
    arms = np.repeat(np.arange(len(sizes)), sizes)
    allocated = np.empty(total, dtype=np.int64)
    allocated[np.argsort(words, kind="stable")] = arms
    return allocated


def draw_subjects(preset: Preset, chance: Chance, arm: np.ndarray) -> Subjects:
    """The people and their traits; ``arm`` is the arm of each of them."""
    people, medication = preset.people, preset.medication
    person = chance.uniform(Purpose.PEOPLE, 8)
    traits = chance.uniform(Purpose.TRAITS, 8)
    age = np.clip(people.age_mean + people.age_sd * chance.normal(Purpose.AGE, 1)[:, 0], 20, 70)
    first_day = np.floor(person[:, 1] * preset.study.enrolment_days).astype(np.int64)
    female = person[:, 0] < np.array([a.female for a in preset.arms])[arm]
    year = preset.study.start_date.year
    is_overuser = traits[:, 0] < medication.overusers
    low, high = (
        np.where(is_overuser, medication.overuse_intake[side], medication.other_intake[side]) for side in (0, 1)
    )
    intake = low + (high - low) * traits[:, 1]
    weights = list(medication.drugs.values())
    weights = [weight / sum(weights) for weight in weights]
    drugs = np.stack([choice(traits[:, 2], weights), choice(traits[:, 3], weights)], axis=1)
    effect_class, reduction, first_cycle = _effect(preset, chance, arm)
    switched = np.array([_place(preset, a.switches_to or a.code) for a in preset.arms])[arm]
    _, later, _ = _effect(preset, chance, switched)
    spread = preset.headache.hours_spread
    menstruates = female & (age < 50)
    return Subjects(
        number=np.arange(chance.first + 1, chance.first + chance.count + 1),
        arm=arm,
        female=female,
        birth_year=year - np.floor(age).astype(np.int64),
        preventives_failed=choice(person[:, 2], list(people.preventives_failed)),
        first_day=first_day,
        consent_day=first_day - np.floor(person[:, 3] * (people.consent_days_before_diary + 1)).astype(np.int64),
        effect_class=effect_class,
        reduction=reduction,
        first_cycle=first_cycle,
        later_reduction=later,
        hours_scale=np.rint(256 * (1 - spread + 2 * spread * traits[:, 4])).astype(np.int64),
        hours_fall=preset.headache.hours_own * traits[:, 7],
        is_overuser=is_overuser,
        drugs=drugs,
        intake=np.stack(
            [np.rint(256 * intake), np.where(traits[:, 5] < 0.5, np.rint(512 * medication.second_drug), 0)], axis=1
        ).astype(np.int64),
        cycle_phase=np.where(menstruates, np.floor(traits[:, 6] * 28).astype(np.int64), -1),
    )


def _place(preset: Preset, code: str) -> int:
    return [arm.code for arm in preset.arms].index(code)


def _effect(preset: Preset, chance: Chance, arm: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Class, reduction and first cycle with effect, from the same draws whatever the arm."""
    draw = chance.uniform(Purpose.EFFECT_CLASS, 1)[:, 0]
    deviation = chance.normal(Purpose.EFFECT_SIZE, 1)[:, 0]
    kind = np.zeros(len(arm), dtype=np.int64)
    reduction = np.zeros(len(arm))
    first_cycle = np.ones(len(arm), dtype=np.int64)
    for place, settings in enumerate(preset.arms):
        inside = arm == place
        kind[inside] = choice(draw[inside], [c.share for c in settings.classes])
        mean, sd, first = (np.array(values)[kind[inside]] for values in _columns(settings))
        reduction[inside] = np.minimum(mean + sd * deviation[inside], 1.0)
        first_cycle[inside] = first
    return kind, reduction, first_cycle


def _columns(arm: Arm) -> tuple[list[float], list[float], list[int]]:
    kinds = arm.classes
    return (
        [kind.reduction_mean for kind in kinds],
        [kind.reduction_sd for kind in kinds],
        [kind.first_cycle for kind in kinds],
    )
