-- ADAE: adverse events, which of them count, and the first of each kind
-- Grain:   one row per reported event that began by the cut-off, or whose start is not known
-- Key:     STUDYID, USUBJID, ASEQ
-- Units:   ADURN = days; ASTDY, AENDY = days from the first injection
-- Missing: ASTDT is imputed where ASTDTF says so; an end is never imputed; what was not stated is empty, and never N
-- Source:  ADaM OCCDS; sql/analysis/treatment_events.sql (which events count: ANL01FL)
WITH interests AS (
    SELECT interest, word, dense_rank() OVER (ORDER BY interest) AS nth FROM meta.adverse_events_of_interest
),

numbered AS (
    SELECT *, row_number() OVER (PARTITION BY subject_id ORDER BY file_id, line_number) AS reported_number
    FROM tabulation.adverse_events
),

events AS (
    SELECT
        event.*,
        lower(trim(event.term)) AS analysis_term,
        coalesce(lower(trim(event.soc)), 'not coded') AS analysis_soc,
        file.path,
        event.is_treatment_emergent AND subject.SAFFL = 'Y' AND event.start_date IS NOT NULL AS is_counted,
        row_number() OVER (
            PARTITION BY event.subject_id
            ORDER BY event.start_date, lower(event.term), event.file_id, event.line_number
        ) AS sequence
    FROM numbered AS event
    JOIN ADSL AS subject ON subject.SUBJID = event.subject_id
    CROSS JOIN analysis.cutoff AS cutoff
    LEFT JOIN adam_files AS file ON file.file_id = event.file_id
    WHERE coalesce(event.start_date <= cutoff.cutoff_date, true)
)

SELECT
    subject.STUDYID,
    subject.USUBJID,
    subject.SITEID,
    subject.TRT01A AS TRTA,
    subject.TRT01AN AS TRTAN,
    subject.SAFFL,
    subject.TRTSDT,
    events.reported_number AS AESEQ,
    events.sequence AS ASEQ,
    events.term AS AETERM,
    events.analysis_term AS ATERM,
    events.soc AS AESOC,
    events.analysis_soc AS ASOC,
    nullif(events.start_date_text, 'UNK') AS AESTDTC,
    CASE WHEN events.end_date_text NOT IN ('UNK', 'ongoing') THEN events.end_date_text END AS AEENDTC,
    CASE WHEN events.is_ongoing THEN 'ONGOING' END AS AEENRF,
    events.start_date AS ASTDT,
    events.start_date_imputed AS ASTDTF,
    relative_day(events.start_date, subject.TRTSDT) AS ASTDY,
    events.end_date AS AENDT,
    CAST(NULL AS VARCHAR) AS AENDTF,
    relative_day(events.end_date, subject.TRTSDT) AS AENDY,
    CASE WHEN events.start_date_imputed IS NULL THEN events.end_date - events.start_date + 1 END AS ADURN,
    CASE WHEN events.start_date_imputed IS NULL AND events.end_date - events.start_date IS NOT NULL THEN 'DAYS' END AS ADURU,
    upper(trim(events.severity)) AS AESEV,
    yes_no(events.serious) AS AESER,
    yes_no(events.related) AS AREL,
    yes_only(events.is_treatment_emergent) AS TRTEMFL,
    yes_only(events.is_counted) AS ANL01FL,
    yes_only(events.is_counted AND 1 = count(*) FILTER (events.is_counted) OVER (
        PARTITION BY events.subject_id ORDER BY events.sequence)) AS AOCCFL,
    yes_only(events.is_counted AND 1 = count(*) FILTER (events.is_counted) OVER (
        PARTITION BY events.subject_id, events.analysis_soc ORDER BY events.sequence)) AS AOCCSFL,
    yes_only(events.is_counted AND 1 = count(*) FILTER (events.is_counted) OVER (
        PARTITION BY events.subject_id, events.analysis_soc, events.analysis_term ORDER BY events.sequence)) AS AOCC01FL,
    (
        SELECT upper(replace(any_value(interests.interest), '_', ' ')) FROM interests
        WHERE interests.nth = 1 AND contains(events.analysis_term, interests.word)
    ) AS CQ01NAM,
    (
        SELECT upper(replace(any_value(interests.interest), '_', ' ')) FROM interests
        WHERE interests.nth = 2 AND contains(events.analysis_term, interests.word)
    ) AS CQ02NAM,
    'EVENTS' AS SRCDOM,
    'TERM' AS SRCVAR,
    events.line_number AS SRCSEQ,
    events.path AS SRCFILE,
    events.file_id AS SRCFID,
    events.line_number AS SRCLINE
FROM events
JOIN ADSL AS subject ON subject.SUBJID = events.subject_id
