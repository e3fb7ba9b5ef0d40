"""run --as-of: an earlier snapshot made again from the kept inputs."""

import tempfile
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError
from flows.landing.dates_come import find_dates_come
from flows.landing.refused_files import write_refused
from flows.landing.unused_settings import list_unused_settings
from flows.publishing.audit_entries import NOTHING_SAID, Attestation
from flows.publishing.publications import Publication, find_publication, publication_folder
from flows.publishing.publish import publish, published_snapshot, snapshot_id
from flows.runs.sequence import compute, take_in
from flows.study.study_folder import Study, load_study
from flows.warehouse.blinding_key import KEY_NAME, lend_key, load_key
from flows.warehouse.database import only_run, open_warehouse
from flows.warehouse.kept_inputs import KeptInputs, first_of_each_content


def publish_as_of(out: Path, wanted: str, attested: Attestation = NOTHING_SAID) -> Path:
    """Make an earlier snapshot again from the kept inputs, byte for byte; ``current`` stays where it is.

    Raises ConfigurationError where it is not known, or was made by another version of the software.
    """
    record = find_publication(out, wanted)
    with only_run(out):
        if snapshot := published_snapshot(out, record.snapshot_id):
            return snapshot
        study = load_study(publication_folder(out) / record.snapshot_id / "study")
        key = load_key(out / "state")
        if study.facts.blinded and not key:
            raise ConfigurationError(
                f"{out}: snapshot {record.snapshot_id} is blinded, and the key it was made with is gone"
                f" ({out / 'state' / KEY_NAME}). Put the key back from a backup to make it again."
            )
        with tempfile.TemporaryDirectory(prefix="as-of-", dir=out / "state") as scratch:
            if key:
                lend_key(out / "state", Path(scratch) / "state")
            _lend(KeptInputs(out / "state" / "inputs", study.facts.id), Path(scratch), record, study.facts.id)
            with open_warehouse(Path(scratch), study, is_scratch=True) as (con, kept):
                take_in(con, study, kept, record.cutoff, knows_all_files=False)
                _as_it_was(con, study, kept, record)
                if snapshot_id(con, study, kept) != record.snapshot_id:
                    raise ConfigurationError(
                        f"{out}: snapshot {record.snapshot_id} was made by version {record.software_version} with other "
                        "code, rules, checks or libraries than are installed; install what made it to make it again."
                    )
                results = compute(con, study, kept)
                return publish(con, out, record.snapshot_id, study, results, made_again=record, attested=attested)


def _lend(inputs: KeptInputs, scratch: Path, record: Publication, study_id: str) -> None:
    """A store that holds the files of a publication only; their bytes are linked, not copied."""
    if len(first_of_each_content(record.files)) < len(record.files):
        raise ConfigurationError(
            f"snapshot {record.snapshot_id}: counted one content under two names, for a file was replaced while an"
            " earlier version of this software read it; it is not made again. The snapshots after the next run are sound."
        )
    lent = KeptInputs(scratch / "state" / "inputs", study_id)  # named by the key when the warehouse opens it
    for entry in record.files:
        lent.location(entry).symlink_to(inputs.location(entry).resolve())
    lent.keep(*record.files)


def _as_it_was(con: duckdb.DuckDBPyConnection, study: Study, kept: KeptInputs, record: Publication) -> None:
    """What was known at that time: of inbox/, and which dates had come."""
    find_dates_come(con, record.last_date_come)
    con.execute("UPDATE landing.landed_files SET is_in_inbox = path NOT IN (SELECT unnest($1))", [record.paths_absent])
    con.execute("DELETE FROM landing.refused_files")
    write_refused(con, kept, [(f.path, f.sha256, f.kind, f.status, f.reason) for f in record.not_landed])
    list_unused_settings(con, study, (entry.path for entry in record.files))
