"""OUT/state/history.jsonl: what each publication found by site, one line a publication, in their order.

The file only grows. A line that was cut short does not count and is cut off before the next one is added. It is private
as all of OUT/state; what a snapshot may show of it is published as meta.run_history.
"""

import os
from datetime import date, datetime
from pathlib import Path

from pydantic import ValidationError

from flows.base.errors import ConfigurationError
from flows.base.files import stream_to_disk, to_disk
from flows.base.toml_files import Frozen

HISTORY = "history.jsonl"


class SiteRun(Frozen):
    """One site in one publication. ``lines_*``, ``cells_*`` and the days that came: since the publication before; the
    others as they stood. No line of subjects or injections is counted: between two nights they tell whose session was added.
    """

    site: str | None  # null = all
    lines_received: int = 0
    lines_repeated: int = 0
    lines_quarantined: int = 0
    cells_set_aside: int = 0
    lines_faulty: int = 0
    lines_late: int = 0
    lines_in_conflict: int = 0
    diary_days: int = 0
    recorded_days: int = 0
    headache_days: int = 0
    due_days: int = 0
    due_recorded_days: int = 0
    n_active: int = 0
    n_evaluable: int = 0
    n_responders: int = 0
    drift: tuple[str, ...] = ()  # checks that flagged the site

    @property
    def lines_new(self) -> int:
        """Lines that repeat nothing."""
        return self.lines_received - self.lines_repeated


class RunEntry(Frozen):
    """One publication. ``last_sequence`` is the number of the last file that was landed by then."""

    snapshot_id: str
    published_at: datetime | None  # UTC; null while it is under way
    cutoff_date: date | None
    last_sequence: int
    sites: tuple[SiteRun, ...]  # all first, then by name

    def of(self, site: str | None) -> SiteRun | None:
        """The row of a site, where the publication knew it."""
        return next((row for row in self.sites if row.site == site), None)


def load_history(state: Path) -> list[RunEntry]:
    """The publications in their order; empty where none is on record.

    Of entries for one snapshot that follow each other the last one stands: the run was repeated.
    Raises ConfigurationError where a whole line cannot be read.
    """
    path = state / HISTORY
    whole = path.read_text(encoding="utf-8").rpartition("\n")[0] if path.exists() else ""
    entries: list[RunEntry] = []
    for number, line in enumerate(whole.splitlines(), start=1):
        try:
            entry = RunEntry.model_validate_json(line)
        except ValidationError:
            raise ConfigurationError(
                f"{path}: line {number} cannot be read. Put the file back from a backup, or move it away: the history then"
                " begins anew with the next run."
            ) from None
        if entries and entries[-1].snapshot_id == entry.snapshot_id:
            entries.pop()
        entries.append(entry)
    return entries


def append_history(state: Path, entry: RunEntry) -> None:
    """Add a publication; it outlives a power cut."""
    path = state / HISTORY
    is_there = path.exists()
    text = path.read_bytes() if is_there else b""
    if text and not text.endswith(b"\n"):
        os.truncate(path, text.rfind(b"\n") + 1)
    with path.open("ab") as stream:
        stream.write(entry.model_dump_json().encode() + b"\n")
        stream_to_disk(stream)
    if not is_there:
        to_disk(state)
