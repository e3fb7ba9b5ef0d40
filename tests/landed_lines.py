"""Raw diary lines through the product's own landing, sorting and tabulation, without files and without Great Expectations.

What is left out is finding a file's layout and counting by Great Expectations: the checks' own queries find the lines.
"""

from datetime import datetime
from typing import Any

import duckdb

from flows.base.sql_text import one_value
from flows.checking.checks import load_suites
from flows.checking.corrections import find_repeats, set_entries_aside, set_quarantined_aside, set_repeats_aside
from flows.checking.faulty_cells import create_cells_aside, view_lines_as_known
from flows.checking.validation import _record
from flows.landing.landing_tables import create_landing_tables
from flows.landing.layout import Layout
from flows.landing.other_units import set_other_units_aside
from flows.landing.parsing import parsed_select
from flows.study.file_format import FileFormat
from flows.warehouse.kept_inputs import KeptFile
from flows.warehouse.sql_models import build_models
from tests.generative.raw_lines import COLUMNS

Row = dict[str, Any]
LAYOUT = Layout(
    "utf-8", ",", len(COLUMNS), 1, {name: i for i, name in enumerate(COLUMNS)}, (), "", False, "diary", {}, COLUMNS
)
CHECKS = [
    check
    for check in load_suites()["landing.diary"]
    if check.id.rpartition(".")[2] in ("unreadable", "missing", "out_of_range", "other_unit", "conflict")
]
LANDED_AT = datetime(2026, 1, 1)


def tabulate_lines(con: duckdb.DuckDBPyConnection, lines: list[Row], several: set[int]) -> None:
    """tabulation.diary_days from raw lines; the other tables of tabulation must be there. Needs meta.check_limits.

    No two lines have one number, in whichever files they stand.
    """
    con.execute("DROP SCHEMA IF EXISTS landing CASCADE")
    create_landing_tables(con)
    con.execute(
        "CREATE OR REPLACE TEMP TABLE raw (file INTEGER, line_number INTEGER, "
        + ", ".join(f"c{i} VARCHAR" for i in range(len(COLUMNS)))
        + ")"
    )
    if lines:
        names = ("file", "line", *COLUMNS)
        con.execute(
            f"INSERT INTO raw SELECT {', '.join(f'unnest(${name})' for name in names)}",
            {name: [line[name] for line in lines] for name in names},
        )
    parsed = parsed_select("diary", LAYOUT, FileFormat(), "raw")
    con.execute(
        f"""INSERT INTO landing.diary
        SELECT 'f' || raw.file, parsed.* FROM (SELECT {parsed}) AS parsed JOIN raw USING (line_number)"""
    )
    files = sorted({line["file"] for line in lines})
    con.execute(
        """INSERT INTO landing.landed_files (file_id, path, sha256, kind, lines_read, landed_at, sequence, entries_per_day)
        SELECT 'f' || file, file || '.csv', 'f' || file, 'diary', 0, $landed_at, file,
            if(list_contains($several::INTEGER[], file), 'several', 'one')
        FROM (SELECT unnest($files::INTEGER[]) AS file)""",
        {"landed_at": LANDED_AT, "several": sorted(several), "files": files},
    )
    for file in files:
        set_other_units_aside(
            con,
            [
                KeptFile(
                    file_id=f"f{file}", sha256=f"f{file}", path="", kind="diary", sequence=file, landed_at=LANDED_AT
                )
            ],
        )
    con.execute(
        """CREATE TABLE landing.findings (
            check_id VARCHAR, severity VARCHAR, kind VARCHAR, file_id VARCHAR, line_number INTEGER,
            subject_id VARCHAR, reason VARCHAR, check_order INTEGER, column_name VARCHAR);
        CREATE TABLE landing.set_aside (kind VARCHAR, file_id VARCHAR, line_number INTEGER, outcome VARCHAR)"""
    )
    create_cells_aside(con)
    find_repeats(con, "diary")
    for check in CHECKS:
        if failing := one_value(con, f"SELECT count(*) FROM ({check.failing_rows()})"):
            _record(con, check, failing)
    view_lines_as_known(con, "diary")
    set_quarantined_aside(con, "diary")
    set_entries_aside(con)
    set_repeats_aside(con, "diary")
    build_models(con, only={"tabulation.attack_days", "tabulation.diary_entries"})
    build_models(con, only={"tabulation.diary_days"})
