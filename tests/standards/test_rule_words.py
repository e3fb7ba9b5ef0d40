"""What define.xml says of a rule set: all of it, with its values, for the shipped ones and for a study's own."""

import tomllib
from typing import Any

import duckdb
import pytest

from flows.base.toml_files import read_toml
from flows.standards.method_facts import load_packaged_facts, load_rule_words
from flows.standards.rule_words import _said_of, words_of
from flows.study.rule_parameters import parameter_columns, parameter_values
from flows.study.rule_sets import RuleSet
from flows.study.study_folder import Protocol
from flows.warehouse.settings_tables import load_metadata
from tests.conftest import ROOT
from tests.sql_engine import make_study

PROTOCOL = read_toml(ROOT / "data/protocol.toml", Protocol).model_dump()
SHIPPED = [path.stem for path in sorted((ROOT / "data/rules").glob("*.toml"))]
# A rule set that has everything a rule set can have.
OURS: dict[str, Any] = {
    "id": "ours",
    "title": "Our own rule",
    "citation": "Our plan",
    "decision": "Go on while it helps.",
    "interpretation": ["It helps as long as one condition holds."],
    "month_days": 30,
    "headache_day": "hours_4",
    "window": {"end": "next_injection", "days": 21, "missing_days": "headache", "min_recorded_days": 14},
    "baseline": {"anchor": "each_injection", "days": 35, "min_recorded_days": 25},
    "response": {
        "require": "any",
        "conditions": [
            {"measure": "reduction_pct", "comparator": ">", "threshold": 40},
            {"measure": "headache_free_days", "comparator": ">=", "threshold": 16},
            {"measure": "headache_days", "comparator": "<", "threshold": 9},
        ],
    },
    "stop_no_response": {"mode": "every", "cycles": 4, "condition": "relief", "or_not_responding": False},
    "stop_success": {"headache_days_below": 11, "months": 5, "min_recorded_days": 17},
}
FULL = parameter_values(RuleSet.model_validate(OURS))
METHODS = ("policy", "baseline", "response", "verdict")


def another(name: str, value: Any) -> Any:
    """A value that the parameter may have, too."""
    if isinstance(value, bool):
        return not value
    if isinstance(value, int):
        return value + 1
    allowed = parameter_columns()[name].get("allowed", (f"{value} else",))
    return next(choice for choice in allowed if choice != value)


@pytest.mark.parametrize("name", parameter_columns())
def test_no_parameter_is_left_unsaid(name: str) -> None:
    """Another value gives another method, but for what is quoted: that changes what is said about the rule set."""
    assert FULL[name] is not None
    said, changed = (words_of(row, PROTOCOL) for row in (FULL, FULL | {name: another(name, FULL[name])}))
    is_quoted = name in ("title", "citation", "decision", "interpretation")
    assert said["about"] != changed["about"]
    assert is_quoted or [said[text] for text in METHODS] != [changed[text] for text in METHODS]


def test_every_way_to_put_a_window_and_a_stop() -> None:
    """Each has its words: as many texts as there are rules."""
    windows = {
        words_of(FULL | {"window_position": position, "window_end": end}, PROTOCOL)["window"]
        for position, end in (
            ("first", "protocol"), ("last", "protocol"), ("last", "next_injection"), ("whole", "protocol"),
            ("whole", "next_injection"),
        )
    }  # fmt: skip
    assert len(windows) == 5
    stops = {
        words_of(FULL | {"stop_no_response_mode": mode, "stop_no_response_condition": condition}, PROTOCOL)["verdict"]
        for mode in ("latest", "every")
        for condition in ("response", "relief")
    }
    assert len(stops) == 4


def test_a_rule_set_of_a_studys_own() -> None:
    """As the database of a snapshot has it."""
    with duckdb.connect() as con:
        load_metadata(con, make_study([OURS], None), None)
        said = load_rule_words(con)["ours"]
    assert said == words_of(FULL, PROTOCOL)
    for text in (
        "at least 4 hours of headache",
        "the 21 days that end on the day before the next injection",
        "where no next injection is recorded, Days 64 to 84",
        "plus its days without a record, D = all its days",
        "the 35 days before the injection that opens the cycle",
        "BD >= 25",
        "fewer than 14 recorded days, or BD < 25, or BH = 0",
        "one of these holds: reduction of headache days since baseline of more than 40%: "
        "100 x H x BD < (100 - 40) x BH x D; at least 16 headache-free days per month of 30 days: "
        "(D - H) x 30 >= 16 x D; fewer than 9 headache days per month of 30 days: H x 30 < 9 x D; else",
    ):
        assert text in said["response"]
    order = [
        "STOP SUCCESS where 5 months",
        "H x 30 < 11 x D",
        "fewer than 17",
        "STOP NO RESPONSE where",
        "last 4 cycles",
    ]
    places = [said["verdict"].index(text) for text in (*order, "CONTINUE where", "else UNDETERMINED")]
    assert places == sorted(places)
    assert "Our own rule. Our plan. In its words: Go on while it helps. Read so: It helps" in said["about"]
    assert "(baseline_min_recorded_days): 25 days" in said["about"]


@pytest.mark.parametrize("rule_set", SHIPPED)
def test_the_shipped_ones(rule_set: str) -> None:
    """Each is told without a brace left, and asks for a baseline only where it compares with one."""
    said = load_packaged_facts(rule_set)
    rule = tomllib.loads((ROOT / f"data/rules/{rule_set}.toml").read_text(encoding="utf-8"))
    is_compared = any(condition["measure"] == "reduction_pct" for condition in rule["response"]["conditions"])
    assert ("BH = 0" in said["response"]) == is_compared != ("no baseline is needed" in said["response"])
    assert ("no rule for stopping" in said["verdict"]) == ("stop_no_response" not in rule)
    text = " ".join(said[name] for name in (*METHODS, "about"))
    assert not any(left in text for left in ("{", "}", "None"))
    for condition in rule["response"]["conditions"]:
        assert f"{condition['threshold']}" in said["response"]


def test_a_number_that_may_be_absent_has_words_for_both(monkeypatch: pytest.MonkeyPatch) -> None:
    words = {"stop_success_months": {"given": "after {stop_success_months} months", "absent": "never"}, "other": {}}
    monkeypatch.setattr("flows.standards.rule_words._load", lambda: words)
    assert _said_of("stop_success_months", 3, FULL | {"stop_success_months": 3}) == "after 3 months"
    assert _said_of("stop_success_months", None, FULL) == "never"
    with pytest.raises(KeyError):
        _said_of("other", "a value without words", FULL)
