-- tabulation.diary_days: the current diary entry of each subject-day
-- Grain:   one row per subject_id x diary_date that has a current entry, or is touched by an attack and has none
-- Key:     subject_id, diary_date
-- Units:   hours = hours of headache in the calendar day
-- Missing: a null answer is unknown, never 'no headache'; nor is a day that no entry and no attack speaks of
-- Source:  docs/files.md: corrections, several entries a day; an attack makes a headache day of every day it touches
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
    FROM landing.known_diary AS line
    ANTI JOIN landing.set_aside AS aside
        ON aside.kind = 'diary' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
    ANTI JOIN landing.landed_files AS file ON file.file_id = line.file_id AND file.entries_per_day = 'several'
    UNION ALL
    SELECT
        subject_id,
        diary_date,
        -- Free only if every entry says so: morning headache and evening none is a headache day; none and no answer is
        -- unknown.
        CASE WHEN bool_or(headache) THEN true WHEN bool_and(headache IS NOT NULL) THEN false END,
        CASE
            WHEN count(*) FILTER (headache AND hours IS NULL) > 0 THEN NULL
            -- No least(): it passes over a null, and hours that nobody wrote would become 24.
            WHEN sum(CAST(hours AS DECIMAL(9, 4))) > 24 THEN 24
            ELSE CAST(sum(CAST(hours AS DECIMAL(9, 4))) AS DOUBLE)
        END,
        max(severity),
        bool_or(migraine),
        nullif(
            array_to_string(
                list_sort(list_distinct(flatten(list(string_split(acute_medication, ';')) FILTER (
                    acute_medication IS NOT NULL
                )))), ';'
            ), ''
        ),
        max(entered_at),
        any_value(file_id),  -- a later file's entries of a day replace the earlier file's: there is one
        min(line_number)
    FROM tabulation.diary_entries
    GROUP BY subject_id, diary_date
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
