"""Every code that the report and ``explain`` write in words has its words, with the numbers of the protocol in them."""

from flows.study.dictionary import load_dictionary
from flows.study.rule_parameters import parameter_columns
from flows.study.words import load_words

WORDS = load_words()


def test_every_definition_and_policy_of_a_rule_set_has_words() -> None:
    columns = parameter_columns()
    assert tuple(WORDS["headache_day"]) == columns["headache_day"]["allowed"]
    assert tuple(WORDS["missing_days"]) == columns["window_missing_days"]["allowed"]


def test_every_measure_has_words() -> None:
    (measure,) = (c for c in load_dictionary()["summary.change_from_baseline"].columns if c.name == "measure")
    assert set(WORDS["measure"]) == set(measure.allowed)
    assert WORDS["measure"]["moderate_severe_days"] == "Days with moderate or severe headache"


def test_the_hours_are_those_of_the_protocol() -> None:
    assert WORDS["headache_day"]["hours_4"] == "at least 4 hours of headache"
    assert not [text for codes in WORDS.values() for text in codes.values() if "{" in text]
