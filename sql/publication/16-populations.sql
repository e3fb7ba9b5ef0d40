-- Title:   Responders by analysis population
-- Note:    Primary rule set. All treated subjects; those eligible by the article; those with a cycle that could be judged.
--          Observed: of the evaluable, with the Wilson interval; imputed: who was not seen counts as not responding.
SELECT format('{}, cycle {}', words(population), cycle) AS section, item.label, arm, item.cell
FROM summary.responder_rates_by_population
CROSS JOIN LATERAL (VALUES
    (1, 'in the population', CAST(n_population AS VARCHAR)),
    (2, 'responders, observed', share(n_responders, n_evaluable, responder_pct) || span(ci_low_pct, ci_high_pct)),
    (3, 'responders, imputed', share(n_responders, n_nri, responder_nri_pct))
) AS item (position, label, cell)
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
ORDER BY list_position(['all_treated', 'eligible', 'evaluable'], population), cycle, item.position
