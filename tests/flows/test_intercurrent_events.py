"""Intercurrent events: which of them count, what each strategy does with months and cycles, and estimates that are those of a
study in which what is set aside was never seen, or was no response."""

from datetime import timedelta
from math import isclose
from typing import Any

import duckdb
import pytest

from flows.publishing.publication_tables import create_cell_macros, load_publication_tables
from flows.statistics.estimates import COLUMNS
from flows.study.analysis_plan import AnalysisPlan
from flows.study.estimands import Estimand
from flows.verifying.differences import Differences
from flows.verifying.verify_events import verify_events
from tests import summary_study
from tests.flows.test_summary_mmrm import trial
from tests.summary_study import CYCLE, DAY_1, MONTH, Trial, matching, only, picked

DAY = timedelta(days=1)
TEXTS = dict.fromkeys(("title", "citation", "population", "treatment", "variable", "summary_measure"), "t")
KINDS = {"stopped", "rescue", "new_preventive", "other_treatment", "death"}
R = (10, 10, 10)


def estimand(name: str, strategies: dict[str, str], *estimators: tuple[str, dict[str, Any]], **more: Any) -> Estimand:
    main, *others = ({"table": f"summary.{table}", "where": where, "how": "h"} for table, where in estimators)
    events = [{"kind": kind, "strategy": strategy, "how": "h"} for kind, strategy in strategies.items()]
    return Estimand.model_validate(
        TEXTS | {"id": name, "intercurrent_events": events, "estimator": main, "sensitivity": others} | more
    )


MMRM = ("mmrm_change", {})
OBSERVED = ("arm_differences_by_population", {"analysis": "observed"})
IMPUTED = ("arm_differences", {"analysis": "non_responder_imputed"})


def summarised(made: Trial, *estimands: Estimand, **settings: Any) -> duckdb.DuckDBPyConnection:
    plan = AnalysisPlan.model_validate(
        {
            "imputation": {"cycles": 2, "imputations": 5, "largest_delta": 0},
            "estimands": [{"id": each.id, "cycle": 2, "month": 3} for each in estimands],
        }
    )

    def make_study(*arguments: Any) -> Any:
        return original(*arguments).model_copy(update={"analysis": plan, "estimands": estimands})

    original = summary_study.make_study
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(summary_study, "make_study", make_study)
        return made.summarise(**settings)


def at_the_boundaries() -> Trial:
    """Two cycles each; the name says when the event happens."""
    made = Trial()
    for name, day in {
        "before treatment": -1, "first injection": 0, "last day of month 2": 55, "first day of month 3": 56,
        "last day of cycle 1": 83, "second injection": 84, "last day of cycle 2": 167, "after it": 168, "after the cut-off": 201,
    }.items():  # fmt: skip
        made.add(name, "ona", 20, R, R)
        made.happens(name, "rescue", DAY_1 + day * DAY)
    made.add("two events", "ona", 20, R, R)
    made.happens("two events", "rescue", DAY_1 + 90 * DAY)
    made.happens("two events", "rescue", DAY_1 + 60 * DAY)
    made.happens("two events", "new_preventive", DAY_1 + 10 * DAY)  # treatment policy: decides nothing
    made.happens("two events", "other_treatment", DAY_1 + 60 * DAY)  # the same day: other_treatment goes before rescue
    made.add("dies", "ona", 20, R, R, discontinued_date=DAY_1 + 100 * DAY, discontinued_code="death")
    made.happens("dies", "rescue", DAY_1 + 101 * DAY)
    made.add("leaves", "ona", 20, R, R, discontinued_date=DAY_1 + 120 * DAY, discontinued_code="lack of efficacy")
    made.happens("leaves", "stopped", DAY_1 + 110 * DAY)
    made.add("is overdue", "placebo", 20, R, discontinued_code="adverse event")
    made.add("has completed", "placebo", 20, R, discontinued_date=DAY_1 + CYCLE, discontinued_code="completed")
    made.add("comes late", "placebo", 20, R)
    made.inject("comes late", DAY_1 + 100 * DAY)
    made.happens("comes late", "rescue", DAY_1 + 90 * DAY)
    return made


