-- analysis.month_measures: each measure of each evaluable month as days (or hours) per month, with its baseline
-- Grain:   one row per subject_id x cycle (0 = baseline) x month x measure; due and evaluable months only
-- Key:     measure, cycle, month, subject_id
-- Units:   per_month = days (hours for headache_hours) per 28 recorded days; change = per_month less baseline
-- Missing: no row for a measure the subject never wrote down: that is unknown, not 0; baseline and change are null
--          without an evaluable baseline
-- Source:  docs/rules/months.md; the measures of PREEMPT (Dodick 2010, Headache 50:921)
WITH written AS (
    -- A diary without hours, severity, migraine or medication would count as none of them.
    SELECT
        subject_id,
        true AS headache_days,
        bool_or(severity IS NOT NULL) AS moderate_severe_days,
        bool_or(hours IS NOT NULL) AS headache_hours,
        bool_or(migraine IS NOT NULL) AS migraine_days,
        bool_or(acute_medication IS NOT NULL) AS acute_medication_days
    FROM tabulation.diary_days
    GROUP BY subject_id
),

counted AS (
    SELECT
        month.subject_id,
        month.cycle,
        month.month,
        month.recorded_days,
        protocol.month_days,
        month.headache_days AS headache_days,
        CASE WHEN written.moderate_severe_days THEN month.moderate_severe_days END AS moderate_severe_days,
        CASE WHEN written.headache_hours THEN month.headache_hours END AS headache_hours,
        CASE WHEN written.migraine_days THEN month.migraine_days END AS migraine_days,
        CASE WHEN written.acute_medication_days THEN month.acute_medication_days END AS acute_medication_days
    FROM analysis.months AS month
    JOIN written ON written.subject_id = month.subject_id
    CROSS JOIN meta.protocol AS protocol
    WHERE month.is_due AND month.is_evaluable
),

measured AS (
    SELECT counted.*, item.measure, item.amount
    FROM counted
    CROSS JOIN LATERAL (
        VALUES
        ('headache_days', CAST(headache_days AS DOUBLE)),
        ('moderate_severe_days', CAST(moderate_severe_days AS DOUBLE)),
        ('headache_hours', headache_hours),
        ('migraine_days', CAST(migraine_days AS DOUBLE)),
        ('acute_medication_days', CAST(acute_medication_days AS DOUBLE))
    ) AS item (measure, amount)
    WHERE item.amount IS NOT NULL
),

normalised AS (
    SELECT subject_id, cycle, month, measure, amount * month_days / recorded_days AS per_month
    FROM measured
)

SELECT
    later.measure,
    later.cycle,
    later.month,
    later.subject_id,
    later.per_month,
    baseline.per_month AS baseline_per_month,
    later.per_month - baseline.per_month AS change
FROM normalised AS later
LEFT JOIN normalised AS baseline
    ON baseline.subject_id = later.subject_id AND baseline.measure = later.measure AND baseline.cycle = 0
