-- analysis.response_course: every treated subject at every cycle of the study, and how the response has run so far
-- Grain:   one row per rule_set x subject_id (treated) x cycle; cycles not given to the subject included
-- Key:     rule_set, subject_id, cycle
-- Units:   is_in_nri = counts in the denominator of non-responder imputation
-- Missing: status 'not_given' = no injection although the cycle's time is past; 'not_reached' = its time is not past
-- Source:  docs/statistics.md (n_nri); Silberstein 2015, J Neurol Neurosurg Psychiatry 86:996 (first response by cycle)
WITH spine AS (
    SELECT rule.rule_set, subject.subject_id, subject.arm, subject.first_injection_date, given.cycle
    FROM analysis.subjects AS subject
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN meta.rule_sets AS rule
    WHERE subject.first_injection_date IS NOT NULL
),

judged AS (
    SELECT
        spine.rule_set,
        spine.subject_id,
        spine.arm,
        spine.cycle,
        CASE
            WHEN responder.status IS NOT NULL THEN responder.status
            WHEN spine.first_injection_date + CAST(protocol.cycle_days * spine.cycle AS INTEGER) - 1
                <= cutoff.cutoff_date THEN 'not_given'
            ELSE 'not_reached'
        END AS status
    FROM spine
    LEFT JOIN analysis.responder AS responder
        ON responder.rule_set = spine.rule_set
        AND responder.subject_id = spine.subject_id
        AND responder.cycle = spine.cycle
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN analysis.cutoff AS cutoff
),

history AS (
    SELECT
        *,
        min(CASE WHEN status = 'responder' THEN cycle END) OVER so_far AS first_response_cycle,
        -- A cycle that could not be judged neither keeps nor loses a response.
        max(CASE WHEN status = 'non_responder' THEN cycle END) OVER so_far AS last_failed_cycle
    FROM judged
    WINDOW so_far AS (PARTITION BY rule_set, subject_id ORDER BY cycle ROWS UNBOUNDED PRECEDING)
)

SELECT
    rule_set,
    subject_id,
    arm,
    cycle,
    status,
    status IN ('responder', 'non_responder') AS is_evaluable,
    status = 'responder' AS is_responder,
    status NOT IN ('not_due', 'not_reached') AS is_in_nri,
    first_response_cycle,
    CASE
        WHEN status = 'responder' AND first_response_cycle = cycle THEN 'first'
        WHEN status = 'responder' AND last_failed_cycle > first_response_cycle THEN 'regained'
        WHEN status = 'responder' THEN 'sustained'
        WHEN status = 'non_responder' AND first_response_cycle IS NOT NULL THEN 'lost'
        WHEN status = 'non_responder' THEN 'none_yet'
        ELSE status
    END AS course
FROM history
