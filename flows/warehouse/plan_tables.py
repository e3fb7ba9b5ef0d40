"""The analysis plan of study.toml as tables: meta.estimands, and what the fitted tables read of it."""

import json
from typing import Any

from flows.study.analysis_plan import place_of_test
from flows.study.dictionary import sql_columns
from flows.study.estimands import place_of_estimate
from flows.study.study_folder import Study

Row = dict[str, Any]


def plan_tables(study: Study) -> list[tuple[str, str, list[Row]]]:
    """Name, columns and rows of each table."""
    imputation = study.analysis.imputation
    return [
        ("estimands", sql_columns("meta.estimands"), estimand_rows(study)),
        ("estimators", _ESTIMATOR_COLUMNS, estimator_rows(study)),
        ("hypotheses", _HYPOTHESIS_COLUMNS, hypothesis_rows(study)),
        (
            "imputation",
            "cycles INTEGER, imputations INTEGER, seed INTEGER, largest_delta INTEGER",
            [imputation.model_dump()] if imputation else [],
        ),
    ]


def _at(text: str, cycle: int, month: int | None) -> str:
    """A text of an estimand with the time that it is about."""
    return text.replace("{cycle}", str(cycle)).replace("{month}", str(month))


_HYPOTHESIS_COLUMNS = (
    "position INTEGER, hypothesis VARCHAR, family INTEGER, table_name VARCHAR, place VARCHAR, method VARCHAR,"
    " within_family VARCHAR, alpha DOUBLE"
)


def hypothesis_rows(study: Study) -> list[Row]:
    """The hypotheses of the plan with the place of their p-values; none where no two arms are told apart."""
    plan, arms = study.analysis, list(study.arms)
    if study.facts.blinded or len(arms) < 2:
        return []
    return [
        {
            "position": position,
            "hypothesis": hypothesis.id,
            "family": family,
            "table_name": hypothesis.table,
            "place": json.dumps(place_of_test(hypothesis, study.facts.primary_rule_set, plan.population, arms)),
            "method": plan.multiplicity,
            "within_family": plan.within_family,
            "alpha": plan.alpha,
        }
        for position, (hypothesis, family) in enumerate(zip(plan.hypotheses, plan.families(), strict=True), start=1)
    ]


_ESTIMATOR_COLUMNS = (
    "estimand VARCHAR, is_primary BOOLEAN, position INTEGER, arm VARCHAR, analysis VARCHAR, how VARCHAR, table_name VARCHAR,"
    " place VARCHAR"
)


def estimand_rows(study: Study) -> list[Row]:
    """meta.estimands: the attributes of each estimand in the order of ICH E9(R1)."""
    rows: list[Row] = []
    for number, (planned, estimand) in enumerate(zip(study.analysis.estimands, study.estimands, strict=True)):
        events = [
            ("intercurrent_event", item.kind, "; ".join(item.reasons), item.strategy, item.how)
            for item in estimand.intercurrent_events
        ]
        estimators = [
            ("estimator" if analysis == "main" else analysis, item.table, None, None, item.how)
            for analysis, item in estimand.estimators()
        ]
        attributes: list[tuple[str, str | None, str | None, str | None, str]] = [
            ("population", study.analysis.population, None, None, estimand.population),
            ("treatment", None, None, None, estimand.treatment),
            ("variable", None, None, None, estimand.variable),
            *events,
            ("summary_measure", None, None, None, estimand.summary_measure),
            *estimators,
        ]
        rows += [
            {
                "estimand": estimand.id,
                "is_primary": number == 0,
                "title": estimand.title,
                "position": position,
                "attribute": attribute,
                "detail": detail,
                "reasons": reasons,
                "strategy": strategy,
                "description": _at(text, planned.cycle, planned.month),
                "citation": estimand.citation,
            }
            for position, (attribute, detail, reasons, strategy, text) in enumerate(attributes, start=1)
        ]
    return rows


def estimator_rows(study: Study) -> list[Row]:
    """Where the comparison of each arm stands; none where no two arms are told apart."""
    facts, arms = study.facts, list(study.arms)[1:]
    return [
        {
            "estimand": estimand.id,
            "is_primary": number == 0,
            "position": position,
            "arm": arm,
            "analysis": analysis,
            "how": estimator.how,
            "table_name": estimator.table,
            "place": json.dumps(
                place_of_estimate(
                    estimator, planned.cycle, planned.month, facts.primary_rule_set, study.analysis.population, arm
                )
            ),
        }
        for number, (planned, estimand) in enumerate(zip(study.analysis.estimands, study.estimands, strict=True))
        for position, (analysis, estimator) in enumerate(estimand.estimators(), start=1)
        for arm in (() if facts.blinded else arms)
    ]
