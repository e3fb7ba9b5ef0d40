"""The parts of a workbook: XML files in a zip, read piece by piece, none of them trusted."""

import posixpath
import zipfile
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from xml.parsers.expat import ExpatError, ParserCreate

from flows.base.errors import FileRefused
from flows.landing.packing import most_bytes

CHUNK_BYTES = 1 << 16
MOST_FILES = 10_000
# No writer makes these; a file that has them is made to fill the memory.
DEEPEST, MOST_NAMES, LONGEST_TAG_BYTES = 100, 10_000, 1 << 22
METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
AGAIN = "open it in a spreadsheet program, save it as .xlsx and send that, or export the sheet as CSV"
DAMAGE = (
    OSError,
    EOFError,
    zlib.error,
    zipfile.BadZipFile,
    NotImplementedError,
    RuntimeError,
    ValueError,
    ArithmeticError,
    LookupError,
    ExpatError,
)

Start = Callable[[str, dict[str, str]], None]
End = Callable[[str], None]


@contextmanager
def damage_refused(what: str = "workbook", again: str = AGAIN) -> Generator[None]:
    """Whatever a damaged file makes its reader raise is a refusal, in words that hold nothing of the file."""
    try:
        yield
    except DAMAGE:
        raise FileRefused(f"is a damaged {what}; {again}") from None


class Parts:
    """An opened workbook. Raises FileRefused where it is damaged, encrypted, or larger than is sane."""

    def __init__(self, archive: zipfile.ZipFile, limit: int) -> None:
        infos = [info for info in archive.infolist() if not info.is_dir()]
        if len(infos) > MOST_FILES or sum(info.file_size for info in infos) > limit:
            raise FileRefused(f"unpacks to more than any diary does; {AGAIN}")
        self._archive = archive
        self._infos = {info.filename.replace("\\", "/").casefold(): info for info in infos}

    def __contains__(self, name: str) -> bool:
        return name.casefold() in self._infos

    def chunks(self, name: str) -> Iterator[bytes]:
        """What a part holds, unpacked."""
        info = self._infos.get(name.casefold())
        if info is None:
            raise FileRefused(f"is a damaged workbook: a part of it is missing; {AGAIN}")
        if info.flag_bits & 1:
            raise FileRefused(f"is an encrypted workbook; {AGAIN}")
        if info.compress_type not in METHODS:
            raise FileRefused(f"is a workbook packed in a way that no spreadsheet program reads; {AGAIN}")
        with self._archive.open(info) as stream:
            while chunk := stream.read(CHUNK_BYTES):
                yield chunk

    def read(self, name: str, start: Start, end: End | None = None, text: End | None = None) -> Iterator[None]:
        """Calls ``start``, ``end`` and ``text`` for the elements of a part, by their names without a prefix, and yields
        between its pieces."""
        names: dict[str, str] = {}
        parser = ParserCreate(intern=names)
        parser.buffer_text = True
        depth = 0

        def opened(name: str, attributes: dict[str, str]) -> None:
            nonlocal depth
            depth += 1
            if depth > DEEPEST:
                raise FileRefused(f"is no sound workbook: its parts are nested too deep; {AGAIN}")
            start(name if ":" not in name else name.rpartition(":")[2], attributes)

        def closed(name: str) -> None:
            nonlocal depth
            depth -= 1
            if end:
                end(name if ":" not in name else name.rpartition(":")[2])

        def declared(*_: object) -> None:
            raise FileRefused(f"is no sound workbook: it declares a document type; {AGAIN}")

        parser.StartElementHandler, parser.EndElementHandler, parser.CharacterDataHandler = opened, closed, text
        parser.StartDoctypeDeclHandler = declared
        fed = 0
        with damage_refused():
            for chunk in self.chunks(name):
                parser.Parse(chunk, False)
                fed += len(chunk)
                # A tag is held until it ends, and every name of an element for good.
                if fed - parser.CurrentByteIndex > LONGEST_TAG_BYTES or len(names) > MOST_NAMES:
                    raise FileRefused(f"is no sound workbook: one of its parts holds no cells; {AGAIN}")
                yield
            parser.Parse(b"", True)
        yield

    def read_whole(self, name: str, start: Start, end: End | None = None, text: End | None = None) -> None:
        """The same, in one go."""
        for _ in self.read(name, start, end, text):
            pass

    def related(self, name: str) -> dict[str, tuple[str, str]]:
        """The parts that a part names: id -> (last word of the relation's type, part)."""
        folder, _, file = name.rpartition("/")
        found: dict[str, tuple[str, str]] = {}

        def start(element: str, attributes: dict[str, str]) -> None:
            if element == "Relationship" and attributes.get("TargetMode") != "External":
                target = posixpath.join("/", folder, attributes["Target"].replace("\\", "/"))
                kind = attributes["Type"].rpartition("/")[2]
                found[attributes["Id"]] = (kind, posixpath.normpath(target).lstrip("/"))
                _at_most(found, MOST_FILES)

        self.read_whole(f"{folder}/_rels/{file}.rels", start)
        return found


def _at_most(found: dict[str, tuple[str, str]], most: int) -> None:
    if len(found) > most:
        raise FileRefused(f"is no sound workbook: it names too many parts; {AGAIN}")


@contextmanager
def opened_parts(source: Path) -> Generator[Parts]:
    """The parts of a zip, its unpacked size known to be sane before any of it is unpacked."""
    with damage_refused():
        archive = zipfile.ZipFile(source)
    with archive:
        yield Parts(archive, most_bytes(source))
