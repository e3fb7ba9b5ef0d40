"""What must hold in every summary table of the demo: shares are their counts, counts fit in their denominators."""

from collections.abc import Iterator
from math import isclose

import duckdb
import pytest

from flows.statistics.fitted_tables import FITTED, write_table
from flows.study.dictionary import load_dictionary
from tests.conftest import Published
from tests.summary_study import Row, matching

DIFFERENCES = [
    ("responder_pct", "n_responders", "n_subjects"),
    ("reference_pct", "n_reference_responders", "n_reference"),
]
AT_LEAST = [("at_least_pct", "n_at_least", "n_subjects"), ("at_least_nri_pct", "n_at_least", "n_nri")]
# table: (percentage, numerator, denominator)
SHARES = {
    "responder_rates": [
        ("responder_pct", "n_responders", "n_evaluable"),
        ("responder_nri_pct", "n_responders", "n_nri"),
    ],
    "responder_rates_by_stratum": [
        ("responder_pct", "n_responders", "n_evaluable"),
        ("responder_nri_pct", "n_responders", "n_nri"),
    ],
    "responder_rates_by_population": [
        ("responder_pct", "n_responders", "n_evaluable"),
        ("responder_nri_pct", "n_responders", "n_nri"),
    ],
    "arm_differences": DIFFERENCES,
    "arm_differences_by_population": DIFFERENCES,
    "estimand_events": [("pct", "n", "n_subjects")],
    "first_response": [("first_pct", "n_first", "n_subjects")],
    "verdicts": [("verdict_pct", "n_verdict", "n_subjects")],
    "rule_agreement": [("responder_pct", "n_responders", "n_evaluable")],
    "response_courses": [("course_pct", "n_course", "n_subjects")],
    "response_outcomes": [("outcome_pct", "n_outcome", "n_subjects")],
    "response_flow": [("flow_pct", "n_flow", "n_subjects")],
    "reduction_distribution": AT_LEAST,
    "reduction_days_distribution": AT_LEAST,
    "response_thresholds": [("reached_pct", "n_reached", "n_evaluable"), ("reached_nri_pct", "n_reached", "n_nri")],
    "shifts": [("shift_pct", "n_shift", "n_subjects")],
    "disposition": [("pct", "n", "n_subjects")],
    "baseline": [("pct", "n", "n_subjects")],
    "compliance": [
        ("recorded_pct", "recorded_days", "expected_days"),
        ("evaluable_pct", "n_evaluable", "n_subjects"),
        ("late_pct", "late_days", "timed_days"),
    ],
    "compliance_by_site": [
        ("recorded_pct", "recorded_days", "expected_days"),
        ("evaluable_pct", "n_evaluable", "n_subjects"),
        ("late_pct", "late_days", "timed_days"),
    ],
    "diary_gaps": [("with_gap_pct", "n_with_gap", "n_subjects"), ("to_end_pct", "n_to_end", "n_subjects")],
    "deviations": [("deviating_pct", "n_deviating", "n_subjects")],
    "adverse_events": [("with_event_pct", "n_with_event", "n_subjects")],
    "quality_of_life_improved": [
        ("improved_pct", "n_improved", "n_scored"),
        ("first_improved_pct", "n_first_improved", "n_subjects"),
        ("improved_nri_pct", "n_improved", "n_nri"),
    ],
    "quality_of_life_bands": [("band_pct", "n_band", "n_scored")],
}
NOT_SHARES = {
    "ci_low_pct", "ci_high_pct", "exact_ci_low_pct", "exact_ci_high_pct", "nri_ci_low_pct", "nri_ci_high_pct",
    "score_ci_low_pct", "score_ci_high_pct", "difference_pct", "cumulative_pct", "min_reduction_pct", "agreement_pct",
    "imputed_pct", "difference_ci_low_pct", "difference_ci_high_pct",
}  # fmt: skip


@pytest.fixture(scope="module")
def con(demo: Published) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(demo.current / "outcomes.duckdb", read_only=True) as connection:
        yield connection


def summary_tables() -> list[str]:
    return [table.name for table in load_dictionary().values() if table.schema_name == "summary"]


