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
    SELECT
        questions.question,
        one.rule_set,
        other.rule_set AS other_rule_set,
        CAST(1 AS BIGINT) << one.position AS bit,
        CAST(1 AS BIGINT) << other.position AS other_bit,
        given.cycle,
        arms.arm
    FROM (VALUES ('response'), ('stop')) AS questions (question)
    CROSS JOIN meta.rule_sets AS one
    JOIN meta.rule_sets AS other ON other.position > one.position
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
),

-- Each rule set is a bit: what they say of one subject in one cycle is two numbers, and many subjects have the same two.
answered AS (
    SELECT
        answers.question,
        answers.subject_id,
        answers.cycle,
        bit_or(CAST(1 AS BIGINT) << rule.position) AS judged,
        bit_or(CASE WHEN answers.is_yes THEN CAST(1 AS BIGINT) << rule.position ELSE 0 END) AS yes
    FROM answers
    JOIN meta.rule_sets AS rule ON rule.rule_set = answers.rule_set
    GROUP BY answers.question, answers.subject_id, answers.cycle
),

alike AS (
    SELECT member.arm, answered.question, answered.cycle, answered.judged, answered.yes, count(*) AS n
    FROM answered
    JOIN analysis.arm_subjects AS member ON member.subject_id = answered.subject_id
    GROUP BY ALL
),

counted AS (
    SELECT
        spine.question,
        spine.rule_set,
        spine.other_rule_set,
        spine.cycle,
        spine.arm,
        CAST(coalesce(sum(n), 0) AS BIGINT) AS n_subjects,
        CAST(coalesce(sum(n) FILTER (yes & bit > 0 AND yes & other_bit > 0), 0) AS BIGINT) AS n_both,
        CAST(coalesce(sum(n) FILTER (yes & bit > 0 AND yes & other_bit = 0), 0) AS BIGINT) AS n_first_only,
        CAST(coalesce(sum(n) FILTER (yes & bit = 0 AND yes & other_bit > 0), 0) AS BIGINT) AS n_second_only,
        CAST(coalesce(sum(n) FILTER (yes & bit = 0 AND yes & other_bit = 0), 0) AS BIGINT) AS n_neither
    FROM spine
    LEFT JOIN alike
        ON alike.question = spine.question
        AND alike.cycle = spine.cycle
        AND alike.arm = spine.arm
        AND judged & bit > 0
        AND judged & other_bit > 0
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
