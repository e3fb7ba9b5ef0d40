"""gzip and zip: one CSV file unpacked into scratch, by what its first bytes say, and never more than is sane."""

import gzip
import zipfile
import zlib
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from flows.base.errors import FileRefused

CHUNK_BYTES = 1 << 20
GZIP, ZIPS = b"\x1f\x8b", (b"PK\x03\x04", b"PK\x05\x06")  # the second is an empty archive
# A diary packs about tenfold. What grows a hundredfold beyond this size is made to fill the disk.
SMALL_BYTES = 100 << 20
LARGEST_RATIO = 100
DAMAGE = (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError)


def unpacked(source: Path, scratch: Path) -> tuple[Path, str | None]:
    """The file itself, or what is packed in it, and how it was packed ('gzip', 'zip') if at all. A workbook, which is a
    zip of its parts, is left as it is.

    Raises FileRefused for a damaged or encrypted archive, one that does not hold one file, or one that unpacks to
    more than 100 MB and a hundred times its size.
    """
    with source.open("rb") as stream:
        head = stream.read(4)
    if head.startswith(GZIP):
        packing = "gzip"
    elif head in ZIPS and not is_workbook(source):
        packing = "zip"
    else:
        return source, None
    target = scratch / "unpacked.csv"
    limit = most_bytes(source)
    try:
        with _opened(source, packing) as stream, target.open("wb") as out:
            size = 0
            while chunk := stream.read(CHUNK_BYTES):
                size += len(chunk)
                if size > limit:
                    raise FileRefused(
                        f"unpacks to more than {LARGEST_RATIO} times its size, as no diary does; send it unpacked"
                    )
                out.write(chunk)
    except DAMAGE:
        raise _damaged(packing) from None
    return target, packing


def most_bytes(source: Path) -> int:
    """More than this is never unpacked from a file."""
    return max(SMALL_BYTES, LARGEST_RATIO * source.stat().st_size)


def is_workbook(source: Path) -> bool:
    """Whether a file is a zip of the parts of an Excel workbook. Raises FileRefused for a damaged zip."""
    with source.open("rb") as stream:
        if stream.read(4) not in ZIPS:
            return False
    try:
        with zipfile.ZipFile(source) as archive:
            folded = {name.replace("\\", "/").casefold() for name in _names(archive)}
    except DAMAGE:
        raise _damaged("zip") from None
    return "[content_types].xml" in folded and any(name.startswith("xl/") for name in folded)


def _names(archive: zipfile.ZipFile) -> list[str]:
    """The files in a zip, less what a Mac adds."""
    return [info.filename for info in archive.infolist() if not info.is_dir() and "__MACOSX/" not in info.filename]


def _damaged(packing: str) -> FileRefused:
    what = "zip file or workbook" if packing == "zip" else f"{packing} file"
    return FileRefused(f"is a damaged or encrypted {what}; send it again, or as CSV")


@contextmanager
def _opened(source: Path, packing: str) -> Generator[IO[bytes] | gzip.GzipFile]:
    if packing == "gzip":
        with gzip.open(source) as stream:
            yield stream
        return
    with zipfile.ZipFile(source) as archive:
        names = _names(archive)
        if "[Content_Types].xml" in names:
            raise FileRefused("is an Office document other than a workbook; send the diary as CSV or as .xlsx")
        if "content.xml" in names and "mimetype" in names:
            raise FileRefused("is an OpenDocument file; save the sheet as .xlsx, or export it as CSV")
        if len(names) != 1:
            raise FileRefused(f"is a zip of {len(names)} files; send each CSV file alone, packed or not")
        with archive.open(names[0]) as stream:
            yield stream