def test_which_events_count_and_what_they_set_aside() -> None:
    days = estimand(
        "days",
        {
            "stopped": "hypothetical", "rescue": "hypothetical", "new_preventive": "treatment_policy",
            "other_treatment": "hypothetical", "death": "hypothetical",
        },
        MMRM,
    )  # fmt: skip
    con = summarised(at_the_boundaries(), days, cutoff=DAY_1 + 200 * DAY)
    events = matching(con, "analysis.intercurrent_events")
    assert {row["subject_id"] for row in events}.isdisjoint({"before treatment", "after the cut-off", "has completed"})
    shown = {
        (row["subject_id"], row["kind"]): ((row["event_date"] - DAY_1).days, row["source"], row["reason"])
        for row in events
    }
    assert shown["two events", "rescue"] == (60, "intercurrent_events", None)
    assert shown["leaves", "stopped"] == (110, "intercurrent_events", "lack of efficacy")
    assert shown["dies", "death"] == (100, "subjects", None)
    assert ("dies", "rescue") not in shown
    assert ("dies", "stopped") not in shown
    assert shown["is overdue", "stopped"] == (84, "injections", "adverse event")
    deciding = matching(con, "analysis.estimand_events", is_deciding=True)
    assert dict(picked(deciding, "subject_id", "kind"))["two events"] == "other_treatment"
    months: dict[str, list[tuple[int, int]]] = {}
    for row in matching(con, "analysis.estimand_months"):
        months.setdefault(row["subject_id"], []).append((row["cycle"], row["month"]))
    second = [(2, 1), (2, 2), (2, 3)]
    assert months == {
        "first injection": [(1, 1), (1, 2), (1, 3), *second],
        "last day of month 2": [(1, 2), (1, 3), *second],
        "first day of month 3": [(1, 3), *second],
        "last day of cycle 1": [(1, 3), *second],
        "second injection": second,
        "last day of cycle 2": [(2, 3)],
        "two events": [(1, 3), *second],
        "dies": second,
        "leaves": second,
        "comes late": second,
    }
    cycles: dict[str, list[int]] = {}
    for row in matching(con, "analysis.estimand_cycles"):
        cycles.setdefault(row["subject_id"], []).append(row["cycle"])
    assert cycles == {
        "first injection": [1, 2],
        "last day of month 2": [1, 2],
        "first day of month 3": [1, 2],
        "last day of cycle 1": [1, 2],
        "two events": [1, 2],
        "second injection": [2],
        "last day of cycle 2": [2],
        "dies": [2],
        "leaves": [2],
        "is overdue": [2],
        "comes late": [2],
    }
    counted = {
        (row["kind"], row["arm"]): (row["n"], row["n_subjects"], row["n_deciding"], row["n_months"])
        for row in matching(con, "summary.estimand_events")
    }
    assert counted["rescue", "ona"] == (8, 12, 7, 6 + 5 + 4 + 4 + 3 + 1)
    assert counted["rescue", "placebo"] == (1, 3, 1, 0)  # nobody wrote a diary in the late cycle
    assert counted["new_preventive", "all"] == (1, 15, 0, 0)
    assert counted["death", "ona"] == (1, 12, 1, 3)


