"""The verbs that look and publish nothing: check, explain and verify."""

import json
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flows.base.exit_codes import sentence_of
from flows.base.shown_text import one_line
from flows.cli.app import LogFormat, Logs, StudyFolder, app


class Format(StrEnum):
    """Output formats of check."""

    text = "text"
    json = "json"
    junit = "junit"
    sarif = "sarif"
    github = "github"


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
    since: Annotated[
        Path | None,
        typer.Option(
            "--since", metavar="STUDY|OUT", help="which findings are new against the snapshot published there"
        ),
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
    report = check_study(facts, queries, limit, since)
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


@app.command(epilog=sentence_of("verify"))
def verify(
    out: Annotated[Path, typer.Argument(metavar="OUT", help="where a run has published")],
    signers: Annotated[
        Path | None,
        typer.Option("--signers", metavar="FILE", help="who may sign (allowed signers of ssh-keygen): says who did"),
    ] = None,
    head: Annotated[
        str | None,
        typer.Option("--head", metavar="SHA256", help="an entry of the audit trail that was noted elsewhere"),
    ] = None,
    log_format: Logs = LogFormat.text,
) -> None:
    """Hashes, audit trail, signatures, conservation, independent recomputation. Exit 1 on any difference."""
    from flows.base.logs import print_result, set_up
    from flows.verifying.verify import verify as verify_snapshot

    set_up(log_format.value)
    verified = verify_snapshot(out, signers=signers, head=head)
    for event, lines in (("fact", verified.facts), ("difference", verified.differences)):
        for line in lines:
            print_result(one_line(line), event=event)
    print_result(f"{verified.snapshot}: {'does not verify' if verified.differences else 'verified'}.")
    raise typer.Exit(int(bool(verified.differences)))
