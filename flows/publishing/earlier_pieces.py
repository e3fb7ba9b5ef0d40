"""The pieces of the current snapshot, from which the next one takes what did not change."""

import json
import os
from pathlib import Path
from typing import Any

from flows.base.files import sha256_of
from flows.base.own_files import own_files
from flows.publishing.audit_entries import is_as_recorded
from flows.publishing.ingredients import versions
from flows.warehouse.snapshots import MANIFEST

PIECES = "pieces"  # of the manifest: the fingerprint of each piece by its path below tables/


class EarlierPieces:
    """The pieces that may be linked: those of a snapshot that the audit trail knows, made by the same software.

    A piece is known by its table and the fingerprint of its content. Before it is linked it is hashed: one that is no longer
    what was published is written anew.
    """

    def __init__(self, out: Path) -> None:
        self._snapshot = (out / "current").resolve()
        manifest = self._manifest(out)
        self._hashes: dict[str, str] = manifest.get("outputs", {})
        self._paths = {
            (path.partition("/")[0], fingerprint): path for path, fingerprint in manifest.get(PIECES, {}).items()
        }

    def _manifest(self, out: Path) -> dict[str, Any]:
        if not is_as_recorded(out, self._snapshot):
            return {}
        manifest = json.loads((self._snapshot / MANIFEST).read_bytes())
        is_ours = manifest["versions"] == versions() and manifest.get("own_files") == own_files()
        return manifest if is_ours else {}

    def link(self, table: str, fingerprint: str, target: Path) -> bool:
        """Whether there is such a piece; it then stands at ``target`` as well."""
        path = self._paths.get((table, fingerprint))
        if not path:
            return False
        source = self._snapshot / "tables" / path
        try:
            if sha256_of(source) != self._hashes.get(f"tables/{path}"):
                return False
            os.link(source, target)
        except OSError:  # it is gone, or the disk knows no hard links
            return False
        return True
