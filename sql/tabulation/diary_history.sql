-- tabulation.diary_history: what a corrected or repeated subject-day was, and what it is
-- Grain:   one row per landed diary line about a subject-day that more than one line is about
-- Key:     subject_id, diary_date, version
-- Units:   version = 1, 2, 3 ... in the order of landing
-- Missing: a subject-day with one line only has no history
-- Source:  docs/files.md, corrections: the older row stays, marked superseded
SELECT
    line.subject_id,
    line.diary_date,
    CAST(row_number() OVER (
        PARTITION BY line.subject_id, line.diary_date ORDER BY file.sequence, line.line_number
    ) AS INTEGER) AS version,
    coalesce(aside.outcome, 'current') AS outcome,
    line.headache,
    line.hours,
    line.severity,
    line.migraine,
    line.acute_medication,
    line.entered_at,
    file.landed_at,
    line.file_id,
    line.line_number
FROM landing.repeated_diary AS line
JOIN landing.landed_files AS file ON file.file_id = line.file_id
LEFT JOIN landing.set_aside AS aside
    ON aside.kind = 'diary' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
WHERE line.subject_id IS NOT NULL AND line.diary_date IS NOT NULL
