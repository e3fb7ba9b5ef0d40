-- analysis.arm_subjects: the treated subjects of each arm, and of all arms together
-- Grain:   one row per arm ('all' included) x subject_id
-- Key:     arm, subject_id
-- Units:   none
-- Missing: a subject whose arm is not known, or blinded, stands under 'all' only; so does one of an arm that study.toml
--          does not name
-- Source:  docs/statistics.md, who is compared with whom
SELECT 'all' AS arm, subject_id
FROM analysis.subjects
WHERE first_injection_date IS NOT NULL
UNION ALL
SELECT subject.arm, subject.subject_id
FROM analysis.subjects AS subject
JOIN meta.arms AS arm ON arm.arm = subject.arm
WHERE subject.first_injection_date IS NOT NULL
