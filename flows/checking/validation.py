"""validate: run the suites inside DuckDB, set failing lines aside with their reason, and build tabulation.*

Every data line ends in one place: current in tabulation.*, or in ``landing.set_aside`` as quarantined, superseded or
duplicate. GX counts the failing rows; the check's own predicate finds them; the two must agree. A check whose file or
column nobody sent is not applicable: it is neither run nor passed.
"""

from typing import Any, NamedTuple

import duckdb

from flows.checking.checks import Check, load_suites
from flows.dictionary import file_columns, input_tables
from flows.errors import DataError
from flows.models import build_models
from flows.query import one_row, one_value

Connection = duckdb.DuckDBPyConnection
# Subjects first: the checks on the other files look up consent and discontinuation.
ORDER = ("subjects", "diary", "attacks", "injections", "scores", "adverse_events")


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
            subject_id VARCHAR, reason VARCHAR, check_order INTEGER);
        CREATE OR REPLACE TABLE landing.set_aside (
            kind VARCHAR, file_id VARCHAR, line_number INTEGER, outcome VARCHAR);
        CREATE OR REPLACE TABLE meta.checks (
            check_id VARCHAR, table_name VARCHAR, expectation VARCHAR, severity VARCHAR, status VARCHAR,
            rows_tested BIGINT, rows_failing BIGINT, reason VARCHAR, fix VARCHAR, source VARCHAR,
            not_applicable_reason VARCHAR)"""
    )
    results = []
    present = what_was_sent(con)
    with gx_on(con) as source:
        results += run_suite(con, source, "landing.broken_lines", suites["landing.broken_lines"], present)
        for kind in ORDER:
            if kind != "subjects":
                build_models(con, only={"tabulation.subjects"})
            find_repeats(con, kind)
            results += run_suite(con, source, f"landing.{kind}", suites[f"landing.{kind}"], present)
            set_quarantined_aside(con, kind)
            set_repeats_aside(con, kind)
    return results


def validate_results(con: Connection) -> list[CheckResult]:
    """Run the checks on what was tabulated and derived; they flag, or stop the run, but set nothing aside."""
    from flows.checking.gx_duckdb import gx_on

    suites = {
        name: checks
        for name, checks in load_suites().items()
        if not name.startswith("landing.") or name == "landing.files"
    }
    results = []
    present = what_was_sent(con)
    with gx_on(con) as source:
        for name, checks in suites.items():
            results += run_suite(con, source, name, checks, present)
    stop_on_critical(con, results)
    return results


def stop_on_critical(con: Connection, results: list[CheckResult]) -> None:
    """Raises DataError when a critical check failed, before anything is published."""
    stopping = [result for result in results if result.failing and result.check.severity == "critical"]
    failed = [result.check for result in stopping]
    if failed:
        found = con.execute("SELECT DISTINCT check_id, reason FROM landing.findings ORDER BY ALL").fetchall()
        said = [reason for check_id, reason in found if check_id in {check.id for check in failed}]
        counts = ", ".join(f"{result.check.id} ({result.failing:,})" for result in stopping)
        raise DataError(
            f"Nothing was published: {'; '.join(said or [check.reason for check in failed])}. Failed checks: {counts}."
        )


def what_was_sent(con: Connection) -> set[str]:
    """The kinds of file that were landed, and as kind.column the columns that hold anything at all."""
    kinds = {row[0] for row in con.execute("SELECT DISTINCT kind FROM landing.landed_files").fetchall()}
    present = set(kinds)
    for kind in kinds:
        names = [column.name for column in file_columns(kind)]
        counts = ", ".join(f"count({name})" for name in names)
        filled = one_row(con, f"SELECT {counts} FROM landing.{kind}")
        # A column of which nothing could be read was sent all the same.
        faults = con.execute(f"SELECT DISTINCT unreadable FROM landing.{kind} WHERE unreadable IS NOT NULL").fetchall()
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
        con.execute(
            "INSERT INTO meta.checks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                *(check.id, table, check.type, check.severity, result.status, result.tested, result.failing),
                *(check.reason, check.fix, check.source, result.missing),
            ],
        )
        results.append(result)
    return results


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
        f"INSERT INTO landing.findings SELECT $check_id, $severity, $kind, {file}, {line}, {subject}, {detail}, $place"
        f" FROM ({rows})",
        {
            "check_id": check.id,
            "severity": check.severity,
            "kind": check.id.split(".")[0],
            "reason": check.reason,
            "place": before,
        },
    )
    found = one_value(con, "SELECT count(*) FROM landing.findings") - before
    if found != counted:
        raise DataError(f"check {check.id}: Great Expectations counts {counted} failing rows, its own query {found}.")


def find_repeats(con: Connection, kind: str) -> None:
    """landing.repeated_<kind>: the landed lines about a key that more than one line is about; most have none.

    Grouping all lines is the dearest thing validation does: here once, for the check on conflicts, what is set aside
    and the history.
    """
    key = input_tables()[kind].key
    same_key = " AND ".join(f"repeated.{name} IS NOT DISTINCT FROM line.{name}" for name in key)
    con.execute(
        f"""CREATE OR REPLACE TABLE landing.repeated_{kind} AS
        WITH repeated AS (SELECT {", ".join(key)} FROM landing.{kind} GROUP BY ALL HAVING count(*) > 1)
        SELECT line.* FROM landing.{kind} AS line JOIN repeated ON {same_key}"""
    )


def set_quarantined_aside(con: Connection, kind: str) -> None:
    """Lines that failed an error or critical check of their kind are quarantined, each once."""
    con.execute(
        "INSERT INTO landing.set_aside SELECT DISTINCT kind, file_id, line_number, 'quarantined' FROM landing.findings"
        " WHERE kind = ? AND severity IN ('error', 'critical') AND line_number IS NOT NULL",
        [kind],
    )


def set_repeats_aside(con: Connection, kind: str) -> None:
    """Of several lines for one key, one content is current; the others are duplicates or superseded.

    With entry times in all of them the latest entry wins, else the latest landing. Where rows of one key may stand
    side by side in a file (muscles of a session), the latest file wins as a whole.
    """
    table = input_tables()[kind]
    names = [column.name for column in file_columns(kind)]
    key = ", ".join(table.key)
    content = ", ".join(name for name in names if name not in (*table.key, "entered_at"))
    has_entry_time = "entered_at" in names
    last = (
        "max(sequence) OVER key = sequence" if table.same_file_rows == "keep" else "row_number() OVER newest_first = 1"
    )
    newest_first = "sequence DESC, line_number DESC"
    if has_entry_time:
        newest_first = (
            "CASE WHEN every_entry_timed THEN entered_at END DESC NULLS LAST,"
            " sequence DESC, entered_at DESC NULLS LAST, line_number DESC"
        )
    timed = (
        "count(entered_at) OVER key = count(*) OVER key AS every_entry_timed" if has_entry_time else "NULL AS untimed"
    )
    same_key = " AND ".join(f"repeated.{name} IS NOT DISTINCT FROM line.{name}" for name in table.key)
    con.execute(
        f"""
        INSERT INTO landing.set_aside
        WITH standing AS (
            FROM landing.repeated_{kind} AS line
            ANTI JOIN landing.set_aside AS aside
                ON aside.kind = '{kind}' AND aside.file_id = line.file_id AND aside.line_number = line.line_number
        ),
        repeated AS (SELECT {key} FROM standing GROUP BY ALL HAVING count(*) > 1),
        candidates AS (
            SELECT {", ".join(f"line.{name}" for name in table.key)}, line.file_id, line.line_number, file.sequence,
                {"line.entered_at," if has_entry_time else ""}
                row({content or "true"}) AS content,
                {timed}
            FROM standing AS line
            JOIN repeated ON {same_key}
            JOIN landing.landed_files AS file ON file.file_id = line.file_id
            WINDOW key AS (PARTITION BY {", ".join(f"line.{name}" for name in table.key)})
        ),
        newest AS (
            SELECT *, {last} AS is_newest
            FROM candidates
            WINDOW key AS (PARTITION BY {key}),
                newest_first AS (PARTITION BY {key} ORDER BY {newest_first})
        ),
        judged AS (
            SELECT *, bool_or(is_newest) OVER (PARTITION BY {key}, content) AS is_winning,
                row_number() OVER (PARTITION BY {key}, content ORDER BY sequence, line_number) AS appearance
            FROM newest
        )
        SELECT '{kind}', file_id, line_number, CASE WHEN is_winning THEN 'duplicate' ELSE 'superseded' END
        FROM judged
        WHERE NOT is_winning OR appearance > 1
        """
    )
