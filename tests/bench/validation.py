"""Validating a large diary: Great Expectations inside DuckDB against the same checks as plain SQL, in one run.

``python -m tests.bench.validation [--rows N] [--memory-limit 2GB]``. The rows are generated inside DuckDB by a process
of its own, so that the peak memory reported is that of validation alone. Prints Markdown for docs/performance.md.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

import duckdb

from flows.base.ending import end_process
from flows.checking import validation
from flows.checking.checks import Check, load_suites, row_condition
from flows.landing.dates_come import find_dates_come
from flows.landing.landing_tables import create_landing_tables
from flows.study.dictionary import FILE_KINDS
from flows.study.study_folder import load_study
from flows.warehouse.medication_table import read_landed_medication
from flows.warehouse.settings_tables import load_metadata
from flows.warehouse.sql_models import build_models
from tests.cli.helpers import write_study

DAYS = 252  # diary days of a subject: 28 before the first injection, then most of three cycles
SETTINGS = """
[study]
id = "BENCH"
title = "Benchmark"
primary_rule_set = "nice_ta260"
rule_sets = ["nice_ta260"]
data_cutoff = 2025-06-30
[arms]
placebo = "Placebo"
ona = "OnabotulinumtoxinA"
"""
# One subject a row; every hundredth line or so has something to find.
GENERATE = """
CREATE TABLE people AS
SELECT i, format('S{:07}', i) AS subject_id, DATE '2024-01-01' + CAST(i % 250 AS INTEGER) AS start_date
FROM range($subjects) AS subjects (i);

