-- summary.responder_rates: responders per cycle and arm, observed and non-responder-imputed
-- Grain:   one row per rule_set x cycle x arm, with 'all' for everybody; cycles and arms without subjects included
-- Key:     rule_set, cycle, arm
-- Units:   n_* = subjects; *_pct = 0..100; confidence intervals are 95%
-- Missing: a percentage of nobody is null
-- Source:  docs/statistics.md; Wilson score interval (Wilson 1927) and Clopper-Pearson interval (1934)
WITH arms AS (
    SELECT arm FROM meta.arms
    UNION ALL
    SELECT 'all'
),

spine AS (
    SELECT rule.rule_set, given.cycle, arms.arm
    FROM meta.rule_sets AS rule
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN arms
),

counted AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        count(*) FILTER (course.is_in_nri AND course.status <> 'not_given') AS n_subjects,
        count(*) FILTER (course.is_evaluable) AS n_evaluable,
        count(*) FILTER (course.is_responder) AS n_responders,
        -- Not given the cycle although its time is past: counted as not responding.
        count(*) FILTER (course.is_in_nri) AS n_nri
    FROM spine
    LEFT JOIN analysis.response_course AS course
        ON course.rule_set = spine.rule_set
        AND course.cycle = spine.cycle
        AND (spine.arm = 'all' OR course.arm = spine.arm)
    GROUP BY spine.rule_set, spine.cycle, spine.arm
)

SELECT
    rule_set,
    cycle,
    arm,
    n_subjects,
    n_evaluable,
    n_responders,
    100.0 * n_responders / nullif(n_evaluable, 0) AS responder_pct,
    100.0 * wilson_low(n_responders, n_evaluable) AS ci_low_pct,
    100.0 * wilson_high(n_responders, n_evaluable) AS ci_high_pct,
    'wilson' AS ci_method,
    100.0 * exact_low(n_responders, n_evaluable) AS exact_ci_low_pct,
    100.0 * exact_high(n_responders, n_evaluable) AS exact_ci_high_pct,
    'clopper_pearson' AS exact_ci_method,
    n_nri,
    100.0 * n_responders / nullif(n_nri, 0) AS responder_nri_pct,
    100.0 * wilson_low(n_responders, n_nri) AS nri_ci_low_pct,
    100.0 * wilson_high(n_responders, n_nri) AS nri_ci_high_pct
FROM counted
