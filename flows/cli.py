"""The command line. Heavy libraries are imported inside the verbs, so that --help stays quick."""

import atexit
import os
import re
import sys
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flows.base.errors import ConfigurationError, Defect, OutcomesError
from flows.base.shown_text import one_line, shown

if TYPE_CHECKING:
    from flows.deriving.partitions import Cluster

app = typer.Typer(
    name="migraine-outcomes",
    help="Patient headache diaries in, per-cycle responder status and publication-ready summary tables out.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

StudyFolder = Annotated[Path, typer.Argument(metavar="STUDY", help="study folder with study.toml and inbox/")]
Out = Annotated[Path | None, typer.Option("--out", help="where to publish; default STUDY/published")]


class LogFormat(StrEnum):
    """How a verb writes its log."""

    text = "text"
    json = "json"


Logs = Annotated[
    LogFormat,
    typer.Option("--log-format", envvar="MIGRAINE_OUTCOMES_LOG_FORMAT", help="json: one object a line on stderr"),
]


class Format(StrEnum):
    """Output formats of check."""

    text = "text"
    json = "json"
    junit = "junit"
    sarif = "sarif"
    github = "github"


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise ConfigurationError(f"--cutoff: '{text}' is not a date; write it as YYYY-MM-DD.") from None


@app.command()
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
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """Land, validate, derive, summarise and publish."""
    from flows.base.logs import set_up
    from flows.study.study_folder import load_study

    set_up(log_format.value)

    if as_of is not None:
        if cluster:
            raise ConfigurationError("--as-of: is made again on this machine; leave --cluster out.")
        _run_as_of((out or study / "published").resolve(), as_of, cutoff)
        return
    day = _date(cutoff)
    load_study(study)  # a wrong setting is reported before anything slow starts
    settings = _cluster(cluster, partitions, shared)
    from flows.serving.temporary_server import prefect_api

    with prefect_api():
        from flows.nightly import publish_outcomes
        from flows.runs.run_summary import print_summary

        summary = publish_outcomes(study.resolve(), (out or study / "published").resolve(), day, settings)
    if as_json:
        typer.echo(summary.as_json())
    else:
        print_summary(summary)


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


def _run_as_of(out: Path, as_of: str, cutoff: str | None) -> None:
    if cutoff:
        raise ConfigurationError("--as-of: a publication has its own cut-off; leave --cutoff out.")
    from flows.runs.as_of import publish_as_of

    typer.echo(publish_as_of(out, as_of))


@app.command()
def check(
    study: StudyFolder,
    output_format: Annotated[Format, typer.Option("--format", help="the format of the findings")] = Format.text,
    output: Annotated[Path | None, typer.Option("--output", metavar="FILE", help="write them to a file")] = None,
    also: Annotated[
        list[str] | None, typer.Option("--also", metavar="FORMAT=FILE", help="a further format, to a file; repeatable")
    ] = None,
    queries: Annotated[
        Path | None, typer.Option("--queries", metavar="FILE", help="write the questions to the sites (CSV)")
    ] = None,
    root: Annotated[
        Path | None, typer.Option("--root", envvar="GITHUB_WORKSPACE", help="folder that paths start from")
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, help="places listed of each check; all are counted")] = 100,
    log_format: Logs = LogFormat.text,
) -> None:
    """Data quality only, publishes nothing: for CI. Exit 1 on any error or critical finding."""
    from flows.base.logs import set_up
    from flows.study.study_folder import load_study

    set_up(log_format.value)

    facts = load_study(study)
    from flows.checking.formats import prefix_of
    from flows.checking.formats.output import check_target, targets_of, write_report
    from flows.runs.check import check_study

    targets = targets_of(facts, output_format.value, output, also or ())
    check_target(facts, queries)
    report = check_study(facts, queries, limit)
    write_report(report, targets, prefix_of(study, root))
    raise typer.Exit(report.exit_code)


