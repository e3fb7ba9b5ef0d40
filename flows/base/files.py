"""Files as bytes: their SHA-256, and bytes and names that outlive a power cut."""

import hashlib
import os
from pathlib import Path
from typing import IO


def sha256_of(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def stream_to_disk(stream: IO[bytes]) -> None:
    """What was written to an open file outlives a power cut."""
    stream.flush()
    os.fsync(stream.fileno())


def to_disk(path: Path) -> None:
    """The bytes of a file, or the names in a folder, outlive a power cut; the bytes alone do not make a name last."""
    handle = os.open(path, os.O_RDONLY)
    os.fsync(handle)
    os.close(handle)


def tree_to_disk(folder: Path) -> None:
    """Every file and folder below, and the folder itself, outlive a power cut."""
    for path in [*folder.rglob("*"), folder]:
        to_disk(path)


def write_whole(path: Path, text: str) -> None:
    """A text file that is there as a whole or not at all, and that outlives a power cut."""
    partial = path.with_name(f".{path.name}")
    partial.write_text(text, encoding="utf-8")
    to_disk(partial)
    partial.replace(path)
    to_disk(path.parent)
