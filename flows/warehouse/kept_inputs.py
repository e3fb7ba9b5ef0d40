"""The kept inputs: every landed file by its SHA-256 in OUT/state/inputs, from which everything can be rebuilt."""

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from pydantic import Field, ValidationError

from flows.base.errors import ConfigurationError
from flows.base.files import sha256_of, stream_to_disk, to_disk
from flows.base.toml_files import Frozen
from flows.warehouse.blinding_key import BlindingKey

CHUNK_BYTES = 1 << 20
SHA256_DIGITS = 64
FILE_ID_DIGITS = 12


class KeptFile(Frozen):
    """One landed file. ``sequence`` orders landings: of two entries for a key the later landing wins.

    ``content_id`` is the hash that is shown: the SHA-256, or in a blinded study the keyed hash of it. It is not stored.
    """

    file_id: str
    sha256: str
    path: str  # relative to inbox/
    kind: str
    sequence: int
    landed_at: datetime
    content_id: str = Field("", exclude=True)


class KeptInputs:
    """The store of landed files. Its index grows by one line a file; a line that was cut short does not count.

    A copy that is gone is taken from ``inbox`` where the file still stands there with the same content. In a
    blinded study every file is shown by a hash with the ``key`` (``content_id``, ``file_id``); only the store itself goes
    by the SHA-256.
    Raises ConfigurationError where the store is damaged or belongs to another study.
    """

    def __init__(self, folder: Path, study_id: str, inbox: Path | None = None, key: BlindingKey | None = None) -> None:
        self.folder = folder
        self._key = key
        folder.mkdir(parents=True, exist_ok=True)
        self._index = folder / "index.jsonl"
        self.files = [self._named(kept) for kept in first_of_each_content(self._listed(study_id))]
        self._by_sha256 = {kept.sha256: kept for kept in self.files}
        for partial in folder.glob("*.part"):
            partial.unlink()
        for kept in self.files:
            if not self.location(kept).is_file() and not self._taken_from(inbox, kept):
                raise self._damaged(f"the kept copy of {kept.path} ({self.location(kept)}) is missing")

    def _listed(self, study_id: str) -> list[KeptFile]:
        text = self._index.read_text(encoding="utf-8") if self._index.exists() else ""
        whole, newline, cut_short = text.rpartition("\n")
        if cut_short:
            os.truncate(self._index, len((whole + newline).encode()))
        if not whole and not any(len(path.name) == SHA256_DIGITS for path in self.folder.iterdir()):
            # New, or stopped while it was made.
            self._append({"study_id": study_id})
            to_disk(self.folder)
            return []
        try:
            owner, *entries = (json.loads(line) for line in whole.splitlines())
            listed = [KeptFile.model_validate(entry) for entry in entries]
            owned_by = owner["study_id"]
        except (ValueError, ValidationError, KeyError, TypeError):
            raise self._damaged(f"{self._index.name} cannot be read") from None
        if owned_by != study_id:
            out = self.folder.parent.parent
            raise ConfigurationError(f"{out}: holds study '{owned_by}', not '{study_id}'; choose another --out.")
        return listed

    def _named(self, kept: KeptFile) -> KeptFile:
        """The entry by its shown names, whichever it was listed under: a study may be blinded or opened later."""
        shown = self.content_id(kept.sha256)
        return kept.model_copy(update={"content_id": shown, "file_id": shown[:FILE_ID_DIGITS]})

    def content_id(self, sha256: str) -> str:
        """The hash by which a content is shown to others; empty where the file could not be read."""
        return self._key.hash_of(sha256) if self._key and self._key.is_in_use and sha256 else sha256

    def hashes_of(self, sha256: str) -> tuple[str, ...]:
        """Every hash by which a content is shown, or was while the study was blinded."""
        return (sha256, self._key.hash_of(sha256)) if self._key and sha256 else (sha256,)

    def digest_of(self, text: str) -> str:
        """A hash of anything that hangs on the files: SHA-256, in a blinded study with the key."""
        plain = hashlib.sha256(text.encode()).hexdigest()
        return self.content_id(plain)

    def _taken_from(self, inbox: Path | None, kept: KeptFile) -> bool:
        """Whether a missing copy could be made again from the file as it was sent."""
        source = inbox / kept.path if inbox else None
        try:
            if not source or sha256_of(source) != kept.sha256 or self.store(source) != kept.sha256:
                return False
            to_disk(self.folder)
            return True
        except OSError:
            return False

    def _damaged(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.folder}: the kept inputs are damaged: {what}. Restore the state folder from a backup, "
            "or move it away: the next run then lands what is in the inbox anew."
        )

    def holds(self, sha256: str) -> KeptFile | None:
        """The kept file with this content, if it was landed before."""
        return self._by_sha256.get(sha256)

    def location(self, kept: KeptFile) -> Path:
        """Where the kept bytes lie; to read them, see ``sound``."""
        return self.folder / kept.sha256

    def sound(self, kept: KeptFile) -> Path:
        """Where the kept bytes lie, which were hashed once more: a name is no proof of what the disk holds.

        Raises ConfigurationError where they are not what was landed.
        """
        place = self.location(kept).resolve()
        if fault := fault_of(place, kept):
            raise ConfigurationError(
                f"{place}: {fault}. Nothing was published, the current snapshot stands. Put '{kept.path}' as the site"
                " sent it, or this file from a backup, in its place and run again."
            )
        return place

    def store(self, source: Path) -> str:
        """Copy the bytes and give the SHA-256 of the copy: what is landed is what was hashed, though the file grows.

        The name of the copy outlives a power cut from the moment it is listed.
        """
        hashed = hashlib.sha256()
        with (
            source.open("rb") as incoming,
            tempfile.NamedTemporaryFile(dir=self.folder, suffix=".part", delete=False) as copy,
        ):
            while chunk := incoming.read(CHUNK_BYTES):
                hashed.update(chunk)
                copy.write(chunk)
            stream_to_disk(copy)
        os.replace(copy.name, self.folder / hashed.hexdigest())
        return hashed.hexdigest()

    def discard(self, sha256: str) -> None:
        """Take back a stored copy, unless it is listed: then it is the copy of a landed file."""
        if sha256 not in self._by_sha256:
            (self.folder / sha256).unlink(missing_ok=True)

    def entry(self, sha256: str, path: str, kind: str, sequence: int) -> KeptFile:
        """The entry a file would get; it is not listed yet."""
        landed_at = datetime.now(UTC).replace(microsecond=0, tzinfo=None)
        entry = KeptFile(file_id="", sha256=sha256, path=path, kind=kind, sequence=sequence, landed_at=landed_at)
        return self._named(entry)

    def keep(self, *entries: KeptFile) -> None:
        """List stored files: from here on they count as landed."""
        if not entries:
            return
        to_disk(self.folder)
        named = [self._named(entry) for entry in entries]
        self._append(*(entry.model_dump(mode="json") for entry in named))
        self.files += named
        self._by_sha256 |= {entry.sha256: entry for entry in named}

    def _append(self, *lines: dict[str, object]) -> None:
        with self._index.open("ab") as index:
            index.write(b"".join(json.dumps(line).encode() + b"\n" for line in lines))
            stream_to_disk(index)


def first_of_each_content(listed: Iterable[KeptFile]) -> list[KeptFile]:
    """The entries without those that repeat an earlier content.

    Earlier versions could list one content twice, where a file was replaced by a copy of another while it was read.
    """
    by_sha256: dict[str, KeptFile] = {}
    for kept in listed:
        by_sha256.setdefault(kept.sha256, kept)
    return list(by_sha256.values())


def fault_of(place: Path, kept: KeptFile) -> str | None:
    """What is wrong with a kept copy, in words; None where it holds what was landed."""
    try:
        if sha256_of(place) == kept.sha256:
            return None
    except OSError as error:
        return f"the kept copy of '{kept.path}' cannot be read ({error.strerror})"
    return f"the kept copy of '{kept.path}' is damaged: it no longer has the SHA-256 it was landed with"


def listed_inputs(folder: Path) -> list[KeptFile]:
    """The landed files by the index, which is only read: for those who look while a run may be under way.

    Raises OSError or ValueError where the index cannot be read.
    """
    whole, _, _ = (folder / "index.jsonl").read_text(encoding="utf-8").rpartition("\n")
    return first_of_each_content(KeptFile.model_validate_json(line) for line in whole.splitlines()[1:])
