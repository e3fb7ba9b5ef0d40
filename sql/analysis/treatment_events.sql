-- analysis.treatment_events: adverse events that began on or after the first injection
-- Grain:   one row per event of a treated subject up to the cut-off
-- Key:     subject_id, event
-- Units:   event = running number within the subject
-- Missing: an event without a start date counts as one under treatment: safety errs to the careful side. soc is
--          'not coded' where it is not stated; serious and related count only where stated
-- Source:  ICH E9 (treatment-emergent adverse event)
SELECT
    event.subject_id,
    row_number() OVER (
        PARTITION BY event.subject_id
        ORDER BY event.start_date NULLS FIRST, lower(event.term), event.file_id, event.line_number
    ) AS event,
    event.start_date,
    lower(trim(event.term)) AS term,
    coalesce(lower(trim(event.soc)), 'not coded') AS soc,
    coalesce(event.serious, false) AS is_serious,
    coalesce(event.related, false) AS is_related
FROM tabulation.adverse_events AS event
JOIN analysis.subjects AS subject ON subject.subject_id = event.subject_id
CROSS JOIN analysis.cutoff AS cutoff
WHERE coalesce(event.start_date BETWEEN subject.first_injection_date AND cutoff.cutoff_date, event.start_date IS NULL)
    AND subject.first_injection_date IS NOT NULL