@app.command()
def explain(
    place: Annotated[Path, typer.Argument(metavar="STUDY|OUT")],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT")],
    cycle: Annotated[int | None, typer.Option("--cycle", help="one cycle only")] = None,
    rule_set: Annotated[str | None, typer.Option("--rule-set", help="another rule set than the primary one")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the explanation as JSON")] = False,
) -> None:
    """How a status came about, down to file and line."""
    import json

    from flows.explaining.explain import explain as explain_statuses
    from flows.explaining.terminal import print_explanation

    explanations = explain_statuses(place, subject, cycle, rule_set)
    if as_json:
        typer.echo(json.dumps([explanation.model_dump(mode="json") for explanation in explanations], indent=2))
    else:
        for explanation in explanations:
            print_explanation(explanation)


@app.command()
def simulate(
    outdir: Annotated[Path, typer.Argument(metavar="OUTDIR", help="new folder for the study")],
    subjects: Annotated[int | None, typer.Option("--subjects", min=1, help="default: as published")] = None,
    arms: Annotated[str | None, typer.Option("--arms", metavar="ARMS", help="as in placebo,ona or ona=200")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="same seed, same bytes")] = 1,
    preset: Annotated[str, typer.Option("--preset", help="preempt, compel, registry or a .toml file")] = "preempt",
    dirty: Annotated[float, typer.Option("--dirty", min=0, max=1, help="rate of planted faults")] = 0.0,
) -> None:
    """A synthetic study with known truth."""
    from flows.simulation.command import simulate_study

    simulate_study(outdir, preset, arms, subjects, seed, dirty)


@app.command()
def init(folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder to make")]) -> None:
    """A commented study folder to fill in."""
    from flows.study.template import make_study_folder

    make_study_folder(folder)
    typer.echo(f"{folder} is ready: put the CSV files into {folder / 'inbox'} and edit {folder / 'study.toml'}.")


@app.command()
def verify(out: Annotated[Path, typer.Argument(metavar="OUT", help="where a run has published")]) -> None:
    """Hashes, conservation, independent recomputation. Exit 1 on any difference."""
    from flows.verifying.verify import verify as verify_snapshot

    verified = verify_snapshot(out)
    for line in (*verified.facts, *verified.differences):
        typer.echo(one_line(line))
    typer.echo(f"{verified.snapshot}: {'does not verify' if verified.differences else 'verified'}.")
    raise typer.Exit(int(bool(verified.differences)))


@app.command()
def serve(
    study: StudyFolder,
    out: Out = None,
    cron: Annotated[str, typer.Option("--cron", help="when to run, as a cron line")] = "0 2 * * *",
    timezone: Annotated[str, typer.Option("--timezone", envvar="TZ", help="whose hours the cron line means")] = "UTC",
    log_format: Logs = LogFormat.text,
) -> None:
    """A scheduled Prefect deployment: runs by itself for as long as this command does."""
    from flows.base.logs import set_up
    from flows.study.study_folder import load_study

    set_up(log_format.value)
    load_study(study)
    from flows.serving.serve import serve_study

    serve_study(study.resolve(), (out or study / "published").resolve(), cron, timezone)


def _tell(error: OutcomesError) -> None:
    from flows.base import logs

    if logs.is_json():
        logs.log_error(str(error), event="failed", exit_code=error.exit_code)
    else:
        sys.stderr.write(f"{shown(str(error))}\n")


def main() -> None:
    """Run a verb; an error becomes a plain sentence and the contract's exit code."""
    code = 0
    try:
        app(standalone_mode=True)
    except OutcomesError as error:
        _tell(error)
        code = error.exit_code
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception as defect:  # a person gets a sentence, whatever happens; its text could hold diary values
        if os.environ.get("MIGRAINE_OUTCOMES_DEBUG"):
            raise
        _tell(Defect(defect))
        code = 2
    # Exit handlers run (Prefect stops its temporary server), then the process ends at once: taking the interpreter
    # down piece by piece makes DuckDB's bindings print pages about leaked instances that Great Expectations holds.
    atexit._run_exitfuncs()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    main()
