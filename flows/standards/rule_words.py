"""A rule set in words, with its values: for the methods of the parameters that it makes (data/standards/rule_words.toml).

What a parameter of a rule set is called, means and is counted in follows from its field (flows/study/rule_sets.py).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any

from flows.base.resources import resource
from flows.study.rule_parameters import parameter_columns
from flows.study.rule_sets import MEASURES

Row = Mapping[str, Any]  # of meta.rule_sets, with the columns of meta.protocol
TURNED = {">=": "<=", ">": "<"}
IN_WORDS = ("title", "citation", "decision", "interpretation")  # said as they are, before the list of the others


@cache
def _load() -> dict[str, dict[str, str]]:
    return tomllib.loads(resource("data/standards/rule_words.toml").read_text(encoding="utf-8"))


def words_of(rule: Row, protocol: Row) -> dict[str, str]:
    """The texts by name: ``window`` (which days), ``policy`` (and what a day without a record counts as), ``baseline``,
    ``response``, ``verdict``, and ``about``: every parameter with its meaning, value and unit; ``title`` as it is."""
    facts = {**protocol, **rule, "first_day": protocol["cycle_days"] - rule["window_days"] + 1}
    said = {"title": rule["title"], "month_days": str(rule["month_days"])}
    facts |= {f"{name}_text": _said_of(name, rule[name], facts) for name in _load() if name in rule}
    facts |= {
        "window_text": _said("window", _window(rule), facts),
        "interpretation_text": _interpretation(rule),
        "parameters": _parameters(rule),
        "conditions": _conditions(rule, facts),
    }
    is_compared = rule["response_reduction_pct_comparator"] is not None
    for name in ("window", "policy", "baseline"):
        said[name] = facts[name] = _said("text", name, facts)
    facts["baseline_if_compared"] = f"{said['baseline']} " if is_compared else ""
    facts["needs"] = _said("text", "needs_baseline" if is_compared else "needs_none", facts)
    said["response"] = _said("text", "response", facts)
    facts |= {"stops": _stops(rule, facts), "counted": _counted(rule, facts)}
    said["verdict"] = _said("text", "verdict", facts)
    said["about"] = _said("text", "about", facts)
    return said


def _said_of(name: str, value: Any, facts: Row) -> str:
    """The words of a list that is called as a parameter: by its value, or by whether there is one."""
    words = _load()[name]
    if value is None:
        return words.get("absent", "").format_map(facts)
    return words["given" if "given" in words else _value(value)].format_map(facts)


def _said(group: str, name: str, facts: Row) -> str:
    return _load()[group][name].format_map(facts)


def _window(rule: Row) -> str:
    position = rule["window_position"]
    return position if position == "first" else f"{position}_{rule['window_end']}"


def _conditions(rule: Row, facts: Row) -> str:
    """The conditions that the rule set has, and how many of them have to hold."""
    said = []
    for name, measure in MEASURES.items():
        comparator = rule[f"response_{name}_comparator"]
        if comparator is not None:
            own = {
                "measure": measure.description,
                "unit": measure.unit,
                "comparator": comparator,
                "turned": TURNED.get(comparator),
                "words": _load()["comparator"][comparator],
                "threshold": rule[f"response_{name}_threshold"],
            }
            said.append(_said("condition", name, {**facts, **own}))
    return f"{'this holds' if len(said) == 1 else facts['response_require_text']}: {'; '.join(said)}"


def _stops(rule: Row, facts: dict[str, Any]) -> str:
    """The rules for stopping in the order in which they are looked at."""
    said = []
    if rule["stop_success_months"] is not None:
        said.append(_said("text", "success", facts))
    if rule["stop_no_response_mode"] is not None:
        name = f"{rule['stop_no_response_mode']}_{rule['stop_no_response_condition']}"
        text = _said("stop_no_response", name, facts)
        said.append(_said("text", "no_response", {**facts, "stop_no_response_text": text}))
    return "".join(said) or _said("text", "no_stop", facts)


def _counted(rule: Row, facts: Row) -> str:
    """What the rules for stopping count, where they count anything beside RESP."""
    is_relief = rule["stop_no_response_condition"] == "relief"
    texts = [f"{facts['policy']} "] if is_relief or rule["stop_success_months"] is not None else []
    if is_relief:
        texts += [f"{facts['baseline']} ", _said("text", "relief", facts)]
    return "".join(texts)


def _interpretation(rule: Row) -> str:
    read = rule["interpretation"]
    return f" Read so: {read.replace(chr(10), ' ')}" if read else ""


def _parameters(rule: Row) -> str:
    """Every parameter that the rule set has: its meaning, its name and its value with the unit."""
    return "; ".join(
        f"{entry['description'].split('; null = ')[0]} ({name}): {_value(rule[name])}{_unit(entry)}"
        for name, entry in parameter_columns().items()
        if name not in IN_WORDS and rule[name] is not None
    )


def _value(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _unit(entry: Mapping[str, Any]) -> str:
    return f" {entry['unit']}" if "unit" in entry else ""
