"""diff: two publications of OUT compared. A snapshot whose folder was taken away is made again as of then."""

import re
from datetime import date
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError
from flows.comparing.causes import Comparison
from flows.comparing.compare import compare
from flows.comparing.sides import Side
from flows.publishing.changes_kept import load_record, load_snapshot_before, side_of
from flows.publishing.publications import list_publications
from flows.runs.as_of import publish_as_of


def compare_published(
    out: Path, before: str | None, after: str | None, subject_id: str | None = None
) -> tuple[Side, Side, Comparison]:
    """Both sides and what differs. ``after`` is the current snapshot unless it is named, ``before`` the one published
    before that one; each is named by its snapshot id, by the beginning of it, or by a date (the last one of that day or
    before, UTC).

    Raises ConfigurationError where there is no such snapshot, or one cannot be made again.
    """
    if not (out / "current").is_symlink():
        raise ConfigurationError(f"{out}: nothing is published there; 'migraine-outcomes run' comes first.")
    later = _find(out, after) if after else (out / "current").resolve().name
    earlier = _find(out, before) if before else _published_before(out, later)
    sides = [side_of(out, _folder(out, name), load_record(out, name)) for name in (earlier, later)]
    with duckdb.connect() as con:
        try:
            comparison = compare(con, *sides, subject_id)
        except (duckdb.CatalogException, duckdb.BinderException):
            raise ConfigurationError(
                f"{out}: snapshots {earlier} and {later} cannot be compared: one was made by a version of the software"
                " whose tables are others."
            ) from None
    return sides[0], sides[1], comparison


def _find(out: Path, wanted: str) -> str:
    """The snapshot id that an id, the beginning of one or a date stands for."""
    records = list_publications(out)
    try:
        day = date.fromisoformat(wanted)
        fitting = [record.snapshot_id for record in records if record.published_at.date() <= day][-1:]
    except ValueError:
        fitting = sorted(
            {r.snapshot_id for r in records if re.fullmatch("[0-9a-f]+", wanted) and r.snapshot_id.startswith(wanted)}
        )
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        raise ConfigurationError(f"{out}: '{wanted}' may be {', '.join(fitting)}; give more of it.")
    last = ", ".join(f"{record.snapshot_id} of {record.published_at:%Y-%m-%d}" for record in records[:-6:-1])
    raise ConfigurationError(
        f"{out}: '{wanted}' is no snapshot id, beginning of one, or date (YYYY-MM-DD) with one; the last snapshots are {last}."
    )


def _published_before(out: Path, name: str) -> str:
    """The snapshot that was current when this one was published."""
    if kept := load_snapshot_before(out, name):
        return kept
    names = [record.snapshot_id for record in list_publications(out)]
    place = names.index(name) if name in names else 0
    if not place:
        raise ConfigurationError(f"{out}: snapshot {name} is the first one; there is none before it to compare with.")
    return names[place - 1]


def _folder(out: Path, name: str) -> Path:
    folder = out / "snapshots" / name
    return folder if (folder / "outcomes.duckdb").is_file() else publish_as_of(out, name)
