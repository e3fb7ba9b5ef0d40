"""What a check of a study found: every check, how it came out, and where."""

import duckdb

from flows.base.toml_files import Frozen
from flows.checking.checks import Check, load_suites
from flows.checking.findings import FindingGroup, count_by_severity
from flows.study.dictionary import FILE_KINDS, file_columns

NOT_RUN = "not_run"
SEVERITIES = ("critical", "error", "warning", "info")


class Place(Frozen):
    """Where a check failed: a path below the study folder, its line (null: the whole file) and the full reason."""

    path: str
    line: int | None
    reason: str


class CheckOutcome(Frozen):
    """One check, how it came out, and the first places where it failed. It holds no value of a patient."""

    check_id: str
    table: str
    column: str | None
    severity: str
    reason: str
    fix: str
    source: str
    status: str  # passed, failed, not_applicable, or not_run after a critical finding
    not_applicable_reason: str | None  # the file or column that nobody sent
    tested: int | None  # rows; null where the check was not run, or looks at injections of a blinded study
    count: int
    files: int
    places: tuple[Place, ...]

    @property
    def more(self) -> int:
        """Findings that ``places`` does not list."""
        return self.count - len(self.places)


class NewFinding(Frozen):
    """An open finding that the snapshot before did not have."""

    check_id: str
    severity: str
    path: str | None
    line: int | None
    reason: str


class SinceSnapshot(Frozen):
    """The open findings by age, against a published snapshot."""

    snapshot_id: str
    new: int
    persisting: int
    resolved: int
    findings: tuple[NewFinding, ...]  # the new ones, the gravest first, as many as places are listed of a check
    words: str


class CheckReport(Frozen):
    """What a check of a study found; every format holds the same."""

    study_id: str
    software_version: str
    files_seen: int
    files_refused: int
    lines_read: int
    stopped: str | None  # the sentence of a critical finding, after which nothing else is checked
    checks: tuple[CheckOutcome, ...]
    groups: tuple[FindingGroup, ...]
    since: SinceSnapshot | None = None

    @property
    def counts(self) -> dict[str, int]:
        """Findings of every severity, those with none included."""
        found = count_by_severity(self.groups)
        return {severity: found.get(severity, 0) for severity in SEVERITIES}

    @property
    def errors(self) -> int:
        return self.counts["critical"] + self.counts["error"]

    @property
    def exit_code(self) -> int:
        """1 with any error or critical finding, else 0."""
        return 1 if self.errors or self.stopped else 0


def load_outcomes(con: duckdb.DuckDBPyConnection, listed: int) -> tuple[CheckOutcome, ...]:
    """Every check of lines and files in its order: its outcome from meta.checks, its places from meta.findings.

    The contracts on results (analysis.*) belong to a run, not to the data.
    """
    found = {
        check_id: facts
        for check_id, *facts in con.execute(
            """SELECT check_id, count(*), count(DISTINCT path),
                min({'path': path, 'line': line_number, 'reason': reason}, $listed) FILTER (path IS NOT NULL)
            FROM meta.findings GROUP BY check_id""",
            {"listed": listed},
        ).fetchall()
    }
    ended = {
        check_id: facts
        for check_id, *facts in con.execute(
            "SELECT check_id, status, rows_tested, rows_failing, not_applicable_reason FROM meta.checks"
        ).fetchall()
    }
    outcomes = []
    suites = (checks for name, checks in load_suites().items() if not name.startswith("analysis."))
    for check in (check for checks in suites for check in checks):
        status, tested, failing, missing = ended.get(check.id, (NOT_RUN, None, 0, None))
        findings, files, places = found.get(check.id, (0, 0, None))
        outcomes.append(
            CheckOutcome(
                check_id=check.id,
                table=check.table,
                column=_column_of(check),
                severity=check.severity,
                reason=check.reason,
                fix=check.fix,
                source=check.source,
                status=status,
                not_applicable_reason=missing,
                tested=tested,
                count=findings if failing is None else failing,  # not counted: injections of a blinded study
                files=files,
                places=tuple(
                    Place(path=f"inbox/{place['path']}", line=place["line"], reason=place["reason"])
                    for place in places or []
                ),
            )
        )
    return tuple(outcomes)


def _column_of(check: Check) -> str | None:
    """The column a check is about, by its name: kind.column.fault."""
    kind, column, *_ = check.id.split(".")
    return column if kind in FILE_KINDS and column in {known.name for known in file_columns(kind)} else None
