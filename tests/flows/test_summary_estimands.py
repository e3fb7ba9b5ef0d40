"""Estimands of the plan: the shipped files, their attributes as published, and estimates that stand in other tables."""

import re
from pathlib import Path
from typing import Any

import pytest

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.toml_files import read_toml
from flows.report import declared_estimands
from flows.report.cells import one_decimal
from flows.report.figures import estimand_forest_figure
from flows.statistics.estimates import COLUMNS
from flows.study.analysis_plan import AnalysisPlan
from flows.study.estimands import Estimand, load_estimands
from flows.study.study_folder import load_study
from tests import summary_study
from tests.flows.test_summary_mmrm import trial
from tests.summary_study import Trial, matching, only, picked

SHIPPED = sorted(resource("data/estimands").glob("*.toml"))
PLAN = AnalysisPlan.model_validate(
    {
        "imputation": {"cycles": 2, "imputations": 5, "largest_delta": 0},
        "estimands": [
            {"id": "headache_days_treatment_policy", "cycle": 2, "month": 3},
            {"id": "response_composite", "cycle": 2},
        ],
    }
)


def summarised(made: Trial, **settings: Any) -> Any:
    def make_study(*arguments: Any) -> Any:
        estimands = load_estimands(PLAN, [resource("data/estimands")])
        return original(*arguments).model_copy(update={"analysis": PLAN, "estimands": estimands})

    original = summary_study.make_study
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary_study, "make_study", make_study)
        return made.summarise(**settings)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_estimand_is_whole(path: Path) -> None:
    estimand = read_toml(path, Estimand)
    assert estimand.id == path.stem
    assert estimand.intercurrent_events[0].kind == "stopped"
    assert all(estimator.table in COLUMNS for _, estimator in estimand.estimators())
    assert len(estimand.sensitivity) >= 2


def test_attributes_and_estimates() -> None:
    con = summarised(trial({("ona", 4): {4, 5}}))
    primary = matching(con, "meta.estimands", is_primary=True)
    assert picked(primary, "attribute", "detail", "strategy")[:5] == [
        ("population", "all_treated", None),
        ("treatment", None, None),
        ("variable", None, None),
        ("intercurrent_event", "stopped", "treatment_policy"),
        ("intercurrent_event", "rescue", "treatment_policy"),
    ]
    assert primary[2]["description"].endswith("in month 3 of cycle 2")
    main = only(con, "summary.estimates", is_primary=True, analysis="main")
    jumped = only(con, "summary.imputed_change", assumption="jump_to_reference", delta=0, cycle=2, month=3, arm="ona")
    assert picked([main], "estimate", "ci_low", "ci_high", "p_value") == picked(
        [jumped], "difference", "difference_ci_low", "difference_ci_high", "p_value"
    )
    composite = only(con, "summary.estimates", estimand="response_composite", analysis="main")
    rates = only(con, "summary.arm_differences", cycle=2, arm="ona", analysis="non_responder_imputed")
    assert picked([composite], "estimate", "ci_low", "estimate_unit", "is_primary") == [
        (rates["difference_pct"], rates["ci_low_pct"], "percentage points", False)
    ]
    assert [row["position"] for row in matching(con, "summary.estimates", is_primary=True)] == [1, 2, 3]


@pytest.mark.parametrize(("settings", "said"), [({"arms": {"ona": "Ona"}}, "one arm"), ({"blinded": True}, "blinded")])
def test_one_arm_or_blinded_has_attributes_and_no_estimate(settings: dict[str, Any], said: str) -> None:
    made = Trial()
    for number, last in enumerate((10, 19, 12, 17)):
        made.add(f"a{number}", "ona", 20, (20, 20, last), (18, 16, last))
    con = summarised(made, **settings)
    assert len(matching(con, "meta.estimands")) > 10
    assert matching(con, "summary.estimates") == []
    assert said in only(con, "summary.methods", table_name="summary.estimates")["reason"]
    columns = con.execute(
        "SELECT table_name, column_name FROM duckdb_columns() WHERE schema_name = 'summary'"
        " AND (column_name LIKE '%p_value' OR column_name LIKE '%hazard_ratio%' OR column_name LIKE 'difference%')"
    ).fetchall()
    assert len({table for table, _ in columns}) > 10
    found = {
        (table, column): con.execute(f"SELECT count({column}) FROM summary.{table}").fetchall()[0][0]
        for table, column in columns
    }
    assert {place: n for place, n in found.items() if n} == {}


