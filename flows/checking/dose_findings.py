"""Findings in a blinded study: what they name must not tell the arms apart.

A finding about the dose is there or not, without place and number: of two snapshots a night apart the number would tell
whose session was added. A finding in a file of injections stands once per subject, for there may be a line per muscle.
Line numbers in a file of subjects are the order of its lines, which may be that of the arms.
"""

import re

import duckdb

from flows.checking.checks import Check, load_suites
from flows.study.dictionary import input_tables, reveals_arm

UNPLACED_KINDS = ("subjects", "injections")  # files whose line numbers a blinded study does not show
UNCOUNTED_KIND = "injections"  # files whose lines a blinded study does not count


def is_about_dose(check: Check) -> bool:
    """Whether a check looks at a column that reveals the arm: the lines it names would reveal it too."""
    names = {column.name for table in input_tables().values() for column in table.columns if reveals_arm(table, column)}
    return bool(names & set(re.findall(r"\w+", " ".join(str(value) for value in check.kwargs.values()))))


def counts_injections(check: Check) -> bool:
    """Whether the rows that a check tests or fails are, or hold, lines of injections."""
    return check.table in (f"landing.{UNCOUNTED_KIND}", f"tabulation.{UNCOUNTED_KIND}", "landing.broken_lines")


def withhold_places(con: duckdb.DuckDBPyConnection) -> None:
    """Take out of meta.findings and meta.checks what tells the arms of a blinded study apart."""
    if con.execute("SELECT is_blinded FROM meta.study").fetchall() != [(True,)]:
        return
    checks = [check for checks in load_suites().values() for check in checks]
    con.execute(
        """CREATE OR REPLACE TABLE meta.findings AS
        WITH known AS (
            SELECT finding.*, file.kind AS file_kind, coalesce(outcome.reason, finding.reason) AS own_reason,
                list_contains($dose, finding.check_id) AS is_dose
            FROM meta.findings AS finding
            LEFT JOIN (SELECT file_id, any_value(kind) AS kind FROM landing.files GROUP BY file_id) AS file USING (file_id)
            LEFT JOIN meta.checks AS outcome USING (check_id)
        ),
        withheld AS (
            SELECT check_id, severity, kind,
                CASE WHEN NOT is_dose THEN file_id END AS file_id,
                CASE WHEN NOT is_dose THEN path END AS path,
                CASE WHEN NOT is_dose AND coalesce(file_kind, '') NOT IN (SELECT unnest($unplaced)) THEN line_number END
                    AS line_number,
                CASE WHEN NOT is_dose THEN subject_id END AS subject_id,
                CASE
                    WHEN is_dose THEN own_reason || '; where and how often is withheld, for the study is blinded'
                    -- Details count lines, or name them.
                    WHEN file_kind = $uncounted AND (line_number IS NOT NULL OR check_id = 'file.dates_come') THEN own_reason
                    WHEN file_kind IN (SELECT unnest($unplaced)) THEN regexp_replace(reason, $numbered, '\1 (withheld)', 'g')
                    ELSE reason
                END AS reason,
                is_dose OR coalesce(file_kind = $uncounted, false) AS is_once
            FROM known
        )
        SELECT * EXCLUDE (is_once) FROM withheld WHERE NOT is_once
        UNION ALL
        SELECT DISTINCT * EXCLUDE (is_once) FROM withheld WHERE is_once""",
        {
            "dose": [check.id for check in checks if is_about_dose(check)],
            "unplaced": list(UNPLACED_KINDS),
            "uncounted": UNCOUNTED_KIND,
            "numbered": NUMBERED,
        },
    )
    con.execute(
        "UPDATE meta.checks SET rows_tested = NULL, rows_failing = NULL WHERE list_contains($checks, check_id)",
        {"checks": [check.id for check in checks if counts_injections(check)]},
    )


# A number of lines, or of a line, as the reasons of a refused file and the evidence of a read one have it.
NUMBERED = r"\b(lines?|first:) \d+"
