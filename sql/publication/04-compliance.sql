-- Title:   Diary compliance
-- Note:    Months that are due. Late: more than the limit of data/checks.toml after the end of the day.
SELECT CASE cycle WHEN 0 THEN 'baseline' ELSE format('cycle {}, month {}', cycle, month) END AS section,
    item.label, arm, item.cell
FROM summary.compliance
CROSS JOIN LATERAL (VALUES
    (1, 'days recorded', share(recorded_days, expected_days, recorded_pct)),
    (2, 'subjects with enough recorded days', share(n_evaluable, n_subjects, evaluable_pct)),
    (3, 'entries made late', share(late_days, timed_days, late_pct))
) AS item (position, label, cell)
ORDER BY cycle, month, item.position
