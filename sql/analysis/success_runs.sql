-- analysis.success_runs: cycles in which a run of good months reached the length a rule set asks for
-- Grain:   one row per rule_set x subject_id x cycle that has a month and a rule set with a stop for success
-- Key:     rule_set, subject_id, cycle
-- Units:   months_in_a_row = consecutive reporting months below the limit, the longest run ending in this cycle
-- Missing: a month with too few recorded days, or not yet due, breaks the run: 14, 14, missing, 14 is not three
-- Source:  NICE TA260: fewer than 15 days in three consecutive months; EHF 2018: fewer than 10
WITH judged AS (
    SELECT
        rule.rule_set,
        rule.stop_success_months,
        span.subject_id,
        span.cycle,
        span.month,
        counts.recorded_days >= rule.stop_success_min_recorded_days
        AND span.end_date <= cutoff.cutoff_date
        AND CASE rule.window_missing_days
            WHEN 'prorate' THEN
                counts.headache_days * rule.month_days < rule.stop_success_headache_days_below * counts.recorded_days
            WHEN 'headache' THEN
                (counts.headache_days + (span.end_date - span.start_date + 1) - counts.recorded_days)
                * rule.month_days
                < rule.stop_success_headache_days_below * (span.end_date - span.start_date + 1)
            ELSE
                counts.headache_days * rule.month_days
                < rule.stop_success_headache_days_below * (span.end_date - span.start_date + 1)
        END AS is_below
    FROM analysis.month_spans AS span
    JOIN meta.rule_sets AS rule ON rule.stop_success_months IS NOT NULL
    JOIN analysis.headache_counts AS counts
        ON counts.headache_day = rule.headache_day
        AND counts.subject_id = span.subject_id
        AND counts.start_date = span.start_date
        AND counts.end_date = span.end_date
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE span.cycle > 0
),

numbered AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY rule_set, subject_id ORDER BY cycle, month) AS position
    FROM judged
),

runs AS (
    SELECT
        *,
        -- The run up to this month starts after the last month that was not below.
        CASE WHEN is_below THEN
            position - coalesce(
                max(CASE WHEN NOT is_below THEN position END)
                    OVER (PARTITION BY rule_set, subject_id ORDER BY position), 0
            )
        ELSE 0 END AS run_length
    FROM numbered
)

SELECT
    rule_set,
    subject_id,
    cycle,
    CAST(max(run_length) AS INTEGER) AS months_in_a_row,
    max(run_length) >= any_value(stop_success_months) AS is_success
FROM runs
GROUP BY rule_set, subject_id, cycle
