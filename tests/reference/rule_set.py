"""What a rule set says, with nothing left unsaid.

Source: docs/rule-parameters.md, the table of keys and defaults. A rule set arrives as tomllib reads it;
`fill_defaults` returns the same nesting with every key of the table present, None meaning "absent: never".
"""

from fractions import Fraction
from typing import Any

DEFAULTS: dict[str, Any] = {
    "month_days": 28,
    "headache_day": "any",
    "baseline": {"anchor": "first_injection", "days": 28, "min_recorded_days": 20},
    "window": {
        "position": "last",
        "end": "protocol",
        "days": 28,
        "min_recorded_days": 20,
        "missing_days": "prorate",
    },
    "response": {"require": "all", "conditions": []},
    "stop_no_response": {
        "mode": None,
        "cycles": None,
        "condition": "response",
        "or_not_responding": False,
    },
    "stop_success": {"headache_days_below": None, "months": None, "min_recorded_days": 20},
}

ALLOWED = {
    (None, "headache_day"): {"any", "hours_4", "hours_4_or_acute"},
    ("baseline", "anchor"): {"first_injection", "each_injection"},
    ("window", "position"): {"last", "first", "whole"},
    ("window", "end"): {"protocol", "next_injection"},
    ("window", "missing_days"): {"prorate", "headache", "free"},
    ("response", "require"): {"all", "any"},
    ("stop_no_response", "mode"): {None, "latest", "every"},
    ("stop_no_response", "condition"): {"response", "relief"},
}


def fill_defaults(rule_set: dict[str, Any]) -> dict[str, Any]:
    """One rule set in, the same rule set complete out.

    ValueError on a misspelt parameter or value: it would otherwise leave a default in force unnoticed.
    """
    filled: dict[str, Any] = {"id": rule_set["id"]}
    for key, default in DEFAULTS.items():
        given = rule_set.get(key, {} if isinstance(default, dict) else default)
        if isinstance(default, dict):
            unknown = given.keys() - default.keys()
            if unknown:
                raise ValueError(f"rule set {rule_set['id']}: unknown in [{key}]: {sorted(unknown)}")
            filled[key] = default | given
        else:
            filled[key] = given

    for (table, key), values in ALLOWED.items():
        value = filled[key] if table is None else filled[table][key]
        if value not in values:
            raise ValueError(f"rule set {rule_set['id']}: {key} cannot be {value!r}")

    filled["response"]["conditions"] = [
        condition | {"threshold": exact(condition["threshold"])} for condition in filled["response"]["conditions"]
    ]
    limit = filled["stop_success"]["headache_days_below"]
    if limit is not None:
        filled["stop_success"]["headache_days_below"] = exact(limit)
    return filled


def exact(threshold: float) -> int | Fraction:
    """A threshold as it is written: 33.3 is 333/10, not the binary number nearest to it."""
    return threshold if isinstance(threshold, int) else Fraction(str(threshold))
