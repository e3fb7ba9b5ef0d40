"""Every spec on both engines, and that the specs together leave nothing out."""

import re
from typing import Any, get_args

import pytest

from flows.study import rule_sets as rule_parameters
from tests.spec.arithmetic import formulas, is_true
from tests.spec.chapters import ALL_SPECS, CHAPTERS, DISPUTED
from tests.spec.check import NOT_IN_REFERENCE, differences
from tests.spec.conftest import TablesOf
from tests.spec.engines import reference_engine, run_spec
from tests.spec.format import ALL_SHIPPED, Row, Spec, pipe_table, resolve
from tests.spec.render import PAGES, render_pages

STATUSES = {"responder", "non_responder", "not_evaluable", "not_due"}
VERDICTS = {"continue", "stop_no_response", "stop_success", "undetermined"}
each_spec = pytest.mark.parametrize("spec", ALL_SPECS, ids=lambda spec: re.sub(r"\W+", "-", spec.title).strip("-"))


@each_spec
def test_sql_is_as_specified(spec: Spec, sql_tables: TablesOf) -> None:
    assert differences(spec, sql_tables(spec)) == []


@each_spec
def test_reference_is_as_specified(spec: Spec) -> None:
    assert differences(spec, run_spec(spec, reference_engine()), not_returned=NOT_IN_REFERENCE) == []


@each_spec
def test_arithmetic_is_right(spec: Spec) -> None:
    assert [formula for formula in formulas(spec.arithmetic) if not is_true(formula)] == []


def expected_cells(column: str, specs: tuple[Spec, ...] = ALL_SPECS) -> set[str]:
    return {row[column] for spec in specs if spec.expected for row in pipe_table(spec.expected) if column in row}


def test_every_spec_expects_something_and_says_why() -> None:
    for spec in ALL_SPECS:
        assert spec.expected or spec.cycles or spec.months or spec.eligibility, spec.title
        assert all((spec.question, spec.source, spec.arithmetic)), spec.title
    assert len({spec.title for spec in ALL_SPECS}) == len(ALL_SPECS)


def test_every_status_and_verdict_is_specified() -> None:
    assert expected_cells("status") == STATUSES
    assert expected_cells("verdict") == VERDICTS


def test_every_disputed_definition_has_its_spec() -> None:
    assert sorted(spec.case for spec in ALL_SPECS if spec.case) == sorted(DISPUTED)


@pytest.mark.parametrize("rule_set", ALL_SHIPPED)
def test_every_shipped_rule_set_passes_and_fails_somewhere(rule_set: str) -> None:
    specs = tuple(spec for spec in CHAPTERS[0].specs if spec.rules == (rule_set,))
    assert {"responder", "non_responder"} <= expected_cells("status", specs)


def test_every_value_of_every_rule_parameter_is_specified() -> None:
    """A value that the rule model allows but no spec uses is a rule nobody has written down."""
    used = {value for spec in ALL_SPECS for rule in spec.rules for value in words_in(resolve(rule))}
    allowed = {
        value
        for name in ("RuleSet", "Baseline", "Window", "Condition", "Response", "StopNoResponse", "StopSuccess")
        for field in getattr(rule_parameters, name).model_fields.values()
        for value in get_args(field.annotation)
        if isinstance(value, str)
    }
    defaults = {"protocol", "prorate"}  # never written in a shipped file, used by every rule set that says nothing
    assert len(allowed) >= 20
    assert allowed - used - defaults == set()


def test_committed_pages_are_current() -> None:
    """After a change of a spec: python -m tests.spec.render."""
    pages = render_pages()
    assert sorted(PAGES.glob("*.md")) == sorted(pages)
    assert [path.name for path, text in pages.items() if path.read_text(encoding="utf-8") != text] == []


def words_in(part: Any) -> set[str]:
    if isinstance(part, dict):
        return set().union(*(words_in(value) for value in Row(part).values()))
    if isinstance(part, list):
        return set().union(*(words_in(value) for value in part))
    return {part} if isinstance(part, str) else set()
