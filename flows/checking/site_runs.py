"""What came since the publication before, and how things stand, by site: the rows of the history.

What came are the files that were landed since. A line belongs to the site of its subject; where it shows no known one, to
the site of the file, if all known subjects of the file, of its folder, or of the files whose names differ in digits only
are of one site.
"""

import duckdb

from flows.base.sql_text import one_value, rows_of
from flows.checking.dose_findings import UNPLACED_KINDS
from flows.study.dictionary import FILE_KINDS
from flows.warehouse.history_file import SiteRun

Connection = duckdb.DuckDBPyConnection
COUNTED_KINDS = tuple(kind for kind in FILE_KINDS if kind not in UNPLACED_KINDS)

NEW_FILES = """CREATE OR REPLACE TEMP TABLE new_files AS
SELECT file_id, kind, path, regexp_extract(path, '^(.*)/', 1) AS folder, regexp_replace(path, '[0-9]+', '#', 'g') AS alike
FROM landing.landed_files WHERE sequence > $last_sequence AND list_contains($kinds, kind)"""

_LINES = (
    " UNION ALL ".join(
        f"SELECT file_id, line_number, subject_id FROM landing.{kind} SEMI JOIN {{files}} USING ({{key}})"
        for kind in COUNTED_KINDS
    )
    + " UNION ALL SELECT file_id, line_number, NULL FROM landing.broken_lines SEMI JOIN {files} USING ({key})"
)
# Most lines are told of by their number alone.
NEW_LINES = f"""CREATE OR REPLACE TEMP TABLE new_lines AS
SELECT line.file_id, subject.site, CAST(sum(line.n_lines) AS BIGINT) AS n_lines
FROM (
    SELECT file_id, subject_id, count(*) AS n_lines FROM ({_LINES.format(files="new_files", key="file_id")}) GROUP BY ALL
) AS line
LEFT JOIN tabulation.subjects AS subject ON subject.subject_id = line.subject_id
GROUP BY line.file_id, subject.site"""

_SUBJECTS_OF_FILES = " UNION ALL ".join(
    f"SELECT file_id, subject_id FROM landing.{kind} SEMI JOIN wanted USING (file_id)" for kind in COUNTED_KINDS
)
# Only where a line shows no known subject are other files looked at.
FILE_SITES = f"""CREATE OR REPLACE TEMP TABLE file_sites AS
WITH unplaced AS (
    SELECT * FROM new_files WHERE file_id IN (SELECT file_id FROM new_lines WHERE site IS NULL)
),
wanted AS (
    SELECT file_id, regexp_extract(path, '^(.*)/', 1) AS folder, regexp_replace(path, '[0-9]+', '#', 'g') AS alike
    FROM landing.landed_files
    WHERE regexp_extract(path, '^(.*)/', 1) IN (SELECT folder FROM unplaced WHERE folder <> '')
        OR regexp_replace(path, '[0-9]+', '#', 'g') IN (SELECT alike FROM unplaced)
        OR file_id IN (SELECT file_id FROM unplaced)
),
known AS (
    SELECT DISTINCT wanted.*, subject.site
    FROM (SELECT DISTINCT * FROM ({_SUBJECTS_OF_FILES})) AS line
    JOIN wanted USING (file_id)
    JOIN tabulation.subjects AS subject USING (subject_id)
    WHERE subject.site IS NOT NULL
)
SELECT unplaced.file_id, coalesce(
    (SELECT any_value(site) FROM known WHERE known.file_id = unplaced.file_id HAVING count(DISTINCT site) = 1),
    (SELECT any_value(site) FROM known WHERE known.folder = unplaced.folder AND unplaced.folder <> ''
        HAVING count(DISTINCT site) = 1),
    (SELECT any_value(site) FROM known WHERE known.alike = unplaced.alike HAVING count(DISTINCT site) = 1)) AS site
FROM unplaced"""

