"""Mutants: each breaks one comparator, bound, policy or step of the rules, and the tests must notice.

``make mutants`` applies each to the SQL (or to the rule set the SQL is given) and compares with the reference on
generated studies until they differ; what they do not tell is run through the specs. A mutant that survives both is a
gap in the tests, or code that does nothing.
"""

import sys
from typing import Any
from unittest.mock import patch

import duckdb
from hypothesis import HealthCheck, given, seed, settings

from flows.warehouse import sql_models as models
from tests.generative.compare import CLASSES, KEYS, PROTOCOL, table_differences
from tests.generative.studies import boundary_grid, studies
from tests.reference.engine import evaluate
from tests.spec.chapters import ALL_SPECS
from tests.spec.check import differences
from tests.spec.engines import run_spec, sql_engine
from tests.sql_engine import evaluate_sql

Row = dict[str, Any]
STUDIES = 600
SQL_MUTANTS = [
    # (model, text, what stands there instead)
    ("analysis.response", "<= (100 - response_reduction_pct_threshold)", "< (100 - response_reduction_pct_threshold)"),
    ("analysis.response", "< (100 - response_reduction_pct_threshold)", "<= (100 - response_reduction_pct_threshold)"),
    ("analysis.response", "* month_days >= response_headache_free_days_threshold", "* month_days > response_headache_free_days_threshold"),
    ("analysis.response", "* month_days > response_headache_free_days_threshold", "* month_days >= response_headache_free_days_threshold"),
    ("analysis.response", "month_days < response_headache_days_threshold", "month_days <= response_headache_days_threshold"),
    ("analysis.response", "month_days <= response_headache_days_threshold", "month_days < response_headache_days_threshold"),
    ("analysis.response", "< baseline_headache_days * judged_days", "<= baseline_headache_days * judged_days"),
    ("analysis.response", "recorded_days >= window_min_recorded_days", "recorded_days > window_min_recorded_days"),
    ("analysis.response", ">= baseline_min_recorded_days", "> baseline_min_recorded_days"),
    ("analysis.response", "AND baseline_headache_days > 0 AS", "AS"),
    ("analysis.response", "headache_days + window_length_days - recorded_days", "headache_days"),
    ("analysis.response", "window_missing_days = 'prorate' THEN recorded_days", "window_missing_days = 'prorate' THEN window_length_days"),
    ("analysis.response", "window_start_date + 1, 0)", "window_start_date, 0)"),
    ("analysis.response", "WHEN NOT is_due THEN 'not_due'", "WHEN false THEN 'not_due'"),
    ("analysis.response", "response_require = 'all'", "response_require = 'any'"),
    ("analysis.response", "response_require = 'any'", "response_require = 'all'"),
    ("analysis.response", "response_reduction_pct_comparator IS NOT NULL AND NOT has_baseline", "NOT has_baseline"),
    ("analysis.rule_windows", "- last_days + 1", "- last_days"),
    ("analysis.rule_windows", "next_injection_date - 1) AS window_end_date", "next_injection_date) AS window_end_date"),
    ("analysis.rule_windows", "window_end_date <= cutoff.cutoff_date AS is_due", "window_end_date < cutoff.cutoff_date AS is_due"),
    ("analysis.rule_windows", "greatest(start_date, ", "greatest(start_date - 7, "),
    ("analysis.rule_windows", "protocol.cycle_days - 1", "protocol.cycle_days"),
    ("analysis.rule_windows", "bounded.anchor_date - 1 AS", "bounded.anchor_date AS"),
    ("analysis.rule_windows", "rule.baseline_anchor = 'each_injection'", "rule.baseline_anchor = 'never'"),
    ("analysis.rule_windows", "rule.window_end = 'next_injection'", "rule.window_end = 'never'"),
    ("analysis.month_spans", "subject.first_injection_date - 1", "subject.first_injection_date"),
    ("analysis.month_spans", "least(cycle.end_date, ", "greatest(cycle.end_date, "),
    ("analysis.cycles", "<= cutoff.cutoff_date", "< cutoff.cutoff_date"),
    ("analysis.cycles", "numbered.next_injection_date - 1,", "numbered.next_injection_date,"),
    ("analysis.diary_states", "hours >= min_headache_hours", "hours > min_headache_hours"),
    ("analysis.diary_states", "severity >= min_moderate_severity", "severity > min_moderate_severity"),
    ("analysis.diary_states", "diary.diary_date <= cutoff.cutoff_date", "diary.diary_date < cutoff.cutoff_date"),
    ("analysis.diary_states", "WHEN headache THEN hours >= min_headache_hours", "WHEN headache THEN coalesce(hours >= min_headache_hours, false)"),
    ("analysis.diary_states", "WHEN headache THEN hours", "ELSE headache AND hours"),
    ("analysis.diary_states", "CASE WHEN headache IS NOT NULL THEN migraine END", "migraine"),
    ("analysis.diary_states", "CASE WHEN headache IS NOT NULL THEN acute_medication IS NOT NULL END", "acute_medication IS NOT NULL"),
    ("analysis.success_runs", "< rule.stop_success_headache_days_below * counts.recorded_days", "<= rule.stop_success_headache_days_below * counts.recorded_days"),
    ("analysis.success_runs", ">= rule.stop_success_min_recorded_days", "> rule.stop_success_min_recorded_days"),
    ("analysis.success_runs", "AND span.end_date <= cutoff.cutoff_date", ""),
    ("analysis.success_runs", "WHERE span.cycle > 0", ""),
    ("analysis.success_runs", "max(run_length) >= any_value(stop_success_months)", "max(run_length) > any_value(stop_success_months)"),
    ("analysis.success_runs", "max(CASE WHEN NOT is_below THEN position END)", "min(CASE WHEN NOT is_below THEN position END)"),
    ("analysis.responder", "cycle >= stop_no_response_cycles", "cycle > stop_no_response_cycles"),
    ("analysis.responder", "lacking_in_a_row >= stop_no_response_cycles", "lacking_in_a_row > stop_no_response_cycles"),
    ("analysis.responder", "WHEN 'relief' THEN NOT is_relief", "WHEN 'relief' THEN status = 'non_responder'"),
    ("analysis.responder", "AND (stop_no_response_condition = 'response' OR is_relief IS NOT NULL)", ""),
    ("analysis.responder", "stop_no_response_cycles AND is_lacking", "stop_no_response_cycles"),
    ("analysis.responder", "WHEN starts_with(last_verdict, 'stop') THEN last_verdict", ""),
    ("analysis.responder", "WHEN is_no_response OR is_rule_failed THEN", "WHEN is_no_response THEN"),
    ("analysis.eligibility", "> chronic_days * baseline_recorded_days", ">= chronic_days * baseline_recorded_days"),
    ("analysis.eligibility", ">= chronic_days * baseline_recorded_days", "> chronic_days * baseline_recorded_days"),
    ("analysis.eligibility", "prior_preventives_failed >= min_preventives_failed AS", "prior_preventives_failed > min_preventives_failed AS"),
    ("analysis.eligibility", ">= overuse_days * baseline_recorded_days\n                OR simple", "> overuse_days * baseline_recorded_days\n                OR simple"),
    ("analysis.eligibility", ">= overuse_simple_days", "> overuse_simple_days"),
    ("analysis.eligibility", "n_classes >= 2 AND ", ""),
    ("analysis.eligibility", "OR NOT overuse_excluded THEN true", "THEN true"),
]  # fmt: skip
RULE_MUTANTS = [
    # (path in the rule set, value, what stands there instead)
    (("window", "position"), "last", "first"),
    (("window", "missing_days"), "headache", "prorate"),
    (("window", "missing_days"), "free", "prorate"),
    (("window", "min_recorded_days"), 20, 19),
    (("window", "days"), 28, 27),
    (("baseline", "min_recorded_days"), 20, 21),
    (("baseline", "days"), 28, 27),
    (("headache_day",), "hours_4", "any"),
    (("headache_day",), "hours_4_or_acute", "hours_4"),
    (("month_days",), 30, 28),
    (("stop_no_response", "mode"), "every", "latest"),
    (("stop_no_response", "cycles"), 2, 3),
    (("stop_success", "months"), 3, 2),
    (("stop_success", "headache_days_below"), 15, 16),
]


