"""What the report shows, counted in SQL; no row of a subject leaves the database.

Every number is a ``Cell``: its value and the address of the database cell (or count of rows) it was read from, so that
anybody can hold the page against the database. An address is ``schema.table:key=value,...:column``; values are
percent-encoded, an empty value means null, ``*`` means anything but null, and ``count()``, ``percent()`` (of all rows)
and ``sum(column)`` stand for what they say.
"""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple
from urllib.parse import quote

import duckdb

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
ALL = "all"
ANYTHING = object()


class Cell(NamedTuple):
    """A number and where it comes from."""

    value: Any
    address: str


def cell(value: Any, table: str, keys: Row | None = None, column: str = "count()") -> Cell:
    """A number with its address."""
    where = ",".join(f"{name}={_as_text(key)}" for name, key in (keys or {}).items())
    return Cell(value, f"{table}:{where}:{column}")


def _as_text(value: Any) -> str:
    if value is ANYTHING:
        return "*"
    if value is None:
        return ""
    return quote(str(value).lower() if isinstance(value, bool) else str(value), safe="")


def one_decimal(value: float) -> str:
    """A number as it is shown: one decimal, halves away from zero as in clinical tables."""
    return str(Decimal(repr(float(value))).quantize(Decimal("0.1"), ROUND_HALF_UP) + 0)


def load_rows(con: Connection, query: str, parameters: object = None) -> list[Row]:
    """All rows of a query, each by column name."""
    result = con.execute(query, parameters)
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def load_run(con: Connection) -> Row:
    """The one row of meta.runs with the number of subjects, treated subjects and cycles as cells."""
    (run,) = load_rows(
        con,
        """SELECT runs.*, subjects.*, (SELECT count(*) FROM analysis.cycles) AS cycles,
            (SELECT max(cycle) FROM analysis.cycles) AS most_cycles
        FROM meta.runs AS runs CROSS JOIN (
            SELECT count(*) AS subjects, count(first_injection_date) AS treated,
                count(first_injection_date) FILTER (arm IS NULL) AS treated_without_arm
            FROM analysis.subjects) AS subjects""",
    )
    treated = {"first_injection_date": ANYTHING}
    return run | {
        "subjects": cell(run["subjects"], "analysis.subjects"),
        "treated": cell(run["treated"], "analysis.subjects", treated),
        "treated_without_arm": cell(run["treated_without_arm"], "analysis.subjects", treated | {"arm": None}),
        "cycles": cell(run["cycles"], "analysis.cycles"),
        "lines_read": cell(run["lines_read"], "meta.runs", None, "lines_read"),
        "lines_quarantined": cell(run["lines_quarantined"], "meta.runs", None, "lines_quarantined"),
        "files_landed": cell(run["files_landed"], "meta.runs", None, "files_landed"),
    }


def load_arms(con: Connection) -> dict[str, str]:
    """Code to label in the study's order, then ``all``; a blinded or single-arm study has ``all`` only."""
    arms = dict(con.execute("SELECT arm, label FROM meta.arms ORDER BY position").fetchall())
    told_apart = len(set(arms.values())) == len(arms)
    return {arm: label if told_apart else f"{label} ({arm})" for arm, label in arms.items()} | {ALL: "All subjects"}


def load_rule_sets(con: Connection) -> list[Row]:
    """One row per rule set, the primary one first, with ``is_primary``; ``interpretation`` is a list."""
    rules = load_rows(
        con,
        """SELECT rule.*, rule.rule_set = runs.primary_rule_set AS is_primary
        FROM meta.rule_sets AS rule CROSS JOIN meta.runs AS runs
        ORDER BY is_primary DESC, rule.position""",
    )
    return [rule | {"interpretation": (rule["interpretation"] or "").splitlines()} for rule in rules]


