"""The verbs that look at what was published over time: history and status."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from flows.base.exit_codes import sentence_of
from flows.base.shown_text import one_line
from flows.cli.app import LogFormat, Logs, app

Place = Annotated[Path, typer.Argument(metavar="OUT", help="where a run has published")]


@app.command(epilog=sentence_of("history"))
def history(
    out: Place,
    site: Annotated[str | None, typer.Option("--site", help="one site only")] = None,
    by_site: Annotated[bool, typer.Option("--by-site", help="a line a run and site")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print every column as JSON")] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """The runs so far: what came with each, how faulty it was, and which site drifts."""
    from flows.base.logs import is_json, print_result, set_up
    from flows.runs.history_shown import load_runs, runs_in_words

    set_up(log_format.value)
    rows = load_runs(out, site, by_site)
    if is_json():
        for row in rows:
            typer.echo(json.dumps(row, default=str))
    elif as_json:
        typer.echo(json.dumps(rows, default=str, indent=1))
    else:
        for line in runs_in_words(rows):
            print_result(line)


@app.command(epilog=sentence_of("status"))
def status(
    out: Place,
    as_json: Annotated[bool, typer.Option("--json", help="print it as JSON")] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """How things stand: the last run, the current snapshot, the age of the data, the lock, the disk."""
    from flows.base.logs import is_json, print_result, set_up
    from flows.runs.status import load_status, status_in_words
    from flows.serving.schedule_file import next_due

    set_up(log_format.value)
    found = load_status(out, datetime.now(UTC))
    found = found.model_copy(update={"next_due_at": next_due(found.out)})
    if as_json or is_json():
        typer.echo(found.model_dump_json(indent=None if is_json() else 1))
        return
    for line in status_in_words(found):
        print_result(one_line(line))
