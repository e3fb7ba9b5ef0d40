-- tabulation.scores: questionnaire scores
-- Grain:   one row per subject_id x score_date x instrument
-- Key:     subject_id, score_date, instrument
-- Units:   score = points
-- Missing: null = not scored
-- Source:  data/codelists/scores.toml, with the citation of each instrument
SELECT
    line.subject_id,
    line.score_date,
    line.instrument,
    line.score,
    line.file_id,
    line.line_number
FROM landing.known_scores AS line
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = 'scores' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
