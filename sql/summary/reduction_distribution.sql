-- summary.reduction_distribution: how many subjects improved by at least so many percent
-- Grain:   one row per rule_set x cycle x arm ('all' included) x min_reduction_pct
-- Key:     rule_set, cycle, arm, min_reduction_pct
-- Units:   n_* = subjects; *_pct = 0..100; a negative min_reduction_pct is a worsening
-- Missing: n_subjects counts the subjects judged whose baseline can be compared with; a percentage of nobody is null. Imputed:
--          who was not seen has a reduction below every threshold, a worsening included
-- Source:  docs/rules/reductions.md: integers are compared, so that exactly 30% is 30%
WITH steps AS (
    -- Every 5 points from twice the baseline to no headache at all.
    SELECT CAST(unnest(range(-100, 101, 5)) AS INTEGER) AS min_reduction_pct
),

shares AS (
    SELECT
        rule_set,
        cycle,
        arm,
        -- Whole percent, rounded down: 100 less the quotient rounded up.
        100 - (100 * after + before - 1) // before AS whole_pct,
        count(*) AS n_subjects
    FROM analysis.compared_cycles
    GROUP BY ALL
),

spine AS (
    SELECT rates.rule_set, rates.cycle, rates.arm, rates.n_nri, steps.min_reduction_pct
    FROM summary.responder_rates AS rates
    CROSS JOIN steps
),

counted AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        spine.min_reduction_pct,
        spine.n_nri,
        CAST(coalesce(sum(shares.n_subjects), 0) AS BIGINT) AS n_subjects,
        CAST(coalesce(sum(shares.n_subjects) FILTER (shares.whole_pct >= spine.min_reduction_pct), 0) AS BIGINT)
            AS n_at_least
    FROM spine
    LEFT JOIN shares USING (rule_set, cycle, arm)
    GROUP BY ALL
)

SELECT
    rule_set,
    cycle,
    arm,
    min_reduction_pct,
    n_subjects,
    n_at_least,
    100.0 * n_at_least / nullif(n_subjects, 0) AS at_least_pct,
    n_nri,
    100.0 * n_at_least / nullif(n_nri, 0) AS at_least_nri_pct
FROM counted
