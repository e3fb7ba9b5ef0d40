"""The rows of a blinded study's tables, where more is taken out than single columns: a session keeps its date only.

Rows per session, and the lines of its file, tell a second dose level or another set of muscles. Line numbers of a file of
subjects tell in which order its lines stand, which may be that of the arms.
"""

from flows.base.sql_text import quoted
from flows.checking.dose_findings import NUMBERED, UNCOUNTED_KIND, UNPLACED_KINDS

_UNPLACED = ", ".join(quoted(kind) for kind in UNPLACED_KINDS)
_COUNTED = f"kind IS DISTINCT FROM {quoted(UNCOUNTED_KIND)}"
_LINE = f"CASE WHEN kind NOT IN ({_UNPLACED}) THEN line_number END AS line_number"
_COUNTS = (
    "lines_read", "lines_current", "lines_superseded", "lines_duplicate", "lines_quarantined", "lines_merged",
    "lines_elsewhere",
)  # fmt: skip

# What a blinded snapshot reads instead of the table itself; the same columns.
BLINDED_ROWS = {
    "tabulation.injections": """SELECT subject_id, injection_date, CAST(NULL AS VARCHAR) AS muscle,
            CAST(NULL AS DOUBLE) AS units, CAST(NULL AS INTEGER) AS sites, min(file_id) AS file_id,
            CAST(NULL AS INTEGER) AS line_number
        FROM tabulation.injections GROUP BY subject_id, injection_date""",
    "tabulation.subjects": "SELECT * REPLACE (CAST(NULL AS INTEGER) AS line_number) FROM tabulation.subjects",
    # A line of injections has one reason, the first check's: the others would tell what else stood on it.
    "landing.quarantine": f"""SELECT * REPLACE ({_LINE}) FROM landing.quarantine WHERE {_COUNTED}
        UNION ALL
        SELECT DISTINCT * REPLACE (CAST(NULL AS INTEGER) AS line_number, '' AS raw,
            coalesce((SELECT any_value(own.reason) FROM meta.checks AS own WHERE own.check_id = line.check_id), reason)
                AS reason)
        FROM landing.quarantine AS line WHERE NOT {_COUNTED}""",
    # Cells of a dose, a muscle or an arm: their places tell whose was odd.
    "landing.quarantined_cells": f"""SELECT * REPLACE ({_LINE}) FROM landing.quarantined_cells
        WHERE {_COUNTED} AND column_name <> 'arm'""",
    "landing.files": f"""SELECT * REPLACE (
            {", ".join(f"CASE WHEN {_COUNTED} THEN {name} END AS {name}" for name in _COUNTS)},
            CASE WHEN {_COUNTED} THEN cells_set_aside - (
                SELECT count(*) FROM landing.quarantined_cells AS cell
                WHERE cell.file_id = file.file_id AND cell.column_name = 'arm'
            ) END AS cells_set_aside,
            CASE WHEN kind IN ({_UNPLACED}) THEN regexp_replace(evidence, {quoted(NUMBERED)}, '\\1 (withheld)', 'g')
                ELSE evidence END AS evidence,
            CASE WHEN kind IN ({_UNPLACED}) THEN regexp_replace(refused_reason, {quoted(NUMBERED)}, '\\1 (withheld)', 'g')
                ELSE refused_reason END AS refused_reason)
        FROM landing.files AS file""",
    "landing.subject_twins": f"""SELECT twin.* REPLACE (
            CASE WHEN file.kind NOT IN ({_UNPLACED}) THEN twin.line_number END AS line_number)
        FROM landing.subject_twins AS twin
        LEFT JOIN (SELECT file_id, any_value(kind) AS kind FROM landing.landed_files GROUP BY file_id) AS file USING (file_id)""",
    "landing.folded_ids": f"""SELECT id.* REPLACE (coalesce((
                SELECT sum(line.n_lines) FROM landing.written_ids AS line
                JOIN landing.landed_files AS file ON file.file_id = line.file_id
                WHERE file.{_COUNTED} AND line.subject_id = id.subject_id AND line.written = id.written
            ), 0) AS n_lines)
        FROM landing.folded_ids AS id""",
    # Medication that names an arm is one text, and nothing is said of what it holds: its classes would tell texts apart.
    "meta.medication": """SELECT * FROM meta.medication WHERE text NOT IN (FROM withheld_texts)
        UNION ALL
        SELECT min(text), NULL, NULL, false, CAST(sum(n_lines) AS BIGINT) FROM meta.medication
        WHERE text IN (FROM withheld_texts) HAVING count(*) > 0""",
    "analysis.medication_combinations": """SELECT * FROM analysis.medication_combinations
        WHERE acute_medication NOT IN (FROM withheld_texts)
        UNION ALL
        SELECT min(acute_medication), false, false, false, false, false, false, true
        FROM analysis.medication_combinations
        WHERE acute_medication IN (FROM withheld_texts) HAVING count(*) > 0""",
    "meta.runs": f"""SELECT * REPLACE (
            (SELECT CAST(coalesce(sum(lines_read - lines_elsewhere), 0) AS BIGINT) FROM landing.files WHERE {_COUNTED}) AS lines_read,
            (SELECT count(*) FROM landing.quarantine WHERE {_COUNTED}) AS lines_quarantined)
        FROM meta.runs""",
}
