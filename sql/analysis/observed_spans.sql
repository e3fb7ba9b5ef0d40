-- analysis.observed_spans: the days on which a diary is expected of each treated subject
-- Grain:   one row per subject_id x cycle (0 = baseline) x month (null = after the last month of the cycle)
-- Key:     subject_id, cycle, start_date
-- Units:   dates inclusive
-- Missing: a subject who left before the baseline began has none
-- Source:  docs/statistics.md, gaps. From the first day of the baseline without a break to the last day of the last cycle
--          given, to the day on which the subject left the study, or to the cut-off, whichever is first. Days between Day 84
--          and a later next injection are expected as well; they belong to no month
WITH last_days AS (
    SELECT
        cycle.subject_id,
        -- least() passes over a null: who has not left is expected up to the cut-off.
        least(
            max(cycle.end_date), any_value(registered.discontinued_date), any_value(cutoff.cutoff_date)
        ) AS last_date
    FROM analysis.cycles AS cycle
    CROSS JOIN analysis.cutoff AS cutoff
    LEFT JOIN tabulation.subjects AS registered ON registered.subject_id = cycle.subject_id
    GROUP BY cycle.subject_id
),

spans AS (
    SELECT subject_id, cycle, month, start_date, end_date FROM analysis.month_spans
    UNION ALL
    SELECT subject_id, cycle, NULL, end_date + 1, next_injection_date - 1
    FROM analysis.cycles
    WHERE end_date < next_injection_date - 1
)

SELECT
    spans.subject_id,
    spans.cycle,
    spans.month,
    spans.start_date,
    least(spans.end_date, last_days.last_date) AS end_date
FROM spans
JOIN last_days ON last_days.subject_id = spans.subject_id
WHERE spans.start_date <= last_days.last_date
