"""P-values adjusted for each other: by hand, against the published example, and from a small trial."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.base.toml_files import read_toml
from flows.statistics.multiplicity import adjust
from flows.study.analysis_plan import AnalysisPlan
from flows.study.study_folder import StudyFile
from tests import summary_study
from tests.summary_study import Trial, matching, only, picked

RESPONDS, FAILS = (20, 20, 10), (20, 20, 19)


def adjusted(p_values: list[float | None], families: list[int], within: str = "holm") -> list[tuple[float, bool, bool]]:
    return [
        (round(result.p_value, 10), result.is_reached, result.is_rejected)
        for result in adjust(p_values, families, within, 0.05)
    ]


@pytest.mark.parametrize(
    ("within", "wanted"),
    [("holm", [0.06, 0.06, 0.06, 0.02]), ("simes-hochberg", [0.04, 0.04, 0.04, 0.02])],
)
def test_holm_and_hochberg_by_hand(within: str, wanted: list[float]) -> None:
    """0.005, 0.02, 0.03, 0.04. Holm: 4 x 0.005, 3 x 0.02, then no smaller; Hochberg: 0.04, 2 x 0.03, no larger."""
    assert [p_value for p_value, _, _ in adjusted([0.02, 0.03, 0.04, 0.005], [1, 1, 1, 1], within)] == wanted


def test_hochberg_rejects_where_holm_does_not() -> None:
    """Hochberg 1988: two p-values of 0.04 are both rejected at 0.05, by Holm neither."""
    assert [r for _, _, r in adjusted([0.04, 0.04], [1, 1])] == [False, False]
    assert [r for _, _, r in adjusted([0.04, 0.04], [1, 1], "simes-hochberg")] == [True, True]


def test_a_fixed_sequence_ends_at_the_first_that_is_not_rejected() -> None:
    assert adjusted([0.01, 0.03, 0.2, 0.001], [1, 2, 3, 4]) == [
        (0.01, True, True),
        (0.03, True, True),
        (0.2, True, False),
        (0.2, False, False),
    ]
    assert adjusted([None, 0.001], [1, 2]) == [(1.0, True, False), (1.0, False, False)]


def test_gates_open_when_the_whole_family_before_is_rejected() -> None:
    """Families in any declared order; Holm within each: 2 x 0.01 and 0.02, then 2 x 0.02 and 0.03 no smaller than 0.04."""
    assert adjusted([0.02, 0.01, 0.03, 0.02], [2, 1, 2, 1]) == [
        (0.04, True, True),
        (0.02, True, True),
        (0.04, True, True),
        (0.02, True, True),
    ]
    assert adjusted([0.01, 0.04, 0.001], [1, 1, 2]) == [
        (0.02, True, True),
        (0.04, True, True),
        (0.04, True, True),
    ]
    assert adjusted([0.01, 0.06, 0.001], [1, 1, 2]) == [
        (0.02, True, True),
        (0.06, True, False),
        (0.06, False, False),
    ]


PLAN: dict[str, Any] = {
    "multiplicity": "fixed_sequence",
    "hypotheses": [
        {"id": "rate", "table": "summary.arm_differences", "where": {"cycle": 1, "analysis": "observed"}},
        {"id": "later", "table": "summary.arm_differences", "where": {"cycle": 2, "analysis": "observed"}},
        {"id": "time", "table": "summary.time_to_event_tests", "where": {"event": "first_response"}},
    ],
}


def summarised(monkeypatch: pytest.MonkeyPatch, plan: dict[str, Any], **settings: Any) -> duckdb.DuckDBPyConnection:
    def make_study(*arguments: Any) -> Any:
        return original(*arguments).model_copy(update={"analysis": AnalysisPlan.model_validate(plan)})

    original = summary_study.make_study
    monkeypatch.setattr(summary_study, "make_study", make_study)
    made = Trial()
    for arm, letters in (("ona", "RRRRRRRRNN"), ("placebo", "RNNNNNNNNN")):
        for number, letter in enumerate(letters):
            made.add(f"{arm}{number}", arm, 20, RESPONDS if letter == "R" else FAILS)
    return made.summarise(**settings)


def test_p_values_are_those_of_the_tables_and_what_is_lacking_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    con = summarised(monkeypatch, PLAN)
    rate, later, time = matching(con, "summary.hypotheses")
    raw = only(con, "summary.arm_differences", cycle=1, arm="ona", analysis="observed")["p_value"]
    assert raw < 0.05
    assert picked([rate], "hypothesis", "p_value", "adjusted_p_value", "is_reached", "is_rejected", "note") == [
        ("rate", raw, raw, True, True, None)
    ]
    assert rate["row_key"] == "rule_set=nice_ta260, cycle=1, arm=ona, analysis=observed"
    assert picked([later], "p_value", "adjusted_p_value", "is_reached", "is_rejected", "note") == [
        (None, 1.0, True, False, "the table has no such row: it counts as not rejected")
    ]
    assert time["p_value"] == only(con, "summary.time_to_event_tests", event="first_response", arm="ona")["p_value"]
    assert picked([time], "adjusted_p_value", "is_reached", "is_rejected") == [(1.0, False, False)]
    assert time["note"].startswith("not reached")


@pytest.mark.parametrize("settings", [{"arms": {"ona": "Ona"}}, {"blinded": True}])
def test_one_arm_or_blinded_has_no_hypothesis(monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]) -> None:
    con = summarised(monkeypatch, PLAN, **settings)
    assert matching(con, "summary.hypotheses") == []
    reason = only(con, "summary.methods", table_name="summary.hypotheses")["reason"]
    assert ("blinded" if "blinded" in settings else "one arm") in reason


STUDY = """[study]
id = "T"
title = "T"
primary_rule_set = "article"
rule_sets = ["article"]
[arms]
placebo = "Placebo"
low = "Low"
high = "High"
[analysis]
"""
RATES = 'id = "a"\ntable = "summary.arm_differences"'


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('population = "all"', "population"),
        ('multiplicity = "holm"', "no [[analysis.hypotheses]] to adjust"),
        (f"[[analysis.hypotheses]]\n{RATES}\nwhere = {{cycle = 1, analysis = 'observed'}}", "add multiplicity"),
        (f"multiplicity = 'holm'\n[[analysis.hypotheses]]\n{RATES}\nwhere = {{cycle = 1}}", "give analysis as well"),
        (f"multiplicity = 'holm'\n[[analysis.hypotheses]]\n{RATES}\nwhere = {{month = 1}}", "is told apart by rule_set,"),
        (f"multiplicity = 'holm'\n[[analysis.hypotheses]]\n{RATES[:-1]}x\"\nwhere = {{}}", "there is no table of tests"),
        (
            f"multiplicity = 'holm'\n[[analysis.hypotheses]]\n{RATES}\nwhere = {{cycle = 1, analysis = 'observed'}}",
            "names no arm; give one of low, high",
        ),
        (
            f"multiplicity = 'holm'\n[[analysis.hypotheses]]\n{RATES}\nwhere = {{cycle = 1, analysis = 'observed', arm = 'placebo'}}",
            "'placebo' is not compared with the reference arm; low, high may be",
        ),
        (
            f"multiplicity = 'holm'\n[[analysis.hypotheses]]\n{RATES}\nfamily = 2\nwhere = {{cycle = 1, analysis = 'observed', arm = 'low'}}",
            'only multiplicity = "gatekeeping" has',
        ),
    ],
)  # fmt: skip
def test_a_plan_that_cannot_be_carried_out_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "study.toml").write_text(STUDY + text, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        read_toml(tmp_path / "study.toml", StudyFile)
    assert said in str(error.value)
