-- analysis.responder: was the subject a responder in this cycle under this rule set, and should treatment go on?
-- Grain:   one row per rule_set x subject_id x cycle, cycles without a diary included
-- Key:     rule_set, subject_id, cycle
-- Units:   *_days = diary days as counted; *_per_month = days per month of the rule set's length; *_pct = 0..100,
--          negative when worse
-- Missing: below the recorded days needed the status is 'not_evaluable', never a zero
-- Source:  docs/rule-parameters.md; the rule sets of data/rules, each with its citation
WITH lacking AS (
    SELECT
        *,
        status IN ('responder', 'non_responder') AS is_judged,
        -- What the stop rule counts: cycles that lack the response, or any relief at all.
        CASE stop_no_response_condition
            WHEN 'response' THEN status = 'non_responder'
            WHEN 'relief' THEN NOT is_relief
        END AS is_lacking,
        status IN ('responder', 'non_responder')
        AND (stop_no_response_condition = 'response' OR is_relief IS NOT NULL) AS is_counted
    FROM analysis.response
    WHERE variant = 'as written'
),

numbered AS (
    SELECT
        *,
        CASE WHEN is_counted THEN
            count(*) FILTER (is_counted) OVER (PARTITION BY rule_set, subject_id ORDER BY cycle)
        END AS nth_counted
    FROM lacking
),

streaks AS (
    SELECT
        *,
        -- Evaluable cycles in a row without response (or relief) up to this one; others are passed over.
        CASE WHEN is_counted AND is_lacking THEN
            nth_counted - coalesce(
                max(CASE WHEN is_counted AND NOT is_lacking THEN nth_counted END)
                    OVER (PARTITION BY rule_set, subject_id ORDER BY cycle), 0
            )
        ELSE 0 END AS lacking_in_a_row
    FROM numbered
),

own_verdicts AS (
    SELECT
        streaks.*,
        runs.months_in_a_row,
        coalesce(runs.is_success, false) AS is_success,
        coalesce(
            is_judged
            AND CASE stop_no_response_mode
                WHEN 'latest' THEN cycle >= stop_no_response_cycles AND is_lacking
                WHEN 'every' THEN lacking_in_a_row >= stop_no_response_cycles
            END, false
        ) AS is_no_response,
        coalesce(stop_no_response_or_not_responding AND status = 'non_responder', false) AS is_rule_failed
    FROM streaks
    LEFT JOIN analysis.success_runs AS runs USING (rule_set, subject_id, cycle)
),

concluded AS (
    SELECT
        *,
        CASE
            WHEN is_success THEN 'stop_success'
            WHEN is_no_response OR is_rule_failed THEN 'stop_no_response'
            WHEN is_judged THEN 'continue'
        END AS own_verdict
    FROM own_verdicts
),

carried AS (
    SELECT
        *,
        -- A cycle that decides nothing keeps the last decision if that was a stop.
        last_value(own_verdict IGNORE NULLS) OVER so_far AS last_verdict,
        last_value(CASE WHEN own_verdict IS NOT NULL THEN cycle END IGNORE NULLS) OVER so_far AS verdict_cycle
    FROM concluded
    WINDOW so_far AS (PARTITION BY rule_set, subject_id ORDER BY cycle ROWS UNBOUNDED PRECEDING)
)

SELECT
    carried.rule_set,
    carried.subject_id,
    subject.arm,
    carried.cycle,
    carried.baseline_start_date,
    carried.baseline_end_date,
    carried.baseline_recorded_days,
    carried.baseline_headache_days,
    carried.window_start_date,
    carried.window_end_date,
    carried.recorded_days,
    carried.headache_days,
    carried.judged_days,
    carried.judged_headache_days,
    judged_headache_days * month_days / nullif(judged_days, 0) AS headache_days_per_month,
    baseline_headache_days * month_days / nullif(baseline_recorded_days, 0) AS baseline_days_per_month,
    CASE WHEN has_baseline AND judged_days > 0 THEN
        100.0 * (baseline_headache_days * judged_days - judged_headache_days * baseline_recorded_days)
        / (baseline_headache_days * judged_days)
    END AS reduction_pct,
    carried.status,
    CASE
        WHEN status = 'not_due' THEN format('the window ends on {}, after the data cut-off', window_end_date)
        WHEN window_start_date IS NULL THEN 'the next injection came before the window began'
        WHEN NOT has_window
            THEN format('{} recorded days in the window, {} needed', recorded_days, window_min_recorded_days)
        WHEN status = 'not_evaluable' AND baseline_recorded_days < baseline_min_recorded_days
            THEN format('{} recorded baseline days, {} needed', baseline_recorded_days, baseline_min_recorded_days)
        WHEN status = 'not_evaluable' THEN 'no headache day at baseline to compare with'
        -- What was found stands in the unit of what is needed. Two decimals: no count within a month that misses a
        -- threshold looks like it, 29.97% not like 30%, 14.97 days not like 15. Only integers are compared.
        ELSE concat_ws(
            '; ',
            format('{} headache days in {} days judged', judged_headache_days, judged_days),
            CASE WHEN response_reduction_pct_comparator IS NOT NULL THEN
                format(
                    '{} in {} at baseline: a reduction of {:.2f}%{}, needed {} {}%',
                    baseline_headache_days, baseline_recorded_days,
                    100.0 * (baseline_headache_days * judged_days - judged_headache_days * baseline_recorded_days)
                    / (baseline_headache_days * judged_days),
                    CASE
                        WHEN judged_headache_days * baseline_recorded_days > baseline_headache_days * judged_days
                            THEN ' (a rise)'
                        ELSE ''
                    END,
                    response_reduction_pct_comparator, response_reduction_pct_threshold
                )
            END,
            CASE WHEN response_headache_free_days_comparator IS NOT NULL THEN
                format(
                    '{} of {} days headache-free = {:.2f} of {}, needed {} {}',
                    judged_days - judged_headache_days, judged_days,
                    (judged_days - judged_headache_days) * month_days / judged_days, month_days,
                    response_headache_free_days_comparator, response_headache_free_days_threshold
                )
            END,
            CASE WHEN response_headache_days_comparator IS NOT NULL THEN
                format(
                    '{} of {} days with headache = {:.2f} of {}, needed {} {}',
                    judged_headache_days, judged_days,
                    judged_headache_days * month_days / judged_days, month_days,
                    response_headache_days_comparator, response_headache_days_threshold
                )
            END
        )
    END AS reason,
    CASE
        WHEN own_verdict IS NOT NULL THEN own_verdict
        WHEN starts_with(last_verdict, 'stop') THEN last_verdict
        ELSE 'undetermined'
    END AS verdict,
    CASE
        WHEN is_success THEN
            format('{} months in a row below {} headache days', months_in_a_row, stop_success_headache_days_below)
        WHEN is_no_response AND stop_no_response_mode = 'latest'
            THEN format('no response at cycle {}, the latest cycle decides from cycle {} on', cycle, stop_no_response_cycles)
        WHEN is_no_response
            THEN format('{} evaluable cycles in a row without {}', lacking_in_a_row, stop_no_response_condition)
        WHEN is_rule_failed THEN 'this cycle is not a response, which is enough to stop'
        WHEN own_verdict = 'continue' AND status = 'responder' THEN 'responds'
        WHEN own_verdict = 'continue' THEN 'does not respond, but no stop rule is met'
        WHEN starts_with(last_verdict, 'stop') THEN format('as decided at cycle {}', verdict_cycle)
        ELSE 'this cycle decides nothing'
    END AS verdict_reason
FROM carried
JOIN analysis.subjects AS subject ON subject.subject_id = carried.subject_id
