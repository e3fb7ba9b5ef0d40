-- tabulation.adverse_events: adverse events as reported
-- Grain:   one row per event reported
-- Key:     file_id, line_number
-- Units:   dates
-- Missing: null end_date = ongoing or unknown
-- Source:  docs/files.md: corrections
SELECT
    line.subject_id,
    line.start_date,
    line.end_date,
    line.term,
    line.soc,
    line.serious,
    line.related,
    line.severity,
    line.file_id,
    line.line_number
FROM landing.known_adverse_events AS line
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'adverse_events' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
