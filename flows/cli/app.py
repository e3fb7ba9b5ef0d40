"""The command itself, and the arguments that several verbs share."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.base.exit_codes import ALL_VERBS
from flows.cli.stopping import Verbs

LOG_FORMAT = "MIGRAINE_OUTCOMES_LOG_FORMAT"

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
