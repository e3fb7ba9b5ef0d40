"""The command line. Heavy libraries are imported inside the verbs, so that --help stays quick."""

import os
import re
import signal
import sys
from collections.abc import Generator
from contextlib import contextmanager
from datetime import date
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.core import TyperGroup

from flows.base.ending import end_process, leave_output
from flows.base.errors import ConfigurationError, Defect, Interrupted, OutcomesError
from flows.base.exit_codes import ALL_VERBS, COULD_NOT, INTERRUPTED, OUTPUT_CLOSED, TERMINATED, sentence_of
from flows.base.shown_text import one_line, shown
from flows.study.template import Origin

if TYPE_CHECKING:
    from flows.deriving.partitions import Cluster

LOG_FORMAT = "MIGRAINE_OUTCOMES_LOG_FORMAT"


_received: list[int] = []  # signals: libraries may make an error of their own of the exception that one raises


class Verbs(TyperGroup):
    """The verbs; what ends one from outside is left to ``main``, which has a sentence and an exit code for it."""

    def invoke(self, ctx: Any) -> Any:
        try:
            return super().invoke(ctx)
        except (KeyboardInterrupt, Exception) as stop:
            if _is_interruption(stop):
                raise _interrupted("nothing was published") from None
            if not isinstance(stop, BrokenPipeError):
                raise
            leave_output()
            raise typer.Exit(OUTPUT_CLOSED) from None


app = typer.Typer(
    name="migraine-outcomes",
    help="Patient headache diaries in, per-cycle responder status and publication-ready summary tables out.",
    epilog=f"The exit codes of a verb stand in its own --help. {ALL_VERBS}",
    cls=Verbs,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
)


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        typer.echo(f"migraine-outcomes {version('migraine-outcomes')}")
        raise typer.Exit


@app.callback()
def _all_verbs(
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="print the version and end")
    ] = False,
) -> None:
    pass


def _is_interruption(stop: BaseException) -> bool:
    return isinstance(stop, KeyboardInterrupt) or bool(_received and not isinstance(stop, Interrupted))


def _interrupted(truth: str) -> Interrupted:
    code = TERMINATED if _received and _received[0] == signal.SIGTERM else INTERRUPTED
    return Interrupted(f"interrupted; {truth}", code)


@contextmanager
def _interruptible(out: Path) -> Generator[None]:
    """An interruption of what publishes to OUT is reported with what was published until then."""

    def current() -> str | None:
        link = out / "current"
        return link.readlink().name if link.is_symlink() else None

    before = current()
    try:
        yield
    except (KeyboardInterrupt, Exception) as stop:
        if not _is_interruption(stop):
            raise
        after = current()
        truth = "nothing was published" if after == before else f"snapshot {after} had been published"
        raise _interrupted(truth) from None


StudyFolder = Annotated[Path, typer.Argument(metavar="STUDY", help="study folder with study.toml and inbox/")]
Out = Annotated[Path | None, typer.Option("--out", help="where to publish; default STUDY/published")]


class LogFormat(StrEnum):
    """How a verb writes its log."""

    text = "text"
    json = "json"


Logs = Annotated[
    LogFormat,
    typer.Option("--log-format", envvar=LOG_FORMAT, help="json: every line is one object"),
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
    as_json: Annotated[bool, typer.Option("--json", help="print the result as JSON")] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """Land, validate, derive, summarise and publish."""
    from flows.base.logs import set_up
    from flows.study.study_folder import check_out, load_study

    set_up(log_format.value)
    target = (out or study / "published").resolve()
    check_out(study, target)
    if as_of is not None:
        if cluster:
            raise ConfigurationError("--as-of: is made again on this machine; leave --cluster out.")
        _run_as_of(target, as_of, cutoff)
        return
    day = _date(cutoff)
    load_study(study)  # a wrong setting is reported before anything slow starts
    settings = _cluster(cluster, partitions, shared)
    from flows.serving.temporary_server import prefect_api

    with _interruptible(target), prefect_api():
        from flows.nightly import publish_outcomes
        from flows.runs.run_summary import print_summary

        summary = publish_outcomes(study.resolve(), target, day, settings)
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
    from flows.base.logs import print_result
    from flows.runs.as_of import publish_as_of

    with _interruptible(out):
        made = publish_as_of(out, as_of)
    print_result(str(made), event="published", snapshot=made.name)


@app.command(epilog=sentence_of("check"))
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


@app.command(epilog=sentence_of("explain"))
def explain(
    place: Annotated[Path, typer.Argument(metavar="STUDY|OUT")],
    subject: Annotated[str, typer.Argument(metavar="SUBJECT")],
    cycle: Annotated[int | None, typer.Option("--cycle", help="one cycle only")] = None,
    rule_set: Annotated[str | None, typer.Option("--rule-set", help="another rule set than the primary one")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="print the explanation as JSON")] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """How a status came about, down to file and line."""
    import json

    from flows.base.logs import is_json, set_up
    from flows.explaining.explain import explain as explain_statuses
    from flows.explaining.terminal import print_explanation

    set_up(log_format.value)
    explanations = explain_statuses(place, subject, cycle, rule_set)
    if is_json():
        for explanation in explanations:
            typer.echo(explanation.model_dump_json())
    elif as_json:
        typer.echo(json.dumps([explanation.model_dump(mode="json") for explanation in explanations], indent=2))
    else:
        for explanation in explanations:
            print_explanation(explanation)


@app.command(epilog=sentence_of("simulate"))
def simulate(
    outdir: Annotated[Path, typer.Argument(metavar="OUTDIR", help="new folder for the study")],
    subjects: Annotated[int | None, typer.Option("--subjects", min=1, help="default: as published")] = None,
    arms: Annotated[str | None, typer.Option("--arms", metavar="ARMS", help="as in placebo,ona or ona=200")] = None,
    seed: Annotated[int, typer.Option("--seed", min=0, max=2**63 - 1, help="same seed, same bytes")] = 1,
    preset: Annotated[str, typer.Option("--preset", help="preempt, compel, registry or a .toml file")] = "preempt",
    dirty: Annotated[float, typer.Option("--dirty", min=0, max=1, help="rate of planted faults")] = 0.0,
    log_format: Logs = LogFormat.text,
) -> None:
    """A synthetic study with known truth."""
    from flows.base.logs import set_up
    from flows.simulation.command import simulate_study

    set_up(log_format.value)
    simulate_study(outdir, preset, arms, subjects, seed, dirty)


@app.command(epilog=sentence_of("init"))
def init(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="folder to make")],
    origin: Annotated[
        Origin | None, typer.Option("--from", help="with the entries that read the files of such a source")
    ] = None,
    log_format: Logs = LogFormat.text,
) -> None:
    """A commented study folder to fill in."""
    from flows.base.logs import print_result, set_up
    from flows.study.template import make_study_folder

    set_up(log_format.value)
    make_study_folder(folder, origin)
    print_result(f"{folder} is ready: put the files into {folder / 'inbox'} and edit {folder / 'study.toml'}.")


