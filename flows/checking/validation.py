"""validate: run the suites inside DuckDB, set failing lines aside with their reason, and build tabulation.*

Every data line ends in one place: current in tabulation.*, or in ``landing.set_aside`` as quarantined, superseded or
duplicate. GX counts the failing rows; the check's own predicate finds them; the two must agree. A check whose file or
column nobody sent is not applicable: it is neither run nor passed.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import duckdb

from flows.base.errors import DataError
from flows.base.sql_text import one_row, one_value
from flows.checking.checks import Check, load_suites
from flows.checking.corrections import (
    find_repeats,
    set_entries_aside,
    set_quarantined_aside,
    set_repeats_aside,
)
from flows.checking.faulty_cells import create_cells_aside, set_cells_aside, view_lines_as_known
from flows.checking.findings import listed, one_line
from flows.checking.twins import find_twins
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.warehouse.sql_models import build_models

Connection = duckdb.DuckDBPyConnection
# Subjects first: the checks on the other files look up consent and discontinuation.
ORDER = ("subjects", *(kind for kind in FILE_KINDS if kind != "subjects"))


class CheckResult(NamedTuple):
    """How one check came out; ``missing`` says what it lacks where it does not apply."""

    check: Check
    failing: int
    tested: int
    missing: str | None = None

    @property
    def status(self) -> str:
        """passed, failed or not_applicable."""
        return "not_applicable" if self.missing else "failed" if self.failing else "passed"


def validate_landing(con: Connection) -> list[CheckResult]:
    """Run the checks on the landed lines, kind by kind, and build the tabulation tables from what stands."""
    from flows.checking.gx_duckdb import gx_on  # seconds of imports, paid only here

    suites = load_suites()
    con.execute(
        """CREATE OR REPLACE TABLE landing.findings (
            check_id VARCHAR, severity VARCHAR, kind VARCHAR, file_id VARCHAR, line_number INTEGER,
            subject_id VARCHAR, reason VARCHAR, check_order INTEGER, column_name VARCHAR);
        CREATE OR REPLACE TABLE landing.set_aside (
            kind VARCHAR, file_id VARCHAR, line_number INTEGER, outcome VARCHAR);
        CREATE OR REPLACE TABLE meta.checks (
            check_id VARCHAR, table_name VARCHAR, expectation VARCHAR, severity VARCHAR, status VARCHAR,
            rows_tested BIGINT, rows_failing BIGINT, reason VARCHAR, fix VARCHAR, source VARCHAR,
            not_applicable_reason VARCHAR)"""
    )
    create_cells_aside(con)
    results = []
    present = what_was_sent(con)
    with gx_on(con) as source:
        results += run_suite(con, source, "landing.broken_lines", suites["landing.broken_lines"], present)
        find_twins(con)
        for kind in ORDER:
            find_repeats(con, kind)
            results += run_suite(con, source, f"landing.{kind}", suites[f"landing.{kind}"], present)
            view_lines_as_known(con, kind)
            set_quarantined_aside(con, kind)
            if kind == "diary":
                set_entries_aside(con)
            set_repeats_aside(con, kind)
            if kind == "subjects":
                build_models(con, only={"tabulation.subjects"})
    return results


def validate_tabulated(con: Connection) -> list[CheckResult]:
    """Run the checks on the lines that count and on the files; they flag, or stop the run, but set nothing aside."""
    return _run_suites(con, lambda name: name == "landing.files" or name.startswith("tabulation."))


def validate_results(con: Connection) -> list[CheckResult]:
    """Run the checks on what was derived: contracts, each of them critical."""
    return _run_suites(con, lambda name: name.startswith("analysis."))


def _run_suites(con: Connection, is_wanted: Callable[[str], bool]) -> list[CheckResult]:
    from flows.checking.gx_duckdb import gx_on

    present = what_was_sent(con)
    with gx_on(con) as source:
        return [
            result
            for name, checks in load_suites().items()
            if is_wanted(name)
            for result in run_suite(con, source, name, checks, present)
        ]


def stop_on_critical(con: Connection, results: list[CheckResult]) -> None:
    """Raises DataError when a critical check failed, before anything is published."""
    stopping = [result for result in results if result.failing and result.check.severity == "critical"]
    failed = [result.check for result in stopping]
    if failed:
        found = con.execute("SELECT DISTINCT check_id, reason FROM landing.findings ORDER BY ALL").fetchall()
        reasons = [reason for check_id, reason in found if check_id in {check.id for check in failed}]
        counts = ", ".join(f"{result.check.id} ({result.failing:,})" for result in stopping)
        raise DataError(
            f"Nothing was published: {'; '.join(reasons or [check.reason for check in failed])}. Failed checks: {counts}.",
            *(refusals(con) if "file.kind_needed" in {check.id for check in failed} else ()),
        )


def refusals(con: Connection) -> list[str]:
    """Why files were refused: one sentence a reason, with its files."""
    rows = con.execute(
        "SELECT reason, list(path ORDER BY path) FROM landing.refused_files WHERE status = 'refused'"
        " GROUP BY reason ORDER BY count(*) DESC, reason"
    ).fetchall()
    return [f"{reason}: {one_line(listed(paths, len(paths)))}." for reason, paths in rows]


def what_was_sent(con: Connection) -> set[str]:
    """The kinds of file that were landed, and as kind.column the columns that hold anything at all."""
    kinds = {row[0] for row in con.execute("SELECT DISTINCT kind FROM landing.landed_files").fetchall()}
    present = set(kinds)
    for kind in kinds:
        names = [column.name for column in file_columns(kind)]
        counts = ", ".join(f"count({name})" for name in names)
        filled = one_row(con, f"SELECT {counts} FROM landing.{kind}")
        # A column of which nothing could be read was sent all the same.
        faults = con.execute(
            f"""SELECT DISTINCT concat_ws(',', unreadable, out_of_range, other_unit) FROM landing.{kind}
            WHERE unreadable IS NOT NULL OR out_of_range IS NOT NULL OR other_unit IS NOT NULL"""
        ).fetchall()
        unreadable = {name for (listed,) in faults for name in listed.split(",")}
        present |= {f"{kind}.{name}" for name, count in zip(names, filled, strict=True) if count or name in unreadable}
    return present


def run_suite(con: Connection, source: Any, table: str, checks: list[Check], present: set[str]) -> list[CheckResult]:
    """Run one suite on its table; failing rows go to landing.findings, the outcome of each check to meta.checks."""
    missing = {check.id: _missing(check, present) for check in checks}
    counts = _count_failing(source, table, [check for check in checks if not missing[check.id]])
    tested = one_value(con, f"SELECT count(*) FROM {table}")
    results = []
    for check in checks:
        result = CheckResult(check, counts.get(check.id, 0), 0 if missing[check.id] else tested, missing[check.id])
        if result.failing:
            _record(con, check, result.failing)
        results.append(result)
    _record_outcomes(con, table, results)
    return results


def _record_outcomes(con: Connection, table: str, results: list[CheckResult]) -> None:
    """The outcome of each check of a suite, into meta.checks: one statement, for each commits by itself."""
    rows = [
        {
            "check_id": check.id,
            "table_name": table,
            "expectation": check.type,
            "severity": check.severity,
            "status": result.status,
            "rows_tested": result.tested,
            "rows_failing": result.failing,
            "reason": check.reason,
            "fix": check.fix,
            "source": check.source,
            "not_applicable_reason": result.missing,
        }
        for result in results
        for check in (result.check,)
    ]
    if rows:
        names = list(rows[0])
        con.execute(
            f"INSERT INTO meta.checks ({', '.join(names)}) SELECT {', '.join(f'unnest(${name})' for name in names)}",
            {name: [row[name] for row in rows] for name in names},
        )


def _missing(check: Check, present: set[str]) -> str | None:
    """The first thing a check needs and nobody sent, in words."""
    for need in check.needs:
        if need not in present:
            kind, _, column = need.partition(".")
            return f"no {kind} file gives {column}" if column else f"there is no {kind} file"
    return None


def _count_failing(source: Any, table: str, checks: list[Check]) -> dict[str, int]:
    """The number of failing rows by check, as Great Expectations counts them."""
    if not checks:
        return {}
    import great_expectations as gx

    name = f"{table}-{len(source.assets)}"
    asset = source.add_query_asset(name, query=f"SELECT * FROM {table}")
    suite = gx.ExpectationSuite(name=name, expectations=[check.expectation() for check in checks])
    batch = asset.get_batch(asset.build_batch_request())
    outcome = batch.validate(suite, result_format={"result_format": "BASIC", "partial_unexpected_count": 0})
    counts = {}
    for result in outcome.results:
        check_id = result.expectation_config.meta["check_id"]
        if result.exception_info.get("raised_exception") or not result.result:
            raise DataError(f"check {check_id}: Great Expectations could not run it on {table}.")
        counts[check_id] = result.result.get("unexpected_count", result.result.get("observed_value"))
    return counts


def _record(con: Connection, check: Check, counted: int) -> None:
    """The failing rows become findings; their number must be the one GX counted."""
    rows = check.failing_rows()
    before = one_value(con, "SELECT count(*) FROM landing.findings")
    columns = {row[0] for row in con.execute(f"DESCRIBE {rows}").fetchall()}
    detail = "coalesce($reason || ': ' || detail, $reason)" if "detail" in columns else "$reason"
    file, line, subject = (name if name in columns else "NULL" for name in ("file_id", "line_number", "subject_id"))
    con.execute(
        f"INSERT INTO landing.findings SELECT $check_id, $severity, $kind, {file}, {line}, {subject}, {detail}, $place,"
        " $column"
        f" FROM ({rows})",
        {
            "check_id": check.id,
            "severity": check.severity,
            "kind": check.id.split(".")[0],
            "reason": check.reason,
            "place": before,
            "column": check.sets_aside,
        },
    )
    if check.sets_aside:
        set_cells_aside(con, check, before)
    found = one_value(con, "SELECT count(*) FROM landing.findings") - before
    if found != counted:
        raise DataError(f"check {check.id}: Great Expectations counts {counted} failing rows, its own query {found}.")
