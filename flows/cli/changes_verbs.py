"""The verb that tells what changed between two snapshots: diff."""

import json
from pathlib import Path
from typing import Annotated

import typer

from flows.base.errors import ConfigurationError
from flows.base.exit_codes import sentence_of
from flows.cli.app import LogFormat, Logs, app
from flows.cli.stopping import interruptible


@app.command(epilog=sentence_of("diff"))
def diff(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="where runs have published")],
    before: Annotated[
        str | None,
        typer.Argument(metavar="[A]", show_default=False, help="the earlier snapshot: id, its beginning, or date"),
    ] = None,
    after: Annotated[
        str | None, typer.Argument(metavar="[B]", show_default=False, help="the later one; default the current one")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print everything as one JSON object")] = False,
    as_html: Annotated[bool, typer.Option("--html", help="print everything as one HTML page")] = False,
    subject: Annotated[str | None, typer.Option("--subject", metavar="S", help="this subject alone")] = None,
    log_format: Logs = LogFormat.text,
) -> None:
    """What changed between two snapshots, and why: by default between the current one and the one before it."""
    if as_json and as_html:
        raise ConfigurationError("--json and --html: give one of them.")
    from flows.base.logs import is_json, set_up
    from flows.comparing.comparison_shown import page_of_comparison, print_comparison, sentence_of_comparison
    from flows.runs.compared import compare_published

    set_up(log_format.value)
    with interruptible(out):
        earlier, later, comparison = compare_published(out, before, after, subject)
    if as_html:
        typer.echo(page_of_comparison(earlier, later, comparison), nl=False)
    elif as_json or is_json():
        found = {
            **{
                name: {"snapshot_id": s.snapshot_id, "published_at": s.published_at, "cutoff_date": s.cutoff_date}
                for name, s in (("before", earlier), ("after", later))
            },
            "subject_id": subject,
            "message": sentence_of_comparison(comparison),
            "changes": [change.model_dump(mode="json") for change in comparison.changes],
        }
        typer.echo(json.dumps(found, indent=None if is_json() else 2, default=str, ensure_ascii=False))
    else:
        print_comparison(earlier, later, comparison)