LINE_COUNTS = f"""WITH cell AS (
    SELECT file_id, line_number, count(*) AS n_cells FROM landing.quarantined_cells GROUP BY ALL
),
flag AS (
    SELECT file_id, line_number, bool_or(check_id LIKE '%.late') AS is_late, bool_or(check_id LIKE '%.conflict') AS is_conflict
    FROM landing.findings WHERE check_id LIKE '%.late' OR check_id LIKE '%.conflict' GROUP BY ALL
),
-- A faulty line that is sent again, in an export that grows, is no new fault.
repeat_of AS (
    SELECT DISTINCT line.file_id, line.line_number
    FROM landing.quarantine AS line
    SEMI JOIN new_files ON new_files.file_id = line.file_id
    JOIN landing.quarantine AS earlier ON earlier.raw = line.raw AND earlier.kind = line.kind
    JOIN landing.landed_files AS file ON file.file_id = earlier.file_id
    WHERE file.sequence <= $last_sequence
),
marked AS (
    SELECT marked.* FROM (
        SELECT file_id, line_number FROM landing.set_aside
        UNION SELECT file_id, line_number FROM cell
        UNION SELECT file_id, line_number FROM flag
        UNION FROM repeat_of
    ) AS marked
    SEMI JOIN new_files USING (file_id)
),
told AS (
    SELECT
        coalesce(subject.site, file.site) AS site,
        aside.outcome IS NOT DISTINCT FROM 'duplicate' OR repeat_of.file_id IS NOT NULL AS is_repeated,
        aside.outcome IS NOT DISTINCT FROM 'quarantined' AS is_quarantined,
        coalesce(cell.n_cells, 0) AS n_cells,
        coalesce(flag.is_late, false) AS is_late,
        coalesce(flag.is_conflict, false) AS is_conflict
    FROM ({_LINES.format(files="marked", key="file_id, line_number")}) AS line
    LEFT JOIN tabulation.subjects AS subject ON subject.subject_id = line.subject_id
    LEFT JOIN file_sites AS file ON file.file_id = line.file_id
    LEFT JOIN landing.set_aside AS aside ON aside.file_id = line.file_id AND aside.line_number = line.line_number
    LEFT JOIN cell ON cell.file_id = line.file_id AND cell.line_number = line.line_number
    LEFT JOIN flag ON flag.file_id = line.file_id AND flag.line_number = line.line_number
    LEFT JOIN repeat_of ON repeat_of.file_id = line.file_id AND repeat_of.line_number = line.line_number
),
told_of AS (
    SELECT
        site,
        count(*) FILTER (is_repeated) AS lines_repeated,
        count(*) FILTER (is_quarantined AND NOT is_repeated) AS lines_quarantined,
        CAST(coalesce(sum(n_cells) FILTER (NOT is_repeated AND NOT is_quarantined), 0) AS BIGINT) AS cells_set_aside,
        count(*) FILTER ((is_quarantined OR n_cells > 0) AND NOT is_repeated) AS lines_faulty,
        count(*) FILTER (is_late AND NOT is_repeated) AS lines_late,
        count(*) FILTER (is_conflict AND NOT is_repeated) AS lines_in_conflict
    FROM told GROUP BY site
),
received AS (
    SELECT coalesce(line.site, file.site) AS site, CAST(sum(line.n_lines) AS BIGINT) AS lines_received
    FROM new_lines AS line LEFT JOIN file_sites AS file USING (file_id) GROUP BY ALL
)
SELECT received.site, lines_received, coalesce(COLUMNS(told_of.* EXCLUDE site), 0)
FROM received LEFT JOIN told_of ON told_of.site IS NOT DISTINCT FROM received.site"""

DAY_COUNTS = """SELECT subject.site, CAST(sum(n_days) AS BIGINT) AS diary_days, CAST(sum(n_recorded) AS BIGINT) AS recorded_days,
    CAST(sum(n_headache) AS BIGINT) AS headache_days
FROM (
    SELECT subject_id, count(*) AS n_days, count(headache) AS n_recorded, count(*) FILTER (headache) AS n_headache
    FROM tabulation.diary_days SEMI JOIN new_files USING (file_id) GROUP BY subject_id
) AS day
LEFT JOIN tabulation.subjects AS subject USING (subject_id) GROUP BY subject.site"""

DUE_COUNTS = """SELECT subject.site, CAST(sum(month.expected_days) AS BIGINT) AS due_days,
    CAST(sum(month.recorded_days) AS BIGINT) AS due_recorded_days
FROM analysis.month_entries AS month LEFT JOIN tabulation.subjects AS subject USING (subject_id) GROUP BY subject.site"""

ACTIVE_COUNTS = """WITH latest AS (
    SELECT subject_id, max(diary_date) AS diary_date FROM tabulation.diary_days GROUP BY subject_id
),
last_cycle AS (SELECT subject_id, max(end_date) AS end_date FROM analysis.cycles GROUP BY subject_id)
SELECT subject.site, count(*) AS n_active
FROM tabulation.subjects AS subject
CROSS JOIN analysis.cutoff AS cutoff
CROSS JOIN meta.protocol AS protocol
LEFT JOIN latest USING (subject_id)
LEFT JOIN last_cycle USING (subject_id)
WHERE coalesce(subject.discontinued_date > cutoff.cutoff_date, true)
    AND coalesce(last_cycle.end_date, latest.diary_date + protocol.baseline_days) >= cutoff.cutoff_date
GROUP BY subject.site"""

STATUS_COUNTS = """SELECT subject.site, count(*) AS n_evaluable, count(*) FILTER (status.status = 'responder') AS n_responders
FROM analysis.responder AS status
JOIN meta.study AS study ON study.primary_rule_set = status.rule_set
LEFT JOIN tabulation.subjects AS subject ON subject.subject_id = status.subject_id
WHERE status.status IN ('responder', 'non_responder') GROUP BY subject.site"""


def derive_site_runs(con: Connection, last_sequence: int) -> tuple[SiteRun, ...]:
    """One row for all and one a site of tabulation.subjects, in the order of the names.

    ``last_sequence`` is the number of the last file that the publication before knew; 0 = there was none.
    """
    since = {"last_sequence": last_sequence}
    con.execute(NEW_FILES, since | {"kinds": list(COUNTED_KINDS)})
    con.execute(NEW_LINES)
    con.execute(FILE_SITES)
    counted: dict[str | None, dict[str, int]] = {
        site: {} for (site,) in con.execute("SELECT DISTINCT site FROM tabulation.subjects").fetchall()
    }
    for query in (LINE_COUNTS, DAY_COUNTS, DUE_COUNTS, ACTIVE_COUNTS, STATUS_COUNTS):
        for row in rows_of(con, query, since if "$last_sequence" in query else None):
            counted.setdefault(row.pop("site"), {}).update(row)
    names = sorted({name for row in counted.values() for name in row})
    total = {name: sum(row.get(name, 0) for row in counted.values()) for name in names}
    sites = sorted(site for site in counted if site is not None)
    return (
        SiteRun.model_validate({"site": None, **total}),
        *(SiteRun.model_validate({"site": site, **counted[site]}) for site in sites),
    )


def last_sequence_of(con: Connection) -> int:
    """The number of the last file that is landed; 0 where none is."""
    return one_value(con, "SELECT coalesce(max(sequence), 0) FROM landing.landed_files")
