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

expected AS (
    SELECT
        course.rule_set,
        course.cycle,
        member.arm,
        count(*) FILTER (course.is_in_nri AND course.status <> 'not_given') AS n_subjects,
        count(*) FILTER (course.is_in_nri) AS n_in_nri
    FROM analysis.response_course AS course
    JOIN analysis.arm_subjects AS member ON member.subject_id = course.subject_id
    GROUP BY course.rule_set, course.cycle, member.arm
),

compared AS (
    SELECT
        cycles.rule_set,
        cycles.cycle,
        cycles.arm,
        thresholds.threshold,
        count(*) AS n_evaluable,
        count(*) FILTER (
            CASE
                WHEN starts_with(thresholds.threshold, 'reduction') THEN 100 * (before - after) >= thresholds.pct * before
                WHEN thresholds.pct = 0 THEN after > before
                ELSE 100 * (after - before) >= thresholds.pct * before
            END
        ) AS n_reached
    FROM analysis.compared_cycles AS cycles
    CROSS JOIN thresholds
    GROUP BY cycles.rule_set, cycles.cycle, cycles.arm, thresholds.threshold
),

counted AS (
    SELECT
        spine.*,
        starts_with(spine.threshold, 'reduction') AS is_reduction,
        coalesce(expected.n_subjects, 0) AS n_subjects,
        coalesce(expected.n_in_nri, 0) AS n_in_nri,
        coalesce(compared.n_evaluable, 0) AS n_evaluable,
        coalesce(compared.n_reached, 0) AS n_reached
    FROM spine
    LEFT JOIN expected USING (rule_set, cycle, arm)
    LEFT JOIN compared USING (rule_set, cycle, arm, threshold)
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
