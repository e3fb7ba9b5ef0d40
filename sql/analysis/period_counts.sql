-- analysis.period_counts: diary days counted in every period that any table asks for
-- Grain:   one row per subject_id x start_date x end_date (months, windows and baselines, each counted once)
-- Key:     subject_id, start_date, end_date
-- Units:   *_days = diary days; headache_hours = h
-- Missing: a period without a diary day has zeros: nothing recorded is not the same as no headache
-- Source:  docs/rules/missing-days.md
WITH periods AS (
    SELECT subject_id, start_date, end_date FROM analysis.month_spans
    UNION
    SELECT subject_id, window_start_date, window_end_date FROM analysis.rule_windows WHERE window_start_date IS NOT NULL
    UNION
    SELECT subject_id, baseline_start_date, baseline_end_date FROM analysis.rule_windows
)

SELECT
    period.subject_id,
    period.start_date,
    period.end_date,
    count(day.is_headache_any) AS recorded_days_any,
    count(*) FILTER (day.is_headache_any) AS headache_days_any,
    count(day.is_headache_hours_4) AS recorded_days_hours_4,
    count(*) FILTER (day.is_headache_hours_4) AS headache_days_hours_4,
    count(day.is_headache_hours_4_or_acute) AS recorded_days_hours_4_or_acute,
    count(*) FILTER (day.is_headache_hours_4_or_acute) AS headache_days_hours_4_or_acute,
    count(*) FILTER (day.is_moderate_severe) AS moderate_severe_days,
    count(*) FILTER (day.is_migraine) AS migraine_days,
    count(*) FILTER (NOT day.is_headache_any) AS crystal_clear_days,
    CAST(coalesce(sum(day.headache_hours), 0) AS DOUBLE) AS headache_hours,
    count(*) FILTER (day.took_acute_medication) AS acute_medication_days
FROM periods AS period
LEFT JOIN analysis.diary_states AS day
    ON day.subject_id = period.subject_id AND day.diary_date BETWEEN period.start_date AND period.end_date
GROUP BY period.subject_id, period.start_date, period.end_date
