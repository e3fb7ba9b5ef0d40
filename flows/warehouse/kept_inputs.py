"""The kept inputs: every landed file by its SHA-256 in OUT/state/inputs, from which everything can be rebuilt."""

import hashlib
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from flows.base.errors import ConfigurationError
from flows.base.files import stream_to_disk, to_disk
from flows.base.toml_files import Frozen

CHUNK_BYTES = 1 << 20
SHA256_DIGITS = 64


class KeptFile(Frozen):
    """One landed file. ``sequence`` orders landings: of two entries for a key the later landing wins."""

    file_id: str
    sha256: str
    path: str  # relative to inbox/
    kind: str
    sequence: int
    landed_at: datetime


class KeptInputs:
    """The store of landed files. Its index grows by one line a file; a line that was cut short does not count.

    Raises ConfigurationError where the store is damaged or belongs to another study.
    """

    def __init__(self, folder: Path, study_id: str) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._index = folder / "index.jsonl"
        self.files = self._listed(study_id)
        self._by_sha256 = {kept.sha256: kept for kept in self.files}
        for kept in self.files:
            if not self.location(kept).is_file():
                raise self._damaged(f"the kept copy of {kept.path} is missing")
        for partial in folder.glob("*.part"):
            partial.unlink()

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

    def _damaged(self, what: str) -> ConfigurationError:
        return ConfigurationError(
            f"{self.folder}: the kept inputs are damaged: {what}. Restore the state folder from a backup, "
            "or move it away: the next run then lands what is in the inbox anew."
        )

    def holds(self, sha256: str) -> KeptFile | None:
        """The kept file with this content, if it was landed before."""
        return self._by_sha256.get(sha256)

    def location(self, kept: KeptFile) -> Path:
        """Where the kept bytes lie."""
        return self.folder / kept.sha256

    def store(self, source: Path) -> str:
        """Copy the bytes and give the SHA-256 of the copy: what is landed is what was hashed, though the file grows."""
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
        to_disk(self.folder)
        return hashed.hexdigest()

    def discard(self, sha256: str) -> None:
        """Take back a stored copy that was never listed."""
        (self.folder / sha256).unlink(missing_ok=True)

    def entry(self, sha256: str, path: str, kind: str, sequence: int) -> KeptFile:
        """The entry a file would get; it is not listed yet."""
        return KeptFile(
            file_id=sha256[:12],
            sha256=sha256,
            path=path,
            kind=kind,
            sequence=sequence,
            landed_at=datetime.now(UTC).replace(microsecond=0, tzinfo=None),
        )

    def keep(self, entry: KeptFile) -> None:
        """List a stored file: from here on it counts as landed."""
        self._append(entry.model_dump(mode="json"))
        self.files.append(entry)
        self._by_sha256[entry.sha256] = entry

    def _append(self, line: dict[str, object]) -> None:
        with self._index.open("ab") as index:
            index.write(json.dumps(line).encode() + b"\n")
            stream_to_disk(index)
