-- tabulation.diary_days: the current diary entry of each subject-day
-- Grain:   one row per subject_id x diary_date that has a current entry
-- Key:     subject_id, diary_date
-- Units:   hours = hours of headache in the calendar day
-- Missing: a null answer is unknown, never 'no headache'
-- Source:  design.md 2 and 3
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
FROM landing.diary AS line
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'diary' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
