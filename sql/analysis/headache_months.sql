-- analysis.headache_months: headache days of each due month as the primary rule set defines them, beside the baseline
-- Grain:   one row per subject_id x cycle (0 = baseline) x month that is due
-- Key:     subject_id, cycle, month
-- Units:   *_days = diary days; per_month, baseline_per_month, change = headache days per 28 recorded days
-- Missing: per_month is null below the recorded days that a month needs; change also without an evaluable baseline
-- Source:  docs/statistics.md; the baseline is that before the first injection under every rule set
WITH counted AS (
    SELECT
        span.subject_id,
        span.cycle,
        span.month,
        counts.headache_days,
        counts.recorded_days,
        CASE WHEN counts.recorded_days >= protocol.min_recorded_days THEN
            CAST(counts.headache_days * protocol.month_days AS DOUBLE) / counts.recorded_days
        END AS per_month
    FROM analysis.month_spans AS span
    CROSS JOIN meta.study AS study
    JOIN meta.rule_sets AS rule ON rule.rule_set = study.primary_rule_set
    JOIN analysis.headache_counts AS counts
        ON counts.headache_day = rule.headache_day
        AND counts.subject_id = span.subject_id
        AND counts.start_date = span.start_date
        AND counts.end_date = span.end_date
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE span.end_date <= cutoff.cutoff_date
)

SELECT
    later.subject_id,
    later.cycle,
    later.month,
    later.headache_days,
    later.recorded_days,
    baseline.headache_days AS baseline_headache_days,
    baseline.recorded_days AS baseline_recorded_days,
    later.per_month,
    baseline.per_month AS baseline_per_month,
    later.per_month - baseline.per_month AS change
FROM counted AS later
LEFT JOIN counted AS baseline ON baseline.subject_id = later.subject_id AND baseline.cycle = 0
