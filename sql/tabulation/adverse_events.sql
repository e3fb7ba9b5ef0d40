-- tabulation.adverse_events: adverse events as reported, their dates as far as they are known
-- Grain:   one row per event reported
-- Key:     file_id, line_number
-- Units:   dates; start_date_imputed as ADaM's ASTDTF: D = day, M = month and day, Y = all of it
-- Missing: a start known in part is the first day it may be, moved to the first injection where that lies in the same
--          month or year and the event had not ended by then; one not known at all is the first injection, and null for
--          a subject never treated. It counts as under treatment unless what is known rules that out: a start in 2023
--          before an injection in 2024, or an end before the injection. An end known in part stays null
-- Source:  docs/files.md: dates of adverse events; ADaM OCCDS (ASTDT, ASTDTF, TRTEMFL); ICH E9 (treatment-emergent)
WITH first_injections AS (
    SELECT subject_id, min(injection_date) AS first_injection_date FROM tabulation.injections GROUP BY subject_id
),

-- Landing holds what is known as text, year first: its parts compare as dates do.
events AS (
    SELECT
        line.*,
        injected.first_injection_date,
        CASE
            WHEN length(line.start_date) IN (4, 7, 10)
                THEN CAST(line.start_date || right('-01-01', 10 - length(line.start_date)) AS DATE)
        END AS first_possible_date,
        CASE
            WHEN length(line.start_date) IN (4, 7, 10)
                THEN line.start_date >= left(CAST(injected.first_injection_date AS VARCHAR), length(line.start_date))
            ELSE true
        END
        AND CASE
            WHEN line.end_date IS NULL OR line.end_date IN ('UNK', 'ongoing') THEN true
            ELSE line.end_date >= left(CAST(injected.first_injection_date AS VARCHAR), length(line.end_date))
        END AS is_possible
    FROM landing.known_adverse_events AS line
    ANTI JOIN landing.set_aside AS aside
        ON aside.kind = 'adverse_events' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
    LEFT JOIN first_injections AS injected ON injected.subject_id = line.subject_id
),

judged AS (
    SELECT *, first_injection_date IS NOT NULL AND is_possible AS is_treatment_emergent FROM events
),

dated AS (
    SELECT
        *,
        CASE
            WHEN length(start_date) = 10 OR NOT is_treatment_emergent THEN first_possible_date
            ELSE greatest(first_possible_date, first_injection_date)
        END AS counted_date
    FROM judged
)

SELECT
    dated.subject_id,
    dated.counted_date AS start_date,
    CASE WHEN length(dated.end_date) = 10 THEN CAST(dated.end_date AS DATE) END AS end_date,
    dated.term,
    dated.soc,
    dated.serious,
    dated.related,
    dated.severity,
    dated.start_date AS start_date_text,
    CASE
        WHEN dated.counted_date IS NULL OR length(dated.start_date) = 10 THEN NULL
        WHEN length(dated.start_date) = 7 THEN 'D'
        WHEN length(dated.start_date) = 4 THEN 'M'
        ELSE 'Y'
    END AS start_date_imputed,
    dated.end_date AS end_date_text,
    coalesce(dated.end_date = 'ongoing', false) AS is_ongoing,
    dated.is_treatment_emergent,
    dated.file_id,
    dated.line_number
FROM dated
