-- landing.quarantined_cells: the cells that hold no usable value; their lines stay current without them
-- Grain:   one row per cell set aside, in lines that are not in quarantine themselves
-- Key:     file_id, line_number, column_name
-- Units:   line_number counts lines of the file, the header being line 1
-- Missing: raw is withheld in a blinded study where the column tells the arms apart
-- Source:  docs/files.md: a faulty cell that a line can do without costs the cell
WITH cell AS (
    SELECT
        kind,
        file_id,
        line_number,
        column_name,
        -- The first check that failed names the cell; every reason stands there.
        arg_min(check_id, check_order) AS check_id,
        arg_min(severity, check_order) AS severity,
        string_agg(DISTINCT reason, '; ' ORDER BY reason) AS reason,
        any_value(subject_id) AS subject_id,
        bool_or(reveals_arm) AS reveals_arm
    FROM landing.cells_aside
    GROUP BY kind, file_id, line_number, column_name
)

SELECT
    cell.file_id,
    file.path,
    cell.line_number,
    cell.kind,
    cell.subject_id,
    cell.column_name,
    CASE
        WHEN study.is_blinded AND cell.reveals_arm THEN '(withheld: the study is blinded)'
        ELSE quoted.raw
    END AS raw,
    cell.check_id,
    cell.severity,
    cell.reason
FROM cell
CROSS JOIN meta.study AS study
JOIN landing.landed_files AS file ON file.file_id = cell.file_id
ANTI JOIN landing.set_aside AS aside
    ON aside.kind = cell.kind AND aside.file_id = cell.file_id AND aside.line_number = cell.line_number
    AND aside.outcome = 'quarantined'
LEFT JOIN landing.cell_text AS quoted
    ON quoted.file_id = cell.file_id AND quoted.line_number = cell.line_number
    AND quoted.column_name = cell.column_name
