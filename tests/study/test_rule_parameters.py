"""A parameter of a rule set is one field with its description: column, dictionary entry and page follow from it."""

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from pydantic import Field

from flows.study.dictionary import SQL_TYPES, load_dictionary
from flows.study.rule_parameters import load_parameters, parameter_columns, parameter_values
from flows.study.rule_parameters_page import page_path, render_parameters
from flows.study.rule_sets import DAYS, Condition, RuleSet, StopNoResponse, load_rule_sets
from tests.conftest import ROOT
from tests.generative.studies import rule_sets

(ARTICLE, NICE) = load_rule_sets(("article", "nice_ta260"), [ROOT / "data/rules"])
PARAMETERS = {
    "month_days": "INTEGER",
    "headache_day": "VARCHAR",
    "baseline_anchor": "VARCHAR",
    "baseline_days": "INTEGER",
    "baseline_min_recorded_days": "INTEGER",
    "window_position": "VARCHAR",
    "window_end": "VARCHAR",
    "window_days": "INTEGER",
    "window_min_recorded_days": "INTEGER",
    "window_missing_days": "VARCHAR",
    "response_require": "VARCHAR",
    "response_reduction_pct_comparator": "VARCHAR",
    "response_reduction_pct_threshold": "INTEGER",
    "response_headache_free_days_comparator": "VARCHAR",
    "response_headache_free_days_threshold": "INTEGER",
    "response_headache_days_comparator": "VARCHAR",
    "response_headache_days_threshold": "INTEGER",
    "stop_no_response_mode": "VARCHAR",
    "stop_no_response_cycles": "INTEGER",
    "stop_no_response_condition": "VARCHAR",
    "stop_no_response_or_not_responding": "BOOLEAN",
    "stop_success_headache_days_below": "INTEGER",
    "stop_success_months": "INTEGER",
    "stop_success_min_recorded_days": "INTEGER",
}
TEXTS = ("title", "citation", "decision", "interpretation")


class StopWithPause(StopNoResponse):
    """A stop with a parameter more."""

    pause_days: int = Field(7, ge=1, le=30, description="days to wait", json_schema_extra=DAYS)
    gap_days: int | None = Field(None, ge=1, description="longest gap; null = any", json_schema_extra=DAYS)


class RuleSetWithPause(RuleSet):
    """A rule set with a parameter more."""

    stop_no_response: StopWithPause | None = None


def test_the_columns_are_the_paths_of_the_rule_file() -> None:
    columns = load_dictionary()["meta.rule_sets"].columns
    described = {"rule_set": "VARCHAR", "position": "INTEGER", **dict.fromkeys(TEXTS, "VARCHAR"), **PARAMETERS}
    assert {column.name: SQL_TYPES[column.type] for column in columns} == described
    assert [column.name for column in columns] == list(described)


@pytest.mark.parametrize("column", PARAMETERS)
def test_a_query_names_each_parameter_as_its_column_is_named(column: str) -> None:
    queries = [path.read_text(encoding="utf-8") for path in (ROOT / "sql").rglob("*.sql")]
    assert any(re.search(rf"\b{column}\b", query) for query in queries)


def test_the_values_of_the_article_are_those_of_its_file() -> None:
    values = parameter_values(ARTICLE)
    assert values["interpretation"].count("\n") == 2
    assert {name: values[name] for name in PARAMETERS} == {
        "month_days": 30,
        "headache_day": "any",
        "baseline_anchor": "first_injection",
        "baseline_days": 28,
        "baseline_min_recorded_days": 20,
        "window_position": "last",
        "window_end": "protocol",
        "window_days": 28,
        "window_min_recorded_days": 20,
        "window_missing_days": "prorate",
        "response_require": "all",
        "response_reduction_pct_comparator": None,
        "response_reduction_pct_threshold": None,
        "response_headache_free_days_comparator": ">=",
        "response_headache_free_days_threshold": 15,
        "response_headache_days_comparator": None,
        "response_headache_days_threshold": None,
        "stop_no_response_mode": "every",
        "stop_no_response_cycles": 2,
        "stop_no_response_condition": "relief",
        "stop_no_response_or_not_responding": True,
        "stop_success_headache_days_below": None,
        "stop_success_months": None,
        "stop_success_min_recorded_days": None,
    }


