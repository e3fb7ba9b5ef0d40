"""OUT/state/publications: what made each snapshot, so that any of them can be made again from the kept inputs."""

import re
import shutil
import time
from datetime import UTC, date, datetime
from importlib.metadata import version
from pathlib import Path

import duckdb
from pydantic import Field

from flows.base.errors import ConfigurationError
from flows.base.files import to_disk, tree_to_disk
from flows.base.sql_text import one_value
from flows.base.toml_files import Frozen
from flows.publishing.ingredients import changed_since, digest_ingredients
from flows.study.study_folder import Study, load_study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

RECORD = "publication.json"
CHANGES = "changes.json"  # of flows/publishing/changes_kept.py
KEPT_DAYS = 2


class FileNotLanded(Frozen):
    """A file that did not count: refused, ignored or withdrawn."""

    path: str
    sha256: str
    kind: str | None
    status: str
    reason: str


class Publication(Frozen):
    """One publication beside its study.toml and rule sets: the inputs it was made from, and when."""

    snapshot_id: str
    published_at: datetime  # UTC
    software_version: str
    cutoff: date | None
    files: tuple[KeptFile, ...]
    paths_absent: tuple[str, ...]  # landed before and no longer in inbox/
    not_landed: tuple[FileNotLanded, ...]
    last_date_come: date | None = None  # of those that lay ahead when their file was landed
    made_from: dict[str, str] = Field(
        default_factory=dict
    )  # SHA-256 of each part that its id hashes (flows/publishing/ingredients.py)


def record_publication(con: duckdb.DuckDBPyConnection, out: Path, name: str, study: Study) -> Publication:
    """Keep what a snapshot is about to be made from, complete or not at all."""
    rows = con.execute("SELECT path, sha256, kind, status, reason FROM landing.refused_files ORDER BY ALL").fetchall()
    absent = con.execute(
        "SELECT DISTINCT path FROM landing.landed_files WHERE NOT is_in_inbox ORDER BY path"
    ).fetchall()
    files = KeptInputs(out / "state" / "inputs", study.facts.id).files
    record = Publication(
        snapshot_id=name,
        published_at=datetime.now(UTC).replace(microsecond=0),
        software_version=version("migraine-outcomes"),
        cutoff=one_value(con, "SELECT data_cutoff FROM meta.study"),
        files=tuple(files),
        made_from=digest_ingredients(con, study, files),
        last_date_come=one_value(con, "SELECT max(last_date) FROM landing.dates_come"),
        paths_absent=tuple(path for (path,) in absent),
        not_landed=tuple(
            FileNotLanded.model_validate(dict(zip(FileNotLanded.model_fields, row, strict=True))) for row in rows
        ),
    )
    folder = publication_folder(out) / name
    building = folder.with_name(f".{name}")
    shutil.rmtree(building, ignore_errors=True)
    (building / "study" / "inbox").mkdir(parents=True)
    shutil.copyfile(study.folder / "study.toml", building / "study" / "study.toml")
    for own in ("rules", "estimands", "codelists"):
        if (study.folder / own).is_dir():
            shutil.copytree(study.folder / own, building / "study" / own)
    for codebook in {group.codebook for groups in study.files.values() for group in groups if group.codebook}:
        (building / "study" / codebook).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(study.folder / codebook, building / "study" / codebook)
    if load_study(building / "study").model_copy(update={"folder": study.folder}) != study:
        raise ConfigurationError(
            f"{study.folder / 'study.toml'}: it, a rule set or a code list was changed while the run was under way; nothing was"
            " published. Run again."
        )
    (building / RECORD).write_text(record.model_dump_json(indent=1) + "\n", encoding="utf-8")
    if (folder / CHANGES).is_file():  # published before: what it changed then is still true where it is only made again
        shutil.copyfile(folder / CHANGES, building / CHANGES)
    tree_to_disk(building)
    shutil.rmtree(folder, ignore_errors=True)
    building.rename(folder)
    to_disk(folder.parent)
    return record


def list_publications(out: Path) -> list[Publication]:
    """Every publication on record, in the order in which they were published."""
    found = publication_folder(out).glob(f"[!.]*/{RECORD}")
    return sorted((Publication.model_validate_json(path.read_text()) for path in found), key=lambda r: r.published_at)


def find_publication(out: Path, wanted: str) -> Publication:
    """The publication with this snapshot id, or the last one on or before this date (UTC).

    Raises ConfigurationError where there is none, with the last ones that there are.
    """
    records = list_publications(out)
    try:
        day = date.fromisoformat(wanted)
        fitting = [record for record in records if record.published_at.date() <= day]
        wrong = f"{out}: nothing was published on or before {wanted}"
    except ValueError:
        fitting = [record for record in records if record.snapshot_id == wanted]
        wrong = f"{out}: there is no snapshot '{wanted}'"
        if not re.fullmatch(r"[0-9a-f]{16}", wanted):
            wrong = f"--as-of: '{wanted}' is not a date (YYYY-MM-DD) or a snapshot id"
    if not fitting:
        last = ", ".join(f"{record.snapshot_id} of {record.published_at:%Y-%m-%d}" for record in records[:-6:-1])
        raise ConfigurationError(
            f"{wrong}; {f'the last snapshots are {last}' if last else 'no snapshot is there yet'}."
        )
    return fitting[-1]


def changed_since_current(con: duckdb.DuckDBPyConnection, out: Path, study: Study, kept: KeptInputs) -> list[str]:
    """In words, what differs from what the current snapshot was made from; empty where that is not known."""
    record = publication_folder(out) / (out / "current").resolve().name / RECORD
    if not record.is_file():
        return []
    before = Publication.model_validate_json(record.read_text()).made_from
    return changed_since(before, digest_ingredients(con, study, kept.files))


def prune_snapshots(out: Path, keep: int) -> list[str]:
    """Take away old snapshots and give their names, all but the ``keep`` made last.

    The current one stays, and so does one made in the last KEPT_DAYS: somebody may be reading it. Its record stays in
    any case: ``run --as-of`` makes it again, byte for byte.
    """
    snapshots = out / "snapshots"
    made = {path: path.stat().st_mtime for path in snapshots.glob("[!.]*") if path.is_dir()}
    oldest_kept = time.time() - KEPT_DAYS * 24 * 60 * 60
    newest_first = sorted(made, key=lambda path: made[path], reverse=True)
    current = (out / "current").resolve()
    old = [path for path in newest_first[keep:] if made[path] < oldest_kept and path.resolve() != current]
    for path in old:
        # Under its name a snapshot is complete; half of one is cleared away by the next run.
        leaving = path.with_name(f".building-{path.name}")
        path.rename(leaving)
        shutil.rmtree(leaving, ignore_errors=True)
    return [path.name for path in old]


def publication_folder(out: Path) -> Path:
    """Where the publications of OUT are recorded."""
    return out / "state" / "publications"
