-- Title:   Subjects by threshold of reduction or worsening
-- Note:    Windows and baselines of the primary rule set. Of the subjects judged whose baseline can be compared with, with the
--          95% Wilson interval; imputed: who was not seen has no such reduction.
SELECT format('cycle {}', cycle) AS section, item.label, arm, item.cell
FROM summary.response_thresholds
CROSS JOIN LATERAL (SELECT CASE threshold
    WHEN 'reduction_30' THEN '30% fewer or better' WHEN 'reduction_50' THEN '50% fewer or better'
    WHEN 'reduction_75' THEN '75% fewer or better' WHEN 'reduction_100' THEN 'no headache day left' WHEN 'worse' THEN 'more than at baseline'
    WHEN 'worse_25' THEN '25% more or worse' END AS words) AS named
CROSS JOIN LATERAL (VALUES
    (1, named.words, share(n_reached, n_evaluable, reached_pct) || span(ci_low_pct, ci_high_pct)),
    (2, named.words || ', imputed', share(n_reached, n_nri, reached_nri_pct) || span(nri_ci_low_pct, nri_ci_high_pct))
) AS item (place, label, cell)
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs) AND item.cell IS NOT NULL
ORDER BY cycle, position, item.place
