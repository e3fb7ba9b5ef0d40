"""Expectations follow from the dictionary where they can, and every check names what to do."""

import json

import pytest

from flows.checks import Check, load_suites
from flows.dictionary_checks import dictionary_expectations
from flows.resources import resource

ALL_CHECKS = [check for checks in load_suites().values() for check in checks]


@pytest.mark.parametrize("suite", sorted(dictionary_expectations()))
def test_dictionary_made_expectations_are_current(suite: str) -> None:
    """Run ``make expectations`` after changing the dictionary."""
    written = json.loads((resource("expectations") / f"{suite}.json").read_text())["expectations"]
    assert [e for e in written if e["meta"].get("from") == "dictionary"] == dictionary_expectations()[suite]


def test_check_ids_are_unique() -> None:
    ids = [check.id for check in ALL_CHECKS]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("check", ALL_CHECKS, ids=lambda check: check.id)
def test_check_tells_reason_fix_and_source(check: Check) -> None:
    assert check.severity in ("critical", "error", "warning", "info")
    assert check.reason
    assert check.fix
    assert check.source
