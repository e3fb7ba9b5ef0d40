-- summary.responder_rates_by_population: responders per cycle and arm of all treated, of the eligible, of the evaluable
-- Grain:   one row per rule_set x population x cycle x arm ('all' included); empty cells included
-- Key:     rule_set, population, cycle, arm
-- Units:   n_* = subjects; *_pct = 0..100; confidence intervals are 95%
-- Missing: a percentage of nobody is null
-- Source:  docs/statistics.md, analysis populations; Wilson score interval (Wilson 1927)
WITH spine AS (
    SELECT rule.rule_set, populations.population, given.cycle, arms.arm
    FROM meta.rule_sets AS rule
    CROSS JOIN (VALUES ('all_treated'), ('eligible'), ('evaluable')) AS populations (population)
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
),

counted AS (
    SELECT
        spine.rule_set,
        spine.population,
        spine.cycle,
        spine.arm,
        count(course.subject_id) AS n_population,
        count(*) FILTER (course.is_in_nri AND course.status <> 'not_given') AS n_subjects,
        count(*) FILTER (course.is_evaluable) AS n_evaluable,
        count(*) FILTER (course.is_responder) AS n_responders,
        count(*) FILTER (course.is_in_nri) AS n_nri
    FROM spine
    LEFT JOIN analysis.population_members AS member
        ON member.rule_set = spine.rule_set
        AND member.population = spine.population
        AND member.arm = spine.arm
    LEFT JOIN analysis.response_course AS course
        ON course.rule_set = member.rule_set
        AND course.subject_id = member.subject_id
        AND course.cycle = spine.cycle
    GROUP BY spine.rule_set, spine.population, spine.cycle, spine.arm
)

SELECT
    counted.rule_set,
    counted.population,
    counted.cycle,
    counted.arm,
    counted.population = study.population AS is_primary,
    counted.n_population,
    counted.n_subjects,
    counted.n_evaluable,
    counted.n_responders,
    100.0 * n_responders / nullif(n_evaluable, 0) AS responder_pct,
    100.0 * wilson_low(n_responders, n_evaluable) AS ci_low_pct,
    100.0 * wilson_high(n_responders, n_evaluable) AS ci_high_pct,
    'wilson' AS ci_method,
    counted.n_nri,
    100.0 * n_responders / nullif(n_nri, 0) AS responder_nri_pct
FROM counted
CROSS JOIN meta.study AS study
