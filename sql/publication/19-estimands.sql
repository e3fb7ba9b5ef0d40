-- Title:   Estimands
-- Note:    Attributes of ICH E9(R1). The first estimand is the primary one. Estimates with 95% intervals: summary.estimates.
SELECT format('{}{}', title, CASE WHEN is_primary THEN ' (primary)' ELSE '' END) AS section,
    concat(position, '. ', words(attribute), coalesce(': ' || words(CASE WHEN attribute = 'intercurrent_event' THEN detail END), ''),
        coalesce(', ' || words(strategy), '')) AS label,
    CAST(NULL AS VARCHAR) AS arm, description AS cell
FROM meta.estimands ORDER BY NOT is_primary, estimand, position
