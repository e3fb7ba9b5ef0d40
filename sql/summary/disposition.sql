-- summary.disposition: from everybody known to those analysed
-- Grain:   one row per arm ('all' included) x step x detail
-- Key:     arm, position, detail
-- Units:   n = subjects at the step; n_subjects = subjects it is a share of; pct = 0..100
-- Missing: a step nobody reached stands with 0, save consent and leaving the study: where the files state them of
--          nobody they are unknown and have no row; detail is empty where the step has none
-- Source:  CONSORT 2010 flow diagram (Schulz, BMJ 340:c332)
WITH subjects AS (
    SELECT subject_id, arm, first_injection_date IS NOT NULL AS is_treated FROM analysis.subjects
),

members AS (
    SELECT 'all' AS arm, subject_id, is_treated FROM subjects
    UNION ALL
    SELECT subjects.arm, subject_id, is_treated FROM subjects JOIN meta.arms AS arm ON arm.arm = subjects.arm
),

left_study AS (
    SELECT subject.subject_id, coalesce(subject.discontinued_code, subject.discontinued_reason, 'not stated') AS reason
    FROM tabulation.subjects AS subject
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE coalesce(subject.discontinued_date <= cutoff.cutoff_date, subject.discontinued_reason IS NOT NULL)
        -- Who completed the study did not leave it.
        AND coalesce(subject.discontinued_code <> 'completed', true)
),

reached AS (
    SELECT subject_id, 1 AS position, 'known' AS step, '' AS detail FROM subjects
    UNION ALL
    SELECT subject_id, 2, 'registered', '' FROM tabulation.subjects
    UNION ALL
    SELECT subject_id, 3, 'consented', '' FROM tabulation.subjects WHERE consent_date IS NOT NULL
    UNION ALL
    SELECT subject_id, 4, 'treated', '' FROM subjects WHERE is_treated
    UNION ALL
    SELECT subject_id, 5, 'not_treated', '' FROM subjects WHERE NOT is_treated
    UNION ALL
    SELECT subject_id, 6, 'baseline_evaluable', '' FROM analysis.months WHERE cycle = 0 AND is_evaluable
    UNION ALL
    SELECT subject_id, 7, 'eligible', CASE WHEN is_eligible THEN '' ELSE 'cannot be told' END
    FROM analysis.eligibility
    WHERE coalesce(is_eligible, true)
    UNION ALL
    SELECT subject_id, 8, 'given_cycle', CAST(cycle AS VARCHAR) FROM analysis.cycles
    UNION ALL
    SELECT subject_id, 9, 'discontinued', '' FROM left_study
    UNION ALL
    SELECT subject_id, 10, 'discontinued_for', reason FROM left_study
    UNION ALL
    SELECT DISTINCT subject_id, 11, 'analysed', rule_set FROM analysis.response_course WHERE is_evaluable
    UNION ALL
    SELECT DISTINCT subject_id, 12, 'analysed_non_responder_imputed', rule_set
    FROM analysis.response_course
    WHERE is_in_nri
),

steps AS (
    -- Steps that hold for every study stand even when nobody reached them.
    SELECT position, step, '' AS detail
    FROM (
        VALUES (1, 'known'), (2, 'registered'), (4, 'treated'), (5, 'not_treated'), (6, 'baseline_evaluable'),
        (7, 'eligible')
    ) AS always (position, step)
    UNION
    SELECT position, step, detail FROM reached
    UNION
    SELECT step.position, step.step, rule.rule_set
    FROM meta.rule_sets AS rule
    CROSS JOIN (VALUES (11, 'analysed'), (12, 'analysed_non_responder_imputed')) AS step (position, step)
),

spine AS (
    SELECT arms.arm, steps.position, steps.step, steps.detail, steps.position > 5 AS is_of_treated
    FROM steps
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
),

counted AS (
    SELECT
        spine.arm,
        spine.position,
        spine.step,
        spine.detail,
        spine.is_of_treated,
        count(reached.subject_id) AS n
    FROM spine
    LEFT JOIN members ON members.arm = spine.arm AND (members.is_treated OR NOT spine.is_of_treated)
    LEFT JOIN reached
        ON reached.subject_id = members.subject_id
        AND reached.position = spine.position
        AND reached.detail = spine.detail
    GROUP BY ALL
),

sizes AS (
    SELECT
        arms.arm,
        count(members.subject_id) AS n_known,
        count(members.subject_id) FILTER (members.is_treated) AS n_treated
    FROM (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    LEFT JOIN members ON members.arm = arms.arm
    GROUP BY arms.arm
)

SELECT
    counted.arm,
    counted.position,
    counted.step,
    counted.detail,
    CASE WHEN counted.is_of_treated THEN sizes.n_treated ELSE sizes.n_known END AS n_subjects,
    CASE WHEN counted.is_of_treated THEN 'treated' ELSE 'known' END AS denominator,
    counted.n,
    100.0 * counted.n
    / nullif(CASE WHEN counted.is_of_treated THEN sizes.n_treated ELSE sizes.n_known END, 0) AS pct
FROM counted
JOIN sizes ON sizes.arm = counted.arm
