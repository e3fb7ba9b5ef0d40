-- summary.response_thresholds: subjects whose headache days fell by at least so much, or became more
-- Grain:   one row per rule_set x cycle x arm ('all' included) x threshold; cells without subjects included
-- Key:     rule_set, cycle, arm, threshold
-- Units:   n_* = subjects; *_pct = 0..100; confidence intervals are 95%
-- Missing: n_evaluable counts the subjects judged whose baseline can be compared with; a percentage of nobody is null. A
--          worsening has no imputed share: who was not seen is known neither to be worse nor not to be
-- Source:  docs/statistics.md, thresholds; 50%: Tassorelli 2018, Cephalalgia 38:815.
--          Integers are compared, so that exactly 75% is 75%
WITH thresholds (threshold, position, pct) AS (
    VALUES ('reduction_30', 1, 30),
    ('reduction_50', 2, 50),
    ('reduction_75', 3, 75),
    ('reduction_100', 4, 100),
    ('worse', 5, 0),
    ('worse_25', 6, 25)
),

spine AS (
    SELECT rule.rule_set, given.cycle, arms.arm, thresholds.*
    FROM meta.rule_sets AS rule
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    CROSS JOIN thresholds
),

judged AS (
    SELECT
        member.arm,
        course.rule_set,
        course.cycle,
        course.subject_id,
        course.is_in_nri,
        course.status,
        course.is_evaluable AND responder.reduction_pct IS NOT NULL AS is_compared,
        -- bh * d and h * bd: the rates of baseline and window over one denominator.
        responder.baseline_headache_days * responder.judged_days AS base,
        responder.judged_headache_days * responder.baseline_recorded_days AS rest
    FROM analysis.response_course AS course
    JOIN analysis.arm_subjects AS member ON member.subject_id = course.subject_id
    LEFT JOIN analysis.responder AS responder
        ON responder.rule_set = course.rule_set
        AND responder.subject_id = course.subject_id
        AND responder.cycle = course.cycle
),

counted AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        spine.threshold,
        spine.position,
        starts_with(spine.threshold, 'reduction') AS is_reduction,
        count(*) FILTER (judged.is_in_nri AND judged.status <> 'not_given') AS n_subjects,
        count(*) FILTER (judged.is_compared) AS n_evaluable,
        count(*) FILTER (
            judged.is_compared
            AND CASE
                WHEN starts_with(spine.threshold, 'reduction') THEN 100 * (base - rest) >= spine.pct * base
                WHEN spine.pct = 0 THEN rest > base
                ELSE 100 * (rest - base) >= spine.pct * base
            END
        ) AS n_reached,
        count(*) FILTER (judged.is_in_nri) AS n_in_nri
    FROM spine
    LEFT JOIN judged USING (rule_set, cycle, arm)
    GROUP BY ALL
)

SELECT
    rule_set,
    cycle,
    arm,
    threshold,
    position,
    n_subjects,
    n_evaluable,
    n_reached,
    100.0 * n_reached / nullif(n_evaluable, 0) AS reached_pct,
    100.0 * wilson_low(n_reached, n_evaluable) AS ci_low_pct,
    100.0 * wilson_high(n_reached, n_evaluable) AS ci_high_pct,
    'wilson' AS ci_method,
    CASE WHEN is_reduction THEN n_in_nri END AS n_nri,
    CASE WHEN is_reduction THEN 100.0 * n_reached / nullif(n_in_nri, 0) END AS reached_nri_pct,
    CASE WHEN is_reduction THEN 100.0 * wilson_low(n_reached, n_in_nri) END AS nri_ci_low_pct,
    CASE WHEN is_reduction THEN 100.0 * wilson_high(n_reached, n_in_nri) END AS nri_ci_high_pct
FROM counted
