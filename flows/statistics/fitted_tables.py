"""Tables of summary.* that are fitted: each is a function of the counted tables that gives rows, and is written with
the columns of the dictionary, in the order of its key.

They are fitted while DuckDB counts the others, and before the checks on the results (docs/decisions/0007-fitted-tables.md).
"""

from collections.abc import Callable
from typing import Any

import duckdb

from flows.statistics.arm_differences import arm_differences, arm_differences_by_population
from flows.statistics.changes import change_from_baseline, quality_of_life
from flows.statistics.estimates import COLUMNS, estimates
from flows.statistics.imputed_tables import imputed_change, imputed_responders
from flows.statistics.mmrm_tables import mmrm_change, mmrm_quality_of_life
from flows.statistics.multiplicity import hypotheses
from flows.statistics.repeated import repeated_response
from flows.statistics.response_days import first_response_days
from flows.statistics.time_to_event import time_to_event, time_to_event_tests
from flows.statistics.tipping import tipping_points
from flows.study.analysis_plan import tested_tables
from flows.study.dictionary import SQL_TYPES, load_dictionary

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
FITTED: dict[str, Callable[[Connection], list[Row]]] = {
    "summary.arm_differences": arm_differences,
    "summary.arm_differences_by_population": arm_differences_by_population,
    "summary.change_from_baseline": change_from_baseline,
    "summary.first_response_days": first_response_days,
    "summary.imputed_change": imputed_change,
    "summary.imputed_responders": imputed_responders,
    "summary.mmrm_change": mmrm_change,
    "summary.mmrm_quality_of_life": mmrm_quality_of_life,
    "summary.quality_of_life": quality_of_life,
    "summary.repeated_response": repeated_response,
    "summary.time_to_event": time_to_event,
    "summary.time_to_event_tests": time_to_event_tests,
    "summary.tipping_points": tipping_points,
    "summary.hypotheses": hypotheses,  # the last two: they read the others
    "summary.estimates": estimates,
}
# What each of them reads, for the lineage (flows/publishing/declared_sources.py): table and columns.
_COMPARED_ARMS = {
    "analysis.subjects": ("subject_id", "arm", "first_injection_date"),
    "analysis.strata": ("subject_id", "stratum", "level"),
    "meta.arms": ("arm", "position"),
}
_PRIMARY = {
    "analysis.populations": ("rule_set", "subject_id", "is_primary"),
    "meta.study": ("primary_rule_set", "population"),
}
_IMPUTED = {
    "analysis.expected_months": (
        "subject_id",
        "cycle",
        "month",
        "change",
        "is_past",
        "headache_days",
        "recorded_days",
        "baseline_headache_days",
        "baseline_recorded_days",
    ),
    "analysis.headache_months": ("subject_id", "cycle", "headache_days", "recorded_days", "per_month"),
    "meta.imputation": ("cycles", "imputations", "seed", "largest_delta"),
    "meta.protocol": ("month_days",),
    **_PRIMARY,
    **_COMPARED_ARMS,
}
_TIMES = {
    "analysis.populations": ("rule_set", "subject_id", "is_primary"),
    "meta.study": ("population",),
    "analysis.event_times": ("rule_set", "event", "subject_id", "arm", "start_cycle", "end_cycle", "is_event"),
    "meta.arms": ("arm", "position"),
}
_RATES = ("rule_set", "cycle", "arm", "n_evaluable", "n_responders", "n_nri")
READS: dict[str, dict[str, tuple[str, ...]]] = {
    "summary.arm_differences": {
        "summary.responder_rates": _RATES,
        "summary.responder_rates_by_stratum": (*_RATES, "stratum", "level"),
        "meta.arms": ("arm", "position"),
    },
    "summary.arm_differences_by_population": {
        "summary.responder_rates_by_population": (*_RATES, "population", "is_primary"),
        "analysis.population_members": ("rule_set", "population", "arm", "subject_id"),
        "analysis.response_course": (
            "rule_set",
            "subject_id",
            "cycle",
            "is_responder",
            "is_evaluable",
            "is_in_nri",
        ),
        "analysis.strata": ("subject_id", "stratum", "level"),
        "meta.arms": ("arm", "position"),
    },
    "summary.change_from_baseline": {
        "analysis.month_measures": ("subject_id", "measure", "cycle", "month", "per_month", "baseline_per_month"),
        "analysis.month_spans": ("cycle", "month"),
        **_COMPARED_ARMS,
    },
    "summary.first_response_days": {
        "analysis.response_days": ("rule_set", "arm", "response_days", "censored_days"),
        "meta.rule_sets": ("rule_set",),
        "meta.arms": ("arm", "position"),
    },
    "summary.imputed_change": _IMPUTED,
    "summary.imputed_responders": _IMPUTED,
    "summary.mmrm_change": {
        "analysis.headache_months": ("subject_id", "cycle", "month", "change", "baseline_per_month"),
        "analysis.month_spans": ("cycle", "month"),
        **_PRIMARY,
        **_COMPARED_ARMS,
    },
    "summary.mmrm_quality_of_life": {
        "analysis.score_changes": ("subject_id", "instrument", "cycle", "change", "baseline_score"),
        "analysis.cycles": ("cycle",),
        **_PRIMARY,
        **_COMPARED_ARMS,
    },
    "summary.quality_of_life": {
        "analysis.score_changes": ("subject_id", "instrument", "cycle", "score", "baseline_score"),
        "analysis.cycles": ("cycle",),
        **_COMPARED_ARMS,
    },
    "summary.repeated_response": {
        "analysis.response_course": ("rule_set", "subject_id", "cycle", "arm", "is_responder"),
        "analysis.strata": ("subject_id", "stratum", "level"),
        "analysis.cycles": ("cycle",),
        "meta.arms": ("arm", "position"),
        "meta.study": ("primary_rule_set",),
    },
    "summary.time_to_event": _TIMES,
    "summary.time_to_event_tests": _TIMES,
    "summary.tipping_points": {"summary.responder_rates": _RATES, "meta.arms": ("arm", "position")},
    "summary.hypotheses": {
        "meta.hypotheses": (
            "position",
            "hypothesis",
            "family",
            "table_name",
            "place",
            "method",
            "within_family",
            "alpha",
        ),
        **{name: (*key, "p_value") for name, key in tested_tables().items()},
    },
}

