-- tabulation.subjects: the subjects enrolled
-- Grain:   one row per subject_id
-- Key:     subject_id
-- Units:   prior_preventives_failed = number of drug treatments
-- Missing: null = not stated; arm is null for everybody in a blinded study
-- Source:  docs/files.md: corrections
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
    line.file_id,
    line.line_number
FROM landing.known_subjects AS line
CROSS JOIN meta.study AS study
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'subjects' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
