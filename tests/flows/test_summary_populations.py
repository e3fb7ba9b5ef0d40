"""Analysis populations, counted by hand: all treated, eligible by the article, evaluable."""

from typing import Any

import duckdb
import pytest

from flows.study.analysis_plan import AnalysisPlan, Population
from tests import summary_study
from tests.summary_study import Trial, matching, only, picked

RESPONDS, FAILS, UNSEEN = (20, 20, 10), (20, 20, 19), (20, 20, None)


def trial() -> Trial:
    """Eligible needs more than 15 headache days, two failed drugs and no overuse; ``p2`` fails each, or is not known."""
    made = Trial()
    for arm, subjects in {
        "ona": [(20, RESPONDS, {}), (20, RESPONDS, {}), (12, (12, 12, 3), {}), (20, UNSEEN, {}), (20, FAILS, {})],
        "placebo": [
            (20, RESPONDS, {}), (20, FAILS, {}), (20, FAILS, {"prior_preventives_failed": 1}),
            (20, RESPONDS, {"overuse_excluded": False}), (20, FAILS, {"prior_preventives_failed": None}),
        ],
    }.items():  # fmt: skip
        for number, (baseline, months, facts) in enumerate(subjects):
            made.add(f"{arm[0]}{number}", arm, baseline, months, **facts)
    return made


def planned(population: Population, monkeypatch: pytest.MonkeyPatch) -> duckdb.DuckDBPyConnection:
    def make_study(*arguments: Any) -> Any:
        return original(*arguments).model_copy(update={"analysis": AnalysisPlan(population=population)})

    original = summary_study.make_study
    monkeypatch.setattr(summary_study, "make_study", make_study)
    return trial().summarise()


def test_who_is_in_which_population() -> None:
    rows = matching(trial().summarise(), "analysis.populations")
    assert {row["is_all_treated"] for row in rows} == {True}
    assert [row["subject_id"] for row in rows if not row["is_eligible"]] == ["o2", "p2", "p3", "p4"]
    assert [row["subject_id"] for row in rows if not row["is_evaluable"]] == ["o3"]
    assert all(row["is_primary"] for row in rows)


def test_rates_and_differences_of_each_population() -> None:
    con = trial().summarise()
    counts = ("population", "arm", "is_primary", "n_population", "n_evaluable", "n_responders", "n_nri")
    assert picked(matching(con, "summary.responder_rates_by_population"), *counts) == [
        ("all_treated", "all", True, 10, 9, 5, 10),
        ("all_treated", "ona", True, 5, 4, 3, 5),
        ("all_treated", "placebo", True, 5, 5, 2, 5),
        ("eligible", "all", False, 6, 5, 3, 6),
        ("eligible", "ona", False, 4, 3, 2, 4),
        ("eligible", "placebo", False, 2, 2, 1, 2),
        ("evaluable", "all", False, 9, 9, 5, 9),
        ("evaluable", "ona", False, 4, 4, 3, 4),
        ("evaluable", "placebo", False, 5, 5, 2, 5),
    ]
    key = {"arm": "ona", "analysis": "observed"}
    eligible = only(con, "summary.arm_differences_by_population", population="eligible", **key)
    assert eligible["difference_pct"] == pytest.approx(100 * (2 / 3 - 1 / 2))
    assert picked([eligible], "n_subjects", "n_reference", "n_strata_used") == [(3, 2, 1)]
    treated = only(con, "summary.arm_differences_by_population", population="all_treated", **key)
    plain = only(con, "summary.arm_differences", **key)
    assert {name: treated[name] for name in plain} == plain


def test_the_primary_population_is_that_of_the_fitted_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    con = planned("eligible", monkeypatch)
    primary = matching(con, "analysis.populations", is_primary=True)
    assert [row["subject_id"] for row in primary] == ["o0", "o1", "o3", "o4", "p0", "p1"]
    rates = matching(con, "summary.responder_rates_by_population", is_primary=True)
    assert {row["population"] for row in rates} == {"eligible"}
    change = matching(con, "summary.mmrm_change", cycle=1, month=3)
    assert picked(change, "arm", "population", "n_subjects", "n_change") == [
        ("ona", "eligible", 4, 3),
        ("placebo", "eligible", 2, 2),
    ]
    times = matching(con, "summary.time_to_event_tests", event="first_response")
    assert picked(times, "arm", "population", "n_subjects", "n_event") == [
        ("all", "eligible", 6, 3), ("ona", "eligible", 4, 2), ("placebo", "eligible", 2, 1),
    ]  # fmt: skip


def test_who_was_never_judged_is_not_evaluable(monkeypatch: pytest.MonkeyPatch) -> None:
    con = planned("evaluable", monkeypatch)
    times = only(con, "summary.time_to_event_tests", event="first_response", arm="ona")
    assert picked([times], "population", "n_subjects") == [("evaluable", 4)]
