"""The verbs that publish: run and serve."""

import re
from datetime import date
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.base.errors import ConfigurationError
from flows.base.exit_codes import sentence_of
from flows.cli.app import LogFormat, Logs, Out, StudyFolder, app
from flows.cli.stopping import interruptible, leave_signals

if TYPE_CHECKING:
    from flows.deriving.partitions import Cluster

SIGNING_KEY = "MIGRAINE_OUTCOMES_SIGNING_KEY"


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigurationError(f"--cutoff: '{text}' is not a date; write it as YYYY-MM-DD.") from None


@app.command(epilog=sentence_of("run"))
def run(
    study: StudyFolder,
    out: Out = None,
    cutoff: Annotated[str | None, typer.Option("--cutoff", metavar="DATE", help="last day whose data count")] = None,
    as_of: Annotated[
        str | None,
        typer.Option("--as-of", metavar="SNAPSHOT_ID|DATE", help="make an earlier publication again, nothing else"),
    ] = None,
    cluster: Annotated[
        str | None, typer.Option("--cluster", metavar="ADDRESS", help="derive the subjects on a Dask cluster")
    ] = None,
    partitions: Annotated[
        int | None, typer.Option("--partitions", min=1, help="of the subjects, on a cluster; default 4 a worker thread")
    ] = None,
    shared: Annotated[
        Path | None, typer.Option("--shared", metavar="DIR", help="folder the cluster sees; default OUT/state")
    ] = None,
    reason: Annotated[
        str | None,
        typer.Option(
            "--reason", metavar="TEXT", help="why this is published, for the audit trail (docs/audit.md); no names"
        ),
    ] = None,
    sign: Annotated[
        Path | None,
        typer.Option(
            "--sign", metavar="KEYFILE", envvar=SIGNING_KEY, help="sign what is published with this private SSH key"
        ),
    ] = None,
    rehash: Annotated[
        bool, typer.Option("--rehash", help="hash every inbox file, also those unchanged since they were hashed")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="print what would be landed; nothing is landed or published")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """Land, validate, derive, summarise and publish."""
    from flows.base.logs import set_up
    from flows.study.study_folder import check_out, load_study

    set_up(log_format.value)
    target = (out or study / "published").resolve()
    check_out(study, target)
    if dry_run:
        if as_of is not None or cluster:
            raise ConfigurationError("--dry-run: looks at the inbox only; leave --as-of and --cluster out.")
        _print_dry_run(study, target, as_json)
        return
    if as_of is not None:
        if cluster:
            raise ConfigurationError("--as-of: is made again on this machine; leave --cluster out.")
        _run_as_of(target, as_of, cutoff, reason, sign)
        return
    day = _date(cutoff)
    load_study(study)  # a wrong setting is reported before anything slow starts
    settings = _cluster(cluster, partitions, shared)
    from flows.serving.temporary_server import prefect_api

    with interruptible(target), prefect_api():
        from flows.nightly import publish_outcomes
        from flows.runs.run_summary import print_summary

        summary = publish_outcomes(study.resolve(), target, day, settings, reason, sign, rehash)
        if as_json:
            typer.echo(summary.as_json())
        else:
            print_summary(summary)


def _print_dry_run(study: Path, target: Path, as_json: bool) -> None:
    from flows.base.logs import is_json, print_result
    from flows.base.shown_text import one_line
    from flows.runs.dry_run import dry_run_in_words, look_at_inbox
    from flows.study.study_folder import load_study

    found = look_at_inbox(load_study(study), target)
    if as_json or is_json():
        typer.echo(found.model_dump_json(indent=None if is_json() else 1))
        return
    for line in dry_run_in_words(found):
        print_result(one_line(line))


def _cluster(address: str | None, partitions: int | None, shared: Path | None) -> "Cluster | None":
    if not address:
        if partitions or shared:
            raise ConfigurationError(
                "--partitions and --shared belong to --cluster; give its address, or leave them out."
            )
        return None
    if not find_spec("prefect_dask"):
        raise ConfigurationError("--cluster: needs Dask; install 'migraine-outcomes[cluster]'.")
    if shared and re.match(r"\w+:/", str(shared)):
        raise ConfigurationError(
            f"--shared: {shared.parts[0]} is not a folder; object storage is not written to, name a folder on a shared file"
            " system (docs/cluster.md)."
        )
    from flows.deriving.partitions import Cluster

    return Cluster(address=address, partitions=partitions, shared=shared)


def _run_as_of(out: Path, as_of: str, cutoff: str | None, reason: str | None, sign: Path | None) -> None:
    if cutoff:
        raise ConfigurationError("--as-of: a publication has its own cut-off; leave --cutoff out.")
    from flows.base.logs import print_result
    from flows.publishing.audit_entries import attestation
    from flows.runs.as_of import publish_as_of

    attested = attestation(reason, sign)
    with interruptible(out):
        made = publish_as_of(out, as_of, attested)
    print_result(str(made), event="published", snapshot=made.name)


@app.command(epilog=sentence_of("serve"))
def serve(
    study: StudyFolder,
    out: Out = None,
    cron: Annotated[str, typer.Option("--cron", help="when to run, as a cron line")] = "0 2 * * *",
    timezone: Annotated[str, typer.Option("--timezone", envvar="TZ", help="whose hours the cron line means")] = "UTC",
    log_format: Logs = LogFormat.text,
) -> None:
    """A scheduled Prefect deployment: runs by itself for as long as this command does."""
    from flows.base.logs import set_up
    from flows.study.study_folder import check_out, load_study

    set_up(log_format.value)
    target = (out or study / "published").resolve()
    load_study(study)
    check_out(study, target)
    from flows.serving.serve import serve_study

    leave_signals()  # asyncio and Prefect come to an orderly end of their own
    try:
        serve_study(study.resolve(), target, cron, timezone)
    except KeyboardInterrupt:
        return
