"""Rule sets: when a subject counts as a responder in a cycle, and when treatment should stop.

A rule set is data (``data/rules/*.toml`` or a study's own ``rules/*.toml``). It becomes one row of
``meta.rule_sets``, and the SQL in ``sql/analysis`` computes every rule set in one pass from those rows.
"""

from pathlib import Path
from typing import Literal

from pydantic import Field, model_validator

from flows.base.errors import ConfigurationError
from flows.base.toml_files import Frozen, read_toml

Measure = Literal["reduction_pct", "headache_free_days", "headache_days"]
Comparator = Literal[">=", ">", "<=", "<"]
MissingDays = Literal["prorate", "headache", "free"]


class Baseline(Frozen):
    """The days a cycle is compared with: the 28 days before the first or before each injection."""

    anchor: Literal["first_injection", "each_injection"] = "first_injection"
    days: int = Field(28, ge=1, le=366)
    min_recorded_days: int = Field(20, ge=1, le=366)


class Window(Frozen):
    """The days of a cycle that are judged.

    ``last`` 28 days = Days 57-84 (``end = "protocol"``) or the 28 days before the actual next injection
    (``end = "next_injection"``); ``first`` = Days 1-28; ``whole`` = the cycle from Day 1.
    """

    position: Literal["last", "first", "whole"] = "last"
    end: Literal["protocol", "next_injection"] = "protocol"
    days: int = Field(28, ge=1, le=84)
    min_recorded_days: int = Field(20, ge=1, le=366)
    missing_days: MissingDays = "prorate"


class Condition(Frozen):
    """One comparison; days are per month of ``month_days``, prorated, compared as integers."""

    measure: Measure
    comparator: Comparator
    threshold: int = Field(ge=0, le=366)

    @model_validator(mode="after")
    def _direction(self) -> "Condition":
        wanted = ("<", "<=") if self.measure == "headache_days" else (">", ">=")
        if self.comparator not in wanted:
            raise ValueError(f"{self.measure} is compared with {wanted[0]} or {wanted[1]}")
        return self


class Response(Frozen):
    """What makes a cycle a response: all (or any) of the conditions, at most one per measure."""

    require: Literal["all", "any"] = "all"
    conditions: tuple[Condition, ...] = Field(min_length=1, max_length=3)

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

    mode: Literal["latest", "every"]
    cycles: int = Field(ge=1, le=1000)
    condition: Literal["response", "relief"] = "response"
    or_not_responding: bool = False


class StopSuccess(Frozen):
    """Stop because the aim is reached: ``months`` consecutive 28-day months below the limit."""

    headache_days_below: int = Field(ge=1, le=366)
    months: int = Field(ge=1, le=1000)
    min_recorded_days: int = Field(20, ge=1, le=366)


class RuleSet(Frozen):
    """A named way to judge a cycle, with its source."""

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str
    citation: str
    decision: str
    interpretation: tuple[str, ...] = ()
    month_days: int = Field(28, ge=28, le=31)
    headache_day: Literal["any", "hours_4", "hours_4_or_acute"] = "any"
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
