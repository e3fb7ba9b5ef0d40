-- analysis.event_times: after how many cycles each subject first responded, kept, lost the response, or should stop
-- Grain:   one row per rule_set x event x subject_id (treated; for loss_of_response: who ever responded)
-- Key:     rule_set, event, subject_id
-- Units:   start_cycle, after_cycle, end_cycle = cycle numbers, 0 = before treatment
-- Missing: is_event is false where the last judged cycle came without the event: it is censored there, at cycle 0 where
--          none was judged. A stop rule that the rule set does not have gives no row
-- Source:  docs/statistics.md. What is seen is the cycle: the event came after after_cycle and not later than end_cycle
WITH judged AS (
    SELECT
        rule_set,
        subject_id,
        cycle,
        is_responder,
        -- A cycle that could not be judged neither keeps nor loses a response.
        lag(is_responder) OVER (PARTITION BY rule_set, subject_id ORDER BY cycle) AS was_responder
    FROM analysis.response_course
    WHERE is_evaluable
),

responses AS (
    SELECT
        rule_set,
        subject_id,
        max(cycle) AS last_cycle,
        min(cycle) FILTER (is_responder) AS first_cycle,
        min(cycle) FILTER (is_responder AND was_responder) AS sustained_cycle
    FROM judged
    GROUP BY rule_set, subject_id
),

losses AS (
    SELECT judged.rule_set, judged.subject_id, min(judged.cycle) AS lost_cycle
    FROM judged
    JOIN responses USING (rule_set, subject_id)
    WHERE NOT judged.is_responder AND judged.cycle > responses.first_cycle
    GROUP BY judged.rule_set, judged.subject_id
),

stops AS (
    SELECT rule_set, subject_id, min(cycle) AS stop_cycle, arg_min(verdict, cycle) AS verdict
    FROM analysis.responder
    WHERE starts_with(verdict, 'stop')
    GROUP BY rule_set, subject_id
),

treated AS (
    SELECT DISTINCT
        course.rule_set,
        course.subject_id,
        course.arm,
        rule.stop_no_response_mode IS NOT NULL AS has_stop_no_response,
        rule.stop_success_months IS NOT NULL AS has_stop_success
    FROM analysis.response_course AS course
    JOIN meta.rule_sets AS rule ON rule.rule_set = course.rule_set
),

seen AS (
    SELECT item.event, treated.rule_set, treated.subject_id, treated.arm, item.start_cycle, item.event_cycle, item.last_cycle
    FROM treated
    LEFT JOIN responses USING (rule_set, subject_id)
    LEFT JOIN losses USING (rule_set, subject_id)
    LEFT JOIN stops USING (rule_set, subject_id)
    CROSS JOIN LATERAL (
        VALUES
        ('first_response', 0, responses.first_cycle, responses.last_cycle, true),
        ('sustained_response', 0, responses.sustained_cycle, responses.last_cycle, true),
        (
            'loss_of_response', responses.first_cycle, losses.lost_cycle, responses.last_cycle,
            responses.first_cycle IS NOT NULL
        ),
        -- Who is to stop for the one reason is no longer at risk of the other.
        (
            'stop_no_response', 0, CASE WHEN stops.verdict = 'stop_no_response' THEN stops.stop_cycle END,
            coalesce(stops.stop_cycle, responses.last_cycle), treated.has_stop_no_response
        ),
        (
            'stop_success', 0, CASE WHEN stops.verdict = 'stop_success' THEN stops.stop_cycle END,
            coalesce(stops.stop_cycle, responses.last_cycle), treated.has_stop_success
        )
    ) AS item (event, start_cycle, event_cycle, last_cycle, is_applicable)
    WHERE item.is_applicable
)

SELECT
    seen.rule_set,
    seen.event,
    seen.subject_id,
    any_value(seen.arm) AS arm,
    any_value(seen.start_cycle) AS start_cycle,
    CASE
        WHEN any_value(seen.event_cycle) IS NOT NULL
            THEN coalesce(max(judged.cycle) FILTER (judged.cycle < seen.event_cycle), 0)
    END AS after_cycle,
    coalesce(any_value(seen.event_cycle), any_value(seen.last_cycle), 0) AS end_cycle,
    any_value(seen.event_cycle) IS NOT NULL AS is_event
FROM seen
LEFT JOIN judged ON judged.rule_set = seen.rule_set AND judged.subject_id = seen.subject_id
GROUP BY seen.rule_set, seen.event, seen.subject_id
