-- analysis.strata: the groups by which results are told apart: site, sex and medication overuse at baseline
-- Grain:   one row per subject_id (treated) x stratum
-- Key:     subject_id, stratum
-- Units:   none
-- Missing: level 'unknown' where the file does not state it or overuse cannot be told; nobody is left out
-- Source:  PREEMPT was stratified by medication overuse (Dodick 2010, Headache 50:921)
SELECT subject_id, 'site' AS stratum, coalesce(site, 'unknown') AS level
FROM analysis.subjects
WHERE first_injection_date IS NOT NULL
UNION ALL
SELECT subject_id, 'sex', coalesce(sex, 'unknown')
FROM analysis.subjects
WHERE first_injection_date IS NOT NULL
UNION ALL
SELECT
    subject.subject_id,
    'overuse',
    CASE WHEN eligibility.is_overuse THEN 'yes' WHEN NOT eligibility.is_overuse THEN 'no' ELSE 'unknown' END
FROM analysis.subjects AS subject
LEFT JOIN analysis.eligibility AS eligibility ON eligibility.subject_id = subject.subject_id
WHERE subject.first_injection_date IS NOT NULL
