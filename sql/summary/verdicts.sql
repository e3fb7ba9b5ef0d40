-- summary.verdicts: who should go on and who should stop, after each cycle
-- Grain:   one row per rule_set x arm (and 'all') x cycle x verdict
-- Key:     rule_set, arm, cycle, verdict
-- Units:   n_* = subjects given the cycle; verdict_pct = 0..100 of n_subjects
-- Missing: a verdict nobody has stands with 0
-- Source:  docs/rules/verdicts.md: a stop for success and a stop for lack of response are different verdicts
WITH arms AS (
    SELECT arm FROM meta.arms
    UNION ALL
    SELECT 'all'
),

spine AS (
    SELECT rule.rule_set, arms.arm, given.cycle, verdicts.verdict
    FROM meta.rule_sets AS rule
    CROSS JOIN arms
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    CROSS JOIN (VALUES ('continue'), ('stop_no_response'), ('stop_success'), ('undetermined')) AS verdicts (verdict)
),

counted AS (
    SELECT
        spine.rule_set,
        spine.arm,
        spine.cycle,
        spine.verdict,
        count(responder.subject_id) AS n_given,
        count(responder.subject_id) FILTER (responder.verdict = spine.verdict) AS n_verdict
    FROM spine
    LEFT JOIN analysis.responder AS responder
        ON responder.rule_set = spine.rule_set
        AND responder.cycle = spine.cycle
        AND (spine.arm = 'all' OR responder.arm = spine.arm)
    GROUP BY spine.rule_set, spine.arm, spine.cycle, spine.verdict
)

SELECT
    rule_set,
    arm,
    cycle,
    verdict,
    n_given AS n_subjects,
    n_verdict,
    100.0 * n_verdict / nullif(n_given, 0) AS verdict_pct
FROM counted
