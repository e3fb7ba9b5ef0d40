"""What a preset says (data/simulation/*.toml), parsed once into frozen, typed objects."""

from datetime import date
from pathlib import Path
from typing import Annotated

from pydantic import Field, model_validator

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.toml_files import Frozen, read_toml

Share = Annotated[float, Field(ge=0, le=1)]


class StudyPlan(Frozen):
    """Enrolment, sites and rule sets."""

    start_date: date
    enrolment_days: int = Field(ge=1)
    sites: int = Field(ge=1, le=999)
    cycles: int = Field(ge=1, le=20)
    primary_rule_set: str
    rule_sets: tuple[str, ...] = Field(min_length=1)


class EffectClass(Frozen):
    """A kind of course: share of the arm's subjects, and the proportional fall of headache probability they reach."""

    name: str
    share: Share
    reduction_mean: float
    reduction_sd: float = Field(ge=0)
    first_cycle: int = Field(1, ge=1)  # late responders: no effect before this cycle


class Arm(Frozen):
    """One arm: size in the published study, people, and effect."""

    code: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    label: str
    subjects: int = Field(ge=1)
    female: Share
    switches_to: str | None = None  # open label: the arm whose effect this one has from switch_cycle on
    switch_cycle: int = Field(99, ge=2)
    classes: tuple[EffectClass, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _shares_are_whole(self) -> "Arm":
        if abs(sum(kind.share for kind in self.classes) - 1) > 1e-9:
            raise ValueError(f"the shares of the classes of arm '{self.code}' do not add up to 1")
        return self


class People(Frozen):
    """Age, earlier treatment and consent."""

    age_mean: float
    age_sd: float
    preventives_failed: tuple[Share, ...]  # share with 0, 1, 2, ... failed preventives
    consent_days_before_diary: int = Field(ge=0)  # at most


class Headache(Frozen):
    """The latent daily process before treatment. Probabilities of a headache day unless stated."""

    mean: Share
    sd: float = Field(ge=0)
    lowest: Share
    highest: Share
    min_baseline_days: int = Field(ge=0, le=28)  # screening: fewer baseline days of >= 4 h are not enrolled
    screenings: int = Field(ge=1, le=20)  # tries per enrolled subject; the last one is enrolled as it is
    persistence: float = Field(ge=0, lt=1)  # correlation of a day with the next
    month_sd: float = Field(ge=0)  # good and bad months: SD of the probability at 0.5, smaller near 0 and 1
    weekday: tuple[float, ...] = Field((0.0,) * 7, min_length=7, max_length=7)  # added, Monday first
    menstrual_rise: float = 0.0  # added on menstrual_days of every 28, women below 50
    menstrual_days: int = Field(5, ge=0, le=28)
    hours: tuple[tuple[Share, float], ...]  # quantiles of the hours on a headache day: (probability, hours)
    hours_spread: float = Field(ge=0, lt=1)  # a subject's hours are scaled by 1 - spread .. 1 + spread
    hours_effect: float = Field(ge=0, le=1)  # treatment also shortens headaches, by this part of its effect
    hours_own: Share = 0.0  # once treated, headaches also shorten by a subject's own part, from 0 to this one
    severity: tuple[Share, Share, Share]  # mild, moderate, severe on a headache day
    migraine: Share

    @model_validator(mode="after")
    def _quantiles_rise(self) -> "Headache":
        rising = all(a[0] < b[0] and a[1] <= b[1] for a, b in zip(self.hours, self.hours[1:], strict=False))
        if not rising or self.hours[0][0] != 0 or self.hours[-1][0] != 1:
            raise ValueError("hours must rise from probability 0 to probability 1")
        return self


class Course(Frozen):
    """How the effect comes and goes."""

    onset_days: int = Field(ge=1)
    growth: tuple[float, ...] = Field(min_length=1)  # by cycle, the last one stands for all later ones
    wear_from_day: int = Field(ge=1)  # wearing-off: full effect up to this day of a cycle,
    wear_gone_day: int = Field(ge=2)  # none from this one on


class Visits(Frozen):
    """Injections: when and how much."""

    early_days: int = Field(ge=0, le=13)  # an interval is 84 days - early .. + late: within 10 to 14 weeks
    late_days: int = Field(ge=0, le=14)
    extra_sites: Share  # sessions with follow-the-pain sites


class DropOut(Frozen):
    """Leaving the study, per cycle."""

    at_random: Share
    lack_of_effect: Share  # of those whose reduction lies below the limit, at the cycle's end
    reduction_limit: float


class Missing(Frozen):
    """Days without a diary row."""

    scattered: Share  # mean over subjects
    blocks_per_year: float = Field(ge=0)
    longest_block: int = Field(ge=1)
    headache_day_factor: float = Field(1.0, ge=0)  # scattered missing days are so much more likely on headache days
    next_morning: Share  # entries made the next morning


class Medication(Frozen):
    """Acute medication on headache days: habits of subjects who overuse and of those who do not."""

    overusers: Share
    overuse_intake: tuple[Share, Share]  # a subject's probability to take it on a headache day: from .. to
    other_intake: tuple[Share, Share]
    second_drug: Share  # a second drug is added on so many of the headache days
    drugs: dict[str, float]  # code -> weight


class Scores(Frozen):
    """HIT-6 and MSQ from the share of headache days in the last 28 days."""

    hit6_intercept: float
    hit6_slope: float  # points from no headache day to headache every day
    hit6_subject_sd: float
    hit6_noise_sd: float
    hit6_treated: float = 0.0  # added once treated, beyond what the headache days explain
    msq_intercept: float
    msq_slope: float
    msq_subject_sd: float
    msq_noise_sd: float


class EventTerm(Frozen):
    """An adverse event: share of subjects by arm within the first ``event_days`` of treatment."""

    term: str
    soc: str
    share: dict[str, Share]
    related: bool = False


class Preset(Frozen):
    """One kind of study."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    citation: str
    study: StudyPlan
    arms: tuple[Arm, ...] = Field(min_length=1)
    people: People
    headache: Headache
    course: Course
    visits: Visits
    drop_out: DropOut
    missing: Missing
    medication: Medication
    scores: Scores
    event_days: int = Field(ge=1)
    events: tuple[EventTerm, ...]

    @model_validator(mode="after")
    def _arms_are_known(self) -> "Preset":
        codes = {arm.code for arm in self.arms}
        for arm in self.arms:
            if arm.switches_to and arm.switches_to not in codes:
                raise ValueError(f"arm '{arm.code}' switches to '{arm.switches_to}', which is no arm")
        for event in self.events:
            if set(event.share) != codes:
                raise ValueError(f"event '{event.term}' needs a share for each of the arms {', '.join(sorted(codes))}")
        return self

    def arm(self, code: str) -> Arm:
        """The arm of this code."""
        return next(arm for arm in self.arms if arm.code == code)


class Dirt(Frozen):
    """data/simulation/dirt.toml: how often each kind befalls what it can befall, as a multiple of the overall rate."""

    diary: dict[str, float]
    subjects: dict[str, float]
    injections: dict[str, float]
    scores: dict[str, float]
    adverse_events: dict[str, float]
    files: dict[str, float]


class Target(Frozen):
    """A published number, and how near to it the simulation has to come."""

    preset: str
    measure: str
    label: str
    published: dict[str, float]
    tolerance: float = Field(gt=0)
    source: str
    note: str = ""  # what explains a miss


class Targets(Frozen):
    """data/simulation/targets.toml."""

    targets: tuple[Target, ...]


def load_targets() -> tuple[Target, ...]:
    """The published numbers the presets are held against."""
    return read_toml(resource("data/simulation") / "targets.toml", Targets).targets


def known_presets() -> list[str]:
    """The presets that ship."""
    return sorted(
        path.stem for path in resource("data/simulation").glob("*.toml") if path.stem not in ("dirt", "targets")
    )


def load_preset(name: str) -> Preset:
    """A shipped preset by name, or a file of one's own by path.

    Raises ConfigurationError where there is none.
    """
    if name.endswith(".toml"):
        return read_toml(Path(name), Preset)
    if name not in known_presets():
        raise ConfigurationError(
            f"--preset: there is no preset '{name}'; known are {', '.join(known_presets())}, or give a .toml file."
        )
    return read_toml(resource("data/simulation") / f"{name}.toml", Preset)


def load_dirt() -> Dirt:
    """How often each kind of dirt occurs."""
    return read_toml(resource("data/simulation") / "dirt.toml", Dirt)