def load_rates(con: Connection) -> list[Row]:
    """One row per rule set, cycle and arm (and all): rates, and where every treated subject stands, in subjects."""
    rows = load_rows(
        con,
        """WITH stands AS (
            SELECT rule_set, cycle, CASE WHEN grouping(arm) = 1 THEN 'all' ELSE arm END AS arm, count(*) AS n_given,
                count(*) FILTER (status = 'non_responder') AS n_non_responder,
                count(*) FILTER (status = 'not_evaluable') AS n_not_evaluable,
                count(*) FILTER (status = 'not_due') AS n_not_due
            FROM analysis.responder
            GROUP BY GROUPING SETS ((rule_set, cycle, arm), (rule_set, cycle))
            HAVING grouping(arm) = 1 OR arm IS NOT NULL
        )
        SELECT rate.*, treated.n_subjects AS n_treated, coalesce(n_given, 0) AS n_given,
            coalesce(n_non_responder, 0) AS n_non_responder, coalesce(n_not_evaluable, 0) AS n_not_evaluable,
            coalesce(n_not_due, 0) AS n_not_due
        FROM summary.responder_rates AS rate
        JOIN summary.first_response AS treated USING (rule_set, cycle, arm)
        LEFT JOIN stands USING (rule_set, cycle, arm)
        LEFT JOIN meta.arms AS arm USING (arm)
        ORDER BY rate.rule_set, rate.cycle, arm.position NULLS LAST""",
    )
    shown = []
    for row in rows:
        key = {"rule_set": row["rule_set"], "cycle": row["cycle"], "arm": row["arm"]}
        given = {name: key[name] for name in key if name != "arm" or row["arm"] != ALL}  # without an arm: everybody
        shown.append(
            row_cells(row, "summary.responder_rates", ("rule_set", "cycle", "arm"))
            | {"n_treated": cell(row["n_treated"], "summary.first_response", key, "n_subjects")}
            | {"n_given": cell(row["n_given"], "analysis.responder", given)}
            | {
                f"n_{status}": cell(row[f"n_{status}"], "analysis.responder", given | {"status": status})
                for status in ("non_responder", "not_evaluable", "not_due")
            }
        )
    return shown


RATE_KEY = ("rule_set", "arm", "cycle")


def row_cells(row: Row, table: str, key: tuple[str, ...]) -> Row:
    """The row with every column outside its key made a cell of that table."""
    keys = {name: row[name] for name in key}
    return keys | {name: cell(value, table, keys, name) for name, value in row.items() if name not in key}


def load_first_response(con: Connection, rule_set: str) -> list[Row]:
    """One row per arm (and all) and cycle under one rule set."""
    rows = load_rows(
        con,
        """SELECT first.* FROM summary.first_response AS first LEFT JOIN meta.arms AS arm USING (arm)
        WHERE rule_set = ? ORDER BY arm.position NULLS LAST, cycle""",
        [rule_set],
    )
    return [row_cells(row, "summary.first_response", RATE_KEY) for row in rows]


def load_verdicts(con: Connection) -> list[Row]:
    """One row per rule set, cycle and arm (and all): the subjects given the cycle, and ``verdicts`` by name."""
    rows = load_rows(
        con,
        """SELECT verdict.* FROM summary.verdicts AS verdict LEFT JOIN meta.arms AS arm USING (arm)
        ORDER BY rule_set, cycle, arm.position NULLS LAST, verdict""",
    )
    groups: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        cells = row_cells(row, "summary.verdicts", (*RATE_KEY, "verdict"))
        group = groups.setdefault(tuple(row[name] for name in RATE_KEY), cells | {"verdicts": {}})
        group["verdicts"][row["verdict"]] = cells
    return list(groups.values())


CRITERIA = (  # the column, the answer that meets the criterion
    ("is_chronic_article", True),
    ("has_failed_preventives", True),
    ("is_overuse", False),
    ("is_eligible", True),
    ("is_chronic_ichd3", True),
)


def load_eligibility(con: Connection) -> dict[str, dict[str, tuple[Cell, Cell]]]:
    """Per criterion: (subjects, percent of all subjects) by answer yes, no and unknown."""
    table = "analysis.eligibility"
    criteria = {}
    for column, met in CRITERIA:
        (row,) = load_rows(
            con,
            f"""SELECT count(*) FILTER ({column}) AS is_true, count(*) FILTER (NOT {column}) AS is_false,
                count(*) FILTER ({column} IS NULL) AS is_null, nullif(count(*), 0) AS n FROM {table}""",
        )
        counts = {True: row["is_true"], False: row["is_false"], None: row["is_null"]}
        criteria[column] = {
            answer: (
                cell(counts[value], table, {column: value}),
                cell(row["n"] and 100.0 * counts[value] / row["n"], table, {column: value}, "percent()"),
            )
            for answer, value in (("yes", met), ("no", not met), ("unknown", None))
        }
    return criteria


