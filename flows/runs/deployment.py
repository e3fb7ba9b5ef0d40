"""What a run gains that a Prefect server started: alone per study, retried where that can help, reported where people look.

A run from the command line waits for nobody and is tried once: a person sees how it ended.
"""

import json
import logging
import os
import re
import shlex
import subprocess
from collections.abc import Generator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from prefect import Flow, Task, get_client
from prefect.artifacts import create_link_artifact, create_markdown_artifact, create_table_artifact
from prefect.client.schemas.objects import FlowRun, State, TaskRun
from prefect.concurrency.sync import concurrency
from prefect.logging.handlers import APILogHandler
from prefect.runtime import deployment
from prefect.runtime import flow_run as this_run

from flows.base import logs
from flows.base.defects import PASSING, P, R
from flows.base.ending import end_quietly
from flows.base.errors import OutcomesError
from flows.runs.run_summary import RunSummary
from flows.study.study_folder import Study, load_study

NOTIFY = "MIGRAINE_OUTCOMES_NOTIFY"
RETRIES, RETRY_SECONDS = "MIGRAINE_OUTCOMES_RETRIES", "MIGRAINE_OUTCOMES_RETRY_SECONDS"
NOTIFY_SECONDS = 60  # a command that hangs does not keep a run from ending


def retried(attempt: Task[P, R]) -> Task[P, R]:
    """The attempt at a run, tried again after trouble that passes, if a deployment started it."""
    if not deployment.id:
        return attempt
    return attempt.with_options(
        retries=int(os.environ.get(RETRIES, "5")),
        retry_delay_seconds=float(os.environ.get(RETRY_SECONDS, "60")),
        retry_condition_fn=_may_pass,
    )


def _may_pass(_task: Task[..., Any], _task_run: TaskRun, state: State[Any]) -> bool:
    return isinstance(state.result(raise_on_failure=False), PASSING)


def key_of(study: Study) -> str:
    """The study's id as Prefect takes names: small letters, digits and dashes."""
    return re.sub("[^a-z0-9]+", "-", study.facts.id.lower()).strip("-") or "study"


@contextmanager
def one_run_at_a_time(study: Study) -> Generator[None]:
    """Hold the study's only slot on the Prefect server; a second run waits for it, whichever deployment started it.

    The lock of flows/warehouse/database.py guards the files even so. The slot of a run that was killed is free after 5 minutes.
    """
    if not deployment.id:
        yield
        return
    name = f"migraine-outcomes-{key_of(study)}"
    with get_client(sync_client=True) as client:
        client.upsert_global_concurrency_limit_by_name(name, limit=1)
    # strict: a limit that does not exist would not limit. Losing the server for a moment does not end a run.
    with concurrency(name, strict=True, raise_on_lease_renewal_failure=False):
        yield


@contextmanager
def named_in_logs(study: Study) -> Generator[None]:
    """Every line carries the run and the study; a deployment's run sends them to the Prefect server as well, and its
    process carries them to its end, for Prefect's last lines about it."""
    if deployment.id:
        end_quietly()
    logs.set_up()
    run_id = this_run.id or ""

    def name_run(record: logging.LogRecord) -> bool:
        record.flow_run_id = run_id
        return True

    handler = APILogHandler()
    handler.addFilter(name_run)
    names = {"run_id": run_id, "study": study.facts.id}
    if deployment.id:
        logs.name_process(**names)
    with nullcontext() if deployment.id else logs.about(**names):
        if deployment.id:
            for name in ("prefect.flow_runs", "prefect.task_runs"):
                logging.getLogger(name).addFilter(_as_it_ended)
            logs.logger.addHandler(handler)
        try:
            yield
        finally:
            logs.logger.removeHandler(handler)


def _as_it_ended(record: logging.LogRecord) -> bool:
    """An error that has a sentence needs no traceback, and the end of a run that failed is no mere information."""
    if record.exc_info and isinstance(record.exc_info[1], OutcomesError):
        record.exc_info = None
    if record.levelno < logging.ERROR and re.match(r"Finished in state (Failed|Crashed)", record.getMessage()):
        record.levelno, record.levelname = logging.ERROR, "ERROR"
    return True


def log_end(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """One error that names study, state and reason of a scheduled run that published nothing. The command line prints
    the error of its own run itself."""
    if not flow_run.deployment_id:
        return
    folder = Path(str(flow_run.parameters.get("study_folder", "")))
    study = _id_of(folder)
    logs.log_error(
        f"{study}: the run ended as {state.name}: {state.message or 'Prefect gives no reason'}",
        event="run_failed",
        study=study,
        study_folder=folder,
        run_id=str(flow_run.id),
        state=state.name,
        reason=state.message,
    )


def _id_of(study_folder: Path) -> str:
    """The study's id, or its folder where study.toml cannot be read."""
    try:
        return load_study(study_folder).facts.id
    except OutcomesError:
        return str(study_folder)


def leave_artifacts(study: Study, summary: RunSummary) -> None:
    """The headline table, the findings, what changed and a link to the report, on the run's page."""
    key = key_of(study)
    create_table_artifact(
        key=f"responders-{key}",
        table=[{name: rate[name] for name in RATE_COLUMNS} for rate in summary.rates],
        description=f"Responders under the rule set `{summary.primary_rule_set}`",
    )
    groups = (*summary.errors, *summary.drift)
    lines = [f"| {group.severity} | `{group.check_id}` | {group.count} | {group.reason} |" for group in groups]
    counts = ", ".join(f"{count} {severity}" for severity, count in sorted(summary.findings.items())) or "none"
    ages = f" Since the last snapshot: {summary.ages}." if summary.ages else ""
    table = ["", "| severity | check | findings | what is wrong |", "|---|---|---|---|", *lines] if lines else []
    create_markdown_artifact(
        key=f"quality-{key}",
        markdown="\n".join([f"Data-quality findings: {counts}.{ages}", *table]),
        description="Data quality",
    )
    if summary.changed:
        create_markdown_artifact(
            key=f"changes-{key}", markdown=summary.changed, description="Changes since the last snapshot"
        )
    create_link_artifact(
        key=f"report-{key}", link=summary.report.as_uri(), link_text="report.html", description=str(summary.snapshot)
    )


RATE_COLUMNS = (
    "cycle", "arm", "n_subjects", "n_evaluable", "n_responders", "responder_pct", "ci_low_pct", "ci_high_pct",
    "n_nri", "responder_nri_pct",
)  # fmt: skip


def notify(flow: Flow[..., Any], flow_run: FlowRun, state: State[Any]) -> None:
    """Give the end of a run to the command in MIGRAINE_OUTCOMES_NOTIFY, as JSON on its standard input.

    How the command ends changes nothing about the run.
    """
    if not (command := os.environ.get(NOTIFY)):
        return
    message = {
        "run_id": str(flow_run.id),
        "run_name": flow_run.name,
        "state": state.name,
        "message": state.message,
        "study_folder": str(flow_run.parameters.get("study_folder", "")),
        "at": state.timestamp.isoformat(),
    }
    try:
        ended = subprocess.run(
            shlex.split(command),
            input=json.dumps(message) + "\n",
            text=True,
            timeout=NOTIFY_SECONDS,
            stdout=subprocess.DEVNULL,
        )
        trouble = f"ended with exit code {ended.returncode}" if ended.returncode else ""
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        trouble = f"could not be run to its end ({type(error).__name__})"
    if trouble:
        logs.log_error(f"The command in {NOTIFY} {trouble}.", event="notify_failed")
