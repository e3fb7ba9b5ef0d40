-- Title:   Demographics and baseline
-- Note:    Treated subjects. Age is the year of consent less the year of birth.
SELECT words(characteristic) || coalesce(', ' || unit, '') AS section,
    CASE level WHEN '' THEN 'mean (SD)' ELSE level END AS label, arm,
    CASE level WHEN '' THEN amount(mean, sd, n_known) ELSE share(n, n_subjects, pct) END AS cell
FROM summary.baseline ORDER BY position, characteristic, level
