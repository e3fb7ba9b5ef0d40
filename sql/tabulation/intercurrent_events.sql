-- tabulation.intercurrent_events: what happened to subjects that bears on an estimand, as the files state it
-- Grain:   one row per subject_id x date x kind
-- Key:     file_id, line_number
-- Units:   dates
-- Missing: no row is no statement: without a file of this kind nothing is known
-- Source:  docs/files.md: corrections; ICH E9(R1) A.3.1
SELECT line.subject_id, line.date, line.kind, line.file_id, line.line_number
FROM landing.known_intercurrent_events AS line
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'intercurrent_events' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
