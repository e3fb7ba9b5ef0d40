"""Proposed entries tried: the files are really landed, by them alone, into a warehouse that is thrown away."""

import tempfile
from collections import Counter, defaultdict
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.shown_text import one_line
from flows.landing.draft.entry import Entry
from flows.landing.land import land
from flows.study.codebook import with_choices
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.file_format import FileFormat
from flows.study.study_folder import Study
from flows.warehouse.database import open_warehouse
from flows.warehouse.settings_tables import load_metadata


class Trial(NamedTuple):
    """What became of the lines of an entry's files: counts only. ``refused``: why files were, and how many."""

    lines: int
    landed: int
    unreadable: dict[str, int]  # column -> cells without a value
    refused: dict[str, int]
    read_as: str = ""  # what was found about the first of the files: encoding, delimiter, dates, and what tells them

    @property
    def is_whole(self) -> bool:
        """Whether every line landed."""
        return not self.refused and 0 < self.lines == self.landed

    def text(self) -> str:
        """One comment a line."""
        comments = [f"# Read as: {one_line(self.read_as)}"] if self.read_as else []
        comments += (
            [f"# Tried: lands {self.landed:,} of {self.lines:,} lines."] if self.lines or not self.refused else []
        )
        comments += [f"# Tried: {count} cells of {column} cannot be read." for column, count in self.unreadable.items()]
        comments += [f"# Tried: refused ({count}): {reason}" for reason, count in self.refused.items()]
        return "\n".join(comments)


def try_entries(study: Study, entries: Sequence[Entry]) -> list[Trial]:
    """Land the files of each entry, all entries together, for several may read one file."""
    groups = [_as_read(study, entry) for entry in entries]
    files: dict[str, tuple[FileFormat, ...]] = {
        kind: tuple(group for entry, group in zip(entries, groups, strict=True) if entry.kind == kind)
        for kind in FILE_KINDS
    }
    with tempfile.TemporaryDirectory(prefix="draft-") as folder:
        scratch = study.model_copy(update={"folder": Path(folder) / "study", "files": files, "withdrawn": ()})
        for path in {path for entry in entries for path in entry.paths}:
            place = scratch.inbox / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.symlink_to((study.inbox / path).resolve())
        with open_warehouse(Path(folder) / "out", scratch, is_scratch=True) as (con, kept):
            load_metadata(con, scratch, None)
            # A diary or injections may lack among these files; they were landed all the same.
            with suppress(ConfigurationError):
                land(con, scratch, kept, knows_all_files=False)
            return [_outcome(con, scratch, entry, group) for entry, group in zip(entries, groups, strict=True)]


def _as_read(study: Study, entry: Entry) -> FileFormat:
    """The entry as a study would read it."""
    return with_choices(FileFormat.model_validate(entry.settings()), study.folder)


def _outcome(con: duckdb.DuckDBPyConnection, study: Study, entry: Entry, group: FileFormat) -> Trial:
    reasons: Counter[str] = Counter()
    lines = 0
    file_ids: list[str] = []
    read_as = ""
    for path in entry.paths:
        reasons.update(
            reason
            for (reason,) in con.execute("SELECT reason FROM landing.refused_files WHERE path = ?", [path]).fetchall()
        )
        part = next((reading.part for reading in study.readings_of(path) if reading.group == group), "")
        landed = con.execute(
            "SELECT file_id, lines_read - lines_elsewhere, evidence FROM landing.landed_files WHERE path = ? AND kind = ?"
            " AND (? = '' OR starts_with(part, ?))",
            [path, entry.kind, part, part],
        ).fetchall()
        file_ids += [file_id for file_id, _, _ in landed]
        lines += sum(count for _, count, _ in landed)
        read_as = read_as or next((evidence for _, _, evidence in landed), "")
    needed = [c.name for c in file_columns(entry.kind) if c.required and not c.may_be_empty]
    whole = " AND ".join(f"{name} IS NOT NULL" for name in needed)
    rows = con.execute(
        f"SELECT {whole}, unreadable FROM landing.{entry.kind} WHERE file_id IN (SELECT unnest($1::VARCHAR[]))",
        [file_ids],
    ).fetchall()
    cells: dict[str, int] = defaultdict(int)
    for _, unreadable in rows:
        for name in (unreadable or "").split(","):
            if name:
                cells[name] += 1
    return Trial(lines, sum(is_whole for is_whole, _ in rows), dict(cells), dict(reasons), read_as)
