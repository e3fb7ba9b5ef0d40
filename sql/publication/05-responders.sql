-- Title:   Responders by cycle
-- Note:    Primary rule set. n/N (%) with the 95% Wilson interval.
SELECT format('cycle {}', cycle) AS section, item.label, arm, item.cell
FROM summary.responder_rates
CROSS JOIN LATERAL (VALUES
    (1, 'observed', share(n_responders, n_evaluable, responder_pct) || span(ci_low_pct, ci_high_pct)),
    (2, 'missing = no response', share(n_responders, n_nri, responder_nri_pct)
        || span(nri_ci_low_pct, nri_ci_high_pct))
) AS item (position, label, cell)
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs) ORDER BY cycle, item.position
