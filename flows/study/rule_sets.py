"""Rule sets: when a subject counts as a responder in a cycle, and when treatment should stop.

A rule set is data (``data/rules/*.toml`` or a study's own ``rules/*.toml``). It becomes one row of
``meta.rule_sets``, and the SQL in ``sql/analysis`` computes every rule set in one pass from those rows.

A parameter is described here and nowhere else. Its column of ``meta.rule_sets``, the dictionary entry of that column
and its line in ``docs/rule-parameters.md`` follow from the field (``flows/study/rule_parameters.py``).
"""

from pathlib import Path
from typing import Literal, NamedTuple

from pydantic import Field, model_validator
from pydantic.config import JsonDict

from flows.base.errors import ConfigurationError
from flows.base.toml_files import Frozen, read_toml

Measure = Literal["reduction_pct", "headache_free_days", "headache_days"]
Comparator = Literal[">=", ">", "<=", "<"]
MissingDays = Literal["prorate", "headache", "free"]


class Compared(NamedTuple):
    """What a condition compares: in words, the unit of its threshold, and the comparators that make sense."""

    description: str
    unit: str
    comparators: tuple[Comparator, Comparator]


MEASURES: dict[Measure, Compared] = {
    "reduction_pct": Compared("reduction of headache days since baseline", "%", (">", ">=")),
    "headache_free_days": Compared("headache-free days", "days/month", (">", ">=")),
    "headache_days": Compared("headache days", "days/month", ("<", "<=")),
}


# The units of the fields below.
DAYS: JsonDict = {"unit": "days"}
DAYS_PER_MONTH: JsonDict = {"unit": "days/month"}
CYCLES: JsonDict = {"unit": "cycles"}
MONTHS: JsonDict = {"unit": "months"}


class Baseline(Frozen):
    """The days a cycle is compared with: the 28 days before the first or before each injection."""

    anchor: Literal["first_injection", "each_injection"] = Field(
        "first_injection", description="injection before which it lies: the first, or the one that opens the cycle"
    )
    days: int = Field(
        28,
        ge=1,
        le=366,
        description="length of the baseline: it ends the day before the injection",
        json_schema_extra=DAYS,
    )
    min_recorded_days: int = Field(
        20,
        ge=1,
        le=366,
        description="with fewer recorded days the baseline is not evaluable",
        json_schema_extra=DAYS,
    )


class Window(Frozen):
    """The days of a cycle that are judged.

    ``last`` 28 days = Days 57-84 (``end = "protocol"``) or the 28 days before the actual next injection
    (``end = "next_injection"``); ``first`` = Days 1-28; ``whole`` = the cycle from Day 1.
    """

    position: Literal["last", "first", "whole"] = Field("last", description="part of the cycle that is judged")
    end: Literal["protocol", "next_injection"] = Field(
        "protocol", description="end of a last or whole window: Day 84, or the day before the actual next injection"
    )
    days: int = Field(28, ge=1, le=84, description="length of a first or last window", json_schema_extra=DAYS)
    min_recorded_days: int = Field(
        20,
        ge=1,
        le=366,
        description="with fewer recorded days the cycle is not evaluable",
        json_schema_extra=DAYS,
    )
    missing_days: MissingDays = Field(
        "prorate", description="what a day of the window without a recorded answer counts as"
    )


class Condition(Frozen):
    """One comparison; days are per month of ``month_days``, prorated, compared as integers."""

    measure: Measure = Field(description="what is compared; in one condition only")
    comparator: Comparator = Field(description="how it is compared with the threshold")
    threshold: int = Field(ge=0, le=366, description="amount that is asked for or allowed")

    @model_validator(mode="after")
    def _direction(self) -> "Condition":
        wanted = MEASURES[self.measure].comparators
        if self.comparator not in wanted:
            raise ValueError(f"{self.measure} is compared with {wanted[0]} or {wanted[1]}")
        return self


class Response(Frozen):
    """What makes a cycle a response: all (or any) of the conditions, at most one per measure."""

    require: Literal["all", "any"] = Field("all", description="how many of the conditions have to hold")
    conditions: tuple[Condition, ...] = Field(min_length=1, max_length=len(MEASURES))

    @model_validator(mode="after")
    def _one_per_measure(self) -> "Response":
        measures = [condition.measure for condition in self.conditions]
        if len(set(measures)) < len(measures):
            raise ValueError("a measure may appear in one condition only")
        return self

    def by_measure(self, measure: Measure) -> Condition | None:
        """The condition on this measure, if the rule set has one."""
        return next((c for c in self.conditions if c.measure == measure), None)


class StopNoResponse(Frozen):
    """Stop for lack of effect: the latest cycle (from cycle ``cycles`` on), or every one of the last ``cycles``."""

    mode: Literal["latest", "every"] = Field(description="the latest cycle decides, or every one of the last cycles")
    cycles: int = Field(
        ge=1,
        le=1000,
        description="K: cycle from which the latest one decides, or number of cycles that all lack the condition",
        json_schema_extra=CYCLES,
    )
    condition: Literal["response", "relief"] = Field("response", description="what has to be lacking")
    or_not_responding: bool = Field(False, description="whether one non_responder cycle is enough, too")


class StopSuccess(Frozen):
    """Stop because the aim is reached: ``months`` consecutive 28-day months below the limit."""

    headache_days_below: int = Field(
        ge=1, le=366, description="limit of a month, per month of month_days", json_schema_extra=DAYS_PER_MONTH
    )
    months: int = Field(
        ge=1,
        le=1000,
        description="M: consecutive months below the limit that are needed",
        json_schema_extra=MONTHS,
    )
    min_recorded_days: int = Field(
        20,
        ge=1,
        le=366,
        description="with fewer recorded days a month is not evaluable and breaks the run",
        json_schema_extra=DAYS,
    )


class RuleSet(Frozen):
    """A named way to judge a cycle, with its source."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="name of the rule set; its file has the same name")
    title: str = Field(description="title")
    citation: str = Field(description="source it is taken from")
    decision: str = Field(description="the rule in words")
    interpretation: tuple[str, ...] = Field((), description="how its wording was read")
    month_days: int = Field(
        28,
        ge=28,
        le=31,
        description="length of the month in which thresholds and days per month are expressed",
        json_schema_extra=DAYS,
    )
    headache_day: Literal["any", "hours_4", "hours_4_or_acute"] = Field(
        "any", description="definition of a headache day"
    )
    baseline: Baseline = Baseline()
    window: Window = Window()
    response: Response
    stop_no_response: StopNoResponse | None = None
    stop_success: StopSuccess | None = None


def load_rule_sets(wanted: tuple[str, ...], folders: list[Path]) -> tuple[RuleSet, ...]:
    """The wanted rule sets in the wanted order; a later folder (the study's own) wins over an earlier one."""
    files = {path.stem: path for folder in folders for path in sorted(folder.glob("*.toml"))}
    loaded = []
    for name in wanted:
        if name not in files:
            raise ConfigurationError(
                f"study.toml: rule_sets: there is no rule set '{name}'; known are {', '.join(sorted(files))}."
            )
        rule_set = read_toml(files[name], RuleSet)
        if rule_set.id != name:
            raise ConfigurationError(f"{files[name].name}: id: is '{rule_set.id}' but the file is named '{name}'.")
        loaded.append(rule_set)
    return tuple(loaded)
