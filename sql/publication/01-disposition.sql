-- Title:   Disposition and analysis sets
-- Note:    The first five steps are shares of all subjects known, the others of the treated.
SELECT '' AS section, words(step) || CASE detail WHEN '' THEN '' ELSE ': ' || detail END AS label, arm,
    share(n, n_subjects, pct) AS cell
FROM summary.disposition ORDER BY position, detail
