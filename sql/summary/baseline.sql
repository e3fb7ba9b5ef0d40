-- summary.baseline: demographics and baseline of the treated subjects
-- Grain:   one row per arm ('all' included) x characteristic x level; level is empty for an amount
-- Key:     arm, position, characteristic, level
-- Units:   n_subjects, n_known, n = subjects; pct = 0..100 of n_subjects; amounts in the unit named
-- Missing: level 'unknown' is shown as such; n_known counts the subjects with a value
-- Source:  age = year of consent (or of the first injection) less year of birth, so it may be one too high
WITH described AS (
    SELECT
        subject.subject_id,
        registered.sex,
        registered.prior_preventives_failed,
        year(coalesce(registered.consent_date, subject.first_injection_date)) - registered.birth_year AS age,
        eligibility.is_chronic_article,
        eligibility.is_chronic_ichd3,
        eligibility.is_overuse,
        eligibility.has_failed_preventives,
        eligibility.is_eligible,
        eligibility.baseline_recorded_days
    FROM analysis.subjects AS subject
    LEFT JOIN tabulation.subjects AS registered ON registered.subject_id = subject.subject_id
    LEFT JOIN analysis.eligibility AS eligibility ON eligibility.subject_id = subject.subject_id
    WHERE subject.first_injection_date IS NOT NULL
),

levels AS (
    SELECT described.subject_id, item.position, item.characteristic, coalesce(item.level, 'unknown') AS level
    FROM described
    CROSS JOIN LATERAL (
        VALUES
        (2, 'sex', sex),
        (4, 'chronic_article', CAST(is_chronic_article AS VARCHAR)),
        (5, 'chronic_ichd3', CAST(is_chronic_ichd3 AS VARCHAR)),
        (6, 'overuse', CAST(is_overuse AS VARCHAR)),
        (7, 'failed_preventives', CAST(has_failed_preventives AS VARCHAR)),
        (9, 'eligible', CAST(is_eligible AS VARCHAR))
    ) AS item (position, characteristic, level)
    UNION ALL
    SELECT subject_id, 3, 'site', level FROM analysis.strata WHERE stratum = 'site'
),

amounts AS (
    SELECT described.subject_id, item.position, item.characteristic, item.unit, item.amount
    FROM described
    CROSS JOIN LATERAL (
        VALUES
        (1, 'age', 'years', CAST(age AS DOUBLE)),
        (8, 'preventives_failed_before', 'drug treatments', CAST(prior_preventives_failed AS DOUBLE)),
        (10, 'recorded_days', 'days', CAST(baseline_recorded_days AS DOUBLE))
    ) AS item (position, characteristic, unit, amount)
    UNION ALL
    SELECT
        subject_id,
        11,
        measure,
        CASE measure WHEN 'headache_hours' THEN 'h per 28 days' ELSE 'days per 28 days' END,
        per_month
    FROM analysis.month_measures
    WHERE cycle = 0
    UNION ALL
    SELECT subject_id, 12, instrument, 'points', score FROM analysis.score_changes WHERE cycle = 0
),

treated AS (
    SELECT arm, count(*) AS n_subjects FROM analysis.arm_subjects GROUP BY arm
),

known AS (
    SELECT member.arm, levels.characteristic, count(*) FILTER (levels.level <> 'unknown') AS n_known
    FROM levels
    JOIN analysis.arm_subjects AS member ON member.subject_id = levels.subject_id
    GROUP BY member.arm, levels.characteristic
),

counted AS (
    SELECT treated.arm, groups.position, groups.characteristic, groups.level, treated.n_subjects, count(placed.level) AS n
    FROM treated
    CROSS JOIN (SELECT DISTINCT position, characteristic, level FROM levels) AS groups
    LEFT JOIN (
        SELECT member.arm, levels.characteristic, levels.level
        FROM levels
        JOIN analysis.arm_subjects AS member ON member.subject_id = levels.subject_id
    ) AS placed
        ON placed.arm = treated.arm
        AND placed.characteristic = groups.characteristic
        AND placed.level = groups.level
    GROUP BY ALL
)

SELECT
    counted.arm,
    counted.position,
    counted.characteristic,
    CASE counted.level WHEN 'true' THEN 'yes' WHEN 'false' THEN 'no' ELSE counted.level END AS level,
    NULL AS unit,
    counted.n_subjects,
    known.n_known,
    counted.n,
    100.0 * counted.n / counted.n_subjects AS pct,
    NULL AS mean,
    NULL AS sd,
    NULL AS median,
    NULL AS q1,
    NULL AS q3,
    NULL AS minimum,
    NULL AS maximum
FROM counted
JOIN known ON known.arm = counted.arm AND known.characteristic = counted.characteristic
UNION ALL
SELECT
    member.arm,
    amounts.position,
    amounts.characteristic,
    '',
    any_value(amounts.unit),
    any_value(treated.n_subjects),
    count(amounts.amount),
    NULL,
    NULL,
    round(avg(amounts.amount), 9),
    round(stddev_samp(amounts.amount), 9),
    round(median(amounts.amount), 9),
    round(quantile_cont(amounts.amount, 0.25), 9),
    round(quantile_cont(amounts.amount, 0.75), 9),
    min(amounts.amount),
    max(amounts.amount)
FROM amounts
JOIN analysis.arm_subjects AS member ON member.subject_id = amounts.subject_id
JOIN treated ON treated.arm = member.arm
GROUP BY member.arm, amounts.position, amounts.characteristic
