"""Variants of a rule set: one assumption changed at a time, to show how far the result hangs on it."""

from typing import Any, NamedTuple

from flows.study.rule_sets import RuleSet

AS_WRITTEN = "as written"
# Assumptions on which published definitions differ (domain: missing days, recorded days, what a headache day is).
VALUES: dict[str, tuple[Any, ...]] = {
    "min_recorded_days": (14, 20, 23),
    "missing_days": ("prorate", "headache", "free"),
    "headache_day": ("any", "hours_4", "hours_4_or_acute"),
}


class Variant(NamedTuple):
    """A rule set with one parameter set to a value; ``name`` is AS_WRITTEN where that changes nothing."""

    rule: RuleSet
    name: str
    parameter: str
    value: Any


def variants_of(rule: RuleSet) -> list[Variant]:
    """Every single change of an assumption, the values as written among them."""
    made = []
    for parameter, values in VALUES.items():
        for value in values:
            changed = _changed(rule, parameter, value)
            made.append(Variant(changed, AS_WRITTEN if changed == rule else f"{parameter} = {value}", parameter, value))
    return made


def _changed(rule: RuleSet, parameter: str, value: Any) -> RuleSet:
    if parameter == "headache_day":
        return rule.model_copy(update={"headache_day": value})
    window = rule.window.model_copy(update={parameter: value})
    if parameter == "missing_days":
        return rule.model_copy(update={"window": window})
    baseline = rule.baseline.model_copy(update={parameter: value})
    return rule.model_copy(update={"window": window, "baseline": baseline})
