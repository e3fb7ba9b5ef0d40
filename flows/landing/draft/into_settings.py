"""Entries put into the text of study.toml. Every line that stands there stays as it is, comments too."""

import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flows.base.errors import ConfigurationError
from flows.landing.draft.entry import Entry


def write_entries(path: Path, entries: Sequence[tuple[Entry, str]]) -> None:
    """Put entries, each with the text that is written for it, before those of the same kind: the first that fits counts.

    Raises ConfigurationError where study.toml would no longer say what it said; nothing is written then.
    """
    before = path.read_text(encoding="utf-8")
    after = before
    for kind in dict.fromkeys(entry.kind for entry, _ in entries):
        after = _with(after, kind, "\n".join(text for entry, text in entries if entry.kind == kind))
    wanted = _entries(before)
    for kind in {entry.kind for entry, _ in entries}:
        wanted[kind] = [entry.settings() for entry, _ in entries if entry.kind == kind] + wanted.get(kind, [])
    if not _is_as_wanted(before, after, wanted):
        raise ConfigurationError(
            f"{path}: the entries could not be put in without changing what stands there; write them in by hand."
        )
    path.write_text(after, encoding="utf-8")


def _with(text: str, kind: str, entries: str) -> str:
    """The text with entries of one kind above the first there is, and above the comments that belong to it."""
    lines = text.splitlines(keepends=True)
    head = re.compile(rf"\s*\[(\[?)\s*files\s*\.\s*{kind}\s*\]?\]")
    first = next((number for number, line in enumerate(lines) if head.match(line)), None)
    if first is None:
        return text.rstrip("\n") + "\n\n" + entries
    if not lines[first].lstrip().startswith("[["):  # one table becomes the first of several
        lines[first] = re.sub(r"\[(.*?)\]", r"[[\1]]", lines[first], count=1)
    place = first
    while place > 0 and lines[place - 1].lstrip().startswith("#"):
        place -= 1
    return "".join([*lines[:place], entries, "\n", *lines[place:]])


def _entries(text: str) -> dict[str, list[dict[str, Any]]]:
    files = tomllib.loads(text).get("files", {})
    return {kind: [groups] if isinstance(groups, dict) else list(groups) for kind, groups in files.items()}


def _is_as_wanted(before: str, after: str, wanted: dict[str, list[dict[str, Any]]]) -> bool:
    try:
        old, new = tomllib.loads(before), tomllib.loads(after)
    except tomllib.TOMLDecodeError:
        return False
    return {**old, "files": None} == {**new, "files": None} and _entries(after) == wanted
