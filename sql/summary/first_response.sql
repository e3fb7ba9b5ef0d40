-- summary.first_response: in which cycle subjects responded for the first time
-- Grain:   one row per rule_set x arm (and 'all') x cycle
-- Key:     rule_set, arm, cycle
-- Units:   n_* = subjects; *_pct = 0..100 of all treated subjects: the denominator stays the same over the cycles
-- Missing: a percentage of nobody is null
-- Source:  Silberstein 2015, J Neurol Neurosurg Psychiatry 86:996 (49.3, 11.3, 10.3% of 688 by cycle 1, 2, 3)
WITH arms AS (
    SELECT arm FROM meta.arms
    UNION ALL
    SELECT 'all'
),

spine AS (
    SELECT rule.rule_set, arms.arm, given.cycle
    FROM meta.rule_sets AS rule
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN arms
),

treated AS (
    SELECT arms.arm, count(subject.subject_id) AS n_subjects
    FROM arms
    LEFT JOIN analysis.subjects AS subject
        ON subject.first_injection_date IS NOT NULL AND (arms.arm = 'all' OR subject.arm = arms.arm)
    GROUP BY arms.arm
),

first_cycles AS (
    SELECT rule_set, subject_id, any_value(arm) AS arm, min(cycle) AS cycle
    FROM analysis.responder
    WHERE status = 'responder'
    GROUP BY rule_set, subject_id
),

counted AS (
    SELECT spine.rule_set, spine.arm, spine.cycle, count(first_cycles.subject_id) AS n_first
    FROM spine
    LEFT JOIN first_cycles
        ON first_cycles.rule_set = spine.rule_set
        AND first_cycles.cycle = spine.cycle
        AND (spine.arm = 'all' OR first_cycles.arm = spine.arm)
    GROUP BY spine.rule_set, spine.arm, spine.cycle
)

SELECT
    counted.rule_set,
    counted.arm,
    counted.cycle,
    treated.n_subjects,
    counted.n_first,
    100.0 * counted.n_first / nullif(treated.n_subjects, 0) AS first_pct,
    100.0 * sum(counted.n_first) OVER so_far / nullif(treated.n_subjects, 0) AS cumulative_pct
FROM counted
JOIN treated ON treated.arm = counted.arm
WINDOW so_far AS (PARTITION BY counted.rule_set, counted.arm ORDER BY counted.cycle)
