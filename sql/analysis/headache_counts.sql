-- analysis.headache_counts: recorded and headache days of every period, by definition of a headache day
-- Grain:   one row per headache_day (definition) x subject_id x start_date x end_date
-- Key:     headache_day, subject_id, start_date, end_date
-- Units:   *_days = diary days
-- Missing: zero recorded days = nothing known
-- Source:  docs/rules/headache-days.md
SELECT
    'any' AS headache_day,
    subject_id,
    start_date,
    end_date,
    recorded_days_any AS recorded_days,
    headache_days_any AS headache_days
FROM analysis.period_counts
UNION ALL
SELECT 'hours_4', subject_id, start_date, end_date, recorded_days_hours_4, headache_days_hours_4
FROM analysis.period_counts
UNION ALL
SELECT
    'hours_4_or_acute',
    subject_id,
    start_date,
    end_date,
    recorded_days_hours_4_or_acute,
    headache_days_hours_4_or_acute
FROM analysis.period_counts
