-- analysis.estimand_cycles: the cycles in which an estimand counts a subject as not responding, or does not use what was judged
-- Grain:   one row per estimand x subject_id x cycle of the study, from the cycle in which the event lies
-- Key:     estimand, subject_id, cycle
-- Units:   strategy composite: no response, where the cycle's time is past; hypothetical, while_on_treatment: not used
-- Missing: a cycle not given lasts as long as a cycle should, counted from the last injection
-- Source:  docs/statistics.md, estimands; ICH E9(R1) A.3.2. A cycle given lasts to its Day 84 or the day before the next
--          injection, and as long as the primary rule set judges it
WITH last_cycles AS (
    SELECT subject_id, max(cycle) AS cycle, max(start_date) AS start_date
    FROM analysis.cycles
    GROUP BY subject_id
)

SELECT event.estimand, course.subject_id, course.cycle, event.kind, event.strategy, event.event_date
FROM analysis.estimand_events AS event
JOIN analysis.response_course AS course ON course.subject_id = event.subject_id
JOIN meta.study AS study ON study.primary_rule_set = course.rule_set
JOIN last_cycles ON last_cycles.subject_id = course.subject_id
LEFT JOIN analysis.cycles AS given ON given.subject_id = course.subject_id AND given.cycle = course.cycle
LEFT JOIN analysis.responder AS responder
    ON responder.rule_set = course.rule_set
    AND responder.subject_id = course.subject_id
    AND responder.cycle = course.cycle
CROSS JOIN meta.protocol AS protocol
WHERE event.is_deciding
    AND event.event_date <= CASE
        -- greatest() passes over a null: an empty window has no end.
        WHEN given.cycle IS NOT NULL THEN greatest(given.end_date, responder.window_end_date)
        ELSE last_cycles.start_date + CAST(protocol.cycle_days * (course.cycle - last_cycles.cycle + 1) AS INTEGER) - 1
    END
