-- Title:   Headache days per 28 days: change from baseline, missing months imputed
-- Note:    Multiple imputation, analysis of covariance, rules of Rubin. After the last month seen subjects of other arms than the
--          reference arm are imputed at random, as jumping to the reference arm, as always in it, or with its increments.
--          Imputed values with a penalty stand in summary.imputed_change.
-- Methods: summary.imputed_change
SELECT format('cycle {}, month {}: {}', cycle, month, words(assumption)) AS section, item.label, arm, item.cell
FROM summary.imputed_change
CROSS JOIN LATERAL (VALUES
    (1, 'subjects, imputed', format('{}, {}', n_subjects, n_imputed)),
    (2, 'LS mean change', coalesce(tenth(ls_mean) || span(ls_ci_low, ls_ci_high), '–')),
    (3, 'difference', CASE WHEN arm <> reference_arm THEN
        coalesce(tenth(difference) || span(difference_ci_low, difference_ci_high), '–') END),
    (4, 'p-value', CASE WHEN arm <> reference_arm THEN p_text(p_value) END)
) AS item (position, label, cell)
WHERE delta = 0 AND item.cell IS NOT NULL
ORDER BY cycle, month, list_position(
    ['missing_at_random', 'jump_to_reference', 'copy_reference', 'copy_increments'], assumption
), item.position
