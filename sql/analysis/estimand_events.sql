-- analysis.estimand_events: each intercurrent event with the strategy that each estimand of the plan has for it
-- Grain:   one row per estimand x subject_id (treated) x kind
-- Key:     estimand, subject_id, kind
-- Units:   is_deciding: the first event of the subject whose strategy sets data aside; what comes after it changes nothing
-- Missing: strategy 'not_declared' = the estimand does not name the kind, or not this reason: the data stay as they are
-- Source:  ICH E9(R1) A.3.2. On one day a composite strategy goes before the others, for it says what the outcome is
WITH estimands AS (
    SELECT DISTINCT estimand FROM meta.estimands
),

matched AS (
    SELECT
        estimands.estimand,
        event.subject_id,
        event.kind,
        event.event_date,
        event.reason,
        coalesce(declared.reasons, '') AS reasons,
        coalesce(declared.strategy, 'not_declared') AS strategy
    FROM estimands
    CROSS JOIN analysis.intercurrent_events AS event
    LEFT JOIN meta.estimands AS declared
        ON declared.attribute = 'intercurrent_event'
        AND declared.estimand = estimands.estimand
        AND declared.detail = event.kind
        AND (declared.reasons = '' OR list_contains(string_split(declared.reasons, '; '), event.reason))
    -- The entry that names the reason goes before the one for every other reason.
    QUALIFY row_number() OVER (
        PARTITION BY estimands.estimand, event.subject_id, event.kind ORDER BY declared.reasons DESC NULLS LAST
    ) = 1
)

SELECT
    matched.*,
    strategy IN ('composite', 'hypothetical', 'while_on_treatment')
    AND row_number() OVER (
        PARTITION BY estimand, subject_id, strategy IN ('composite', 'hypothetical', 'while_on_treatment')
        ORDER BY event_date, strategy <> 'composite', kind
    ) = 1 AS is_deciding
FROM matched
