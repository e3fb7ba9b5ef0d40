"""The nightly flow: diaries in, responder tables out.

Prefect only wraps the steps of flows/steps.py; a step is a plain function and runs without Prefect as well.
Importing this module imports Prefect, which takes seconds.
"""

import os
from datetime import date
from pathlib import Path

# Nothing is sent anywhere, and Prefect needs no service: it starts a temporary one unless PREFECT_API_URL names one.
os.environ.setdefault("DO_NOT_TRACK", "1")
os.environ.setdefault("PREFECT_SERVER_ANALYTICS_ENABLED", "false")
# Errors are told once, in plain words, by the command line; Prefect would print them with a traceback.
os.environ.setdefault("PREFECT_LOGGING_LEVEL", "CRITICAL")
os.environ.setdefault("PREFECT_SERVER_LOGGING_LEVEL", "ERROR")
os.environ.setdefault("PREFECT_CLI_UPDATE_CHECK", "false")

from prefect import flow, task

from flows import steps
from flows.progress import step
from flows.publish import publish, published_snapshot, snapshot_id, switch_current
from flows.study import load_study
from flows.summary import RunSummary, summarise_run
from flows.warehouse import only_run, open_warehouse

land = task(name="land", persist_result=False)(steps.land)
validate = task(name="validate", persist_result=False)(steps.validate)
derive = task(name="derive", persist_result=False)(steps.derive)
summarise = task(name="summarise", persist_result=False)(steps.summarise)
publish_snapshot = task(name="publish", persist_result=False)(publish)


@flow(name="migraine-outcomes", persist_result=False, validate_parameters=False)
def publish_outcomes(study_folder: Path, out: Path, cutoff: date | None = None) -> RunSummary:
    """Ingest the diaries, validate them, compute responder status per cycle, and publish the summary tables."""
    study = load_study(study_folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        steps.load_metadata(con, study, cutoff)
        with step("land") as line:
            landed = land(con, study, kept)
            line.text = (
                f"{landed.files_seen} files seen, {landed.files_landed} new with {landed.lines_landed:,} lines, "
                f"{landed.files_refused} refused"
            )
        name = snapshot_id(con, study, kept)
        if snapshot := published_snapshot(out, name):
            switch_current(out, name)
            return summarise_run(snapshot, is_new=False)
        with step("validate") as line:
            quality = validate(con, study, kept)
            line.text = (
                f"{len(quality.results)} checks, {quality.lines_quarantined:,} lines quarantined, "
                f"{quality.lines_flagged:,} flagged"
            )
        with step("derive") as line:
            line.text = f"{derive(con):,} statuses (subject x cycle x rule set)"
        with step("summarise") as line:
            results = quality.results + summarise(con)
            line.text = f"{len(results) - len(quality.results)} checks on the results passed or flagged"
        with step("publish") as line:
            snapshot = publish_snapshot(con, out, name, study, results)
            line.text = f"snapshot {name}"
    return summarise_run(snapshot, is_new=True)
