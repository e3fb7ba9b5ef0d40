"""meta.medication of a snapshot against its diary days and against a reading anew."""

from pathlib import Path

import duckdb

from flows.base.sql_text import rows_of
from flows.study.medication import load_medication, read_medication
from flows.study.medication_list import own_list
from flows.verifying.differences import Differences

COUNTS = """
    SELECT text, coalesce(listed.n_lines, 0) AS listed, coalesce(counted.n_lines, 0) AS counted
    FROM meta.medication AS listed
    FULL JOIN (
        SELECT acute_medication AS text, count(*) AS n_lines FROM tabulation.diary_days
        WHERE acute_medication IS NOT NULL GROUP BY acute_medication
    ) AS counted USING (text)
    WHERE listed.n_lines IS DISTINCT FROM counted.n_lines
    ORDER BY text"""


def verify_medication(con: duckdb.DuckDBPyConnection, kept_study: Path, found: Differences) -> str:
    """Each distinct text of the diary days stands there once, with its days, substances and overuse classes.

    ``kept_study``: the study folder as it was when the snapshot was published; it may bring a drug list of its own.
    """
    for row in rows_of(con, COUNTS):
        found.add(
            "meta.medication", f"a text has {row['listed']:,} days there and {row['counted']:,} in the diary days."
        )
    readings = rows_of(con, "SELECT * FROM meta.medication ORDER BY text")
    if not kept_study.is_dir():
        return "medication: not read anew; the study's own drug list, if it had one, is not kept beside the snapshot"
    medication = load_medication(own_list(kept_study))
    for number, row in enumerate(readings, start=1):  # named by its number: a free text may hold anything
        reading = read_medication(row["text"], medication)
        anew = {
            "substances": ";".join(reading.substances) or None,
            "overuse_classes": ";".join(reading.overuse_classes) or None,
            "is_known": reading.is_known,
        }
        found.compare("meta.medication", {"row by text": number}, anew, row)
    return f"medication: {len(readings):,} distinct texts read anew"
