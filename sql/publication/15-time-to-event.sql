-- Title:   Time to response, loss of response and stop
-- Note:    Primary rule set. Cycles; an event is known to the cycle; –: not reached. Median by Kaplan and Meier with its 95% interval; hazard ratio
--          by Cox regression, ties by Efron; log-rank test. Loss of response is of those who responded: the arms are not
--          compared as they were randomised.
SELECT words(event) AS section, item.label, arm, item.cell
FROM summary.time_to_event_tests
CROSS JOIN LATERAL (VALUES
    (1, 'with the event', format('{}/{}', n_event, n_subjects)),
    (2, 'median, cycles', coalesce(tenth(median), '–')
        || format(' [{}, {}]', coalesce(tenth(median_ci_low), '–'), coalesce(tenth(median_ci_high), '–'))),
    (3, 'hazard ratio', CASE WHEN reference_arm IS NOT NULL THEN
        coalesce(tenth(hazard_ratio) || span(hazard_ratio_ci_low, hazard_ratio_ci_high), '–') END),
    (4, 'p-value', CASE WHEN reference_arm IS NOT NULL THEN p_text(p_value) END)
) AS item (position, label, cell)
WHERE rule_set = (SELECT primary_rule_set FROM meta.runs) AND item.cell IS NOT NULL
ORDER BY list_position(
    ['first_response', 'sustained_response', 'loss_of_response', 'stop_no_response', 'stop_success'], event
), item.position