def test_each_condition_and_each_stop_has_its_own_columns() -> None:
    conditions = tuple(
        Condition(measure=measure, comparator=comparator, threshold=threshold)
        for measure, comparator, threshold in (("headache_days", "<", 10), ("reduction_pct", ">", 0))
    )
    response = NICE.response.model_copy(update={"conditions": conditions})
    values = parameter_values(NICE.model_copy(update={"response": response}))
    assert {name: value for name, value in values.items() if name.startswith("response_")} == {
        "response_require": "all",
        "response_reduction_pct_comparator": ">",
        "response_reduction_pct_threshold": 0,
        "response_headache_free_days_comparator": None,
        "response_headache_free_days_threshold": None,
        "response_headache_days_comparator": "<",
        "response_headache_days_threshold": 10,
    }
    # NICE TA260: fewer than 15 days in three consecutive months
    assert (values["stop_success_headache_days_below"], values["stop_success_months"]) == (15, 3)
    assert values["stop_no_response_or_not_responding"] is False


def test_every_key_of_a_rule_file_is_described() -> None:
    undescribed = [".".join(parameter.path) for parameter in load_parameters() if not parameter.field["description"]]
    assert undescribed == []
    columns = parameter_columns()
    assert columns["response_headache_free_days_threshold"] == {
        "type": "integer",
        "unit": "days/month",
        "description": "headache-free days: amount that is asked for or allowed; null = no such condition",
    }
    assert columns["response_headache_days_comparator"]["allowed"] == ("<", "<=")
    assert columns["stop_success_months"]["unit"] == "months"
    assert columns["stop_success_months"]["description"].endswith("; null = no stop_success")
    assert "null" not in columns["window_days"]["description"]


def test_one_more_field_is_enough() -> None:
    name, optional = "stop_no_response_pause_days", "stop_no_response_gap_days"
    assert set(parameter_columns(RuleSetWithPause)) - set(parameter_columns()) == {name, optional}
    assert parameter_columns(RuleSetWithPause)[optional]["type"] == "integer"
    assert parameter_columns(RuleSetWithPause)[name] == {
        "type": "integer",
        "unit": "days",
        "description": "days to wait; null = no stop_no_response",
    }
    longer = RuleSetWithPause.model_validate(NICE.model_dump())
    assert (parameter_values(longer)[name], parameter_values(longer)[optional]) == (7, None)
    assert parameter_values(longer.model_copy(update={"stop_no_response": None}))[name] is None
    page = render_parameters(page_path().read_text(encoding="utf-8"), RuleSetWithPause)
    assert "\n| `stop_no_response.pause_days` | 1..30 days (7) | days to wait |\n" in page
    assert "\n| `stop_no_response.gap_days` | 1 or more days | longest gap; null = any |\n" in page


@settings(max_examples=20, database=None, derandomize=True)
@given(rule=rule_sets())
def test_generated_studies_draw_every_parameter(rule: dict[str, Any]) -> None:
    """Else the comparison of SQL and reference passes, and says nothing about the parameter."""
    assume("stop_no_response" in rule and "stop_success" in rule)
    lacking = [".".join(p.path) for p in load_parameters() if p.path[-1] not in TEXTS and not _is_drawn(rule, p.path)]
    assert lacking == []


def _is_drawn(table: Any, path: tuple[str, ...]) -> bool:
    if isinstance(table, list):
        table = table[0]
    return path[0] in table and (len(path) == 1 or _is_drawn(table[path[0]], path[1:]))


def test_the_page_is_as_the_fields_are() -> None:
    page = page_path().read_text(encoding="utf-8")
    assert render_parameters(page) == page, "make expectations"
    assert "\n| `month_days` | 28..31 days (28) | " in page
    assert "\n| `window.end` | `protocol`, `next_injection` (`protocol`) | " in page
    assert "\n| `stop_no_response.or_not_responding` | true, false (false) | " in page
