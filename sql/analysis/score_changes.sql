-- analysis.score_changes: the score that stands for the baseline and for each cycle
-- Grain:   one row per subject_id (treated) x instrument x cycle (0 = baseline) that has a score
-- Key:     instrument, cycle, subject_id
-- Units:   score, baseline_score, change = points
-- Missing: no row where no score was taken in time; change is null without a baseline score
-- Source:  data/codelists/scores.toml. A questionnaire filled in on the day of an injection is about the time before
--          it, so it closes the cycle that ends there. After the last injection a score counts for the longest interval of the protocol
WITH scored AS (
    SELECT score.subject_id, score.instrument, score.score_date, score.score
    FROM tabulation.scores AS score
    CROSS JOIN analysis.cutoff AS cutoff
    WHERE score.score IS NOT NULL AND score.score_date <= cutoff.cutoff_date
),

placed AS (
    SELECT scored.subject_id, scored.instrument, 0 AS cycle, scored.score_date, scored.score
    FROM scored
    JOIN analysis.subjects AS subject ON subject.subject_id = scored.subject_id
    WHERE scored.score_date <= subject.first_injection_date
    UNION ALL
    SELECT scored.subject_id, scored.instrument, cycle.cycle, scored.score_date, scored.score
    FROM scored
    JOIN analysis.cycles AS cycle ON cycle.subject_id = scored.subject_id
    CROSS JOIN meta.protocol AS protocol
    WHERE scored.score_date > cycle.start_date
        AND scored.score_date <= coalesce(
            cycle.next_injection_date, cycle.start_date + CAST(protocol.max_interval_days AS INTEGER)
        )
),

latest AS (
    SELECT
        subject_id,
        instrument,
        cycle,
        max(score_date) AS score_date,
        arg_max(score, score_date) AS score
    FROM placed
    GROUP BY subject_id, instrument, cycle
)

SELECT
    later.instrument,
    later.cycle,
    later.subject_id,
    later.score_date,
    later.score,
    baseline.score AS baseline_score,
    later.score - baseline.score AS change
FROM latest AS later
LEFT JOIN latest AS baseline
    ON baseline.subject_id = later.subject_id AND baseline.instrument = later.instrument AND baseline.cycle = 0
