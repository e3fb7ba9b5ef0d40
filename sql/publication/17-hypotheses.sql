-- Title:   Hypotheses in their declared order
-- Note:    Raw p-values and p-values adjusted for each other, as study.toml declares; the method stands in summary.hypotheses.
-- Methods: summary.hypotheses
SELECT format('{}. {} ({}: {})', position, hypothesis, table_name, row_key) AS section, item.label, arm, item.cell
FROM summary.hypotheses
CROSS JOIN LATERAL (VALUES
    (2, 'p-value', p_text(p_value)),
    (3, 'adjusted p-value', p_text(adjusted_p_value)),
    (4, 'conclusion', CASE WHEN is_rejected THEN 'rejected' WHEN is_reached THEN 'not rejected' ELSE 'not reached' END)
) AS item (place, label, cell)
ORDER BY position, item.place