def sample() -> list[tuple[Row, dict[str, list[Row]]]]:
    """Generated studies, each with the reference's answer."""
    drawn: list[Row] = []

    @seed(7)
    @settings(max_examples=STUDIES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(studies())
    def collect(study: Row) -> None:
        drawn.append(study)

    collect()
    return [(study, _reference(study)) for study in [*drawn[:40], boundary_grid(), *drawn[40:]]]


def _reference(study: Row) -> dict[str, list[Row]]:
    return evaluate(
        study["diary"],
        study["injections"],
        study["rule_sets"],
        PROTOCOL,
        study["cutoff"],
        medication_classes=CLASSES,
        subjects=study["subjects"],
    )


def killing_spec() -> str | None:
    """The first spec that a mutant of the SQL does not meet; None when it meets them all."""
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        for spec in ALL_SPECS:
            try:
                told = differences(spec, run_spec(spec, sql_engine(con)))
            except duckdb.Error:
                return spec.title
            if told:
                return spec.title
    return None


def killed_after(cases: list[tuple[Row, dict[str, list[Row]]]], rule: Any = None) -> int | None:
    """The number of the first study that tells the mutant from the reference; None when it survives."""
    with duckdb.connect() as con:
        con.execute("SET threads = 1")
        for number, (study, wanted) in enumerate(cases, start=1):
            rules = study["rule_sets"]
            if rule:
                rules = [_mutated_rule(one, *rule) for one in rules]
                if rules == study["rule_sets"]:
                    continue
            try:
                got = evaluate_sql(study["diary"], study["injections"], rules, study["cutoff"], study["subjects"], con)
            except duckdb.Error:
                return number
            if any(table_differences(table, wanted[table], got[table], KEYS[table]) for table in KEYS):
                return number
    return None


def _mutated_rule(rule: Row, path: tuple[str, ...], old: Any, new: Any) -> Row:
    if len(path) == 1:
        return {**rule, path[0]: new} if rule.get(path[0]) == old else rule
    inner = rule.get(path[0])
    if not isinstance(inner, dict):
        return rule
    return {**rule, path[0]: _mutated_rule(inner, path[1:], old, new)}


def _tell(killed: int | str | None, place: str, old: object, new: object) -> None:
    killer = f'"{killed}"' if isinstance(killed, str) else f"study {killed}"
    said = "survived" if killed is None else f"killed by {killer}"
    print(f"{said}  {place}: {old} -> {new}", flush=True)


def main() -> int:
    """Try every mutant; gives the number of survivors."""
    cases = sample()
    assert killed_after(cases) is None, "SQL and reference differ without any mutant"
    texts = dict(models.load_models())
    survivors = 0
    for name, old, new in SQL_MUTANTS:
        assert old in texts[name], f"{name} no longer holds: {old}"
        with patch.object(models, "load_models", return_value={**texts, name: texts[name].replace(old, new)}):
            killed = killed_after(cases) or killing_spec()
        survivors += killed is None
        _tell(killed, name, old.strip(), new.strip())
    for rule in RULE_MUTANTS:
        killed = killed_after(cases, rule)
        survivors += killed is None
        _tell(killed, f"rule {'.'.join(rule[0])}", rule[1], rule[2])
    print(f"{len(SQL_MUTANTS) + len(RULE_MUTANTS)} mutants, {survivors} survived, {STUDIES} studies (seed 7)")
    return survivors


if __name__ == "__main__":
    sys.exit(1 if main() else 0)
