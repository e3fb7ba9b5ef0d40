-- summary.rule_set_pairs: how far two rule sets agree on the response and on stopping
-- Grain:   one row per question ('response', 'stop') x rule_set x other_rule_set x cycle x arm ('all' included)
-- Key:     question, rule_set, other_rule_set, cycle, arm
-- Units:   n_* = subjects; agreement_pct = 0..100; kappa = Cohen's kappa, -1..1
-- Missing: only subjects both rule sets can judge (for 'stop': whose verdict is not undetermined); kappa is null where
--          both say the same of everybody, for chance alone would give that
-- Source:  Cohen 1960, Educ Psychol Meas 20:37; docs/rules/side-by-side.md
WITH answers AS (
    SELECT 'response' AS question, rule_set, subject_id, cycle, status = 'responder' AS is_yes
    FROM analysis.responder
    WHERE status IN ('responder', 'non_responder')
    UNION ALL
    SELECT 'stop', rule_set, subject_id, cycle, starts_with(verdict, 'stop')
    FROM analysis.responder
    WHERE verdict <> 'undetermined'
),

spine AS (
    SELECT questions.question, one.rule_set, other.rule_set AS other_rule_set, given.cycle, arms.arm
    FROM (VALUES ('response'), ('stop')) AS questions (question)
    CROSS JOIN meta.rule_sets AS one
    JOIN meta.rule_sets AS other ON other.position > one.position
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
),

paired AS (
    SELECT
        member.arm,
        one.question,
        one.rule_set,
        other.rule_set AS other_rule_set,
        one.cycle,
        one.is_yes,
        other.is_yes AS is_other_yes
    FROM answers AS one
    JOIN answers AS other
        ON other.question = one.question AND other.subject_id = one.subject_id AND other.cycle = one.cycle
    JOIN analysis.arm_subjects AS member ON member.subject_id = one.subject_id
),

counted AS (
    SELECT
        spine.question,
        spine.rule_set,
        spine.other_rule_set,
        spine.cycle,
        spine.arm,
        count(paired.is_yes) AS n_subjects,
        count(*) FILTER (paired.is_yes AND paired.is_other_yes) AS n_both,
        count(*) FILTER (paired.is_yes AND NOT paired.is_other_yes) AS n_first_only,
        count(*) FILTER (NOT paired.is_yes AND paired.is_other_yes) AS n_second_only,
        count(*) FILTER (NOT paired.is_yes AND NOT paired.is_other_yes) AS n_neither
    FROM spine
    LEFT JOIN paired USING (question, rule_set, other_rule_set, cycle, arm)
    GROUP BY ALL
),

expected AS (
    SELECT
        *,
        -- Agreements by chance, times n_subjects.
        (n_both + n_first_only) * (n_both + n_second_only)
        + (n_neither + n_second_only) * (n_neither + n_first_only) AS by_chance
    FROM counted
)

SELECT
    question,
    rule_set,
    other_rule_set,
    cycle,
    arm,
    n_subjects,
    n_both,
    n_first_only,
    n_second_only,
    n_neither,
    100.0 * (n_both + n_neither) / nullif(n_subjects, 0) AS agreement_pct,
    ((n_both + n_neither) * n_subjects - by_chance) / nullif(n_subjects * n_subjects - by_chance, 0) AS kappa
FROM expected
