-- Title:   Responders between arms
-- Note:    Newcombe interval of the difference; no interval of the number needed where the difference may be 0;
--          Cochran-Mantel-Haenszel test and odds ratio by overuse.
-- Methods: summary.arm_differences
SELECT format('cycle {}, {}', cycle, words(analysis)) AS section, item.label, arm, item.cell
FROM summary.arm_differences
CROSS JOIN LATERAL (VALUES
    (1, 'responders', share(n_responders, n_subjects, responder_pct)),
    (2, 'reference arm', share(n_reference_responders, n_reference, reference_pct)),
    (3, 'difference, percentage points', coalesce(tenth(difference_pct) || span(ci_low_pct, ci_high_pct), '–')),
    (4, 'number needed to treat', coalesce(tenth(nnt) || span(nnt_ci_low, nnt_ci_high)
        || CASE nnt_kind WHEN 'harm' THEN ' (harm)' ELSE '' END, '–')),
    (5, 'odds ratio', coalesce(tenth(odds_ratio) || span(odds_ratio_ci_low, odds_ratio_ci_high), '–')),
    (6, 'p-value', p_text(p_value))
) AS item (position, label, cell)
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs) ORDER BY cycle, analysis DESC, item.position
