-- summary.responder_rates_by_stratum: responders per cycle and arm within each site, sex and overuse stratum
-- Grain:   one row per rule_set x cycle x arm ('all' included) x stratum x level; empty cells included
-- Key:     rule_set, cycle, arm, stratum, level
-- Units:   n_* = subjects; *_pct = 0..100; the confidence interval is 95%
-- Missing: level 'unknown' holds subjects whose stratum is not known; a percentage of nobody is null
-- Source:  docs/statistics.md; Wilson score interval (Wilson 1927)
WITH arms AS (
    SELECT arm FROM meta.arms
    UNION ALL
    SELECT 'all'
),

spine AS (
    SELECT rule.rule_set, given.cycle, arms.arm, groups.stratum, groups.level
    FROM meta.rule_sets AS rule
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN arms
    CROSS JOIN (SELECT DISTINCT stratum, level FROM analysis.strata) AS groups
),

placed AS (
    SELECT course.*, strata.stratum, strata.level
    FROM analysis.response_course AS course
    JOIN analysis.strata AS strata ON strata.subject_id = course.subject_id
),

counted AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        spine.stratum,
        spine.level,
        count(*) FILTER (placed.is_in_nri AND placed.status <> 'not_given') AS n_subjects,
        count(*) FILTER (placed.is_evaluable) AS n_evaluable,
        count(*) FILTER (placed.is_responder) AS n_responders,
        count(*) FILTER (placed.is_in_nri) AS n_nri
    FROM spine
    LEFT JOIN placed
        ON placed.rule_set = spine.rule_set
        AND placed.cycle = spine.cycle
        AND placed.stratum = spine.stratum
        AND placed.level = spine.level
        AND (spine.arm = 'all' OR placed.arm = spine.arm)
    GROUP BY ALL
)

SELECT
    rule_set,
    cycle,
    arm,
    stratum,
    level,
    n_subjects,
    n_evaluable,
    n_responders,
    100.0 * n_responders / nullif(n_evaluable, 0) AS responder_pct,
    100.0 * wilson_low(n_responders, n_evaluable) AS ci_low_pct,
    100.0 * wilson_high(n_responders, n_evaluable) AS ci_high_pct,
    'wilson' AS ci_method,
    n_nri,
    100.0 * n_responders / nullif(n_nri, 0) AS responder_nri_pct
FROM counted
