"""A whole run by the plain steps, without Prefect: what flows/nightly.py wraps."""

from datetime import date
from pathlib import Path

from flows import steps
from flows.publish import publish, snapshot_id
from flows.study import load_study
from flows.warehouse import only_run, open_warehouse


def run_without_prefect(folder: Path, out: Path, cutoff: date | None = None) -> Path:
    """Run all steps and publish; gives the snapshot's folder."""
    study = load_study(folder)
    with only_run(out), open_warehouse(out, study) as (con, kept):
        steps.load_metadata(con, study, cutoff)
        steps.land(con, study, kept)
        name = snapshot_id(con, study, kept)
        quality = steps.validate(con, study, kept)
        steps.derive(con)
        results = quality.results + steps.summarise(con)
        return publish(con, out, name, study, results)
