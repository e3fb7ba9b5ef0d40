"""queries.csv: what each site has to answer, a row per finding, in plain words.

It goes to the sites, so it names subject, file and line; it shows no value of any file. The site reads it in a
spreadsheet program: a cell that one would take for a formula begins with an apostrophe.
"""

import csv
from pathlib import Path

import duckdb

COLUMNS = ("site", "subject", "file", "line", "check", "severity", "question")
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")
# What is asked, by the last parts of the check's name; the other checks are about a doubt, not about a gap or a slip.
QUESTIONS = {
    "unreadable": "What is the right value?",
    "out_of_range": "What is the right value?",
    "out_of_instrument_range": "What is the right value?",
    "other_unit": "In which unit or scale is the column written?",
    "unknown": "What is the right value?",
    "subject_id.unknown": "Which subject is it? Or does the subjects file lack one?",
    "acute_medication.unknown": "Which medication is meant?",
    "missing": "What belongs there?",
    "conflict": "Which of these rows is right?",
    "columns": "How should this line read?",
    "refused": "Please send the file again in a form that can be read.",
    "unread": "Was this file meant to be read?",
    "ignored": "Was this file meant to be read?",
    "no_rows": "Is the file complete?",
    "future": "What is the right date?",
    "before_consent": "What are the right dates?",
    "before_start": "What are the right dates?",
    "before_day": "What are the right dates?",
}
OTHERWISE = "Is this right as it stands? If not, what should it be?"


def write_queries(con: duckdb.DuckDBPyConnection, target: Path) -> None:
    """Write the questions from meta.findings.

    Grain: one row per finding that has a file and is a warning or worse, ordered by site, subject, file, line, check.
    Raises OSError when the file cannot be written.
    """
    with target.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS)
        result = con.execute(
            """SELECT subject.site, finding.subject_id, finding.path, finding.line_number, finding.check_id,
                finding.severity, finding.reason
            FROM meta.findings AS finding
            LEFT JOIN tabulation.subjects AS subject USING (subject_id)
            WHERE finding.severity <> 'info' AND finding.path IS NOT NULL AND finding.check_id NOT LIKE 'settings.%'
            ORDER BY ALL NULLS FIRST"""
        )
        while rows := result.fetchmany(10_000):
            for site, subject, path, line, check_id, severity, reason in rows:
                written = [site, subject, path, line, check_id, severity, question(check_id, line, reason)]
                writer.writerow(["" if cell is None else as_text(str(cell)) for cell in written])


def question(check_id: str, line: int | None, reason: str) -> str:
    """What the site is asked: what was found, then the question."""
    _, _, fault = check_id.partition(".")
    asked = QUESTIONS.get(fault) or QUESTIONS.get(fault.rpartition(".")[-1], OTHERWISE)
    found = f"{reason[:1].upper()}{reason[1:]}" if line is None else f"Line {line}: {reason}"
    return f"{found}. {asked}"


def as_text(cell: str) -> str:
    """A cell that no spreadsheet program runs as a formula, leading spaces or not."""
    return f"'{cell}" if cell.lstrip(" ").startswith(FORMULA_STARTS) else cell
