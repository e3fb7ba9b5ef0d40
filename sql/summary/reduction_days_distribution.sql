-- summary.reduction_days_distribution: how many subjects have at least so many headache days a month fewer
-- Grain:   one row per rule_set x cycle x arm ('all' included) x min_reduction_days
-- Key:     rule_set, cycle, arm, min_reduction_days
-- Units:   min_reduction_days = headache days per month of the rule set's length, negative = so many more; n_* = subjects;
--          *_pct = 0..100
-- Missing: n_subjects counts the subjects judged whose baseline can be compared with; a percentage of nobody is null. Imputed:
--          who was not seen has a reduction below every threshold, a rise included
-- Source:  docs/statistics.md, distribution of the reduction; integers are compared, so that exactly 4 days are 4 days
WITH shares AS (
    SELECT
        rule_set,
        cycle,
        arm,
        -- Whole days, rounded down: a whole month is added first, for the quotient of a negative number rounds up.
        (month_days * (before - after) + month_days * n_days) // n_days - month_days AS whole_days,
        count(*) AS n_subjects
    FROM analysis.compared_cycles
    GROUP BY ALL
),

spine AS (
    SELECT
        rates.rule_set,
        rates.cycle,
        rates.arm,
        rates.n_nri,
        CAST(steps.min_reduction_days AS INTEGER) AS min_reduction_days
    FROM summary.responder_rates AS rates
    JOIN meta.rule_sets AS rule ON rule.rule_set = rates.rule_set
    CROSS JOIN unnest(range(-rule.month_days, rule.month_days + 1)) AS steps (min_reduction_days)
),

counted AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        spine.min_reduction_days,
        spine.n_nri,
        CAST(coalesce(sum(shares.n_subjects), 0) AS BIGINT) AS n_subjects,
        CAST(coalesce(sum(shares.n_subjects) FILTER (shares.whole_days >= spine.min_reduction_days), 0) AS BIGINT)
            AS n_at_least
    FROM spine
    LEFT JOIN shares USING (rule_set, cycle, arm)
    GROUP BY ALL
)

SELECT
    rule_set,
    cycle,
    arm,
    min_reduction_days,
    n_subjects,
    n_at_least,
    100.0 * n_at_least / nullif(n_subjects, 0) AS at_least_pct,
    n_nri,
    100.0 * n_at_least / nullif(n_nri, 0) AS at_least_nri_pct
FROM counted
