"""The kept inputs: every landed file by its SHA-256 in OUT/state/inputs, from which everything can be rebuilt."""

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from flows.settings import Frozen


class KeptFile(Frozen):
    """One landed file. ``sequence`` orders landings: of two entries for a key the later landing wins."""

    file_id: str
    sha256: str
    path: str  # relative to inbox/
    kind: str
    sequence: int
    landed_at: datetime


class KeptInputs:
    """The store of landed files; its index is replaced atomically after each landing."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        self._index = folder / "index.json"
        listed = json.loads(self._index.read_text()) if self._index.exists() else []
        self.files = [KeptFile.model_validate(entry) for entry in listed]

    def holds(self, sha256: str) -> KeptFile | None:
        """The kept file with this content, if it was landed before."""
        return next((kept for kept in self.files if kept.sha256 == sha256), None)

    def location(self, kept: KeptFile) -> Path:
        """Where the kept bytes lie."""
        return self.folder / kept.sha256

    def entry(self, sha256: str, path: str, kind: str) -> KeptFile:
        """The entry a new file would get; nothing is stored yet."""
        return KeptFile(
            file_id=sha256[:12],
            sha256=sha256,
            path=path,
            kind=kind,
            sequence=1 + max((kept.sequence for kept in self.files), default=0),
            landed_at=datetime.now(UTC).replace(microsecond=0, tzinfo=None),
        )

    def keep(self, source: Path, entry: KeptFile) -> None:
        """Copy the bytes, then list them: a copy that was cut short is never listed."""
        target = self.location(entry)
        partial = target.with_suffix(".part")
        shutil.copyfile(source, partial)
        os.replace(partial, target)
        self.files.append(entry)
        partial = self._index.with_suffix(".part")
        partial.write_text(json.dumps([kept.model_dump(mode="json") for kept in self.files], indent=1) + "\n")
        os.replace(partial, self._index)
