-- Title:   Shifts from baseline
-- Note:    chronic article: more than 15 headache days in 28; chronic ichd3: 15 or more; overuse: by the diary.
SELECT format('{}, cycle {}, month {}', words(state), cycle, month) AS section,
    format('{} -> {}', baseline_level, level) AS label, arm, share(n_shift, n_subjects, shift_pct) AS cell
FROM summary.shifts
WHERE month = (SELECT max(latest.month) FROM summary.shifts AS latest) AND baseline_level <> 'unknown'
ORDER BY state, cycle, baseline_level DESC, level DESC
