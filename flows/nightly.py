"""The nightly flow: diaries in, responder tables out.

Prefect only wraps the steps of flows/runs/steps.py; a step is a plain function and runs without Prefect as well.
What a scheduled run gains is in flows/runs/deployment.py. Importing this module imports Prefect, which takes seconds.
"""

from datetime import date
from pathlib import Path
from typing import cast

from prefect import flow, task
from prefect.client.schemas.objects import State
from prefect.states import Completed, Failed

from flows.base.defects import PASSING, plainly
from flows.base.errors import LockedError, OutcomesError
from flows.base.logs import log
from flows.base.progress import step
from flows.deriving.partitions import Cluster
from flows.publishing.audit_entries import NOTHING_SAID, Attestation, attestation, record_standing
from flows.publishing.publications import changed_since_current, prune_snapshots
from flows.publishing.publish import check_reason, publish, published_snapshot, snapshot_id, switch_current
from flows.runs import sequence, steps
from flows.runs.deployment import leave_artifacts, log_end, named_in_logs, notify, one_run_at_a_time, retried
from flows.runs.last_run import note_end
from flows.runs.run_summary import RunSummary, found_in_words, summarise_run
from flows.study.arm_names import arm_names
from flows.study.study_folder import Study, check_out, load_study
from flows.warehouse.audit_trail import load_trail
from flows.warehouse.database import only_run, open_warehouse

TASKS = sequence.Steps(
    land=task(name="land", persist_result=False)(plainly(steps.land)),
    validate=task(name="validate", persist_result=False)(plainly(steps.validate)),
    derive=task(name="derive", persist_result=False)(plainly(steps.derive)),
    summarise=task(name="summarise", persist_result=False)(plainly(steps.summarise)),
)
derive_partitioned = plainly(steps.derive_partitioned)  # its partitions are the tasks; no connection travels with them
publish_snapshot = task(name="publish", persist_result=False)(plainly(publish))


@flow(
    name="migraine-outcomes",
    persist_result=False,
    on_completion=[notify],
    on_failure=[log_end, notify],
    on_crashed=[log_end, notify],
    on_cancellation=[log_end, notify],
)
def publish_outcomes(
    study_folder: Path,
    out: Path | None = None,
    cutoff: date | None = None,
    cluster: Cluster | None = None,
    reason: str | None = None,
    signing_key: Path | None = None,
    rehash: bool = False,
) -> RunSummary:
    """Ingest the diaries, validate them, compute responder status per cycle, and publish the summary tables.

    ``out`` is STUDY/published unless set; with a ``cluster`` the subjects are derived there. ``reason`` and a signature with
    ``signing_key`` (else the one of the environment) go into the audit trail. The state says in its message what was
    published, or why nothing was. ``rehash`` has also those inbox files hashed that are as they were when landed.
    """
    target = (out or study_folder / "published").resolve()
    try:
        study = load_study(study_folder)
        attested = attestation(reason, signing_key)
        check_reason(attested, arm_names(study.arms) if study.facts.blinded else None)
        check_out(study_folder, target)
        with named_in_logs(study), one_run_at_a_time(study):
            summary = _with_head(retried(run_study)(study, target, cutoff, cluster, attested, rehash), target)
        leave_artifacts(study, summary)
    except (OutcomesError, *PASSING) as error:
        if not isinstance(error, LockedError):  # the other run writes its own end
            note_end(target, "failed", str(error))
        return _as_result(Failed(message=str(error), data=error))
    outcome = "Published snapshot" if summary.is_new else f"{summary.nothing_new[:-1]},"
    words = [
        f"{outcome} {summary.snapshot.name}.",
        summary.changed or "",
        found_in_words(summary) if summary.is_new else "",
    ]
    message = " ".join(filter(None, words))
    note_end(target, "published" if summary.is_new else "unchanged", message)
    return _as_result(Completed(message=message, data=summary))


def _with_head(summary: RunSummary, out: Path) -> RunSummary:
    """Name the last entry of the audit trail where others can note it: docs/audit.md says why."""
    head = load_trail(out / "state").head
    log(f"audit      the trail ends with {head}", event="audit", head=head)
    return summary.model_copy(update={"audit_head": head})


def _as_result(state: State[RunSummary]) -> RunSummary:
    """A state that a flow returns becomes its end, and the caller gets what the state holds."""
    return cast("RunSummary", state)


@task(name="run", persist_result=False)
@plainly
def run_study(
    study: Study,
    out: Path,
    cutoff: date | None,
    cluster: Cluster | None,
    attested: Attestation = NOTHING_SAID,
    rehash: bool = False,
) -> RunSummary:
    """One attempt at a run, from the lock to the published snapshot."""
    by = TASKS
    if cluster:
        by = by._replace(derive=lambda con: derive_partitioned(con, out, cluster))
    with only_run(out), open_warehouse(out, study) as (con, kept):
        if cluster:
            plainly(steps.check_cluster)(out, cluster)
        landed = sequence.take_in(con, study, kept, cutoff, by, rehash=rehash)
        name = snapshot_id(con, study, kept)
        if snapshot := published_snapshot(out, name):
            is_back = (out / "current").resolve().name != name
            record_standing(out, snapshot, is_back, attested)
            switch_current(out, name)
            return summarise_run(snapshot, is_new=False, is_back=is_back)
        if not landed.files_landed and (changed := changed_since_current(con, out, study, kept)):
            log(f"No new file, and yet a new snapshot: {', '.join(changed)} changed.", event="changed", parts=changed)
        results = sequence.compute(con, study, kept, by)
        with step("publish") as line:
            snapshot = publish_snapshot(con, out, name, study, results, attested=attested)
            line.text = f"snapshot {name}"
            pruned = prune_snapshots(out, study.publishing.keep_snapshots)
            line.text += f"; {len(pruned)} old ones taken away" if pruned else ""
            line.counts = {"snapshot": name, "pruned": len(pruned)}
    return summarise_run(snapshot, is_new=True)
