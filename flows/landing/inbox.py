"""What lies in inbox/, and what becomes of each file of it."""

import os
from collections.abc import Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

import duckdb

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of
from flows.landing.hashed_before import Hashed, is_settled, state_of
from flows.landing.kept_files import MIXED
from flows.landing.refused_files import write_refused
from flows.landing.unused_settings import why_unread
from flows.study.file_format import Reading, mixes_injections
from flows.study.study_folder import Study
from flows.warehouse.kept_inputs import KeptFile, KeptInputs

Connection = duckdb.DuckDBPyConnection
FILES_AT_ONCE = 4  # SHA-256 is computed without Python's lock; more than a disk reads at once
NO_FILE = "is not a file: a link that leads nowhere or to a folder, or a pipe"


class InboxFile(NamedTuple):
    """A file of the inbox, or a folder in it that cannot be listed."""

    source: Path
    path: str  # relative to inbox/
    sha256: str  # empty where nothing could be read
    readings: tuple[Reading, ...]  # by the entries of study.toml that fit its path
    fault: str = ""  # why it cannot be read
    is_folder: bool = False
    settled: Hashed | None = None  # as it was when it was hashed, where a later change would show

    @property
    def kind(self) -> str | None:
        """The kind of its first reading: what the file is listed as."""
        return self.readings[0].kind if self.readings else None


class Decision(NamedTuple):
    """What becomes of a file: ``new`` is to be landed, ``landed`` was landed before from this place, any other is
    listed in landing.refused_files with its kind and reason."""

    status: Literal["new", "landed", "refused", "ignored", "withdrawn"]
    kind: str | None = None
    reason: str = ""


def classify(file: InboxFile, study: Study, kept: KeptInputs) -> Decision:
    """Decide by the settings of the study and by what was landed before; reads and changes nothing."""
    if file.fault:
        return Decision("ignored" if file.fault == NO_FILE else "refused", file.kind, file.fault)
    known = kept.holds(file.sha256)
    if known and known.path == file.path:
        return Decision("landed", known.kind)
    if file.readings:
        if withdrawal := study.withdrawal_of(file.path, *kept.hashes_of(file.sha256)):
            return Decision("withdrawn", file.kind, withdrawal.reason)
        if study.facts.blinded and mixes_injections(file.readings):
            return Decision("refused", file.kind, MIXED)
    if known:
        return Decision("ignored", known.kind, _same_content(known))
    return Decision("new", file.kind) if file.readings else Decision("ignored", None, why_unread(study, file.path))


def list_refused(con: Connection, kept: KeptInputs, decided: Iterable[tuple[InboxFile, Decision]]) -> None:
    """The files that do not count, into landing.refused_files."""
    write_refused(
        con,
        kept,
        [
            (file.path, file.sha256, decision.kind, decision.status, decision.reason)
            for file, decision in decided
            if decision.status not in ("new", "landed")
        ],
    )


def _same_content(known: KeptFile) -> str:
    return f"has the same content as {known.path}, landed before"


def list_inbox(study: Study, before: Mapping[str, Hashed] | None = None) -> list[InboxFile]:
    """Every file of inbox/ with its hash, in the order of the paths. One that is as it was when it was hashed ``before``
    is not read again."""
    with ThreadPoolExecutor(FILES_AT_ONCE) as pool:
        return list(pool.map(lambda entry: _look_at(study, before or {}, *entry), _entries(study.inbox)))


def _look_at(study: Study, before: Mapping[str, Hashed], source: Path, path: str, unlisted: str | None) -> InboxFile:
    if unlisted:
        return InboxFile(source, path, "", (), unlisted, is_folder=True)
    readings = study.readings_of(path)
    try:
        if not source.is_file():
            return InboxFile(source, path, "", (), NO_FILE)
        state = state_of(source)
        if (known := before.get(path)) and known.state == state:
            return InboxFile(source, path, known.sha256, readings, settled=known)
        can_settle = is_settled(state)
        sha256 = sha256_of(source)
        return InboxFile(source, path, sha256, readings, settled=Hashed(state, sha256) if can_settle else None)
    except OSError as error:
        return InboxFile(source, path, "", readings, unreadable(error))


def _entries(inbox: Path) -> list[tuple[Path, str, str | None]]:
    """Everything in inbox/ but hidden files and folders, in the order of the paths: where it lies, its path, and for a
    folder that cannot be listed why."""
    found: dict[Path, str | None] = {}

    def unlisted(error: OSError) -> None:
        found[Path(os.fsdecode(error.filename))] = f"cannot be listed ({error.strerror}): its files were not looked at"

    for folder, folders, files in os.walk(inbox, onerror=unlisted):
        folders[:] = [name for name in folders if not name.startswith(".")]
        links = [name for name in folders if Path(folder, name).is_symlink()]  # they are not followed
        found |= {Path(folder, name): None for name in (*links, *files) if not name.startswith(".")}
    if reason := found.get(inbox):
        raise ConfigurationError(f"{inbox}: {reason}.")
    # A name that is not UTF-8 is shown with its odd bytes spelled out.
    return [
        (source, source.relative_to(inbox).as_posix().encode("utf-8", "backslashreplace").decode(), found[source])
        for source in sorted(found)
    ]


def unreadable(error: OSError) -> str:
    """Why a file is refused that the system does not let us read."""
    return f"cannot be read ({error.strerror}); see to it that the file can be, and run again"
