"""meta.medication: each distinct text of acute medication that the diary holds, and what it was read as."""

import duckdb

from flows.study.medication import load_medication, read_medication
from flows.study.study_folder import Study
from flows.warehouse.settings_tables import write_table

LANDED = "landing.diary", "landing.attacks"
CURRENT = ("tabulation.diary_days",)
COLUMNS = "text VARCHAR, substances VARCHAR, overuse_classes VARCHAR, is_known BOOLEAN, n_lines INTEGER"


def read_landed_medication(con: duckdb.DuckDBPyConnection, study: Study) -> None:
    """meta.medication of all lines that were landed, for the checks on them."""
    _write_readings(con, study, LANDED)


def read_current_medication(con: duckdb.DuckDBPyConnection, study: Study) -> None:
    """meta.medication of the diary days that count; what the analysis reads. ``n_lines`` are days of the diary."""
    _write_readings(con, study, CURRENT)


def _write_readings(con: duckdb.DuckDBPyConnection, study: Study, tables: tuple[str, ...]) -> None:
    taken = " UNION ALL ".join(f"SELECT acute_medication AS text FROM {table}" for table in tables)
    texts = con.execute(
        f"SELECT text, count(*) FROM ({taken}) WHERE text IS NOT NULL GROUP BY text ORDER BY text"
    ).fetchall()
    medication = load_medication(study.own_medication)
    rows = []
    for text, n_lines in texts:
        reading = read_medication(text, medication)
        rows.append(
            {
                "text": text,
                "substances": ";".join(reading.substances) or None,
                "overuse_classes": ";".join(reading.overuse_classes) or None,
                "is_known": reading.is_known,
                "n_lines": n_lines,
            }
        )
    write_table(con, "medication", COLUMNS, rows)
