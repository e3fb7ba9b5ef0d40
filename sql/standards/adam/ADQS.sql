-- ADQS: questionnaire scores, and the baseline and cycle that each stands for
-- Grain:   one row per subject, instrument and date up to the cut-off
-- Key:     STUDYID, USUBJID, PARAMCD, ADT
-- Units:   AVAL, BASE, CHG = points
-- Missing: a score that another one of the same time stands for has no ACYCLE and no ANL01FL; CHG is empty without a
--          baseline score
-- Source:  data/codelists/scores.toml, with the citation of each instrument; analysis.score_changes
WITH scores AS (
    SELECT
        score.*,
        placed.cycle,
        baseline.score AS baseline_score,
        CASE WHEN score.score_date > subject.TRTSDT THEN score.score - baseline.score END AS change,
        file.path
    FROM tabulation.scores AS score
    CROSS JOIN analysis.cutoff AS cutoff
    JOIN ADSL AS subject ON subject.SUBJID = score.subject_id
    LEFT JOIN analysis.score_changes AS placed
        ON placed.subject_id = score.subject_id
        AND placed.instrument = score.instrument
        AND placed.score_date = score.score_date
    LEFT JOIN analysis.score_changes AS baseline
        ON baseline.subject_id = score.subject_id AND baseline.instrument = score.instrument AND baseline.cycle = 0
    LEFT JOIN adam_files AS file ON file.file_id = score.file_id
    WHERE score.score IS NOT NULL AND score.score_date <= cutoff.cutoff_date
),

meaningful AS (
    SELECT
        *,
        row_number() OVER (PARTITION BY instrument ORDER BY points) AS nth,
        format('Improved by at least {} points', points_text(points)) AS criterion
    FROM meta.score_changes
),

improved AS (
    SELECT
        scores.subject_id,
        scores.instrument,
        scores.score_date,
        meaningful.nth,
        meaningful.criterion,
        -- As decimals: 57.9 - 50 is 7.9 and not a little less.
        CAST(CASE meaningful.better WHEN 'lower' THEN -scores.change ELSE scores.change END AS DECIMAL(12, 4))
        >= CAST(meaningful.points AS DECIMAL(12, 4)) AS is_improved
    FROM scores
    JOIN meaningful ON meaningful.instrument = scores.instrument
    WHERE scores.change IS NOT NULL
)

SELECT
    subject.STUDYID,
    subject.USUBJID,
    subject.SITEID,
    subject.TRT01P AS TRTP,
    subject.TRT01PN AS TRTPN,
    subject.SAFFL,
    subject.TRTSDT,
    parameter.PARAMCD,
    parameter.PARAM,
    parameter.PARAMN,
    scores.cycle AS ACYCLE,
    CASE
        WHEN scores.cycle = 0 THEN 'Baseline'
        WHEN scores.cycle > 0 THEN 'Cycle ' || scores.cycle
        ELSE 'Unscheduled'
    END AS AVISIT,
    100 * scores.cycle AS AVISITN,
    scores.score_date AS ADT,
    relative_day(scores.score_date, subject.TRTSDT) AS ADY,
    scores.score AS AVAL,
    band.band AS AVALCAT1,
    scores.baseline_score AS BASE,
    scores.change AS CHG,
    100 * scores.change / nullif(scores.baseline_score, 0) AS PCHG,
    yes_only(scores.cycle = 0) AS ABLFL,
    yes_only(scores.cycle IS NOT NULL) AS ANL01FL,
    smaller.criterion AS CRIT1,
    yes_no(smaller.is_improved) AS CRIT1FL,
    larger.criterion AS CRIT2,
    yes_no(larger.is_improved) AS CRIT2FL,
    'SCORES' AS SRCDOM,
    'SCORE' AS SRCVAR,
    scores.line_number AS SRCSEQ,
    scores.path AS SRCFILE,
    scores.file_id AS SRCFID,
    scores.line_number AS SRCLINE,
    row_number() OVER (PARTITION BY subject.USUBJID ORDER BY parameter.PARAMCD, scores.score_date) AS ASEQ
FROM scores
JOIN ADSL AS subject ON subject.SUBJID = scores.subject_id
JOIN adam_parameters AS parameter ON parameter.dataset = 'ADQS' AND parameter.key = scores.instrument
LEFT JOIN meta.score_bands AS band
    ON band.instrument = scores.instrument AND scores.score BETWEEN band.minimum AND band.maximum
LEFT JOIN improved AS smaller
    ON smaller.subject_id = scores.subject_id
    AND smaller.instrument = scores.instrument
    AND smaller.score_date = scores.score_date
    AND smaller.nth = 1
LEFT JOIN improved AS larger
    ON larger.subject_id = scores.subject_id
    AND larger.instrument = scores.instrument
    AND larger.score_date = scores.score_date
    AND larger.nth = 2
