-- summary.quality_of_life_improved: subjects whose score improved by a meaningful change
-- Grain:   one row per instrument x min_points x cycle x arm ('all' included)
-- Key:     instrument, min_points, cycle, arm
-- Units:   n_* = subjects; *_pct = 0..100; min_points = points of improvement; the confidence interval is 95%
-- Missing: n_scored counts the subjects with a score at baseline and after the cycle; n_subjects stays the treated ones.
--          n_nri: n_scored, and who has no such score although the time for it is past; of a cycle that was not given that
--          is the end of the cycle, as if every cycle had come in time
-- Source:  data/codelists/scores.toml; Silberstein 2015 (HIT-6, 5 points or more, first-time by cycle)
WITH improved AS (
    SELECT
        change.instrument,
        meaningful.points AS min_points,
        change.cycle,
        change.subject_id,
        -- As decimals: 57.9 - 50 is 7.9 and not a little less.
        CAST(CASE meaningful.better WHEN 'lower' THEN -change.change ELSE change.change END AS DECIMAL(12, 4))
        >= CAST(meaningful.points AS DECIMAL(12, 4)) AS is_improved
    FROM analysis.score_changes AS change
    JOIN meta.score_changes AS meaningful ON meaningful.instrument = change.instrument
    WHERE change.cycle > 0 AND change.change IS NOT NULL
),

first_improved AS (
    SELECT instrument, min_points, subject_id, min(cycle) AS cycle
    FROM improved
    WHERE is_improved
    GROUP BY instrument, min_points, subject_id
),

treated AS (
    SELECT arms.arm, count(member.subject_id) AS n_subjects
    FROM (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    LEFT JOIN analysis.arm_subjects AS member ON member.arm = arms.arm
    GROUP BY arms.arm
),

spine AS (
    SELECT treated.arm, treated.n_subjects, meaningful.instrument, meaningful.points AS min_points, given.cycle
    FROM treated
    CROSS JOIN meta.score_changes AS meaningful
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS given
    WHERE meaningful.instrument IN (SELECT instrument FROM analysis.score_changes)
),

placed AS (
    SELECT member.arm, improved.*, first_improved.cycle = improved.cycle AS is_first
    FROM improved
    JOIN analysis.arm_subjects AS member ON member.subject_id = improved.subject_id
    LEFT JOIN first_improved
        ON first_improved.instrument = improved.instrument
        AND first_improved.min_points = improved.min_points
        AND first_improved.subject_id = improved.subject_id
),

-- Who has no score is without one when the time for it is past.
past AS (
    SELECT member.arm, cycles.cycle, member.subject_id
    FROM analysis.arm_subjects AS member
    JOIN analysis.subjects AS subject ON subject.subject_id = member.subject_id
    CROSS JOIN (SELECT DISTINCT cycle FROM analysis.cycles) AS cycles
    LEFT JOIN analysis.cycles AS given ON given.subject_id = member.subject_id AND given.cycle = cycles.cycle
    CROSS JOIN meta.protocol AS protocol
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE coalesce(
        given.next_injection_date,
        given.start_date + CAST(protocol.max_interval_days AS INTEGER),
        subject.first_injection_date + CAST(protocol.cycle_days * cycles.cycle AS INTEGER) - 1
    ) <= cutoff.cutoff_date
),

known AS (
    SELECT instrument, min_points, cycle, arm, count(DISTINCT subject_id) AS n_nri
    FROM (
        SELECT spine.instrument, spine.min_points, past.cycle, past.arm, past.subject_id
        FROM past
        JOIN spine ON spine.cycle = past.cycle AND spine.arm = past.arm
        UNION ALL
        SELECT instrument, min_points, cycle, arm, subject_id FROM placed
    )
    GROUP BY instrument, min_points, cycle, arm
),

counted AS (
    SELECT
        spine.instrument,
        spine.min_points,
        spine.cycle,
        spine.arm,
        spine.n_subjects,
        count(placed.subject_id) AS n_scored,
        count(*) FILTER (placed.is_improved) AS n_improved,
        count(*) FILTER (placed.is_improved AND placed.is_first) AS n_first_improved,
        coalesce(any_value(known.n_nri), 0) AS n_nri
    FROM spine
    LEFT JOIN known USING (instrument, min_points, cycle, arm)
    LEFT JOIN placed USING (instrument, min_points, cycle, arm)
    GROUP BY ALL
)

SELECT
    instrument,
    min_points,
    cycle,
    arm,
    n_subjects,
    n_scored,
    n_improved,
    100.0 * n_improved / nullif(n_scored, 0) AS improved_pct,
    100.0 * wilson_low(n_improved, n_scored) AS ci_low_pct,
    100.0 * wilson_high(n_improved, n_scored) AS ci_high_pct,
    'wilson' AS ci_method,
    n_first_improved,
    100.0 * n_first_improved / nullif(n_subjects, 0) AS first_improved_pct,
    n_nri,
    100.0 * n_improved / nullif(n_nri, 0) AS improved_nri_pct
FROM counted
