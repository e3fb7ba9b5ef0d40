"""The statuses, verdicts and criteria of eligibility that differ, and the days and dates that each of them hangs on."""

from typing import Any

from flows.base.sql_text import one_value, rows_of
from flows.comparing.sides import Connection, columns_of
from flows.study.dictionary import load_dictionary

Row = dict[str, Any]


def find_changed_outcomes(con: Connection, subject_id: str | None = None) -> int:
    """Make changed_outcomes: a row per status, verdict or criterion of eligibility that differs; gives their number.

    Key: scope, rule_set, subject_id, cycle, column_name. ``was_there`` and ``is_there``: whether the row exists at all.
    """
    # A missing row and an empty value are the same to a reader: nothing is known.
    parts = [
        f"""SELECT '{column}' AS scope, rule_set, subject_id, cycle, 'analysis.responder' AS table_name,
            '{column}' AS column_name, earlier.{column} AS value_before, later.{column} AS value_after,
            earlier.status IS NOT NULL AS was_there, later.status IS NOT NULL AS is_there
        FROM before.analysis.responder AS earlier
        FULL JOIN after.analysis.responder AS later USING (rule_set, subject_id, cycle)
        WHERE earlier.{column} IS DISTINCT FROM later.{column}"""
        for column in ("status", "verdict")
    ]
    criteria = [c.name for c in load_dictionary()["analysis.eligibility"].columns if c.type == "boolean"]
    parts += [
        f"""SELECT 'eligibility', NULL, subject_id, NULL, 'analysis.eligibility', '{column}',
            CAST(earlier.{column} AS VARCHAR), CAST(later.{column} AS VARCHAR),
            earlier.reason IS NOT NULL, later.reason IS NOT NULL
        FROM before.analysis.eligibility AS earlier FULL JOIN after.analysis.eligibility AS later USING (subject_id)
        WHERE earlier.{column} IS DISTINCT FROM later.{column}"""
        for column in criteria
        if column in columns_of(con, "analysis.eligibility")
    ]
    con.execute(f"CREATE OR REPLACE TEMP TABLE changed_outcomes AS {' UNION ALL '.join(parts)}")
    if subject_id is not None:
        con.execute("DELETE FROM changed_outcomes WHERE subject_id <> $1", [subject_id])
    con.execute("CREATE OR REPLACE TEMP TABLE changed_subjects AS SELECT DISTINCT subject_id FROM changed_outcomes")
    return one_value(con, "SELECT count(*) FROM changed_outcomes")


def load_changed_outcomes(con: Connection) -> list[Row]:
    """The rows of changed_outcomes, in order."""
    return rows_of(
        con,
        "SELECT * FROM changed_outcomes ORDER BY list_position(['status', 'verdict', 'eligibility'], scope),"
        " rule_set, subject_id, cycle, column_name",
    )


_SIDES = """
    responders AS (FROM before.analysis.responder UNION ALL BY NAME FROM after.analysis.responder),
    spans AS (FROM before.analysis.months UNION ALL BY NAME FROM after.analysis.months),
    rules AS (
        SELECT rule_set,
            bool_or(headache_day <> 'any') AS uses_hours,
            bool_or(headache_day = 'hours_4_or_acute') AS uses_medication,
            bool_or(response_reduction_pct_comparator IS NOT NULL) AS has_reduction,
            bool_or(coalesce(stop_no_response_condition = 'relief', false)) AS has_relief,
            bool_or(stop_success_months IS NOT NULL) AS has_success,
            bool_or(window_end = 'next_injection') AS follows_next
        FROM (FROM before.meta.rule_sets UNION ALL BY NAME FROM after.meta.rule_sets) GROUP BY rule_set
    ),
    -- A row that is new is there by its injections alone. One that is gone would have to come back as it was.
    wanted AS (
        SELECT outcome.*, rules.* EXCLUDE (rule_set) FROM changed_outcomes AS outcome
        LEFT JOIN rules USING (rule_set) WHERE was_there OR scope = 'eligibility'
    )
"""