STUDY = (
    '[study]\nid = "T"\ntitle = "T"\nprimary_rule_set = "article"\nrule_sets = ["article"]\n[[analysis.estimands]]\n'
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('id = "unknown"\ncycle = 1', "there is no estimand 'unknown'; known are headache_days_hypothetical,"),
        ('id = "headache_days_hypothetical"\ncycle = 1', "is about a month of a cycle; add month = 1, 2 or 3"),
        (
            'id = "headache_days_hypothetical"\ncycle = 1\nmonth = 3',
            "imputes missing months; add [analysis.imputation]",
        ),
        ('id = "own"\ncycle = 1', "own.toml: estimator.where: summary.arm_differences is told apart by analysis"),
    ],
)
def test_an_estimand_that_cannot_be_estimated_is_refused(tmp_path: Path, text: str, said: str) -> None:
    (tmp_path / "inbox").mkdir()
    (tmp_path / "estimands").mkdir()
    (tmp_path / "study.toml").write_text(STUDY + text, encoding="utf-8")
    shipped = (resource("data/estimands") / "response_composite.toml").read_text(encoding="utf-8")
    own = shipped.replace("response_composite", "own").replace("differences_by_population", "differences")
    own = own.replace('where = { analysis = "non_responder_imputed" }\n', "", 1)
    (tmp_path / "estimands" / "own.toml").write_text(own, encoding="utf-8")
    with pytest.raises(ConfigurationError) as error:
        load_study(tmp_path)
    assert said in str(error.value)


def test_the_first_screen_has_the_estimate_and_its_subjects() -> None:
    """Of the imputed months the row holds the subjects of its arm, of the responders those of both arms."""
    estimands = declared_estimands.load_estimands(con := summarised(trial({("ona", 4): {4, 5}})))
    assert [estimand["estimand"] for estimand in estimands] == ["headache_days_treatment_policy", "response_composite"]
    ((main,), (composite,)) = (estimand["main"] for estimand in estimands)
    jumped = only(con, "summary.imputed_change", assumption="jump_to_reference", delta=0, cycle=2, month=3, arm="ona")
    assert [number.value for number in main["n_arms"]] == [jumped["n_subjects"]]
    rates = only(con, "summary.arm_differences", cycle=2, arm="ona", analysis="non_responder_imputed")
    assert [number.value for number in composite["n_arms"]] == [rates["n_subjects"], rates["n_reference"]]
    assert composite["n_all"] == main["n_all"] == []
    assert {*declared_estimands.OF_ARMS, *declared_estimands.OF_ALL} == set(COLUMNS)


def test_the_forest_has_a_panel_for_each_unit_and_the_primary_one_first() -> None:
    con = summarised(trial({("ona", 4): {4, 5}}))
    figure = estimand_forest_figure(declared_estimands.load_estimands(con), summary_study.ARMS)
    assert figure
    units = [unit.split(":")[0] for unit in re.split(r"(?<=\))\. ", figure.words)]
    assert units[0] == "Headache days per 28 days"
    assert set(units) >= {"Headache days per 28 days", "Percentage points"}
    assert figure.words.startswith("Headache days per 28 days: Primary: ")
    shown = [
        row
        for row in matching(con, "summary.estimates")
        if None not in (row["estimate"], row["ci_low"], row["ci_high"])
    ]
    for drawing in figure.drawings.values():
        assert drawing.count('aria-label="') == 1
        texts = " ".join(re.findall(r">([^<]+)<", drawing))
        for row in shown:
            numbers = [one_decimal(row[name]).replace("-", "\u2212") for name in ("estimate", "ci_low", "ci_high")]
            assert "{}\u00a0({}\u00a0to\u00a0{})".format(*numbers) in texts
        assert [unit for unit in units if unit in texts] == units


def test_nothing_estimated_is_nothing_drawn() -> None:
    made = Trial().add("a", "ona", 20, (20, 20, 10)).add("b", "ona", 20, (20, 20, 20))
    con = summarised(made, blinded=True, arms={})
    assert estimand_forest_figure(declared_estimands.load_estimands(con), {"all": "All subjects"}) is None
