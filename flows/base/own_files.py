"""The package's own files by their SHA-256: the code, templates and SQL that made a result, not only the inputs.

A version number stays as it is while the files change. Whoever keeps a result asks here whether the files are the same.
"""

from functools import cache
from pathlib import Path

from flows.base import resources
from flows.base.files import sha256_of

DATA = (
    "sql",
    "expectations",
    "data/rules",
    "data/estimands",
    "data/dictionary",
    "data/codelists",
    "data/standards",
    "data/protocol.toml",
    "data/checks.toml",
    "data/lineage.csv",
)


@cache
def own_files() -> dict[str, str]:
    """SHA-256 of every file that shapes a result, by its path in the repository; a wheel gives the same names.

    Read once a process: the process keeps running the code that it has loaded.
    """
    paths = {f"flows/{name}": path for name, path in _below(resources.PACKAGE) if name.split("/")[0] != "resources"}
    for part in DATA:
        root = resources.resource(part)
        paths |= {part: root} if root.is_file() else {f"{part}/{name}": path for name, path in _below(root)}
    return {name: sha256_of(path) for name, path in sorted(paths.items())}


def own_files_below(*parts: str) -> dict[str, str]:
    """Those of ``own_files`` that are one of these files, or in one of these folders."""
    return {
        name: sha256
        for name, sha256 in own_files().items()
        if any(name == part or name.startswith(f"{part}/") for part in parts)
    }


def _below(folder: Path) -> list[tuple[str, Path]]:
    """Each file with its path in the folder. Left out: compiled modules, and the hidden files that editors leave."""
    found = ((path.relative_to(folder), path) for path in folder.rglob("*") if path.is_file())
    return [
        (inside.as_posix(), path)
        for inside, path in found
        if not any(part == "__pycache__" or part.startswith(".") for part in inside.parts)
    ]
