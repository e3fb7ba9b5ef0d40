-- analysis.months: all measures by 28-day reporting month
-- Grain:   one row per subject_id x cycle (0 = baseline) x month (1..3)
-- Key:     subject_id, cycle, month
-- Units:   *_days = diary days as counted, not prorated; headache_hours = h
-- Missing: is_due is false where the month ends after the cut-off; is_evaluable is false below 20 recorded days
-- Source:  docs/rules/months.md
SELECT
    span.subject_id,
    span.cycle,
    span.month,
    span.start_date,
    span.end_date,
    counts.recorded_days_any AS recorded_days,
    counts.headache_days_any AS headache_days,
    counts.moderate_severe_days,
    counts.headache_hours,
    counts.acute_medication_days,
    counts.migraine_days,
    counts.crystal_clear_days,
    span.end_date <= cutoff.cutoff_date AS is_due,
    counts.recorded_days_any >= protocol.min_recorded_days AS is_evaluable
FROM analysis.month_spans AS span
JOIN analysis.period_counts AS counts USING (subject_id, start_date, end_date)
CROSS JOIN meta.protocol AS protocol
CROSS JOIN analysis.cutoff AS cutoff
