"""check: data quality only. Lands into a temporary folder, publishes nothing, works without Prefect."""

import tempfile
from pathlib import Path

from flows import steps
from flows.findings import count_by_severity, load_findings, print_findings
from flows.progress import console, step
from flows.study import load_study
from flows.warehouse import open_warehouse


def check_study(folder: Path) -> int:
    """Check a study's inbox and print the findings, grouped by check; gives the exit code (0 or 1)."""
    study = load_study(folder)
    with tempfile.TemporaryDirectory(prefix="check-") as out, open_warehouse(Path(out), study) as (con, kept):
        steps.load_metadata(con, study, None)
        with step("land") as line:
            landed = steps.land(con, study, kept)
            line.text = f"{landed.files_seen} files, {landed.lines_landed:,} lines, {landed.files_refused} refused"
        with step("validate") as line:
            quality = steps.validate(con, study, kept)
            steps.derive(con)
            line.text = f"{len(quality.results)} checks"
        with step("results") as line:
            line.text = f"{len(steps.summarise(con))} checks"
        groups = load_findings(con)
    print_findings(console, groups)
    counts = count_by_severity(groups)
    errors = counts.get("critical", 0) + counts.get("error", 0)
    console.print(f"{errors:,} errors in {sum(counts.values()):,} findings.")
    return 1 if errors else 0
