-- analysis.expected_months: every month of every cycle of the study for every treated subject, seen or not
-- Grain:   one row per subject_id (treated) x cycle x month; cycles not given to the subject included
-- Key:     subject_id, cycle, month
-- Units:   *_days = diary days; change = headache days per 28 recorded days less those of the baseline
-- Missing: change is null where the month is not evaluable, not due, not given, or has no baseline to compare with
-- Source:  docs/statistics.md, multiple imputation. is_past: the month's last day is at the cut-off or before; of a cycle that
--          was not given it is counted from the first injection, as if every cycle had come in time
WITH spine AS (
    SELECT subject.subject_id, subject.first_injection_date, given.cycle, CAST(months.month AS INTEGER) AS month
    FROM analysis.subjects AS subject
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN unnest(range(1, protocol.months_per_cycle + 1)) AS months (month)
    WHERE subject.first_injection_date IS NOT NULL
)

SELECT
    spine.subject_id,
    spine.cycle,
    spine.month,
    seen.headache_days,
    seen.recorded_days,
    seen.baseline_headache_days,
    seen.baseline_recorded_days,
    seen.change,
    coalesce(
        span.end_date,
        coalesce(
            given.start_date, spine.first_injection_date + CAST(protocol.cycle_days * (spine.cycle - 1) AS INTEGER)
        )
        + CAST(spine.month * protocol.month_days AS INTEGER) - 1
    ) <= cutoff.cutoff_date AS is_past
FROM spine
LEFT JOIN analysis.cycles AS given ON given.subject_id = spine.subject_id AND given.cycle = spine.cycle
LEFT JOIN analysis.month_spans AS span
    ON span.subject_id = spine.subject_id AND span.cycle = spine.cycle AND span.month = spine.month
LEFT JOIN analysis.headache_months AS seen
    ON seen.subject_id = spine.subject_id AND seen.cycle = spine.cycle AND seen.month = spine.month
CROSS JOIN meta.protocol AS protocol
CROSS JOIN analysis.cutoff AS cutoff
