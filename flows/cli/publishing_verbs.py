"""The verbs that publish: run, serve and export."""

import re
import signal
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.base.errors import ConfigurationError
from flows.base.exit_codes import sentence_of
from flows.cli.app import LogFormat, Logs, Out, StudyFolder, app
from flows.cli.stopping import interruptible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from flows.deriving.partitions import Cluster
    from flows.study.study_folder import DatasetFormat

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

        summary = publish_outcomes(study.resolve(), target, day, settings, reason, sign)
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

    # asyncio and Prefect come to an orderly end of their own by Python's own handler only.
    if signal.getsignal(signal.SIGINT) is not signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        serve_study(study.resolve(), target, cron, timezone)
    except KeyboardInterrupt:
        return


class ExportFormat(StrEnum):
    """Formats of export: of tables, and of the datasets of a standard."""

    csv = "csv"
    parquet = "parquet"
    xlsx = "xlsx"
    dataset_json = "dataset-json"
    ndjson = "ndjson"
    xpt = "xpt"


class StandardName(StrEnum):
    """Standards of export."""

    adam = "adam"
    ars = "ars"


@app.command(epilog=sentence_of("export"))
def export(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="where a run has published")],
    tables: Annotated[
        list[str] | None, typer.Argument(metavar="[TABLE]...", help="as in summary.responder_rates; default all")
    ] = None,
    formats: Annotated[
        list[ExportFormat] | None,
        typer.Option(
            "--format",
            help="of the files, repeatable; of tables csv (default), parquet or xlsx, of ADaM dataset-json (default), ndjson,"
            " xpt or parquet",
        ),
    ] = None,
    standard: Annotated[
        StandardName | None,
        typer.Option("--standard", help="ADaM datasets with define.xml, or the analysis results, in place of tables"),
    ] = None,
    shells: Annotated[
        bool,
        typer.Option("--shells", help="the publication tables without numbers (HTML, RTF, Word), for an analysis plan"),
    ] = False,
    to: Annotated[Path, typer.Option("--to", metavar="DIR", help="folder to write into")] = Path(),
    log_format: Logs = LogFormat.text,
) -> None:
    """Tables of the current snapshot, one file each (CSV, Parquet, Excel workbook), or the snapshot in a standard."""
    from flows.base.logs import print_result, set_up

    set_up(log_format.value)
    wanted = [form.value for form in formats or ()]
    if shells:
        from flows.publishing.exported_standards import export_shells

        if standard or tables or wanted:
            raise ConfigurationError(
                "--shells: are all of the publication tables; leave TABLE, --format and --standard out."
            )
        written = export_shells(out, to)
    elif standard:
        from flows.publishing.exported_standards import export_standard

        written = export_standard(out, standard.value, _dataset_formats(standard.value, tables, wanted), to)
    else:
        from flows.publishing.exported_tables import FORMATS, export_tables

        if other := [form for form in wanted if form not in FORMATS]:
            raise ConfigurationError(
                f"--format: tables are written as {', '.join(FORMATS)}; {other[0]} is for --standard adam."
            )
        written = [path for form in wanted or FORMATS[:1] for path in export_tables(out, tables or (), form, to)]
    for path in written:
        print_result(str(path), event="written")


def _dataset_formats(standard: str, tables: list[str] | None, wanted: list[str]) -> "Sequence[DatasetFormat]":
    """The formats of the datasets of a standard; raises ConfigurationError for what cannot go with it."""
    from flows.standards.written_standards import DEFAULT_FORMATS, WRITERS
    from flows.study.study_folder import XPT_NEEDS

    if tables:
        raise ConfigurationError(f"--standard {standard}: is written as a whole; leave {tables[0]} out.")
    if standard != "adam" and wanted:
        raise ConfigurationError(f"--format: --standard {standard} has its own formats; leave it out.")
    if other := [form for form in wanted if form not in WRITERS]:
        raise ConfigurationError(f"--format: ADaM is written as {', '.join(WRITERS)}, and not as {other[0]}.")
    if "xpt" in wanted and not find_spec("pyreadstat"):
        raise ConfigurationError(f"--format: {XPT_NEEDS}.")
    return [form for form in WRITERS if form in wanted] or DEFAULT_FORMATS