def test_the_second_engine_finds_the_same_events_and_what_is_altered_in_them() -> None:
    strategies = {"stopped": "hypothetical", "rescue": "hypothetical", "death": "composite"}
    con = summarised(
        at_the_boundaries(),
        estimand("days", strategies | {"death": "hypothetical"}, MMRM),
        estimand("responses", strategies, OBSERVED),
        cutoff=DAY_1 + 200 * DAY,
    )
    con.execute("CREATE TABLE meta.runs AS SELECT primary_rule_set FROM meta.study")
    found = Differences()
    assert "14 intercurrent events and what 2 estimands" in verify_events(con, found)
    assert found.sentences() == []
    con.execute("UPDATE analysis.intercurrent_events SET event_date = event_date + 1 WHERE subject_id = 'is overdue'")
    con.execute("DELETE FROM analysis.estimand_months WHERE subject_id = 'leaves' AND month = 2 AND estimand = 'days'")
    con.execute("UPDATE analysis.estimand_cycles SET cycle = 3 WHERE subject_id = 'dies' AND estimand = 'responses'")
    verify_events(con, found)
    told = found.sentences()
    assert [sentence.split(":")[0] for sentence in told] == [
        "analysis.intercurrent_events", "analysis.estimand_months", "analysis.estimand_cycles", "analysis.estimand_cycles",
    ]  # fmt: skip
    assert f"event_date is {DAY_1 + 85 * DAY} and should be {DAY_1 + 84 * DAY}" in told[0]


def test_the_printed_table_names_who_had_each_event() -> None:
    con = summarised(altered_trial(), estimand("days", {"rescue": "hypothetical"}, MMRM))
    create_cell_macros(con)
    (table,) = (table for table in load_publication_tables() if table.name == "19-estimands")
    cells = {label: cell for _, label, _, cell in con.execute(table.query).fetchall()}
    assert cells["4. intercurrent event: rescue, hypothetical"] == (
        "h. Placebo: 1/11 (9.1%); OnabotulinumtoxinA: 0/11 (0.0%)"
    )
    stopped = next(cell for label, cell in cells.items() if label.endswith("stopped, not declared"))
    assert stopped == "Placebo: 0/11 (0.0%); OnabotulinumtoxinA: 1/11 (9.1%)"
    blinded = summarised(trial(), estimand("days", {"rescue": "hypothetical"}, MMRM), blinded=True)
    create_cell_macros(blinded)
    shown = [cell for _, label, _, cell in blinded.execute(table.query).fetchall() if "event" in label]
    assert shown[0] == "h. Not recorded"
    assert not any("Placebo" in cell for cell in shown)


def altered_trial() -> Trial:
    """Of 22 subjects one stops on the last day of a month, one for lack of efficacy on the day of the second injection."""
    made = trial()
    made.happens("ona-04", "stopped", DAY_1 + 2 * MONTH - DAY)
    made.happens("placebo-03", "rescue", DAY_1 + CYCLE)
    return made


def places(con: duckdb.DuckDBPyConnection, table: str) -> list[dict[str, Any]]:
    return matching(con, "summary.estimates", table_name=f"summary.{table}")


def assert_is_that_of(con: duckdb.DuckDBPyConnection, other: duckdb.DuckDBPyConnection, estimand: str) -> None:
    """Each estimate is the number of its table in another study, and not that of its own."""
    for row in matching(con, "summary.estimates", estimand=estimand):
        key = dict(part.split("=") for part in row["row_key"].split(", "))
        columns = COLUMNS[row["table_name"]]
        wanted, own = (only(each, row["table_name"], **key) for each in (other, con))
        assert row["n_altered"] > 0
        assert row["estimate"] is not None, row["table_name"]
        assert own[columns.estimate] != row["estimate"], row["table_name"]
        for name, column in (("estimate", columns.estimate), ("ci_low", columns.ci_low), ("p_value", "p_value")):
            assert isclose(row[name], wanted[column], rel_tol=1e-6), (row["table_name"], name)