@app.command(epilog=sentence_of("draft"))
def draft(
    study: StudyFolder,
    write: Annotated[
        bool, typer.Option("--write", help="put the entries that land every line into study.toml")
    ] = False,
    log_format: Logs = LogFormat.text,
) -> None:
    """The entries of study.toml that would read the files nothing reads, with the evidence for each guess."""
    from flows.base.logs import print_result, set_up
    from flows.study.study_folder import load_study

    set_up(log_format.value)
    facts = load_study(study)
    from flows.landing.draft.drafting import draft_study, write_drafts

    drafts = draft_study(facts)
    for drafted in drafts:
        print_result(shown(drafted.text()), event="draft", **drafted.counts())
    if not drafts:
        print_result("Every file in inbox/ is read.", event="nothing to draft")
    elif write:
        written = write_drafts(facts, drafts)
        print_result(
            f"{written} {'entry' if written == 1 else 'entries'} written to {study / 'study.toml'}.",
            event="written",
            entries=written,
        )


@app.command(epilog=sentence_of("verify"))
def verify(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="where a run has published")],
    log_format: Logs = LogFormat.text,
) -> None:
    """Hashes, conservation, independent recomputation. Exit 1 on any difference."""
    from flows.base.logs import print_result, set_up
    from flows.verifying.verify import verify as verify_snapshot

    set_up(log_format.value)
    verified = verify_snapshot(out)
    for event, lines in (("fact", verified.facts), ("difference", verified.differences)):
        for line in lines:
            print_result(one_line(line), event=event)
    print_result(f"{verified.snapshot}: {'does not verify' if verified.differences else 'verified'}.")
    raise typer.Exit(int(bool(verified.differences)))


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


def _wants_json(arguments: list[str]) -> bool:
    """Whether an error about the arguments themselves is to be JSON: the verb could not say so yet."""
    chosen = "--log-format json" in " ".join(arguments) or "--log-format=json" in arguments
    return chosen or (os.environ.get(LOG_FORMAT) == "json" and "--log-format" not in arguments)


def _print_error(error: OutcomesError) -> None:
    from flows.base import logs

    if logs.is_json():
        logs.log_error(str(error), event="failed", exit_code=error.exit_code)
    else:
        sys.stderr.write(f"{shown(str(error))}\n")


def _print_usage(error: Any) -> None:
    if _wants_json(sys.argv[1:]):
        from flows.base import logs

        logs.set_up("json")
        logs.log_error(error.format_message(), event="failed", exit_code=error.exit_code)
    else:
        from typer.rich_utils import rich_format_error

        rich_format_error(error)


def _on_signal(number: int, _frame: FrameType | None) -> None:
    _received.append(number)
    raise KeyboardInterrupt


def main() -> None:
    """Run a verb; an error becomes a plain sentence and the contract's exit code."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:  # as a shell starts what it puts in the background
            signal.signal(number, _on_signal)
    code = 0
    try:
        code = app(standalone_mode=False) or 0
    except OutcomesError as error:
        _print_error(error)
        code = error.exit_code
    except SystemExit as stop:
        code = stop.code if isinstance(stop.code, int) else int(stop.code is not None)
    except Exception as defect:  # a person gets a sentence, whatever happens; its text could hold diary values
        if hasattr(defect, "format_message"):  # a wrong verb, option or argument
            _print_usage(defect)
            end_process(COULD_NOT)
        if os.environ.get("MIGRAINE_OUTCOMES_DEBUG"):
            raise
        _print_error(Defect(defect))
        code = COULD_NOT
    end_process(code)


if __name__ == "__main__":
    main()
