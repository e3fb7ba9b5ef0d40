-- landing.folded_ids: how the sites wrote each identifier that [subjects] id_folding of study.toml reads
-- Grain:   one row per identifier x way of writing it
-- Key:     subject_id, written
-- Units:   n_lines = lines of the files that are landed, those set aside included
-- Missing: no rows where study.toml folds nothing: identifiers then stand as they are written
-- Source:  docs/files.md: identifiers
SELECT
    subject_id,
    written,
    CAST(sum(n_lines) AS BIGINT) AS n_lines,
    count(*) OVER (PARTITION BY subject_id) > 1 AS is_joined
FROM landing.written_ids
GROUP BY subject_id, written
