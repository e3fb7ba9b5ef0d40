-- tabulation.diary_days: the current diary entry of each subject-day
-- Grain:   one row per subject_id x diary_date that has a current entry, or is touched by an attack and has none
-- Key:     subject_id, diary_date
-- Units:   hours = hours of headache in the calendar day
-- Missing: a null answer is unknown, never 'no headache'; nor is a day that no entry and no attack speaks of
-- Source:  docs/files.md: corrections; an attack makes a headache day of every day it touches
WITH entered AS (
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
)

SELECT * FROM entered
UNION ALL
-- What the patient answered for the day itself stands; a contradiction is reported, not decided here.
SELECT
    attack.subject_id,
    attack.diary_date,
    true,
    attack.hours,
    attack.severity,
    attack.migraine,
    attack.acute_medication,
    attack.entered_at,
    attack.file_id,
    attack.line_number
FROM tabulation.attack_days AS attack
ANTI JOIN entered ON entered.subject_id = attack.subject_id AND entered.diary_date = attack.diary_date