def test_a_month_that_is_set_aside_is_one_that_nobody_wrote_down() -> None:
    strategies = {"stopped": "hypothetical", "rescue": "hypothetical"}
    days = estimand(
        "days",
        strategies,
        MMRM,
        ("imputed_change", {"assumption": "jump_to_reference", "delta": 0}),
        ("change_from_baseline", {"measure": "headache_days"}),
    )
    scores = estimand(
        "scores",
        strategies,
        ("mmrm_quality_of_life", {"instrument": "HIT6"}),
        ("quality_of_life", {"instrument": "HIT6"}),
    )
    alive = estimand(
        "alive",
        {"stopped": "while_on_treatment", "rescue": "while_on_treatment"},
        ("change_from_baseline", {"measure": "headache_days"}),
    )
    policy = estimand("policy", dict.fromkeys(strategies, "treatment_policy"), MMRM)
    con = summarised(altered_trial(), days, scores, alive, policy)
    unseen = trial({("ona", 4): {1, 2, 3, 4, 5}, ("placebo", 3): {3, 4, 5}})
    aside = {("ona-04", 1), ("ona-04", 2), ("placebo-03", 2)}
    unseen.rows["scores"] = [
        row for row in unseen.rows["scores"] if (row["subject_id"], (row["score_date"] - DAY_1) // CYCLE) not in aside
    ]
    other = summarised(unseen, policy)
    for each in ("days", "scores", "alive"):
        assert_is_that_of(con, other, each)
    assert picked(matching(con, "summary.estimates", estimand="days"), "n_altered", "n_altered_rows") == [
        (2, 8), (2, 8), (2, 2),
    ]  # fmt: skip
    assert picked(matching(con, "summary.estimates", estimand="scores"), "n_altered", "n_altered_rows") == [
        (2, 3),
        (2, 2),
    ]
    unaltered = only(con, "summary.estimates", estimand="policy")
    published = only(con, "summary.mmrm_change", cycle=2, month=3, arm="ona")
    assert (unaltered["n_altered"], unaltered["estimate"]) == (0, published["difference"])


def test_after_a_composite_event_nobody_responds() -> None:
    composite = {"stopped": "composite", "rescue": "composite"}
    responses = estimand("responses", composite, OBSERVED, IMPUTED, ("repeated_response", {}))
    left_out = estimand("left_out", dict.fromkeys(composite, "while_on_treatment"), OBSERVED)
    made = altered_trial()
    made.happens("ona-06", "stopped", DAY_1 + CYCLE - DAY)
    con = summarised(made, responses, left_out)
    cycles = picked(matching(con, "analysis.estimand_cycles", estimand="responses"), "subject_id", "cycle")
    assert cycles == [("ona-04", 1), ("ona-04", 2), ("ona-06", 1), ("ona-06", 2), ("placebo-03", 2)]
    failing = trial()
    start = {"ona-04": DAY_1, "ona-06": DAY_1, "placebo-03": DAY_1 + CYCLE}
    for row in failing.rows["diary_days"]:
        row["headache"] = row["headache"] or row["diary_date"] >= start.get(row["subject_id"], DAY_1 + 9 * CYCLE)
    assert_is_that_of(con, summarised(failing, left_out), "responses")
    # By hand: month 3 of cycle 2 of who has no event, against 70% of the baseline.
    rates = {
        arm: only(con, "summary.responder_rates", rule_set="nice_ta260", cycle=2, arm=arm) for arm in ("ona", "placebo")
    }
    assert [(row["n_responders"], row["n_evaluable"]) for row in rates.values()] == [(11, 11), (1, 11)]
    by_table = {(row["estimand"], row["position"]): row["estimate"] for row in matching(con, "summary.estimates")}
    assert isclose(by_table["responses", 1], 100 * (9 / 11 - 1 / 11))
    assert isclose(by_table["left_out", 1], 100 * (9 / 9 - 1 / 10))


def test_reasons_tell_one_stop_from_another() -> None:
    own = {
        "intercurrent_events": [
            {"kind": "stopped", "strategy": "composite", "how": "h", "reasons": ["lack of efficacy", "adverse event"]},
            {"kind": "stopped", "strategy": "treatment_policy", "how": "h"},
        ]
    }
    made = trial()
    for subject, reason in (("ona-04", "lack of efficacy"), ("ona-06", "pregnancy"), ("ona-07", None)):
        made.happens(subject, "stopped", DAY_1 + CYCLE)
        row = next(row for row in made.rows["subjects"] if row["subject_id"] == subject)
        row["discontinued_code"] = reason
    con = summarised(made, estimand("responses", {}, IMPUTED, **own))
    assert picked(matching(con, "analysis.estimand_cycles"), "subject_id", "cycle") == [("ona-04", 2)]
    rows = matching(con, "summary.estimand_events", arm="ona", kind="stopped")
    assert picked(rows, "reasons", "strategy", "n", "n_cycles") == [
        ("", "treatment_policy", 2, 0), ("lack of efficacy; adverse event", "composite", 1, 1),
    ]  # fmt: skip
    assert only(con, "summary.estimates")["n_altered"] == 1


def test_what_no_file_states_is_not_counted_as_none() -> None:
    con = summarised(trial(), estimand("days", {"stopped": "hypothetical"}, MMRM))
    rows = {row["kind"]: row for row in matching(con, "summary.estimand_events", arm="all")}
    assert set(rows) == KINDS
    assert {kind: row["is_recorded"] for kind, row in rows.items()} == {kind: kind == "stopped" for kind in KINDS}
    assert (rows["stopped"]["n"], rows["stopped"]["strategy"]) == (0, "hypothetical")
    assert {rows[kind]["n"] for kind in KINDS - {"stopped"}} == {None}
    assert {rows[kind]["strategy"] for kind in KINDS - {"stopped"}} == {"not_declared"}


@pytest.mark.parametrize("settings", [{"arms": {"ona": "Ona"}}, {"blinded": True}])
def test_one_arm_or_blinded_counts_events_and_estimates_nothing(settings: dict[str, Any]) -> None:
    con = summarised(altered_trial(), estimand("days", {"rescue": "hypothetical"}, MMRM), **settings)
    assert matching(con, "summary.estimates") == []
    rows = matching(con, "summary.estimand_events", kind="rescue")
    arms = {"all"} if settings.get("blinded") else {"all", "ona"}
    assert {row["arm"] for row in rows} == arms
    assert only(con, "summary.estimand_events", kind="rescue", arm="all")["n"] == 1


@pytest.mark.parametrize(
    ("strategies", "estimator", "said"),
    [
        (
            {"stopped": "while_on_treatment"},
            MMRM,
            "cannot take 'stopped' by the strategy while_on_treatment; possible there:",
        ),
        ({"rescue": "composite"}, MMRM, "summary.mmrm_change cannot take 'rescue' by the strategy composite"),
        (
            {"rescue": "hypothetical"},
            IMPUTED,
            "summary.arm_differences, analysis = non_responder_imputed cannot take 'rescue' by the strategy hypothetical;"
            " possible there: treatment_policy, composite",
        ),
        ({"stopped": "principal_stratum"}, OBSERVED, "which no table here estimates"),
        ({"death": "treatment_policy"}, OBSERVED, "nothing is seen after a death"),
    ],
)
def test_a_strategy_that_the_estimator_cannot_follow_is_refused(
    strategies: dict[str, str], estimator: tuple[str, dict[str, Any]], said: str
) -> None:
    with pytest.raises(ValueError, match="rror") as error:
        estimand("own", strategies, estimator)
    assert said in str(error.value)


@pytest.mark.parametrize(
    ("events", "said"),
    [
        ([{"kind": "rescue", "reasons": ["other"]}], 'only kind = "stopped" has reasons'),
        ([{"kind": "stopped", "reasons": ["tired"]}], "'tired' is no reason for stopping; known are adverse event,"),
        ([{"kind": "stopped"}, {"kind": "stopped"}], "'stopped' has an earlier entry that is about the same"),
    ],
)
def test_entries_of_events_that_make_no_sense_are_refused(events: list[dict[str, Any]], said: str) -> None:
    given = [{"strategy": "composite", "how": "h"} | event for event in events]
    with pytest.raises(ValueError, match="rror") as error:
        estimand("own", {}, OBSERVED, intercurrent_events=given)
    assert said in str(error.value)
