-- analysis.response: the counts of each cycle under each rule set, and whether they are a response
-- Grain:   one row per rule_set x variant ('as written', or one assumption changed) x subject_id x cycle
-- Key:     rule_set, variant, subject_id, cycle
-- Units:   *_days = diary days; judged_* = h of d after the rule set's missing-day policy
-- Missing: status says why nothing could be judged; is_relief is null where the baseline cannot be compared with
-- Source:  docs/rule-parameters.md. 9 of 15 against 24 of 28 is exactly 30% fewer: integers say so, floats do not
WITH counted AS (
    SELECT
        rule.* EXCLUDE (title, citation, decision, interpretation, position),
        spot.subject_id,
        spot.cycle,
        spot.baseline_start_date,
        spot.baseline_end_date,
        spot.window_start_date,
        spot.window_end_date,
        spot.is_due,
        coalesce(counts.recorded_days, 0) AS recorded_days,
        coalesce(counts.headache_days, 0) AS headache_days,
        baseline.recorded_days AS baseline_recorded_days,
        baseline.headache_days AS baseline_headache_days,
        coalesce(spot.window_end_date - spot.window_start_date + 1, 0) AS window_length_days
    FROM analysis.rule_windows AS spot
    JOIN meta.rule_variants AS rule ON rule.rule_set = spot.rule_set
    LEFT JOIN analysis.headache_counts AS counts
        ON counts.headache_day = rule.headache_day
        AND counts.subject_id = spot.subject_id
        AND counts.start_date = spot.window_start_date
        AND counts.end_date = spot.window_end_date
    JOIN analysis.headache_counts AS baseline
        ON baseline.headache_day = rule.headache_day
        AND baseline.subject_id = spot.subject_id
        AND baseline.start_date = spot.baseline_start_date
        AND baseline.end_date = spot.baseline_end_date
),

after_policy AS (
    SELECT
        *,
        CASE
            WHEN window_missing_days = 'headache' THEN headache_days + window_length_days - recorded_days
            ELSE headache_days
        END AS judged_headache_days,
        CASE WHEN window_missing_days = 'prorate' THEN recorded_days ELSE window_length_days END AS judged_days,
        recorded_days >= window_min_recorded_days AS has_window,
        baseline_recorded_days >= baseline_min_recorded_days AND baseline_headache_days > 0 AS has_baseline
    FROM counted
),

compared AS (
    SELECT
        *,
        CASE response_reduction_pct_comparator
            WHEN '>=' THEN
                100 * judged_headache_days * baseline_recorded_days
                <= (100 - response_reduction_pct_threshold) * baseline_headache_days * judged_days
            WHEN '>' THEN
                100 * judged_headache_days * baseline_recorded_days
                < (100 - response_reduction_pct_threshold) * baseline_headache_days * judged_days
        END AS meets_reduction,
        CASE response_headache_free_days_comparator
            WHEN '>=' THEN
                (judged_days - judged_headache_days) * month_days >= response_headache_free_days_threshold * judged_days
            WHEN '>' THEN
                (judged_days - judged_headache_days) * month_days > response_headache_free_days_threshold * judged_days
        END AS meets_free_days,
        CASE response_headache_days_comparator
            WHEN '<' THEN judged_headache_days * month_days < response_headache_days_threshold * judged_days
            WHEN '<=' THEN judged_headache_days * month_days <= response_headache_days_threshold * judged_days
        END AS meets_headache_days,
        -- Relief: any fall of the rate below baseline.
        CASE WHEN has_window AND has_baseline
            THEN judged_headache_days * baseline_recorded_days < baseline_headache_days * judged_days
        END AS is_relief
    FROM after_policy
)

SELECT
    *,
    CASE
        WHEN NOT is_due THEN 'not_due'
        WHEN NOT has_window OR (response_reduction_pct_comparator IS NOT NULL AND NOT has_baseline) THEN 'not_evaluable'
        -- A condition the rule set does not have is null, and neither helps nor hinders.
        WHEN response_require = 'all'
            AND coalesce(meets_reduction, true)
            AND coalesce(meets_free_days, true)
            AND coalesce(meets_headache_days, true) THEN 'responder'
        WHEN response_require = 'any'
            AND (
                coalesce(meets_reduction, false)
                OR coalesce(meets_free_days, false)
                OR coalesce(meets_headache_days, false)
            ) THEN 'responder'
        ELSE 'non_responder'
    END AS status
FROM compared
