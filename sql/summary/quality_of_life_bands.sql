-- summary.quality_of_life_bands: subjects by band of their score, at baseline and after each cycle
-- Grain:   one row per instrument x cycle (0 = baseline) x arm ('all' included) x band; empty bands included
-- Key:     instrument, cycle, arm, position
-- Units:   n_* = subjects; band_pct = 0..100 of the subjects scored
-- Missing: subjects without a score are in no band; a percentage of nobody is null
-- Source:  data/codelists/scores.toml (HIT-6: Kosinski 2003; MIDAS: Stewart 2001)
WITH spine AS (
    SELECT band.instrument, cycles.cycle, arms.arm, band.position, band.band, band.minimum, band.maximum
    FROM meta.score_bands AS band
    CROSS JOIN (SELECT 0 AS cycle UNION SELECT cycle FROM analysis.cycles) AS cycles
    CROSS JOIN (SELECT arm FROM meta.arms UNION ALL SELECT 'all') AS arms
    WHERE band.instrument IN (SELECT instrument FROM analysis.score_changes)
),

placed AS (
    SELECT member.arm, change.instrument, change.cycle, change.score
    FROM analysis.score_changes AS change
    JOIN analysis.arm_subjects AS member ON member.subject_id = change.subject_id
),

counted AS (
    SELECT
        spine.instrument,
        spine.cycle,
        spine.arm,
        spine.position,
        spine.band,
        count(placed.score) AS n_scored,
        count(*) FILTER (placed.score BETWEEN spine.minimum AND spine.maximum) AS n_band
    FROM spine
    LEFT JOIN placed USING (instrument, cycle, arm)
    GROUP BY ALL
)

SELECT
    instrument,
    cycle,
    arm,
    position,
    band,
    n_scored,
    n_band,
    100.0 * n_band / nullif(n_scored, 0) AS band_pct
FROM counted
