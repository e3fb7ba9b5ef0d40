-- analysis.compared_cycles: the judged cycles that can be compared with the baseline, in each arm
-- Grain:   one row per rule_set x arm ('all' included) x subject_id x cycle
-- Key:     rule_set, arm, subject_id, cycle
-- Units:   before, after = headache days x days: the rates of baseline and window over the one denominator n_days
--          (days x days), so that only integers are compared
-- Missing: no row where the cycle is not judged, or the baseline has no headache day or too few recorded days
-- Source:  docs/statistics.md, thresholds: the reduction is 1 - after / before, or a month x (before - after) / n_days
SELECT
    responder.rule_set,
    member.arm,
    responder.subject_id,
    responder.cycle,
    CAST(rule.month_days AS INTEGER) AS month_days,
    responder.baseline_headache_days * responder.judged_days AS before,
    responder.judged_headache_days * responder.baseline_recorded_days AS after,
    responder.baseline_recorded_days * responder.judged_days AS n_days
FROM analysis.responder AS responder
JOIN meta.rule_sets AS rule ON rule.rule_set = responder.rule_set
JOIN analysis.arm_subjects AS member ON member.subject_id = responder.subject_id
WHERE responder.status IN ('responder', 'non_responder') AND responder.reduction_pct IS NOT NULL
