-- analysis.month_entries: how much of each due month was written down, and how much of that late
-- Grain:   one row per subject_id x cycle (0 = baseline) x month that is due
-- Key:     subject_id, cycle, month
-- Units:   *_days = days; late = entered more than the limit of data/checks.toml (48 h) after the end of the day
-- Missing: an entry without a time of entry is not in timed_days, so it is neither late nor in time
-- Source:  Stone 2003, Control Clin Trials 24:182: paper diaries reported 90% and kept 11%
SELECT
    month.subject_id,
    month.cycle,
    month.month,
    any_value(month.end_date - month.start_date + 1) AS expected_days,
    any_value(month.recorded_days) AS recorded_days,
    any_value(month.is_evaluable) AS is_evaluable,
    count(entry.entered_at) AS timed_days,
    count(*) FILTER (
        entry.entered_at > CAST(entry.diary_date + 1 AS TIMESTAMP) + to_hours(limits.late_entry_hours)
    ) AS late_days
FROM analysis.months AS month
CROSS JOIN meta.check_limits AS limits
LEFT JOIN tabulation.diary_days AS entry
    ON entry.subject_id = month.subject_id
    AND entry.diary_date BETWEEN month.start_date AND month.end_date
    AND entry.headache IS NOT NULL
WHERE month.is_due
GROUP BY month.subject_id, month.cycle, month.month
