-- tabulation.subjects: the subjects enrolled
-- Grain:   one row per subject_id
-- Key:     subject_id
-- Units:   prior_preventives_failed = number of drug treatments
-- Missing: null = not stated; arm is null for everybody in a blinded study; discontinued_code is null for a reason that is
--          none of the code list, which stays in words
-- Source:  docs/files.md: corrections; CDISC controlled terminology, NCOMPLT (C66727)
SELECT
    line.subject_id,
    CASE WHEN NOT study.is_blinded THEN line.arm END AS arm,
    line.site,
    line.sex,
    line.birth_year,
    line.consent_date,
    line.prior_preventives_failed,
    line.overuse_excluded,
    line.discontinued_date,
    line.discontinued_reason,
    known.reason AS discontinued_code,
    line.file_id,
    line.line_number
FROM landing.known_subjects AS line
CROSS JOIN meta.study AS study
LEFT JOIN meta.discontinued_reasons AS known
    ON known.word = trim(regexp_replace(lower(line.discontinued_reason), '[^\w]+', ' ', 'g'))
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'subjects' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
