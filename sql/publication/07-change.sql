-- Title:   Headache days per 28 days: change from baseline
-- Note:    Observed months. LS means and differences by analysis of covariance: change ~ arm + baseline + overuse.
SELECT CASE cycle WHEN 0 THEN 'baseline' ELSE format('cycle {}, month {}', cycle, month) END AS section,
    item.label, arm, item.cell
FROM summary.change_from_baseline
CROSS JOIN LATERAL (VALUES
    (1, 'mean (SD)', amount(mean, sd, n)),
    (2, 'change', amount(change_mean, change_sd, n_change)),
    (3, 'LS mean change', tenth(ls_mean) || span(ls_ci_low, ls_ci_high)),
    (4, 'difference', tenth(difference) || span(difference_ci_low, difference_ci_high)),
    (5, 'p-value', CASE WHEN difference IS NOT NULL THEN p_text(p_value) END)
) AS item (position, label, cell)
WHERE measure = 'headache_days' AND item.cell IS NOT NULL ORDER BY cycle, month, item.position
