-- landing.quarantine: the lines that failed an error check, with the reason in plain words
-- Grain:   one row per quarantined line
-- Key:     file_id, line_number
-- Units:   line_number counts lines of the file, the header being line 1
-- Missing: subject_id is null where the line does not show it
-- Source:  docs/files.md: a line is released by a corrected file, never edited
WITH failed AS (
    SELECT
        file_id,
        line_number,
        kind,
        -- The first check that failed names the line; every reason is told.
        arg_min(check_id, check_order) AS check_id,
        arg_min(severity, check_order) AS severity,
        string_agg(reason, '; ' ORDER BY check_order) AS reason,
        any_value(subject_id) AS subject_id
    FROM landing.findings
    WHERE severity IN ('error', 'critical') AND line_number IS NOT NULL
        AND column_name IS NULL  -- a faulty cell that the line can do without costs the cell: landing.quarantined_cells
    GROUP BY file_id, line_number, kind
)

SELECT
    failed.file_id,
    file.path,
    failed.line_number,
    failed.kind,
    failed.subject_id,
    failed.check_id,
    failed.severity,
    failed.reason,
    coalesce(diary.diary_date, CAST(attack.attack_start AS DATE)) AS diary_date,
    raw.raw
FROM failed
JOIN landing.landed_files AS file ON file.file_id = failed.file_id
LEFT JOIN landing.diary AS diary
    ON failed.kind = 'diary' AND diary.file_id = failed.file_id AND diary.line_number = failed.line_number
LEFT JOIN landing.attacks AS attack
    ON failed.kind = 'attacks' AND attack.file_id = failed.file_id AND attack.line_number = failed.line_number
LEFT JOIN landing.quarantined_text AS raw
    ON raw.file_id = failed.file_id AND raw.line_number = failed.line_number
