-- Title:   Adverse events under treatment
-- Note:    Treated subjects with at least one event, not events, but where events are named. An event whose start is
--          not wholly known counts unless what is known of its dates rules out that it began under treatment.
SELECT section, label, arm, cell FROM (
    SELECT CASE level WHEN 'term' THEN soc WHEN 'soc' THEN soc ELSE '' END AS section,
        CASE level WHEN 'term' THEN term WHEN 'soc' THEN 'any of these' WHEN 'of_interest' THEN words(term)
            ELSE words(level) END AS label,
        arm, share(n_with_event, n_subjects, with_event_pct) AS cell, level, soc, term
    FROM summary.adverse_events
    UNION ALL
    SELECT '', 'events whose start is not wholly known', arm, n_events_imputed || ' of ' || n_events,
        'imputed', '', ''
    FROM summary.adverse_events WHERE level = 'any'
)
ORDER BY list_position(['any', 'serious', 'related', 'imputed', 'of_interest'], level) NULLS LAST, soc,
    level = 'term', term
