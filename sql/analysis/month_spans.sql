-- analysis.month_spans: the reporting months: the baseline and months 1..3 of each cycle
-- Grain:   one row per subject_id x cycle (0 = baseline) x month; a month that would begin after the cycle's end
--          does not exist
-- Key:     subject_id, cycle, month
-- Units:   dates inclusive; a month is 28 days, cut at the cycle's end
-- Missing: a subject never treated has none
-- Source:  docs/rules/months.md: Days -28..-1, then Days 1-28, 29-56, 57-84; days after Day 84 belong to no month
SELECT
    subject.subject_id,
    0 AS cycle,
    1 AS month,
    subject.first_injection_date - protocol.baseline_days AS start_date,
    subject.first_injection_date - 1 AS end_date
FROM analysis.subjects AS subject
CROSS JOIN meta.protocol AS protocol
WHERE subject.first_injection_date IS NOT NULL
UNION ALL
SELECT
    cycle.subject_id,
    cycle.cycle,
    CAST(months.month AS INTEGER),
    cycle.start_date + CAST((months.month - 1) * protocol.month_days AS INTEGER),
    least(cycle.end_date, cycle.start_date + CAST(months.month * protocol.month_days AS INTEGER) - 1)
FROM analysis.cycles AS cycle
CROSS JOIN meta.protocol AS protocol
CROSS JOIN unnest(range(1, protocol.months_per_cycle + 1)) AS months (month)
WHERE cycle.start_date + CAST((months.month - 1) * protocol.month_days AS INTEGER) <= cycle.end_date
