-- tabulation.diary_entries: the current entries of diaries that are kept several times a day
-- Grain:   one row per entry of a file declared entries_per_day = "several"
-- Key:     file_id, line_number
-- Units:   hours = hours of headache of the entry
-- Missing: a null answer is unknown; files with one entry a day have no row here
-- Source:  docs/files.md: several entries a day
SELECT
    line.subject_id,
    line.diary_date,
    line.headache,
    line.hours,
    line.severity,
    line.migraine,
    line.acute_medication,
    line.entered_at,
    line.file_id,
    line.line_number
FROM landing.known_diary AS line
JOIN landing.landed_files AS file ON file.file_id = line.file_id AND file.entries_per_day = 'several'
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'diary' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
    AND aside.outcome <> 'merged'
