-- Title:   Estimands
-- Note:    Attributes of ICH E9(R1). The first estimand is the primary one. Estimates with 95% intervals: summary.estimates.
--          Behind each intercurrent event: subjects of the primary population who had it, by arm.
SELECT format('{}{}', title, CASE WHEN is_primary THEN ' (primary)' ELSE '' END) AS section,
    concat(position, '. ', words(attribute), coalesce(': ' || words(CASE WHEN attribute = 'intercurrent_event' THEN detail END), ''),
        coalesce(' (' || nullif(reasons, '') || ')', ''), coalesce(', ' || words(strategy), '')) AS label,
    CAST(NULL AS VARCHAR) AS arm,
    concat_ws('. ', description, (
        SELECT CASE WHEN bool_and(event.is_recorded)
            THEN string_agg(coalesce(arm.label || ': ', '') || share(event.n, event.n_subjects, event.pct), '; ' ORDER BY arm.position)
            ELSE 'Not recorded' END
        FROM summary.estimand_events AS event
        LEFT JOIN meta.arms AS arm ON arm.arm = event.arm
        WHERE event.estimand = shown.estimand AND event.kind = shown.detail AND event.reasons = shown.reasons
            AND (event.arm = 'all') = NOT EXISTS (FROM meta.arms)
    )) AS cell
FROM (
    SELECT estimand, title, is_primary, position, attribute, detail, reasons, strategy, description FROM meta.estimands
    UNION ALL
    -- Kinds and reasons that the estimand does not name, behind those that it does.
    SELECT event.estimand, plan.title, plan.is_primary, max(plan.position), 'intercurrent_event', event.kind, event.reasons,
        event.strategy, NULL
    FROM summary.estimand_events AS event
    JOIN meta.estimands AS plan ON plan.estimand = event.estimand AND plan.attribute = 'intercurrent_event'
    WHERE event.strategy = 'not_declared'
    GROUP BY ALL
) AS shown ORDER BY NOT is_primary, estimand, position, strategy = 'not_declared', detail
