-- summary.response_outcomes: what became of each subject's response over all cycles
-- Grain:   one row per rule_set x arm ('all' included) x outcome; the outcomes overlap
-- Key:     rule_set, arm, position
-- Units:   n_* = subjects; outcome_pct = 0..100 of all treated subjects
-- Missing: never_judged = no cycle could be judged; such a subject is in no other outcome
-- Source:  docs/statistics.md: cumulative, sustained, late and lost response
WITH last_cycles AS (
    SELECT
        rule_set,
        subject_id,
        max(first_response_cycle) AS first_response_cycle,
        count(*) FILTER (is_evaluable) AS cycles_judged,
        count(*) FILTER (course = 'lost') AS cycles_lost,
        arg_max(course, cycle) FILTER (is_evaluable) AS last_course
    FROM analysis.response_course
    GROUP BY rule_set, subject_id
),

answered AS (
    SELECT last_cycles.rule_set, member.arm, item.position, item.outcome, item.is_so
    FROM last_cycles
    JOIN analysis.arm_subjects AS member ON member.subject_id = last_cycles.subject_id
    CROSS JOIN LATERAL (
        VALUES
        (1, 'ever', first_response_cycle IS NOT NULL),
        (2, 'at_first_cycle', first_response_cycle = 1),
        (3, 'late', first_response_cycle > 1),
        (4, 'sustained', first_response_cycle IS NOT NULL AND cycles_lost = 0),
        (5, 'lost_and_regained', last_course = 'regained'),
        (6, 'lost', last_course = 'lost'),
        (7, 'never', first_response_cycle IS NULL AND cycles_judged > 0),
        (8, 'never_judged', cycles_judged = 0)
    ) AS item (position, outcome, is_so)
),

spine AS (
    SELECT rule.rule_set, arms.arm, outcomes.position, outcomes.outcome
    FROM meta.rule_sets AS rule
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    CROSS JOIN (
        VALUES (1, 'ever'), (2, 'at_first_cycle'), (3, 'late'), (4, 'sustained'), (5, 'lost_and_regained'), (6, 'lost'),
        (7, 'never'), (8, 'never_judged')
    ) AS outcomes (position, outcome)
)

SELECT
    spine.rule_set,
    spine.arm,
    spine.position,
    spine.outcome,
    count(answered.arm) AS n_subjects,
    count(*) FILTER (answered.is_so) AS n_outcome,
    100.0 * count(*) FILTER (answered.is_so) / nullif(count(answered.arm), 0) AS outcome_pct
FROM spine
LEFT JOIN answered USING (rule_set, arm, position)
GROUP BY spine.rule_set, spine.arm, spine.position, spine.outcome
