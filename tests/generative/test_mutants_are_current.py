"""The mutants break what stands in the SQL now: one whose place has moved would stop `make mutants`."""

import pytest

from flows.warehouse.sql_models import load_models
from tests.generative.mutants import SQL_MUTANTS


@pytest.mark.parametrize(("model", "old", "new"), SQL_MUTANTS)
def test_the_place_of_a_mutant_stands_in_its_model(model: str, old: str, new: str) -> None:
    text = dict(load_models())[model]
    assert old in text
    assert text.replace(old, new) != text
