-- analysis.response_days: how many days from the first injection to the first response
-- Grain:   one row per rule_set x subject_id (treated)
-- Key:     rule_set, subject_id
-- Units:   *_days = day of the treatment, the first injection is Day 1
-- Missing: after_days and response_days are null without a response; censored_days is null with one, and 0 where no cycle
--          could be judged
-- Source:  docs/statistics.md. The day of a response is the last one of its window: a response is a count over the whole
--          window, so it is not there before that day. What is seen is the cycle: the response came after after_days and
--          not later than response_days
WITH judged AS (
    SELECT
        responder.rule_set,
        responder.subject_id,
        responder.cycle,
        responder.status,
        responder.window_end_date - subject.first_injection_date + 1 AS window_end_days,
        min(CASE WHEN responder.status = 'responder' THEN responder.cycle END)
            OVER (PARTITION BY responder.rule_set, responder.subject_id) AS first_cycle
    FROM analysis.responder AS responder
    JOIN analysis.subjects AS subject ON subject.subject_id = responder.subject_id
    WHERE responder.status IN ('responder', 'non_responder')
)

SELECT
    rule.rule_set,
    subject.subject_id,
    any_value(subject.arm) AS arm,
    any_value(judged.first_cycle) AS first_response_cycle,
    CASE WHEN any_value(judged.first_cycle) IS NOT NULL THEN
        CAST(coalesce(max(judged.window_end_days) FILTER (judged.cycle < judged.first_cycle), 0) AS INTEGER)
    END AS after_days,
    CAST(max(judged.window_end_days) FILTER (judged.cycle = judged.first_cycle) AS INTEGER) AS response_days,
    CASE WHEN any_value(judged.first_cycle) IS NULL THEN
        CAST(coalesce(max(judged.window_end_days), 0) AS INTEGER)
    END AS censored_days
FROM analysis.subjects AS subject
CROSS JOIN meta.rule_sets AS rule
LEFT JOIN judged ON judged.rule_set = rule.rule_set AND judged.subject_id = subject.subject_id
WHERE subject.first_injection_date IS NOT NULL
GROUP BY rule.rule_set, subject.subject_id