INSERT INTO landing.diary BY NAME
SELECT format('{:012x}', i // 100) AS file_id, CAST((i % 100) * $days + day + 2 AS INTEGER) AS line_number,
    CASE WHEN h % 20011 <> 0 THEN subject_id END AS subject_id,
    start_date + CAST(day AS INTEGER) AS diary_date,
    CASE WHEN h % 97 <> 0 THEN h % 10 < 6 END AS headache,
    CASE WHEN h % 10 < 6 OR h % 1009 = 0 THEN (h // 10 % 96 + 1) / 4.0 + CASE WHEN h % 7919 = 0 THEN 24 ELSE 0 END END
        AS hours,
    CASE WHEN h % 10 < 6 THEN h // 1000 % 3 + 1 WHEN h % 1013 = 0 THEN 2 ELSE 0 END AS severity,
    h % 10 < 3 AS migraine,
    CASE WHEN h % 10 < 2 THEN ['sumatriptan', 'ibuprofen', 'ibuprofen;sumatriptan', 'paracetamol_codeine'][h // 7 % 4 + 1]
        WHEN h % 5003 = 0 THEN 'triptanx' END AS acute_medication,
    -- One subject in fifty fills a fortnight in at once.
    CASE WHEN i % 50 = 0 AND day // 14 % 3 = 0 THEN CAST(start_date + CAST(day // 14 * 14 + 13 AS INTEGER) AS TIMESTAMP)
            + to_minutes(1200 + day % 14)
        ELSE CAST(start_date + CAST(day AS INTEGER) AS TIMESTAMP) + to_minutes(1080 + h % 300)
            + CASE WHEN h % 503 = 0 THEN to_days(4) ELSE to_days(0) END END AS entered_at,
    CASE WHEN h % 30011 = 0 THEN 'hours' END AS unreadable
FROM (SELECT people.*, day, CAST(hash(i, day) // 2 AS BIGINT) AS h FROM people, range($days) AS days (day));

-- One day in five thousand is sent twice, half of them with another answer and nothing to tell which is right.
INSERT INTO landing.diary
SELECT * REPLACE (line_number + 100 * $days AS line_number, headache <> (hash(diary_date, subject_id) % 2 = 0) AS headache)
FROM landing.diary WHERE hash(subject_id, diary_date) % 5000 = 0;

INSERT INTO landing.subjects BY NAME
SELECT 'subjects' AS file_id, CAST(i + 2 AS INTEGER) AS line_number, subject_id, ['placebo', 'ona'][i % 2 + 1] AS arm,
    'site ' || i // 400 AS site, ['F', 'F', 'F', 'M'][i % 4 + 1] AS sex, 1960 + i % 45 AS birth_year,
    start_date + CASE WHEN i % 1000 = 0 THEN 3 ELSE -5 END AS consent_date
FROM people WHERE i % 997 <> 0;

INSERT INTO landing.injections BY NAME
SELECT 'injections' AS file_id, CAST(i * 3 + cycle + 2 AS INTEGER) AS line_number, subject_id,
    start_date + 28 + CAST(cycle AS INTEGER) * CASE WHEN i % 100 = 0 THEN 100 ELSE 84 END AS injection_date,
    155 AS units, 31 AS sites
FROM people, range(3) AS cycles (cycle);

INSERT INTO landing.landed_files BY NAME
SELECT file_id, file_id || '.csv' AS path, file_id AS sha256, kind, count(*) AS lines_read,
    TIMESTAMP '2026-01-01' AS landed_at, row_number() OVER () AS sequence, 'utf-8' AS encoding, ',' AS delimiter
FROM (SELECT file_id, 'diary' AS kind FROM landing.diary UNION ALL SELECT file_id, 'subjects' FROM landing.subjects
    UNION ALL SELECT file_id, 'injections' FROM landing.injections)
GROUP BY file_id, kind;
DROP TABLE people;
"""


def generate(path: Path, rows: int) -> None:
    """A warehouse with landed lines, as after the step 'land'."""
    study = load_study(write_study(path.parent / "study", settings=SETTINGS))
    with duckdb.connect(path) as con:
        load_metadata(con, study, None)
        create_landing_tables(con)
        sizes = {"subjects": rows // DAYS, "days": DAYS}
        for statement in GENERATE.split(";\n"):
            if statement.strip():
                names = {name: value for name, value in sizes.items() if f"${name}" in statement}
                con.execute(statement, names)
        find_dates_come(con, None)
        read_landed_medication(con, study)


def measure(path: Path, memory_limit: str) -> None:
    """Validate, then make the same checks as plain SQL, and print what each took."""
    from flows.checking.gx_duckdb import gx_on

    imported = peak_mib()
    with duckdb.connect(path, config={"memory_limit": memory_limit, "python_enable_replacements": False}) as con:
        con.execute(f"SET temp_directory = '{path.parent}/spill'")
        began = time.perf_counter()
        validation.validate_landing(con)
        whole = time.perf_counter() - began
        build_models(con, schemas={"tabulation"})
        build_models(con, only={"analysis.cutoff"})
        con.execute("DELETE FROM landing.findings")
        present, results = validation.what_was_sent(con), []
        began = time.perf_counter()
        with gx_on(con) as source:
            for table, checks in load_suites().items():
                if table.startswith("tabulation.") or table in {f"landing.{kind}" for kind in FILE_KINDS}:
                    results += validation.run_suite(con, source, table, checks, present)
        gx = time.perf_counter() - began
        peak = peak_mib()
        made = {result.check.id: result.failing for result in results if result.missing is None}
        checks = [result.check for result in results if result.missing is None]
        seconds, counts = count_one_by_one(con, checks)
        bundled = sum(seconds[check.id] for check in checks if not is_about_rows(check)) + count_together(con, checks)
        (rows,) = con.execute("SELECT count(*) FROM landing.diary").fetchall()[0]
    assert counts == made, "plain SQL and Great Expectations count differently"
    one_by_one = sum(seconds.values())
    slowest = sorted(seconds, key=lambda check_id: -seconds[check_id])[:6]
    print(f"""{rows:,} diary rows, {len(made)} checks made, {sum(made.values()):,} failing rows. {os.cpu_count()} cores,
{platform.machine()}, Python {platform.python_version()}, DuckDB {duckdb.__version__}; {date.today():%B %Y}.

| what | seconds | Great Expectations takes |
|---|---|---|
| Great Expectations inside DuckDB, failing rows recorded | {gx:.1f} | |
| the same checks as plain SQL, one query each, counted only | {one_by_one:.1f} | {gx / one_by_one:.2f} times as long |
| the same, conditions on single rows counted in one scan a table | {bundled:.1f} | {gx / bundled:.2f} times as long |
| the validating step as a whole: checks on landed lines, quarantine, repeats | {whole:.1f} | |

Peak resident memory {peak:,.0f} MiB with `memory_limit` = {memory_limit} (after the imports {imported:,.0f} MiB).
Slowest as plain SQL: {", ".join(f"`{check_id}` {seconds[check_id]:.1f} s" for check_id in slowest)}.""")


def is_about_rows(check: Check) -> bool:
    """Whether the check is a condition on single rows, which Great Expectations counts together with others."""
    return check.type != "unexpected_rows_expectation"


def count_one_by_one(con: duckdb.DuckDBPyConnection, checks: list[Check]) -> tuple[dict[str, float], dict[str, int]]:
    """Seconds and failing rows by check id, each check a query of its own."""
    seconds, counts = {}, {}
    for check in checks:
        began = time.perf_counter()
        (counts[check.id],) = con.execute(f"SELECT count(*) FROM ({check.failing_rows()})").fetchall()[0]
        seconds[check.id] = time.perf_counter() - began
    return seconds, counts


def count_together(con: duckdb.DuckDBPyConnection, checks: list[Check]) -> float:
    """Seconds for all conditions on single rows, one query a table."""
    began = time.perf_counter()
    for table in {check.table for check in checks if is_about_rows(check)}:
        conditions = [
            row_condition(check.type, check.kwargs) for check in checks if is_about_rows(check) and check.table == table
        ]
        con.execute(f"SELECT {', '.join(f'count(*) FILTER ({one})' for one in conditions)} FROM {table}").fetchall()
    return time.perf_counter() - began


def peak_mib() -> float:
    """The highest resident memory of this process so far."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Generate in a process of its own, then measure in this one."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=10_000_000)
    parser.add_argument("--memory-limit", default="2GB")
    parser.add_argument("--generate", type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.generate:
        generate(asked.generate, asked.rows)
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        path = Path(folder) / "warehouse.duckdb"
        words = [sys.executable, "-m", "tests.bench.validation", "--generate", str(path), "--rows", str(asked.rows)]
        subprocess.run(words, check=True)
        measure(path, asked.memory_limit)
    end_process(0)


if __name__ == "__main__":
    main()
