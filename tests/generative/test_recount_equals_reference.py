"""The recount of ``verify`` == the reference, row by row, on generated studies: two engines written apart."""

import os
from typing import Any

from hypothesis import HealthCheck, given, seed, settings

from flows.study.rule_sets import RuleSet
from flows.verifying.recount import UNKNOWN, recount_subject
from flows.warehouse.settings_tables import rule_set_row
from tests.generative.compare import CLASSES, PROTOCOL
from tests.generative.studies import studies
from tests.reference.engine import evaluate

STUDIES = int(os.environ.get("GENERATED_STUDIES", "300")) // 3
SEED = int(os.environ.get("GENERATED_SEED", "20240101"))
TEXTS = {"reason", "verdict_reason"}
AFTER_POLICY = {"judged_days", "judged_headache_days"}  # the reference keeps these to itself


def recounted(study: dict[str, Any], cutoff: Any) -> dict[tuple[Any, ...], dict[str, Any]]:
    """The rows of analysis.responder by key, as verify counts them."""
    rules = [rule_set_row(RuleSet.model_validate(rule), i) for i, rule in enumerate(study["rule_sets"])]
    taken = {row["acute_medication"] for row in study["diary"]}
    classes = {";".join(drugs): set().union(*(CLASSES.get(drug, {UNKNOWN}) for drug in drugs)) for drugs in taken}
    rows = {}
    for subject in {row["subject_id"] for row in study["injections"]}:
        diary = [
            {**row, "acute_medication": ";".join(row["acute_medication"]) or None}
            for row in study["diary"]
            if row["subject_id"] == subject
        ]
        dates = [row["injection_date"] for row in study["injections"] if row["subject_id"] == subject]
        for row in recount_subject(diary, dates, cutoff, rules, PROTOCOL, classes):
            rows[row["rule_set"], subject, row["cycle"]] = row
    return rows


def test_recount_equals_reference() -> None:
    compared = 0

    @seed(SEED)
    @settings(max_examples=STUDIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(studies())
    def compare(study: dict[str, Any]) -> None:
        nonlocal compared
        cutoff = study["cutoff"] or max(row["diary_date"] for row in study["diary"])
        wanted = evaluate(
            study["diary"],
            study["injections"],
            study["rule_sets"],
            PROTOCOL,
            cutoff,
            medication_classes=CLASSES,
        )["responder"]
        got = recounted(study, cutoff)
        assert set(got) == {(row["rule_set"], row["subject_id"], row["cycle"]) for row in wanted}
        for row in wanted:
            mine = got[row["rule_set"], row["subject_id"], row["cycle"]]
            assert {name: mine[name] for name in row if name in mine} == {
                name: value for name, value in row.items() if name in mine
            }
            assert set(mine) - set(row) == AFTER_POLICY
            assert set(row) - set(mine) <= {"subject_id", "arm", *TEXTS}
            compared += 1

    compare()
    assert compared > STUDIES
