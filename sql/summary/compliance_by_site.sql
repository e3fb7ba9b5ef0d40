-- summary.compliance_by_site: how complete and how timely the diaries of each site and arm, month by month
-- Grain:   one row per site x arm ('all' included) x cycle (0 = baseline) x month that is due for anybody
-- Key:     site, arm, cycle, month
-- Units:   n_* = subjects; *_days = diary days of all of them; *_pct = 0..100
-- Missing: late_pct is null where no entry has a time of entry; subjects whose month is not due are not counted; in a
--          blinded study every row is of 'all'
-- Source:  Stone 2003, Control Clin Trials 24:182
SELECT
    member.level AS site,
    arm_subject.arm,
    entry.cycle,
    entry.month,
    count(*) AS n_subjects,
    CAST(sum(entry.expected_days) AS INTEGER) AS expected_days,
    CAST(sum(entry.recorded_days) AS INTEGER) AS recorded_days,
    100.0 * sum(entry.recorded_days) / sum(entry.expected_days) AS recorded_pct,
    count(*) FILTER (entry.is_evaluable) AS n_evaluable,
    100.0 * count(*) FILTER (entry.is_evaluable) / count(*) AS evaluable_pct,
    count(*) FILTER (entry.recorded_days = 0) AS n_without_entry,
    CAST(sum(entry.timed_days) AS INTEGER) AS timed_days,
    CAST(sum(entry.late_days) AS INTEGER) AS late_days,
    100.0 * sum(entry.late_days) / nullif(sum(entry.timed_days), 0) AS late_pct
FROM analysis.month_entries AS entry
JOIN analysis.strata AS member ON member.subject_id = entry.subject_id
JOIN analysis.arm_subjects AS arm_subject ON arm_subject.subject_id = entry.subject_id
WHERE member.stratum = 'site'
GROUP BY ALL
