-- Title:   Exposure and deviations from the injection paradigm
-- Note:    Mean (SD); deviations as subjects of those whose session can be judged.
SELECT section, label, arm, cell FROM (
    SELECT 1 AS part, words(measure) AS section, cycle,
        CASE cycle WHEN 0 THEN 'whole treatment' ELSE format('cycle {}', cycle) END AS label, arm,
        amount(mean, sd, n) AS cell
    FROM summary.exposure WHERE n > 0
    UNION ALL
    SELECT 2, words(deviation), cycle, format('cycle {}', cycle), arm,
        share(n_deviating, n_subjects, deviating_pct)
    FROM summary.deviations WHERE n_subjects > 0
) ORDER BY part, section, cycle
