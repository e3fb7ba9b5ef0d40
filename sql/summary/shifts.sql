-- summary.shifts: from chronic to episodic, and from medication overuse to none
-- Grain:   one row per arm ('all' included) x state x cycle x month x baseline_level x level; empty cells included
-- Key:     arm, state, cycle, month, baseline_level, level
-- Units:   n_* = subjects whose month is due; shift_pct = 0..100 of those with the same level at baseline
-- Missing: level 'unknown' = not evaluable, or no medication ever written down, or a drug not known; a percentage of nobody is null
-- Source:  docs/rules/boundaries.md. The article's boundary (more than 15) and ICHD-3's (15 or more) are kept apart
WITH levels AS (
    SELECT state.subject_id, state.cycle, state.month, item.state, item.level
    FROM analysis.month_states AS state
    CROSS JOIN LATERAL (
        VALUES
        ('chronic_article', CASE WHEN is_chronic_article THEN 'yes' WHEN NOT is_chronic_article THEN 'no' ELSE 'unknown' END),
        ('chronic_ichd3', CASE WHEN is_chronic_ichd3 THEN 'yes' WHEN NOT is_chronic_ichd3 THEN 'no' ELSE 'unknown' END),
        ('overuse', CASE WHEN is_overuse THEN 'yes' WHEN NOT is_overuse THEN 'no' ELSE 'unknown' END)
    ) AS item (state, level)
),

shifted AS (
    SELECT
        member.arm,
        later.state,
        later.cycle,
        later.month,
        coalesce(baseline.level, 'unknown') AS baseline_level,
        later.level
    FROM levels AS later
    JOIN analysis.arm_subjects AS member ON member.subject_id = later.subject_id
    LEFT JOIN levels AS baseline
        ON baseline.subject_id = later.subject_id AND baseline.state = later.state AND baseline.cycle = 0
    WHERE later.cycle > 0
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
        count(shifted.arm) AS n_shift
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
