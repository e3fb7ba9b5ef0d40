-- Title:   Stop verdicts by rule set
-- Note:    Of the subjects given the cycle.
SELECT format('{}, cycle {}', rule_set, cycle) AS section, words(verdict) AS label, arm,
    share(n_verdict, n_subjects, verdict_pct) AS cell
FROM summary.verdicts ORDER BY rule_set, cycle, verdict
