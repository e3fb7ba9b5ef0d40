-- Title:   Subjects whose headache days fell by at least so much
-- Note:    Primary rule set. Subjects judged whose baseline can be compared with.
SELECT format('cycle {}', cycle) AS section, format('{}% or more', min_reduction_pct) AS label, arm,
    share(n_at_least, n_subjects, at_least_pct) AS cell
FROM summary.reduction_distribution
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs) AND min_reduction_pct IN (0, 25, 30, 50, 75, 100)
ORDER BY cycle, min_reduction_pct
