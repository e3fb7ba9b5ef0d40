-- Title:   Days to the first response
-- Note:    Primary rule set, all treated subjects. Day 1 is the first injection; a response is dated to the last day of its
--          window. By Kaplan and Meier, censored at the end of the last judged window; –: not reached.
SELECT '' AS section, item.label, arm, item.cell
FROM summary.first_response_days
CROSS JOIN LATERAL (VALUES
    (1, 'responded', format('{}/{}', n_responders, n_subjects)),
    (2, 'a quarter by day', coalesce(CAST(q1_days AS VARCHAR), '–')),
    (3, 'half by day', coalesce(CAST(median_days AS VARCHAR), '–')),
    (4, 'three quarters by day', coalesce(CAST(q3_days AS VARCHAR), '–')),
    (5, 'half of the responders by day', coalesce(CAST(responder_median_days AS VARCHAR), '–'))
) AS item (position, label, cell)
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs)
ORDER BY item.position
