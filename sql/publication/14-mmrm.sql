-- Title:   Headache days per 28 days: change from baseline, all months in one model
-- Note:    Headache days as the primary rule set defines them. Mixed model for repeated measures (MMRM): change ~ month +
--          baseline + arm + month x baseline + month x arm + overuse, restricted maximum likelihood, Kenward-Roger.
--          The covariance of the months that was fitted stands in summary.mmrm_change.
-- Methods: summary.mmrm_change
SELECT format('cycle {}, month {}', cycle, month) AS section, item.label, arm, item.cell
FROM summary.mmrm_change
CROSS JOIN LATERAL (VALUES
    (1, 'subjects with the month', CAST(n_change AS VARCHAR)),
    (2, 'LS mean change', coalesce(tenth(ls_mean) || span(ls_ci_low, ls_ci_high), '–')),
    (3, 'difference', CASE WHEN arm <> reference_arm THEN
        coalesce(tenth(difference) || span(difference_ci_low, difference_ci_high), '–') END),
    (4, 'p-value', CASE WHEN arm <> reference_arm THEN p_text(p_value) END)
) AS item (position, label, cell)
WHERE item.cell IS NOT NULL ORDER BY cycle, month, item.position