def load_months(con: Connection, month_days: int) -> list[Row]:
    """One row per cycle (0 = baseline), month and arm (and all): n, mean and SD of headache days per ``month_days``.

    Only months that are due and evaluable count; where there are none, n is 0 and the mean null. se_days (plain) is the
    standard error; SD and SE are null for one subject.
    """
    rows = load_rows(
        con,
        """WITH arms AS (
            SELECT arm, position FROM meta.arms
            UNION ALL
            SELECT 'all', NULL
        ),
        periods AS (SELECT DISTINCT cycle, month FROM analysis.months),
        monthly AS (
            SELECT month.cycle, month.month, subject.arm, month.headache_days * $1 / month.recorded_days AS days
            FROM analysis.months AS month
            JOIN analysis.subjects AS subject USING (subject_id)
            WHERE month.is_due AND month.is_evaluable
        )
        -- Rounded far below what is shown, so that the order of summation leaves no trace.
        SELECT periods.cycle, periods.month, arms.arm, count(days) AS n, round(avg(days), 9) AS mean_days,
            round(stddev_samp(days), 9) AS sd_days, round(stddev_samp(days) / sqrt(count(days)), 9) AS se_days
        FROM periods
        CROSS JOIN arms
        LEFT JOIN monthly
            ON monthly.cycle = periods.cycle AND monthly.month = periods.month
            AND (arms.arm = 'all' OR monthly.arm = arms.arm)
        GROUP BY periods.cycle, periods.month, arms.arm, arms.position
        ORDER BY periods.cycle, periods.month, arms.position NULLS LAST""",
        [month_days],
    )
    return [row_cells(row, "analysis.months", ("cycle", "month", "arm")) | {"se_days": row["se_days"]} for row in rows]


def load_months_left_out(con: Connection) -> Row:
    """Months that are in no mean, and why: subject-months."""
    (row,) = load_rows(
        con,
        """SELECT count(*) AS months, count(*) FILTER (NOT is_due) AS not_due,
            count(*) FILTER (is_due AND NOT is_evaluable) AS not_evaluable FROM analysis.months""",
    )
    table = "analysis.months"
    return {
        "months": cell(row["months"], table),
        "not_due": cell(row["not_due"], table, {"is_due": False}),
        "not_evaluable": cell(row["not_evaluable"], table, {"is_due": True, "is_evaluable": False}),
    }


LINES = ("lines_read", "lines_current", "lines_superseded", "lines_duplicate", "lines_quarantined")


def load_files(con: Connection) -> list[Row]:
    """One row per file seen: where each of its data lines ended."""
    rows = load_rows(
        con,
        f"""SELECT file_id, path, kind, status, refused_reason, {", ".join(LINES)}
        FROM landing.files ORDER BY path, sha256""",
    )
    return [
        row
        | {
            name: cell(row[name], "landing.files", {"path": row["path"], "file_id": row["file_id"]}, name)
            for name in LINES
        }
        for row in rows
    ]


def load_line_totals(con: Connection) -> Row:
    """Lines over all files, by where they ended."""
    (row,) = load_rows(con, f"SELECT {', '.join(f'coalesce(sum({n}), 0) AS {n}' for n in LINES)} FROM landing.files")
    return {name: cell(row[name], "landing.files", None, f"sum({name})") for name in LINES}


def load_quarantine(con: Connection) -> list[Row]:
    """One row per check: the lines it put in quarantine and the reason, in the check's own words."""
    rows = load_rows(
        con,
        """WITH said AS (
            SELECT check_id, min(reason) AS reason, count(DISTINCT reason) AS reasons FROM meta.findings GROUP BY ALL
        )
        SELECT line.check_id, line.severity, line.kind, count(*) AS n_lines,
            coalesce(any_value(said.reason), min(line.reason)) AS reason,
            coalesce(any_value(said.reasons), 1) AS reasons
        FROM landing.quarantine AS line
        LEFT JOIN said USING (check_id)
        GROUP BY line.check_id, line.severity, line.kind
        ORDER BY n_lines DESC, line.check_id, line.kind""",
    )
    return [row | {"n_lines": cell(row["n_lines"], "landing.quarantine", _check(row))} for row in rows]


def load_flags(con: Connection) -> list[Row]:
    """One row per check that flagged lines or files without setting them aside (warning, info)."""
    rows = load_rows(
        con,
        """SELECT check_id, severity, kind, count(*) AS n_findings, min(reason) AS reason,
            count(DISTINCT reason) AS reasons
        FROM meta.findings
        WHERE severity NOT IN ('critical', 'error')
        GROUP BY ALL
        ORDER BY severity DESC, n_findings DESC, check_id, kind""",
    )
    return [row | {"n_findings": cell(row["n_findings"], "meta.findings", _check(row))} for row in rows]


def _check(row: Row) -> Row:
    return {name: row[name] for name in ("check_id", "severity", "kind")}