def find_periods(con: Connection) -> None:
    """Make outcome_periods: the windows, baselines and months of either side that a changed outcome was counted from.

    A status hangs on its own window, and on its baseline where the rule set compares with it; a verdict on those of all
    cycles up to its own, and on their months where the rule set stops for success; eligibility on the baseline month.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE outcome_periods AS WITH {_SIDES}
        SELECT DISTINCT scope, rule_set, subject_id, outcome.cycle, uses_hours, uses_medication,
            spot.window_start_date AS start_date, spot.window_end_date AS end_date
        FROM wanted AS outcome JOIN responders AS spot USING (rule_set, subject_id)
        WHERE spot.cycle = outcome.cycle OR (scope = 'verdict' AND spot.cycle < outcome.cycle)
        UNION
        SELECT scope, rule_set, subject_id, outcome.cycle, uses_hours, uses_medication,
            spot.baseline_start_date, spot.baseline_end_date
        FROM wanted AS outcome JOIN responders AS spot USING (rule_set, subject_id)
        WHERE (has_reduction OR (scope = 'verdict' AND has_relief))
            AND (spot.cycle = outcome.cycle OR (scope = 'verdict' AND spot.cycle < outcome.cycle))
        UNION
        SELECT scope, rule_set, subject_id, outcome.cycle, uses_hours, uses_medication, span.start_date, span.end_date
        FROM wanted AS outcome JOIN spans AS span USING (subject_id)
        WHERE (scope = 'verdict' AND has_success AND span.cycle BETWEEN 1 AND outcome.cycle)
            OR (scope = 'eligibility' AND span.cycle = 0)"""
    )


def find_dates(con: Connection) -> None:
    """Make outcome_dates: the dates on which an outcome changes when the cut-off passes them, by the outcome.

    Ends of windows and of months, and injections up to the one after the cycle. For eligibility the injections alone, and
    where the record of medication begins or ends, the days with medication.
    """
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE outcome_dates AS WITH {_SIDES},
        cycles AS (FROM before.analysis.cycles UNION ALL BY NAME FROM after.analysis.cycles),
        injected AS (
            SELECT DISTINCT subject_id, injection_date
            FROM (FROM before.tabulation.injections UNION ALL BY NAME FROM after.tabulation.injections)
        ),
        came_or_went AS (
            (SELECT subject_id, injection_date FROM before.tabulation.injections
                EXCEPT SELECT subject_id, injection_date FROM after.tabulation.injections)
            UNION ALL
            (SELECT subject_id, injection_date FROM after.tabulation.injections
                EXCEPT SELECT subject_id, injection_date FROM before.tabulation.injections)
        ),
        -- Where the cut-off keeps a cycle out of one snapshot, an injection that came would cut it short in the other.
        followed AS (
            SELECT subject_id, cycle, start_date, next_injection_date FROM cycles
            UNION ALL
            SELECT cycles.subject_id, cycles.cycle, cycles.start_date, came_or_went.injection_date
            FROM cycles JOIN came_or_went USING (subject_id) WHERE came_or_went.injection_date > cycles.start_date
        ),
        bounds AS (
            SELECT outcome.scope, outcome.rule_set, outcome.subject_id, outcome.cycle, max(CASE
                WHEN outcome.scope = 'eligibility' THEN cycles.start_date
                -- A next injection after Day 84 cuts nothing off, unless the rule set's window ends with it.
                WHEN cycles.next_injection_date - cycles.start_date < protocol.cycle_days OR rules.follows_next
                    THEN coalesce(cycles.next_injection_date, cycles.start_date)
                ELSE cycles.start_date
            END) AS last_date
            FROM changed_outcomes AS outcome
            JOIN followed AS cycles ON cycles.subject_id = outcome.subject_id AND cycles.cycle = coalesce(outcome.cycle, 1)
            LEFT JOIN rules ON rules.rule_set = outcome.rule_set
            CROSS JOIN after.meta.protocol AS protocol
            GROUP BY ALL
        )
        SELECT DISTINCT scope, rule_set, subject_id, outcome.cycle, spot.window_end_date AS day, 'end' AS what
        FROM wanted AS outcome JOIN responders AS spot USING (rule_set, subject_id)
        WHERE spot.cycle = outcome.cycle OR (scope = 'verdict' AND spot.cycle < outcome.cycle)
        UNION
        SELECT scope, rule_set, subject_id, outcome.cycle, span.end_date, 'end'
        FROM wanted AS outcome JOIN spans AS span USING (subject_id)
        WHERE scope = 'verdict' AND has_success AND span.cycle BETWEEN 1 AND outcome.cycle
        UNION
        SELECT bounds.scope, bounds.rule_set, bounds.subject_id, bounds.cycle, injected.injection_date, 'injection'
        FROM bounds JOIN injected
            ON injected.subject_id = bounds.subject_id AND injected.injection_date <= bounds.last_date
        UNION
        SELECT DISTINCT scope, NULL, subject_id, NULL, diary_date, 'medication'
        FROM changed_outcomes AS outcome
        JOIN before.analysis.baseline_medication AS earlier USING (subject_id)
        JOIN after.analysis.baseline_medication AS later USING (subject_id)
        JOIN (FROM before.tabulation.diary_days UNION ALL BY NAME FROM after.tabulation.diary_days) AS day
            USING (subject_id)
        WHERE scope = 'eligibility' AND earlier.has_medication_record <> later.has_medication_record
            AND day.acute_medication IS NOT NULL"""
    )
