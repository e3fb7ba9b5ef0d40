"""Sensitivity tables: one assumption changed at a time, the values as written equal to the main results."""

import duckdb
import pytest

from flows.study.rule_sets import load_rule_sets
from flows.study.rule_variants import AS_WRITTEN, variants_of
from tests.conftest import ROOT, Published

SHIPPED = tuple(path.stem for path in sorted((ROOT / "data/rules").glob("*.toml")))


@pytest.mark.parametrize("name", SHIPPED)
def test_each_variant_changes_one_assumption(name: str) -> None:
    (rule,) = load_rule_sets((name,), [ROOT / "data/rules"])
    variants = variants_of(rule)
    assert len(variants) == 9
    # Every shipped rule set has its own value among the three of each assumption.
    assert sum(variant.name == AS_WRITTEN for variant in variants) == 3
    for variant in variants:
        assert (variant.rule == rule) == (variant.name == AS_WRITTEN)


def test_values_as_written_equal_the_responder_rates(demo: Published) -> None:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        differing = con.execute(
            """SELECT * FROM summary.rule_agreement AS agreement
            JOIN summary.responder_rates AS rate USING (rule_set, cycle)
            WHERE rate.arm = 'all' AND agreement.is_as_written
                AND (agreement.n_subjects, agreement.n_evaluable, agreement.n_responders)
                    <> (rate.n_subjects, rate.n_evaluable, rate.n_responders)"""
        ).fetchall()
        rows = con.execute("SELECT count(*), count(*) FILTER (is_as_written) FROM summary.rule_agreement").fetchall()
        # Two rule sets, three cycles, three assumptions with three values each.
        assert rows == [(2 * 3 * 9, 2 * 3 * 3)]
        assert differing == []


def test_more_recorded_days_asked_for_never_judge_more_cycles(demo: Published) -> None:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        rows = con.execute(
            """SELECT rule_set, cycle, list(n_evaluable ORDER BY CAST(value AS INTEGER))
            FROM summary.rule_agreement WHERE parameter = 'min_recorded_days' GROUP BY ALL"""
        ).fetchall()
    assert any(counts[0] > counts[2] for _, _, counts in rows)
    assert all(counts == sorted(counts, reverse=True) for _, _, counts in rows)


def test_sensitivity_counts_every_rule_set(demo: Published) -> None:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as con:
        rows = con.execute(
            """SELECT n_rule_sets, n_responder + n_non_responder + n_not_evaluable + n_not_due,
                is_unanimous, n_responder, n_non_responder FROM analysis.rule_sensitivity"""
        ).fetchall()
    assert len(rows) == 180
    for rule_sets, counted, is_unanimous, responder, non_responder in rows:
        assert rule_sets == counted == 2
        assert is_unanimous == (None if responder + non_responder < 2 else 0 in (responder, non_responder))
