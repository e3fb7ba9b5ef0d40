-- Title:   Quality of life
-- Note:    Scores observed; lower is better for HIT6 and MIDAS, higher for MSQ.
SELECT section, label, arm, cell FROM (
    SELECT instrument || CASE cycle WHEN 0 THEN ', baseline' ELSE format(', cycle {}', cycle) END AS section,
        instrument, cycle, item.position, item.label, arm, item.cell
    FROM summary.quality_of_life
    CROSS JOIN LATERAL (VALUES
        (1, 'mean (SD)', amount(mean, sd, n)),
        (2, 'change', amount(change_mean, change_sd, n_change)),
        (3, 'difference (LS means)', tenth(difference) || span(difference_ci_low, difference_ci_high)
            || ', p ' || p_text(p_value))
    ) AS item (position, label, cell)
    UNION ALL
    SELECT format('{}, cycle {}', instrument, cycle), instrument, cycle, 3 + min_points,
        format('improved by {:g} points or more', min_points), arm, share(n_improved, n_scored, improved_pct)
    FROM summary.quality_of_life_improved
    UNION ALL
    SELECT format('{}, cycle {}', instrument, cycle), instrument, cycle, 3.01 + min_points,
        format('improved by {:g} points or more, missing = no', min_points), arm, share(n_improved, n_nri, improved_nri_pct)
    FROM summary.quality_of_life_improved
) WHERE cell IS NOT NULL ORDER BY instrument, cycle, position
