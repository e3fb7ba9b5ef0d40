"""meta.changes: what a snapshot changed against the one published before it, computed once and kept with the record.

What a publication changed hangs on what was published before, which is no part of its inputs: the snapshot's id does not
depend on it, and ``run --as-of`` reads it from the record. The first publication has empty tables.
"""

from datetime import date, datetime
from pathlib import Path

import duckdb

from flows.base.errors import OutcomesError
from flows.base.files import write_whole
from flows.base.logs import log
from flows.base.own_files import own_files
from flows.base.sql_text import quoted
from flows.base.toml_files import Frozen
from flows.comparing.causes import Change, ChangedValue, places_in_words
from flows.comparing.compare import compare
from flows.comparing.sides import Side, load_side
from flows.publishing.ingredients import versions
from flows.publishing.publications import CHANGES, RECORD, Publication, publication_folder
from flows.publishing.table_comments import write_comments
from flows.study.dictionary import load_dictionary, sql_columns
from flows.study.study_folder import Study, load_study

Connection = duckdb.DuckDBPyConnection
TABLES = ("meta.changes", "meta.snapshot_before")


class SnapshotBefore(Frozen):
    """The row of meta.snapshot_before."""

    snapshot_id: str
    published_at: datetime | None = None
    cutoff_date: date | None = None
    note: str | None = None


class ChangeRow(ChangedValue):
    """A row of meta.changes: a change with its causes as text."""

    cause: str
    detail: str | None
    places: str | None


class KeptChanges(Frozen):
    """Both tables as they are kept; no snapshot before = the first publication."""

    snapshot_before: SnapshotBefore | None = None
    changes: tuple[ChangeRow, ...] = ()


def changes_of(
    con: Connection, out: Path, building: Path, record: Publication, study: Study, is_made_again: bool
) -> KeptChanges:
    """What the snapshot in ``building`` changed against the current one; of one that is made again what it did then."""
    kept = publication_folder(out) / record.snapshot_id / CHANGES
    is_current = (out / "current").resolve().name == record.snapshot_id
    if is_made_again or is_current:  # the current one made anew has nothing but itself before it
        return KeptChanges.model_validate_json(kept.read_bytes()) if kept.is_file() else KeptChanges()
    after = Side(
        record.snapshot_id,
        building / "outcomes.duckdb",
        own_files(),
        versions(),
        study,
        record.cutoff,
        record.last_date_come,
    )
    found = _compared(con, out, after)
    write_whole(kept, found.model_dump_json() + "\n")
    return found


def _compared(con: Connection, out: Path, after: Side) -> KeptChanges:
    current = (out / "current").resolve()
    if not (out / "current").is_symlink() or not current.is_dir():
        return KeptChanges()
    before = SnapshotBefore(snapshot_id=current.name)
    try:
        side = side_of(out, current, load_record(out, current.name))
        before = before.model_copy(update={"published_at": side.published_at, "cutoff_date": side.cutoff_date})
        return KeptChanges(snapshot_before=before, changes=tuple(map(_row_of, compare(con, side, after).changes)))
    except (duckdb.CatalogException, duckdb.BinderException, OutcomesError):
        note = "made by another version of the software, or damaged: not compared"
        log(f"Snapshot {current.name} is {note}.", event="not_compared", snapshot=current.name)
        return KeptChanges(snapshot_before=before.model_copy(update={"note": note}))


def load_record(out: Path, name: str) -> Publication | None:
    """The record of a publication, if there is one."""
    path = publication_folder(out) / name / RECORD
    return Publication.model_validate_json(path.read_bytes()) if path.is_file() else None


def load_snapshot_before(out: Path, name: str) -> str | None:
    """The id of the snapshot that was current when this one was published, where that is on record."""
    path = publication_folder(out) / name / CHANGES
    kept = KeptChanges.model_validate_json(path.read_bytes()) if path.is_file() else KeptChanges()
    return kept.snapshot_before.snapshot_id if kept.snapshot_before else None


def side_of(out: Path, folder: Path, record: Publication | None) -> Side:
    """A published snapshot as one side of a comparison, with the study.toml that it was made with.

    Raises ConfigurationError where its database or manifest cannot be read.
    """
    try:
        study = load_study(publication_folder(out) / folder.name / "study")
    except OutcomesError:  # an older version's settings may be none any more
        study = None
    return load_side(folder, study, record.cutoff if record else None, record.last_date_come if record else None)


def _row_of(change: Change) -> ChangeRow:
    fields = change.model_dump(include=set(ChangeRow.model_fields))
    places = [text for cause in change.causes for text in places_in_words(cause)]
    if change.behind:
        more = change.n_behind - len(change.behind)
        places = [f"subjects: {', '.join(change.behind)}{f' and {more} more' if more else ''}"]
    details = [cause.text for cause in change.causes if cause.text]
    return ChangeRow(
        **fields,
        cause=";".join(change.codes),
        detail="; ".join(details) or None,
        places="; ".join(dict.fromkeys(places)) or None,
    )


def write_changes(con: Connection, database: Path, kept: KeptChanges) -> None:
    """Both tables into the database of a snapshot, in the order of their keys."""
    rows = {
        "meta.changes": [row.model_dump() for row in kept.changes],
        "meta.snapshot_before": [kept.snapshot_before.model_dump()] if kept.snapshot_before else [],
    }
    con.execute(f"ATTACH {quoted(str(database))} AS snapshot")
    try:
        tables = [load_dictionary()[name] for name in TABLES]
        for table in tables:
            con.execute(f"CREATE TABLE snapshot.{table.full_name} ({sql_columns(table.full_name)})")
            if rows[table.full_name]:
                names = [column.name for column in table.columns]
                con.execute(
                    f"INSERT INTO snapshot.{table.full_name} SELECT * FROM (SELECT"
                    f" {', '.join(f'unnest(${name}) AS {name}' for name in names)}) ORDER BY {', '.join(table.key)}",
                    {name: [row[name] for row in rows[table.full_name]] for name in names},
                )
        write_comments(con, tables, "snapshot")
        con.execute("CHECKPOINT snapshot")
    finally:
        con.execute("DETACH snapshot")
