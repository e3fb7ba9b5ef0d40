-- summary.shifts: from chronic to episodic, and from medication overuse to none
-- Grain:   one row per arm ('all' included) x state x cycle x month x baseline_level x level; empty cells included
-- Key:     arm, state, cycle, month, baseline_level, level
-- Units:   n_* = subjects whose month is due; shift_pct = 0..100 of those with the same level at baseline
-- Missing: level 'unknown' = not evaluable, or no medication ever written down, or a drug not known; a percentage of nobody is null
-- Source:  docs/rules/boundaries.md. The article's boundary (more than 15) and ICHD-3's (15 or more) are kept apart
WITH pairs AS (
    -- Many subjects have the same states before and after.
    SELECT
        member.arm,
        later.cycle,
        later.month,
        baseline.is_chronic_article AS was_chronic_article,
        baseline.is_chronic_ichd3 AS was_chronic_ichd3,
        baseline.is_overuse AS was_overuse,
        later.is_chronic_article,
        later.is_chronic_ichd3,
        later.is_overuse,
        count(*) AS n
    FROM analysis.month_states AS later
    JOIN analysis.arm_subjects AS member ON member.subject_id = later.subject_id
    LEFT JOIN analysis.month_states AS baseline ON baseline.subject_id = later.subject_id AND baseline.cycle = 0
    WHERE later.cycle > 0
    GROUP BY ALL
),

shifted AS (
    SELECT
        pairs.arm,
        item.state,
        pairs.cycle,
        pairs.month,
        CASE WHEN item.was THEN 'yes' WHEN NOT item.was THEN 'no' ELSE 'unknown' END AS baseline_level,
        CASE WHEN item.is_now THEN 'yes' WHEN NOT item.is_now THEN 'no' ELSE 'unknown' END AS level,
        pairs.n
    FROM pairs
    CROSS JOIN LATERAL (
        VALUES
        ('chronic_article', was_chronic_article, is_chronic_article),
        ('chronic_ichd3', was_chronic_ichd3, is_chronic_ichd3),
        ('overuse', was_overuse, is_overuse)
    ) AS item (state, was, is_now)
),

spine AS (
    SELECT arms.arm, states.state, months.cycle, months.month, before.level AS baseline_level, after.level
    FROM (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    CROSS JOIN (VALUES ('chronic_article'), ('chronic_ichd3'), ('overuse')) AS states (state)
    CROSS JOIN (SELECT DISTINCT cycle, month FROM analysis.month_spans WHERE cycle > 0) AS months
    CROSS JOIN (VALUES ('yes'), ('no'), ('unknown')) AS before (level)
    CROSS JOIN (VALUES ('yes'), ('no'), ('unknown')) AS after (level)
),

counted AS (
    SELECT
        spine.arm,
        spine.state,
        spine.cycle,
        spine.month,
        spine.baseline_level,
        spine.level,
        CAST(coalesce(sum(shifted.n), 0) AS BIGINT) AS n_shift
    FROM spine
    LEFT JOIN shifted USING (arm, state, cycle, month, baseline_level, level)
    GROUP BY ALL
)

SELECT
    arm,
    state,
    cycle,
    month,
    baseline_level,
    level,
    CAST(sum(n_shift) OVER from_level AS INTEGER) AS n_subjects,
    n_shift,
    100.0 * n_shift / nullif(sum(n_shift) OVER from_level, 0) AS shift_pct
FROM counted
WINDOW from_level AS (PARTITION BY arm, state, cycle, month, baseline_level)
