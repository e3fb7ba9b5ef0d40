"""The data themselves: diary compliance, files and where their lines ended, quarantine, flags."""

from flows.base.sql_text import rows_of
from flows.report.cells import ALL, Cell, Connection, Row, cell, grouped, load_cells

SITE_KEY = ("site", "arm", "cycle", "month")
GAP_LEVELS = (
    "", "1", "2 to 3", "4 to 7", "8 to 27", "28 or more", "baseline", "month 1", "month 2", "month 3", "later",
)  # fmt: skip
LINES = (
    "lines_read",
    "lines_current",
    "lines_superseded",
    "lines_duplicate",
    "lines_quarantined",
    "lines_merged",
    "lines_elsewhere",
    "cells_set_aside",
)


def load_compliance(con: Connection, arms: dict[str, str]) -> dict[str, list[Row]]:
    """Compliance by month: rows by arm, then rows by site; nothing by site where all subjects have one site."""
    rows = load_cells(con, "summary.compliance", ("arm", "cycle", "month"))
    by_arm = {arms[arm]: months for arm, months in grouped(rows, "arm").items() if arm in arms}
    by_site = grouped(load_cells(con, "summary.compliance_by_site", SITE_KEY, {"arm": ALL}), "site")
    return by_arm | (by_site if len(by_site) > 1 else {})


def load_site_arms(con: Connection, arms: dict[str, str]) -> dict[str, list[Row]]:
    """Compliance by month of each site and arm; nothing where there are no two arms or no two sites."""
    named = {arm: label for arm, label in arms.items() if arm != ALL}
    rows = load_cells(con, "summary.compliance_by_site", SITE_KEY)
    if len(named) < 2 or len({row["site"] for row in rows}) < 2:
        return {}
    groups = grouped([row for row in rows if row["arm"] in named], "site", "arm")
    return {f"{site}, {named[arm]}": months for (site, arm), months in groups.items()}


def load_gaps(con: Connection, arms: dict[str, str]) -> dict[str, list[Row]]:
    """Gaps in the diaries: rows of each arm over all sites (``arms``), and of each site over all arms (``sites``: any gap)."""
    key = ("characteristic", "level", "site", "arm")
    order = {level: i for i, level in enumerate(GAP_LEVELS)}
    of_arms = [row for row in load_cells(con, "summary.diary_gaps", key, {"site": ALL}) if row["arm"] in arms]
    any_gap = load_cells(con, "summary.diary_gaps", key, {"characteristic": "any", "arm": ALL})
    of_sites = [row for row in any_gap if row["site"] != ALL]
    return {
        "arms": [row | {"place": order[row["level"]]} for row in of_arms],
        "sites": of_sites if len(of_sites) > 1 else [],
    }


def load_files(con: Connection) -> list[Row]:
    """One row per file seen: where each of its data lines ended."""
    rows = rows_of(
        con,
        f"""SELECT file_id, path, part, kind, status, refused_reason, {", ".join(LINES)}
        FROM landing.files ORDER BY path, sha256, file_id""",
    )
    return [
        row
        | {
            name: cell(row[name], "landing.files", {"path": row["path"], "file_id": row["file_id"]}, name)
            for name in LINES
        }
        for row in rows
    ]


def has_file(con: Connection, kind: str) -> bool:
    """Whether a file of this kind was landed."""
    (row,) = rows_of(con, "SELECT count(*) AS n FROM landing.files WHERE kind = $1 AND status = 'landed'", [kind])
    return row["n"] > 0


def load_line_totals(con: Connection) -> dict[str, Cell]:
    """Lines over all files, by where they ended."""
    (row,) = rows_of(con, f"SELECT {', '.join(f'coalesce(sum({n}), 0) AS {n}' for n in LINES)} FROM landing.files")
    return {name: cell(row[name], "landing.files", None, f"sum({name})") for name in LINES}


def load_quarantine(con: Connection) -> list[Row]:
    """One row per check: the lines it put in quarantine and the reason, in the check's own words."""
    rows = rows_of(
        con,
        """WITH found AS (
            SELECT check_id, min(reason) AS reason, count(DISTINCT reason) AS reasons FROM meta.findings GROUP BY ALL
        )
        SELECT line.check_id, line.severity, line.kind, count(*) AS n_lines,
            coalesce(any_value(found.reason), min(line.reason)) AS reason,
            coalesce(any_value(found.reasons), 1) AS reasons
        FROM landing.quarantine AS line
        LEFT JOIN found USING (check_id)
        GROUP BY line.check_id, line.severity, line.kind
        ORDER BY n_lines DESC, line.check_id, line.kind""",
    )
    return [row | {"n_lines": cell(row["n_lines"], "landing.quarantine", _check(row))} for row in rows]


def load_cells_aside(con: Connection) -> list[Row]:
    """One row per kind of file, column and check: the cells it set aside, whose lines count without them."""
    rows = rows_of(
        con,
        """SELECT kind, column_name, check_id, count(*) AS n_cells, count(DISTINCT file_id) AS n_files,
            min(reason) AS reason
        FROM landing.quarantined_cells GROUP BY ALL ORDER BY n_cells DESC, kind, column_name, check_id""",
    )
    return [
        row
        | {
            name: cell(
                row[name], "landing.quarantined_cells", {n: row[n] for n in ("kind", "column_name", "check_id")}, column
            )
            for name, column in (("n_cells", "count()"), ("n_files", "count(DISTINCT file_id)"))
        }
        for row in rows
    ]


def load_flags(con: Connection) -> list[Row]:
    """One row per check that flagged lines or files without setting them aside (warning, info)."""
    rows = rows_of(
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
