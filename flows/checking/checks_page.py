"""docs/checks.md: every data-quality check with its severity, reason, remedy and source, from the suites.

``python -m flows.checking.checks_page`` writes it anew.
"""

from pathlib import Path

from flows.base.resources import resource
from flows.checking.checks import Check, load_suites
from flows.checking.drift import DRIFT_CHECKS
from flows.study.check_limits import load_limits
from flows.study.dictionary import input_tables

HEAD = """# The data-quality checks

<!-- Written by `make expectations` from expectations/*.json and data/checks.toml. -->

Each check is a Great Expectations expectation, run inside DuckDB on the table it stands under. What its severity does:

| severity | what happens |
|---|---|
| critical | nothing is published |
| error | the line is set aside in `landing.quarantine`, with the reason |
| error, cell | the cell is set aside in `landing.quarantined_cells`; the line counts, and the cell is unknown |
| warning | the line counts; the finding stands in `meta.findings` |
| info | the line counts, or its not counting is meant; the finding stands in `meta.findings` |

Deviations and suspicions are warnings: they never take a line away. A check that needs a file or a column which nobody
sent is *not applicable*, neither passed nor failed; `meta.checks` and `validation/` tell it for each run.

## Limits that are judgement

Defaults from `data/checks.toml`. A study sets its own under `[checks]` in `study.toml`; `meta.check_limits` shows what
a snapshot was made with.

| limit | default |
|---|---|
"""
DRIFT_HEAD = """
## A site against its own recent runs

On `meta.run_history`, made when a run publishes; `check` does not make them ([the rules](operating.md#drift-by-site)).

| check | severity | what fails | what to do | source | needs |
|---|---|---|---|---|---|
"""
FIRST = ("landing.files", "landing.broken_lines")


def render_checks() -> str:
    """The page as Markdown."""
    limits = "".join(f"| `{name}` | {value} |\n" for name, value in load_limits().model_dump().items())
    suites = load_suites()
    parts = [HEAD + limits]
    of_kinds = [name for kind, table in input_tables().items() for name in (f"landing.{kind}", table.full_name)]
    for table in dict.fromkeys([*FIRST, *(name for name in of_kinds if name in suites), *suites]):
        rows = "".join(_row(check) for check in suites[table])
        parts.append(
            f"\n## {_title(table)}\n\nOn `{table}`.\n\n"
            f"| check | severity | what fails | what to do | source | needs |\n|---|---|---|---|---|---|\n{rows}"
        )
    rows = "".join(
        f"| `{drift.id}` | warning | {drift.reason} | {drift.fix} | {drift.source} | |\n" for drift in DRIFT_CHECKS
    )
    parts.append(f"{DRIFT_HEAD}{rows}")
    return "".join(parts)


def _title(table: str) -> str:
    """landing.diary: "Diary, line by line"; tabulation.diary_days: "Diary days"."""
    schema, _, name = table.partition(".")
    words = name.replace("_", " ").capitalize()
    return f"{words}, line by line" if schema == "landing" and name in input_tables() else words


def _row(check: Check) -> str:
    kind = check.id.split(".")[0]
    # That a check of the diary needs a diary goes without saying.
    needs = ", ".join(f"`{need}`" for need in check.needs if need != kind)
    severity = f"{check.severity}, cell" if check.sets_aside else check.severity
    cells = [f"`{check.id}`", severity, check.reason, check.fix, check.source, needs]
    return f"| {' | '.join(cell.replace('|', '/') for cell in cells)} |\n"


def page_path() -> Path:
    """Where the page stands in a checkout."""
    return resource("docs") / "checks.md"


if __name__ == "__main__":
    page_path().write_text(render_checks(), encoding="utf-8")