@pytest.mark.parametrize("table", summary_tables())
def test_every_percentage_is_its_numerator_of_its_denominator(con: duckdb.DuckDBPyConnection, table: str) -> None:
    rows = matching(con, f"summary.{table}")
    assert rows, f"the demo has no row of summary.{table}: nothing is tested"
    percentages = {column for column in rows[0] if column.endswith("pct")} - NOT_SHARES
    shares = SHARES.get(table, [])
    assert percentages == {name for name, _, _ in shares}, "a percentage without its counts beside it"
    for row in rows:
        for name, numerator, denominator in shares:
            if row[name] is None:
                assert not row[denominator] or row[numerator] is None
            else:
                assert 0 <= row[numerator] <= row[denominator]
                assert isclose(row[name], 100 * row[numerator] / row[denominator])


@pytest.mark.parametrize("table", [name for name in summary_tables() if name != "rule_set_pairs"])
def test_intervals_hold_what_they_are_about(con: duckdb.DuckDBPyConnection, table: str) -> None:
    about = {
        "ci_low_pct": ("ci_high_pct", "difference_pct" if "diff" in table or "tipping" in table else None),
        "ci_low": ("ci_high", "mean"),
        "change_ci_low": ("change_ci_high", "change_mean"),
        "ls_ci_low": ("ls_ci_high", "ls_mean"),
        "difference_ci_low": ("difference_ci_high", "difference"),
        "score_ci_low_pct": ("score_ci_high_pct", "difference_pct"),
        "odds_ratio_ci_low": ("odds_ratio_ci_high", "odds_ratio"),
        "nnt_ci_low": ("nnt_ci_high", "nnt"),
    }
    for row in matching(con, f"summary.{table}"):
        for low, (high, middle) in about.items():
            centre = middle or next((name for name, _, _ in SHARES.get(table, [])), None)
            if row.get(low) is not None and centre in row:
                assert row[low] - 1e-9 <= row[centre] <= row[high] + 1e-9, (table, centre)


SUMMED = [
    ("responder_rates", "n_responders"),
    ("response_courses", "n_course"),
    ("adverse_events", "n_with_event"),
    ("compliance", "recorded_days"),
    ("verdicts", "n_verdict"),
    ("shifts", "n_shift"),
    ("disposition", "n"),
]


@pytest.mark.parametrize(("table", "count"), SUMMED)
def test_all_is_the_arms_and_those_without_an_arm(con: duckdb.DuckDBPyConnection, table: str, count: str) -> None:
    key = [name for name in load_dictionary()[f"summary.{table}"].key if name != "arm"]
    sums: dict[tuple[object, ...], dict[str, int]] = {}
    for row in matching(con, f"summary.{table}"):
        sums.setdefault(tuple(row[name] for name in key), {})[row["arm"]] = row[count]
    without_arm = 0
    for by_arm in sums.values():
        named = by_arm.get("ona", 0) + by_arm.get("placebo", 0)
        assert named <= by_arm["all"]
        without_arm += by_arm["all"] - named
    # The demo has subjects whose arm is not known; none of them had an adverse event.
    assert without_arm > 0 or table == "adverse_events"


def test_months_of_eligibility_and_of_shifts_are_judged_alike(con: duckdb.DuckDBPyConnection) -> None:
    rows = con.execute(
        """SELECT state.is_chronic_article, eligibility.is_chronic_article, state.is_chronic_ichd3,
            eligibility.is_chronic_ichd3, state.is_overuse, eligibility.is_diary_overuse
        FROM analysis.month_states AS state JOIN analysis.eligibility AS eligibility USING (subject_id)
        WHERE state.cycle = 0"""
    ).fetchall()
    assert len(rows) == 65
    assert all(row[::2] == row[1::2] for row in rows)


def test_a_fitted_table_cannot_hold_a_column_the_dictionary_lacks() -> None:
    row: Row = {"rule_set": "r", "p": 0.05}
    with duckdb.connect() as empty, pytest.raises(KeyError, match=r"summary\.arm_differences has no column \['p'\]"):
        write_table(empty, "summary.arm_differences", [row])


@pytest.mark.parametrize("name", sorted(FITTED))
def test_fitted_tables_tell_their_grain(name: str) -> None:
    assert "Grain: " in (FITTED[name].__doc__ or "")
    assert name in load_dictionary()
