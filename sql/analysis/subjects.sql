-- analysis.subjects: everybody of whom anything is known
-- Grain:   one row per subject_id
-- Key:     subject_id
-- Units:   first_injection_date = Day 1 of cycle 1
-- Missing: first_injection_date is null for a subject never treated by the cut-off; arm is null where not stated
-- Source:  docs/rules/baselines.md
WITH named AS (
    SELECT subject_id FROM tabulation.subjects
    UNION
    SELECT subject_id FROM tabulation.diary_days
    UNION
    SELECT subject_id FROM tabulation.injections
),

first_injections AS (
    SELECT subject_id, min(start_date) AS first_injection_date FROM analysis.cycles GROUP BY subject_id
)

SELECT
    named.subject_id,
    subject.arm,
    subject.site,
    subject.sex,
    first_injections.first_injection_date
FROM named
LEFT JOIN tabulation.subjects AS subject ON subject.subject_id = named.subject_id
LEFT JOIN first_injections ON first_injections.subject_id = named.subject_id
