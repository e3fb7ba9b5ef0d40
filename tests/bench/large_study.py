"""A large study folder, written in seconds by DuckDB: what a trial of many sites would have sent, faults included.

``python -m tests.bench.large_study FOLDER --rows N [--faults N]``. A subject has 252 diary days: 28 before the first
injection, two whole cycles, 56 days of the third. The last day of everybody is held back in ``later/diary-next-day.csv``.
Equal arguments give equal bytes (with one version of DuckDB, whose hash() stands for chance).

About one diary line in ``faults`` is wrong in some way (0: none). Every field can be read and every line has its fields,
for a plain ``read_csv`` knows no quarantine; what a damaged line costs is not measured here.
"""

import argparse
from pathlib import Path

import duckdb

DAYS = 252
SUBJECTS_A_FILE = 2_000  # 500,000 lines
FAULTS = 2_000
SETTINGS = """[study]
id = "BENCH"
title = "Benchmark: a large trial"
primary_rule_set = "nice_ta260"
rule_sets = ["article", "nice_ta260", "ehf_2018", "dmkg_2018", "preempt", "mbs_18377"]
data_cutoff = 2025-06-30
[arms]
placebo = "Placebo"
ona = "OnabotulinumtoxinA"
"""
# Diaries end between the cut-off and twelve weeks before it; of the third cycle's last windows some are due, all are empty.
# One subject in a hundred is injected late, one in fifty leaves the study.
PEOPLE = """
CREATE MACRO chance(a, b) AS CAST(hash(a, b) // 4 AS BIGINT);
CREATE TABLE people AS
SELECT i, format('S{:06}', i) AS subject_id, DATE '2025-06-30' - 252 - CAST(i * 7 % 84 AS INTEGER) AS start_date,
    ['placebo', 'ona'][i % 2 + 1] AS arm, format('site-{:03}', i * $sites // $subjects + 1) AS site,
    60 + chance(i, 'ill') % 36 AS ill_pct, 5 + chance(i, 'better') % (50 + i % 2 * 25) AS fall_pct
FROM range($subjects) AS subjects (i)
"""
DIARY = """
WITH drawn AS (
    SELECT *, chance(i, day) AS h, start_date + CAST(day AS INTEGER) AS diary_date,
        -- One day in twenty, and from some day on every day of one subject in forty, is left without an answer.
        CASE WHEN h % 20 > 0 AND (i % 40 < 39 OR day < 90)
            THEN chance(i, -day) % 10000 < ill_pct * (100 - CASE WHEN day < 28 THEN 0 ELSE fall_pct END) END AS is_ill,
        -- The kinds of fault take turns; 7 and 8 are lines sent twice.
        CASE WHEN $faults > 0 AND chance(day, i) % $faults = 0 THEN chance(day, i) // $faults % 8 + 1 ELSE 0 END AS fault
    FROM people CROSS JOIN range(CAST($first AS BIGINT), CAST($end AS BIGINT)) AS days (day)
    WHERE i >= $low AND i < $high
)

SELECT CASE WHEN fault <> 1 THEN subject_id END AS subject_id, diary_date,
    -- The other answer to the same day in the same file, and nothing tells which is right.
    CAST(CASE WHEN fault = 8 AND copy = 1 THEN NOT is_ill ELSE is_ill END AS INTEGER) AS headache,
    CASE WHEN fault = 2 THEN 30 WHEN is_ill OR fault = 3 THEN (h // 1000 % 48 + 2) / 4.0 END AS hours,
    CASE WHEN fault = 4 THEN 7 WHEN is_ill THEN h // 100 % 3 + 1 WHEN NOT is_ill THEN 0 END AS severity,
    CASE WHEN is_ill IS NOT NULL THEN CAST(is_ill AND h // 10 % 5 < 2 AS INTEGER) END AS migraine,
    CASE WHEN fault = 5 THEN 'triptanx' WHEN is_ill AND h // 10000 % 3 = 0
        THEN ['sumatriptan', 'ibuprofen', 'ibuprofen;sumatriptan', 'paracetamol_codeine'][h // 7 % 4 + 1] END
        AS acute_medication,
    CAST(diary_date AS TIMESTAMP) + to_minutes(1080 + h % 300) + to_days(CASE WHEN fault = 6 THEN 5 ELSE 0 END) AS entered_at
FROM drawn CROSS JOIN range(CASE WHEN fault IN (7, 8) THEN 2 ELSE 1 END) AS copies (copy)
ORDER BY i, day, copy
"""
OTHERS = {
    "subjects": """
SELECT subject_id, arm, site, ['F', 'F', 'F', 'M'][i % 4 + 1] AS sex, 1960 + i % 45 AS birth_year,
    start_date - 5 AS consent_date, 1 + i % 4 AS prior_preventives_failed, CAST(i % 10 < 9 AS INTEGER) AS overuse_excluded,
    CASE WHEN i % 50 = 49 THEN start_date + 251 END AS discontinued_date,
    CASE WHEN i % 50 = 49 THEN 'withdrew consent' END AS discontinued_reason
FROM people ORDER BY i""",
    "injections": """
SELECT subject_id, start_date + 28 + CAST(cycle AS INTEGER) * CASE WHEN i % 100 = 0 THEN 100 ELSE 84 END AS injection_date,
    5 * sites AS units, sites
FROM (SELECT *, 31 + (i + cycle) % 9 AS sites FROM people CROSS JOIN range(3) AS cycles (cycle)) ORDER BY i, cycle""",
    "scores": """
SELECT subject_id, start_date + 27 + CAST(cycle * 84 - cycle // 3 * 30 AS INTEGER) AS score_date, 'HIT6' AS instrument,
    CASE WHEN cycle = 0 THEN 60 ELSE 60 - fall_pct // 8 END + chance(i, cycle) % 11 AS score
FROM people CROSS JOIN range(4) AS visits (cycle) ORDER BY i, cycle""",
    "adverse_events": """
SELECT subject_id, start_date + CAST(30 + chance(i, 'day') % 150 AS INTEGER) AS start_date,
    start_date + CAST(35 + chance(i, 'day') % 150 AS INTEGER) AS end_date,
    ['Neck pain', 'Eyelid ptosis', 'Nausea', 'Headache'][i // 5 % 4 + 1] AS term,
    ['Musculoskeletal disorders', 'Eye disorders', 'Gastrointestinal disorders', 'Nervous system disorders'][i // 5 % 4 + 1] AS soc,
    0 AS serious, CAST(i % 2 AS INTEGER) AS related, 'mild' AS severity
FROM people WHERE i % 5 = 0 ORDER BY i""",
}