# An estimate is read from a fitted table, or fitted once more on the data of the estimand.
_FITTED_AGAIN = [READS[name] for name in COLUMNS]
READS["summary.estimates"] = {
    "meta.estimators": ("estimand", "is_primary", "position", "arm", "analysis", "how", "table_name", "place"),
    "analysis.estimand_months": ("estimand", "subject_id", "cycle", "month"),
    "analysis.estimand_cycles": ("estimand", "subject_id", "cycle", "strategy"),
    "analysis.arm_subjects": ("arm", "subject_id"),
    **{name: (*tested_tables()[name], *columns[:3], "p_value") for name, columns in COLUMNS.items()},
    **{
        table: tuple(dict.fromkeys(column for reads in _FITTED_AGAIN for column in reads.get(table, ())))
        for table in sorted({table for reads in _FITTED_AGAIN for table in reads})
    },
}


def write_table(con: Connection, name: str, rows: list[Row]) -> None:
    """Write rows as the documented table; a column a row does not name is null, one the table lacks is an error."""
    table = load_dictionary()[name]
    columns = {column.name: SQL_TYPES[column.type] for column in table.columns}
    for row in rows:
        if unknown := set(row) - set(columns):
            raise KeyError(f"{name} has no column {sorted(unknown)}")
    con.execute(f"CREATE OR REPLACE TABLE {name} ({', '.join(f'{c} {t}' for c, t in columns.items())})")
    if rows:
        values = {column: [row.get(column) for row in rows] for column in columns}
        unnested = ", ".join(f"unnest(${c}) AS {c}" for c in columns)
        con.execute(f"INSERT INTO {name} SELECT * FROM (SELECT {unnested}) ORDER BY {', '.join(table.key)}", values)
