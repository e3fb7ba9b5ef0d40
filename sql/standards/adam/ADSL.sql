-- ADSL: who was in the study, and what is known of each subject
-- Grain:   one row per subject
-- Key:     STUDYID, USUBJID
-- Units:   AGE = years; BLRECN, BLHDN = diary days
-- Missing: what was not recorded is empty; a flag that cannot be told is empty, and never N
-- Source:  ADaM Implementation Guide, ADSL; data/standards/adam/ADSL.toml
WITH exposure AS (
    SELECT subject_id, max(start_date) AS last_injection_date, count(*) AS n_cycles
    FROM analysis.cycles
    GROUP BY subject_id
),

ended AS (
    -- As in summary.disposition: a date after the cut-off does not count, a reason without a date does.
    SELECT
        subject.subject_id,
        subject.discontinued_date,
        subject.discontinued_reason,
        subject.discontinued_code,
        CASE WHEN subject.discontinued_code = 'completed' THEN 'COMPLETED' ELSE 'DISCONTINUED' END AS status
    FROM tabulation.subjects AS subject
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE coalesce(subject.discontinued_date <= cutoff.cutoff_date, subject.discontinued_reason IS NOT NULL)
),

described AS (
    SELECT
        subject.*,
        arm.label AS arm_label,
        arm.position + 1 AS arm_number,
        subject.first_injection_date IS NOT NULL AS is_treated,
        year(coalesce(registered.consent_date, subject.first_injection_date)) - registered.birth_year AS age,
        registered.consent_date,
        registered.prior_preventives_failed,
        registered.file_id,
        registered.line_number
    FROM analysis.subjects AS subject
    LEFT JOIN tabulation.subjects AS registered ON registered.subject_id = subject.subject_id
    LEFT JOIN meta.arms AS arm ON arm.arm = subject.arm
)

SELECT
    run.study_id AS STUDYID,
    run.study_id || '-' || described.subject_id AS USUBJID,
    described.subject_id AS SUBJID,
    described.site AS SITEID,
    described.age AS AGE,
    CASE WHEN described.age IS NOT NULL THEN 'YEARS' END AS AGEU,
    described.sex AS SEX,
    CAST(NULL AS VARCHAR) AS RACE,
    coalesce(described.arm_label, described.arm) AS ARM,
    described.arm AS ARMCD,
    coalesce(described.arm_label, described.arm) AS TRT01P,
    described.arm_number AS TRT01PN,
    CASE WHEN described.is_treated THEN coalesce(described.arm_label, described.arm) END AS TRT01A,
    CASE WHEN described.is_treated THEN described.arm_number END AS TRT01AN,
    yes_no(described.is_treated) AS SAFFL,
    yes_no(coalesce(baseline.is_evaluable, false)) AS BLEVFL,
    yes_no(eligibility.is_eligible) AS ELIGFL,
    yes_no(eligibility.is_chronic_article) AS CHRARTFL,
    yes_no(eligibility.is_chronic_ichd3) AS CHRICDFL,
    yes_no(eligibility.is_overuse) AS OVERUSFL,
    yes_no(eligibility.has_failed_preventives) AS PREVFL,
    described.prior_preventives_failed AS PREVN,
    eligibility.baseline_recorded_days AS BLRECN,
    eligibility.baseline_headache_days AS BLHDN,
    described.consent_date AS RFICDT,
    described.first_injection_date AS TRTSDT,
    exposure.last_injection_date AS TRTEDT,
    coalesce(exposure.n_cycles, 0) AS NCYCLES,
    ended.status AS EOSSTT,
    ended.discontinued_date AS EOSDT,
    CASE WHEN ended.status = 'DISCONTINUED' AND ended.discontinued_reason IS NOT NULL THEN
        upper(coalesce(ended.discontinued_code, 'other'))
    END AS DCSREAS,
    CASE WHEN coalesce(ended.discontinued_code, 'other') = 'other' THEN ended.discontinued_reason END AS DCSREASP,
    run.cutoff_date AS DCUTDT,
    file.path AS SRCFILE,
    described.file_id AS SRCFID,
    described.line_number AS SRCLINE
FROM described
CROSS JOIN meta.runs AS run
LEFT JOIN exposure ON exposure.subject_id = described.subject_id
LEFT JOIN ended ON ended.subject_id = described.subject_id
LEFT JOIN analysis.eligibility AS eligibility ON eligibility.subject_id = described.subject_id
LEFT JOIN analysis.months AS baseline ON baseline.subject_id = described.subject_id AND baseline.cycle = 0
LEFT JOIN adam_files AS file ON file.file_id = described.file_id
