"""status: what is published in OUT, when, and whether a run is under way. It only reads, and takes no lock."""

import json
import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.lock_files import is_held
from flows.base.toml_files import Frozen
from flows.publishing.publications import RECORD, Publication, publication_folder
from flows.runs.last_run import RunEnd, load_end
from flows.warehouse.snapshots import find_database


class Status(Frozen):
    """How things stand in OUT; times in UTC, sizes in bytes."""

    out: Path
    study_id: str
    snapshot_id: str  # the current one
    snapshots: int  # complete ones that are there
    published_at: datetime  # of the current snapshot
    last_publication_at: datetime | None  # of any snapshot that is on record
    last_run_at: datetime | None  # the last time that a run took hold of OUT, whatever came of it
    last_end: RunEnd | None  # of the last run that came to its end
    cutoff_date: date | None
    latest_diary_date: date | None
    data_age_days: int | None  # from the latest diary date to today
    is_running: bool | None  # null where the system does not say
    next_due_at: datetime | None = None  # where a process of this machine serves the study
    snapshots_bytes: int  # a file that several snapshots share counts once
    state_bytes: int
    free_bytes: int


def load_status(place: Path, now: datetime) -> Status:
    """How things stand in a folder published to, or in STUDY/published.

    Raises ConfigurationError where nothing is published.
    """
    database = find_database(place)
    folder = database.parent.resolve()
    out = folder.parent.parent
    try:
        manifest = json.loads((folder / "manifest.json").read_bytes())
        published_at = datetime.fromisoformat(manifest["published_at"])
        with duckdb.connect(database, read_only=True) as con:
            ((latest,),) = con.execute("SELECT max(diary_date) FROM tabulation.diary_days").fetchall()
    except (OSError, ValueError, KeyError, duckdb.Error) as error:
        raise ConfigurationError(
            f"{folder}: the snapshot cannot be read ({type(error).__name__}); 'migraine-outcomes verify' says more."
        ) from None
    lock = out / "state" / "lock"
    records = [
        Publication.model_validate_json(path.read_bytes()) for path in publication_folder(out).glob(f"[!.]*/{RECORD}")
    ]
    return Status(
        out=out,
        study_id=manifest["study_id"],
        snapshot_id=manifest["snapshot_id"],
        snapshots=sum(path.is_dir() for path in (out / "snapshots").glob("[!.]*")),
        published_at=published_at,
        last_publication_at=max((record.published_at for record in records), default=None),
        last_run_at=datetime.fromtimestamp(int(lock.stat().st_mtime), UTC) if lock.exists() else None,
        last_end=load_end(out),
        cutoff_date=manifest["cutoff_date"],
        latest_diary_date=latest,
        data_age_days=(now.date() - latest).days if latest else None,
        is_running=is_held(lock),
        snapshots_bytes=_bytes_below(out / "snapshots"),
        state_bytes=_bytes_below(out / "state"),
        free_bytes=shutil.disk_usage(out).free,
    )


def _bytes_below(folder: Path) -> int:
    """Bytes of all files below; a file with several names once. A run may take one away meanwhile."""
    sizes = {}
    for path in folder.rglob("*"):
        try:
            facts = path.lstat()
        except FileNotFoundError:
            continue
        sizes[facts.st_dev, facts.st_ino] = facts.st_blocks * 512 if not path.is_dir() else 0
    return sum(sizes.values())


def status_in_words(status: Status) -> list[str]:
    """One line a fact."""
    running = {True: "held: a run is under way", False: "free", None: "not known on this system"}[status.is_running]
    age = "" if status.data_age_days is None else f", {status.data_age_days} days before today"
    lines = [
        f"study             {status.study_id}",
        f"current snapshot  {status.snapshot_id}, published {_at(status.published_at)}; {status.snapshots} kept",
        f"last run          began {_at(status.last_run_at)}; {_end(status)}",
        f"last publication  {_at(status.last_publication_at)}",
        f"cut-off           {status.cutoff_date or 'none'}",
        f"latest diary day  {status.latest_diary_date or 'none'}{age}",
        f"lock              {running}",
        f"disk              snapshots {_size(status.snapshots_bytes)}, state {_size(status.state_bytes)},"
        f" free {_size(status.free_bytes)}",
    ]
    if status.next_due_at:
        lines.insert(4, f"next run due      {_at(status.next_due_at)}")
    return lines


def _end(status: Status) -> str:
    end = status.last_end
    if status.is_running:
        return "is under way"
    if end is None or (status.last_run_at and end.ended_at < status.last_run_at):
        return "how it ended is not known (it was killed, or made a snapshot again)"
    return f"ended {_at(end.ended_at)}: {end.outcome}. {end.message}"


def _at(moment: datetime | None) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC" if moment else "not known"


def _size(n: int) -> str:
    size, units = float(n), iter(("B", "kB", "MB", "GB", "TB"))
    unit = next(units)
    while size >= 1000 and unit != "TB":
        size, unit = size / 1000, next(units)
    return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
