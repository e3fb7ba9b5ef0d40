"""The verbs that make studies and their settings: simulate, init and draft."""

from pathlib import Path
from typing import Annotated

import typer

from flows.base.exit_codes import sentence_of
from flows.base.shown_text import shown
from flows.cli.app import LogFormat, Logs, StudyFolder, app
from flows.study.template import Origin


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
