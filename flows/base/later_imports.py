"""Modules that a library imports and we do not use: they are loaded when somebody uses them, which may be never."""

import importlib.machinery
import importlib.util
import sys
from collections.abc import Generator, Sequence
from contextlib import contextmanager
from importlib.abc import MetaPathFinder
from types import ModuleType


class _Later(MetaPathFinder):
    """Finds the modules of these names as others would, with a loader that waits for the first attribute."""

    def __init__(self, names: frozenset[str]) -> None:
        self._names = names

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        spec = importlib.machinery.PathFinder.find_spec(fullname, path, target) if fullname in self._names else None
        if spec and spec.loader:
            spec.loader = importlib.util.LazyLoader(spec.loader)
        return spec


@contextmanager
def imported_later(*names: str) -> Generator[None]:
    """Within the block an import of these modules costs nothing: each is loaded at its first use, also after the block.

    Not to be used from several threads at once: Python 3.11 does not lock the first use.
    """
    finder = _Later(frozenset(names))
    sys.meta_path.insert(0, finder)
    try:
        yield
    finally:
        sys.meta_path.remove(finder)
