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


def unpacked(source: Path, scratch: Path) -> tuple[Path, str | None]:
    """The file itself, or what is packed in it, and how it was packed ('gzip', 'zip') if at all.

    Raises FileRefused for a damaged or encrypted archive, one that does not hold one file, or one that unpacks to
    more than 100 MB and a hundred times its size.
    """
    with source.open("rb") as stream:
        head = stream.read(4)
    if head.startswith(GZIP):
        packing = "gzip"
    elif head in ZIPS:
        packing = "zip"
    else:
        return source, None
    target = scratch / "unpacked.csv"
    limit = max(SMALL_BYTES, LARGEST_RATIO * source.stat().st_size)
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
    except (OSError, EOFError, zlib.error, zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        raise FileRefused(f"is a damaged or encrypted {packing} file; send it again, or unpacked") from None
    return target, packing


@contextmanager
def _opened(source: Path, packing: str) -> Generator[IO[bytes] | gzip.GzipFile]:
    if packing == "gzip":
        with gzip.open(source) as stream:
            yield stream
        return
    with zipfile.ZipFile(source) as archive:
        names = [info.filename for info in archive.infolist() if not info.is_dir() and "__MACOSX/" not in info.filename]
        if "[Content_Types].xml" in names:
            raise FileRefused("is an Excel workbook or another Office document; export the sheet as CSV")
        if len(names) != 1:
            raise FileRefused(f"is a zip of {len(names)} files; send each CSV file alone, packed or not")
        with archive.open(names[0]) as stream:
            yield stream
