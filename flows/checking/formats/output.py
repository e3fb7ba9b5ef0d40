"""Where a check's findings go: the terminal, stdout or files."""

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from flows.base.errors import ConfigurationError
from flows.base.logs import console, is_json, log, log_error
from flows.base.shown_text import shown
from flows.checking.check_outcomes import CheckReport
from flows.checking.findings import log_findings
from flows.checking.formats import Prefix, github, renderers, text
from flows.study.study_folder import Study

Target = tuple[str, Path | None]  # format, and the file it goes to


def targets_of(study: Study, chosen: str, output: Path | None, also: Iterable[str]) -> list[Target]:
    """The formats asked for, each with its file.

    Raises ConfigurationError for an unknown format or a file that must not be written.
    """
    targets: list[Target] = [(chosen, output)]
    for wanted in also:
        name, _, file = wanted.partition("=")
        if name not in renderers() or not file:
            raise ConfigurationError(
                f"--also {wanted}: write it as FORMAT=FILE with one of {', '.join(renderers())}, e.g. sarif=quality.sarif."
            )
        targets.append((name, Path(file)))
    for _, path in targets:
        check_target(study, path)
    return targets


def check_target(study: Study, path: Path | None) -> None:
    """Raises ConfigurationError where a file cannot go: into the inbox, or where no folder is."""
    if path is None:
        return
    if path.resolve().is_relative_to(study.inbox.resolve()):
        raise ConfigurationError(f"{path}: lies in the inbox, where every file is read; choose another place.")
    if path.is_dir() or not path.parent.is_dir():
        raise ConfigurationError(f"{path}: cannot be written; name a file in a folder that exists.")


def write_report(report: CheckReport, targets: list[Target], prefix: Prefix) -> None:
    """Write the report in every format asked for; GitHub's gets the job's summary page as well, where there is one."""
    for name, path in targets:
        if path:
            _write(path, renderers()[name](report, prefix))
        elif name == "text" and is_json():
            log_findings(report.groups)
            found = report.counts
            log("ended", event="checked", passed=not report.exit_code, findings=found, stopped=report.stopped)
        elif name == "text":
            text.print_report(console, report)
        else:
            sys.stdout.write(renderers()[name](report, prefix))
        if name == "github" and (page := os.environ.get("GITHUB_STEP_SUMMARY")):
            with Path(page).open("a", encoding="utf-8") as summary:
                summary.write(github.summary(report, prefix))
    if report.stopped and is_json():
        log_error(report.stopped, event="failed", exit_code=report.exit_code)
    elif report.stopped:
        sys.stderr.write(f"{shown(report.stopped)}\n")


def _write(path: Path, content: str) -> None:
    """Whole or not at all."""
    partial = path.with_name(f".{path.name}.part")
    try:
        partial.write_text(content, encoding="utf-8")
        os.replace(partial, path)
    except OSError as error:
        raise ConfigurationError(f"{path}: cannot be written ({error.strerror}).") from None