def write_large_study(folder: Path, rows: int, faults: int = FAULTS) -> int:
    """Write the study; gives the number of subjects, which is that of the lines held back (a few more where faulty)."""
    inbox, later, subjects = folder / "inbox", folder / "later", rows // DAYS
    inbox.mkdir(parents=True)
    later.mkdir()
    (folder / "study.toml").write_text(SETTINGS, encoding="utf-8")
    with duckdb.connect() as con:
        sites = min(100, max(2, subjects // 20))
        con.execute(PEOPLE.replace("$subjects", str(subjects)).replace("$sites", str(sites)))
        for number, low in enumerate(range(0, subjects, SUBJECTS_A_FILE), start=1):
            days = {"faults": faults, "low": low, "high": low + SUBJECTS_A_FILE, "first": 0, "end": DAYS - 1}
            _write(con, inbox / f"diary-{number:03}.csv", DIARY, days)
        last_day = {"faults": faults, "low": 0, "high": subjects, "first": DAYS - 1, "end": DAYS}
        _write(con, later / "diary-next-day.csv", DIARY, last_day)
        for kind, select in OTHERS.items():
            _write(con, inbox / f"{kind}.csv", select, {})
    return subjects


def _write(con: duckdb.DuckDBPyConnection, path: Path, select: str, values: dict[str, int]) -> None:
    for name, value in values.items():
        select = select.replace(f"${name}", str(value))
    con.execute(f"COPY ({select}) TO '{path}' (FORMAT csv, HEADER)")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, required=True)
    parser.add_argument("--faults", type=int, default=FAULTS)
    asked = parser.parse_args()
    write_large_study(asked.folder, asked.rows, asked.faults)
