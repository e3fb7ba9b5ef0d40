-- analysis.treatment_events: adverse events that began on or after the first injection, or may have
-- Grain:   one row per event of a treated subject up to the cut-off
-- Key:     subject_id, event
-- Units:   event = running number within the subject
-- Missing: an event whose start is not wholly known counts unless what is known rules it out: safety errs to the careful
--          side, and start_date_imputed tells which. soc is 'not coded' where it is not stated; serious and related count
--          only where stated
-- Source:  sql/tabulation/adverse_events.sql; ICH E9 (treatment-emergent adverse event)
SELECT
    event.subject_id,
    row_number() OVER (
        PARTITION BY event.subject_id
        ORDER BY event.start_date, lower(event.term), event.file_id, event.line_number
    ) AS event,
    event.start_date,
    event.start_date_imputed,
    lower(trim(event.term)) AS term,
    coalesce(lower(trim(event.soc)), 'not coded') AS soc,
    coalesce(event.serious, false) AS is_serious,
    coalesce(event.related, false) AS is_related
FROM tabulation.adverse_events AS event
JOIN analysis.subjects AS subject ON subject.subject_id = event.subject_id
CROSS JOIN analysis.cutoff AS cutoff
WHERE event.is_treatment_emergent
    AND subject.first_injection_date IS NOT NULL
    AND event.start_date <= cutoff.cutoff_date
