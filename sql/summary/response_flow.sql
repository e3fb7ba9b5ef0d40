-- summary.response_flow: from the status at one cycle to the status at the next
-- Grain:   one row per rule_set x arm ('all' included) x cycle x status x next_status that anybody has
-- Key:     rule_set, arm, cycle, status, next_status
-- Units:   n_* = treated subjects; flow_pct = 0..100 of those with the same status at this cycle
-- Missing: a cycle not given, not due, not evaluable or not reached is a status of its own
-- Source:  analysis.response_course
SELECT
    member.arm,
    now.rule_set,
    now.cycle,
    now.status,
    later.status AS next_status,
    CAST(sum(count(*)) OVER (PARTITION BY member.arm, now.rule_set, now.cycle, now.status) AS INTEGER) AS n_subjects,
    count(*) AS n_flow,
    100.0 * count(*) / sum(count(*)) OVER (PARTITION BY member.arm, now.rule_set, now.cycle, now.status) AS flow_pct
FROM analysis.response_course AS now
JOIN analysis.response_course AS later
    ON later.rule_set = now.rule_set AND later.subject_id = now.subject_id AND later.cycle = now.cycle + 1
JOIN analysis.arm_subjects AS member ON member.subject_id = now.subject_id
GROUP BY member.arm, now.rule_set, now.cycle, now.status, later.status
