"""validation/: what was checked and how it came out, as a page and as JSON, without one network request.

Great Expectations' own Data Docs load a dozen assets from the network; its results are kept whole, the page is ours.
"""

import json
from functools import cache
from pathlib import Path

import duckdb
from jinja2 import Environment, PackageLoader

from flows.base.sql_text import one_row
from flows.checking.validation import CheckResult


def render_validation(con: duckdb.DuckDBPyConnection, folder: Path, results: list[CheckResult]) -> None:
    """Write validation/index.html and validation/results.json.

    Grain of the JSON: one entry per check, with the rows tested and the rows that failed; no values of patients.
    """
    folder.mkdir(parents=True)
    # As they are published: lines of injections are not counted in a blinded study.
    rows = con.execute("SELECT check_id, rows_tested, rows_failing FROM meta.checks").fetchall()
    counted = {check_id: counts for check_id, *counts in rows}
    entries: list[dict[str, object]] = [
        {
            "table": result.check.table,
            "check_id": result.check.id,
            "expectation": result.check.type,
            "severity": result.check.severity,
            "status": result.status,
            "success": None if result.missing else result.failing == 0,
            "tested": counted[result.check.id][0],
            "failing": counted[result.check.id][1],
            "reason": result.check.reason,
            "fix": result.check.fix,
            "source": result.check.source,
            "not_applicable_reason": result.missing,
        }
        for result in results
    ]
    (folder / "results.json").write_text(json.dumps(entries, indent=1) + "\n", encoding="utf-8")
    suites: dict[str, list[dict[str, object]]] = {}
    for entry in entries:
        suites.setdefault(str(entry["table"]), []).append(entry)
    study = one_row(con, "SELECT study_id, title FROM meta.study")
    text = _templates().get_template("validation.html").render(suites=suites, study=study)
    (folder / "index.html").write_text(text, encoding="utf-8")


@cache
def _templates() -> Environment:
    """One for the process, so that the page is compiled once."""
    return Environment(loader=PackageLoader("flows.publishing"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
