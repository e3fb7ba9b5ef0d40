-- analysis.intercurrent_events: what happened to treated subjects that bears on an estimand, the first of each kind
-- Grain:   one row per subject_id (treated) x kind
-- Key:     subject_id, kind
-- Units:   dates, from the first injection to the cut-off
-- Missing: no row is no event known. Who left the study on a day that is not stated, and is not overdue for an injection, has no
--          row; reason is null where it is not stated or none of the code list, and of every kind but stopped
-- Source:  ICH E9(R1) glossary: events after treatment initiation. A subject overdue for a cycle is counted as non-responder
--          imputation counts it (sql/analysis/response_course.sql), from the day the injection was due. Who left because of a
--          death died that day; who completed the study did not stop. After a death nothing else happens
WITH registered AS (
    SELECT
        subject_id,
        discontinued_date,
        CASE WHEN discontinued_code NOT IN ('completed', 'death') THEN discontinued_code END AS reason,
        CASE WHEN discontinued_code = 'death' THEN 'death' ELSE 'stopped' END AS kind,
        coalesce(discontinued_code = 'completed', false) AS is_completed
    FROM tabulation.subjects
),

last_cycles AS (
    SELECT subject_id, max(cycle) AS cycle, max(start_date) AS start_date
    FROM analysis.cycles
    GROUP BY subject_id
),

overdue AS (
    SELECT last_cycles.subject_id, last_cycles.start_date + CAST(protocol.cycle_days AS INTEGER) AS due_date
    FROM last_cycles
    JOIN analysis.response_course AS course
        ON course.subject_id = last_cycles.subject_id AND course.cycle = last_cycles.cycle + 1
    JOIN meta.study AS study ON study.primary_rule_set = course.rule_set
    CROSS JOIN meta.protocol AS protocol
    WHERE course.status = 'not_given'
),

stated AS (
    SELECT subject_id, kind, date AS event_date, 'intercurrent_events' AS source FROM tabulation.intercurrent_events
    UNION ALL
    SELECT subject_id, kind, discontinued_date, 'subjects' FROM registered WHERE NOT is_completed
    UNION ALL
    SELECT overdue.subject_id, coalesce(registered.kind, 'stopped'), overdue.due_date, 'injections'
    FROM overdue
    LEFT JOIN registered ON registered.subject_id = overdue.subject_id
    WHERE NOT coalesce(registered.is_completed, false)
),

counted AS (
    SELECT
        stated.*,
        min(CASE WHEN stated.kind = 'death' THEN stated.event_date END)
            OVER (PARTITION BY stated.subject_id) AS death_date
    FROM stated
    JOIN analysis.subjects AS subject ON subject.subject_id = stated.subject_id
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE stated.event_date BETWEEN subject.first_injection_date AND cutoff.cutoff_date
)

SELECT
    counted.subject_id,
    counted.kind,
    min(counted.event_date) AS event_date,
    -- Of several that state the same day the file of events is named first, what follows from the injections last.
    arg_min(counted.source, (counted.event_date, counted.source = 'injections', counted.source)) AS source,
    any_value(CASE WHEN counted.kind = 'stopped' THEN registered.reason END) AS reason
FROM counted
LEFT JOIN registered ON registered.subject_id = counted.subject_id
WHERE counted.death_date IS NULL OR counted.event_date <= counted.death_date
GROUP BY counted.subject_id, counted.kind
