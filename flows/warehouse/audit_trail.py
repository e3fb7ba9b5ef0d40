"""OUT/state/audit.jsonl: what was done to OUT, one line each, only ever added to.

Each line holds the SHA-256 of the line before and its own, so that no line can be altered, taken out or put in between
without the lines after it being written anew. Who writes all of them anew is found out by a signature or by the SHA-256 of
an entry that was noted elsewhere, and by nothing else (docs/audit.md).
"""

import hashlib
import json
import os
import pwd
import socket
from datetime import UTC, datetime
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any, NamedTuple

from flows.base.files import stream_to_disk, to_disk
from flows.base.own_files import own_files

TRAIL_NAME = "audit.jsonl"
NOTHING_BEFORE = "0" * 64
PUBLISHING = ("publication", "made_again")  # events after which a snapshot stands with a manifest of its own

Entry = dict[str, Any]


class Trail(NamedTuple):
    """The entries that are what their own SHA-256 was made of, in order, and in words what is wrong with the rest."""

    entries: list[Entry]
    faults: list[str]
    head: str = (
        NOTHING_BEFORE  # SHA-256 of the last entry: whoever keeps it can later see whether all up to it is the same
    )
    lines: int = 0
    cut_short: int = 0  # bytes at the end that are no whole line: the process that wrote them was stopped

    def last_of(self, *events: str) -> Entry | None:
        """The last entry of these events."""
        return next((entry for entry in reversed(self.entries) if entry["event"] in events), None)

    def last_with(self, name: str) -> Entry | None:
        """The last entry that holds this fact."""
        return next((entry for entry in reversed(self.entries) if name in entry), None)

    def published_as(self, snapshot_id: str) -> Entry | None:
        """The entry of this snapshot as it was published last."""
        fitting = (e for e in reversed(self.entries) if e["event"] in PUBLISHING and e["snapshot_id"] == snapshot_id)
        return next(fitting, None)


def load_trail(state: Path) -> Trail:
    """Read the trail and hold every line against its own SHA-256 and the line before; empty where there is none.

    Raises OSError where it cannot be read.
    """
    try:
        content = (state / TRAIL_NAME).read_bytes()
    except FileNotFoundError:
        return Trail([], [])
    whole, _, rest = content.rpartition(b"\n")
    lines = whole.split(b"\n") if whole else []
    entries: list[Entry] = []
    faults: list[str] = []
    previous = NOTHING_BEFORE
    for number, line in enumerate(lines, start=1):
        entry = _entry_of(line)
        if entry is None:
            faults.append(f"line {number} was altered: it is not what its own SHA-256 was made of.")
            previous = hashlib.sha256(line).hexdigest()  # what is added goes on from the line as it stands
            continue
        if entry["previous"] != previous or entry["number"] != number:
            before = f"line {number - 1}" if number > 1 else "the beginning"
            faults.append(
                f"line {number} was not written after {before} as it stands: a line was altered, added or lost."
            )
        entries.append(entry)
        previous = entry["sha256"]
    if rest:
        faults.append(
            f"line {len(lines) + 1} is cut short: the run that wrote it was stopped, or its end was taken away."
        )
    return Trail(entries, faults, previous, len(lines), len(rest))


def append_entry(state: Path, entry: Entry) -> Entry:
    """Add an entry that ``next_entry`` made; it is on the disk when this returns."""
    place = state / TRAIL_NAME
    is_new = not place.exists()
    if not is_new and (cut_short := load_trail(state).cut_short):
        os.truncate(place, place.stat().st_size - cut_short)
    with place.open("ab") as lines:
        lines.write(line_of(entry))
        stream_to_disk(lines)
    if is_new:
        to_disk(state)
    return entry


def next_entry(state: Path, event: str, **facts: object) -> Entry:
    """The entry that would follow now: when, by whom, with which software, and the facts. It is not written yet."""
    trail = load_trail(state)
    entry: Entry = {
        "number": trail.lines + 1,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "event": event,
        "user": _user(),
        "host": socket.gethostname(),
        "software": {"version": version("migraine-outcomes"), "own_files": own_files_hash()},
        **facts,
        **({"dropped_bytes": trail.cut_short} if trail.cut_short else {}),
        "previous": trail.head,
    }
    return entry | {"sha256": _sha256_of(entry)}


def line_of(entry: Entry) -> bytes:
    """The entry as the trail holds it, with its line end."""
    return json.dumps(entry).encode() + b"\n"


@cache
def own_files_hash() -> str:
    """One SHA-256 of all files of this software that shape a result; the manifest lists them one by one."""
    return hashlib.sha256(json.dumps(sorted(own_files().items())).encode()).hexdigest()


def _entry_of(line: bytes) -> Entry | None:
    """The entry in a line; None where the line is not, byte for byte, what was written."""
    try:
        entry = json.loads(line)
        named = entry["sha256"]
        rest = {name: value for name, value in entry.items() if name != "sha256"}
        is_sound = named == _sha256_of(rest) and line_of(entry) == line + b"\n"
        return entry if is_sound and {"number", "event", "previous", "at", "user"} <= entry.keys() else None
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _sha256_of(entry: Entry) -> str:
    return hashlib.sha256(json.dumps(entry).encode()).hexdigest()


def _user() -> str:
    """The account of the process, not what its environment says; the number where it has no name here."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return str(os.getuid())
