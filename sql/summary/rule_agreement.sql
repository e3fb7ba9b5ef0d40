-- summary.rule_agreement: how the share of responders hangs on each assumption of a rule set
-- Grain:   one row per rule_set x cycle x parameter x value; one assumption is changed at a time
-- Key:     rule_set, cycle, parameter, value
-- Units:   n_* = subjects; responder_pct = 0..100 of n_evaluable
-- Missing: is_as_written marks the value the rule set itself has; a percentage of nobody is null
-- Source:  docs/rules/side-by-side.md: fewest recorded days (14, 20, 23), missing days, definition of a headache day
WITH counted AS (
    SELECT
        rule_set,
        variant,
        cycle,
        count(*) FILTER (status <> 'not_due') AS n_subjects,
        count(*) FILTER (status IN ('responder', 'non_responder')) AS n_evaluable,
        count(*) FILTER (status = 'responder') AS n_responders
    FROM analysis.response
    GROUP BY rule_set, variant, cycle
)

SELECT
    variation.rule_set,
    counted.cycle,
    variation.parameter,
    variation.value,
    variation.variant = 'as written' AS is_as_written,
    counted.n_subjects,
    counted.n_evaluable,
    counted.n_responders,
    100.0 * counted.n_responders / nullif(counted.n_evaluable, 0) AS responder_pct
FROM meta.rule_variations AS variation
JOIN counted ON counted.rule_set = variation.rule_set AND counted.variant = variation.variant
