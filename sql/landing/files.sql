-- landing.files: every file seen, and where each of its data lines ended
-- Grain:   one row per file seen (landed, refused, ignored or withdrawn), of one that is read in parts per part
-- Key:     path, file_id
-- Units:   lines_* = data lines, the header not counted
-- Missing: a file that was not landed has no landed_at and no lines
-- Source:  docs/files.md: lines read = current + superseded + duplicate + quarantined + merged + elsewhere
WITH outcomes AS (
    SELECT
        file_id,
        count(*) FILTER (outcome = 'superseded') AS lines_superseded,
        count(*) FILTER (outcome = 'duplicate') AS lines_duplicate,
        count(*) FILTER (outcome = 'quarantined') AS lines_quarantined,
        count(*) FILTER (outcome = 'merged') AS lines_merged
    FROM landing.set_aside
    GROUP BY file_id
),

current_lines AS (
    SELECT file_id, count(*) AS lines_current
    FROM tabulation.diary_days
    WHERE file_id NOT IN (SELECT file_id FROM tabulation.attacks)  -- a day is no line of a file of attacks
    GROUP BY file_id
    UNION ALL
    SELECT file_id, count(*) FROM tabulation.attacks GROUP BY file_id
    UNION ALL
    SELECT file_id, count(*) FROM tabulation.subjects GROUP BY file_id
    UNION ALL
    SELECT file_id, count(*) FROM tabulation.injections GROUP BY file_id
    UNION ALL
    SELECT file_id, count(*) FROM tabulation.scores GROUP BY file_id
    UNION ALL
    SELECT file_id, count(*) FROM tabulation.adverse_events GROUP BY file_id
    UNION ALL
    SELECT file_id, count(*) FROM tabulation.intercurrent_events GROUP BY file_id
)

SELECT
    file.file_id,
    file.path,
    file.part,
    file.sha256,
    file.kind,
    'landed' AS status,
    file.lines_read,
    coalesce(current_lines.lines_current, 0) AS lines_current,
    coalesce(outcomes.lines_superseded, 0) AS lines_superseded,
    coalesce(outcomes.lines_duplicate, 0) AS lines_duplicate,
    coalesce(outcomes.lines_quarantined, 0) AS lines_quarantined,
    coalesce(outcomes.lines_merged, 0) AS lines_merged,
    file.lines_elsewhere,
    coalesce(cells.cells_set_aside, 0) AS cells_set_aside,
    file.encoding,
    file.delimiter,
    file.extra_columns,
    file.date_format,
    file.evidence,
    file.is_in_inbox,
    NULL AS refused_reason,
    file.landed_at
FROM landing.landed_files AS file
LEFT JOIN current_lines ON current_lines.file_id = file.file_id
LEFT JOIN outcomes ON outcomes.file_id = file.file_id
LEFT JOIN (
    SELECT file_id, count(*) AS cells_set_aside FROM landing.quarantined_cells GROUP BY file_id
) AS cells ON cells.file_id = file.file_id
UNION ALL
SELECT
    -- A name of its own: a file ignored for repeating another one has that one's content.
    left(sha256(refused.path || refused.content_id), 12),
    refused.path,
    NULL,
    refused.content_id,
    refused.kind,
    refused.status,
    0, 0, 0, 0, 0, 0, 0, 0,
    NULL, NULL, NULL, NULL, NULL, NULL,
    refused.reason,
    NULL
FROM landing.refused_files AS refused
