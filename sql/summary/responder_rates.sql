-- summary.responder_rates: responders per cycle and arm, observed and non-responder-imputed
-- Grain:   one row per rule_set x cycle x arm, with 'all' for everybody; cycles and arms without subjects included
-- Key:     rule_set, cycle, arm
-- Units:   n_* = subjects; *_pct = 0..100; the confidence interval is 95%
-- Missing: a percentage of nobody is null
-- Source:  design.md 4; Wilson score interval (Wilson 1927), computed by statsmodels
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

-- Every treated subject at every cycle: imputation needs those who were not given the cycle, too.
treated AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        responder.status,
        responder.subject_id IS NOT NULL AS is_given,
        subject.first_injection_date + CAST(protocol.cycle_days * spine.cycle AS INTEGER) - 1
        <= cutoff.cutoff_date AS is_cycle_past
    FROM spine
    JOIN analysis.subjects AS subject
        ON subject.first_injection_date IS NOT NULL AND (spine.arm = 'all' OR subject.arm = spine.arm)
    LEFT JOIN analysis.responder AS responder
        ON responder.rule_set = spine.rule_set
        AND responder.cycle = spine.cycle
        AND responder.subject_id = subject.subject_id
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN analysis.cutoff AS cutoff
),

counted AS (
    SELECT
        spine.rule_set,
        spine.cycle,
        spine.arm,
        count(*) FILTER (treated.is_given AND treated.status <> 'not_due') AS n_subjects,
        count(*) FILTER (treated.status IN ('responder', 'non_responder')) AS n_evaluable,
        count(*) FILTER (treated.status = 'responder') AS n_responders,
        -- Not given the cycle although its time is past: counted as not responding.
        count(*) FILTER (
            (treated.is_given AND treated.status <> 'not_due') OR (NOT treated.is_given AND treated.is_cycle_past)
        ) AS n_nri
    FROM spine
    LEFT JOIN treated USING (rule_set, cycle, arm)
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
    n_nri,
    100.0 * n_responders / nullif(n_nri, 0) AS responder_nri_pct
FROM counted
