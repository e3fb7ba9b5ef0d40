"""Where in a TOML file something stands, as a person looks for it: an entry of a list by its line and its pattern."""

import re
from typing import Any

Loc = tuple[int | str, ...]


def place_of(loc: Loc, text: str, document: dict[str, Any]) -> str:
    """The place of a key as the file writes it; empty for the file as a whole.

    ``files.diary`` may be one table or several: a single one has no number in the file.
    """
    place, joint = "", ""
    at: Any = document
    for number, part in enumerate(loc):
        if isinstance(part, int):
            if isinstance(at, dict):  # written as one table where a list may stand
                continue
            place = _entry(".".join(map(str, loc[:number])), part, text, at)
            joint = ": " if place.startswith("[[") else "."
            at = at[part] if isinstance(at, list) and part < len(at) else None
        else:
            place += f"{joint}{part}"
            joint = "."
            at = at.get(part) if isinstance(at, dict) else None
    return place


def _entry(name: str, index: int, text: str, entries: Any) -> str:
    heads = [
        number
        for number, line in enumerate(text.splitlines(), start=1)
        if re.match(rf"\s*\[\[\s*{re.escape(name)}\s*\]\]", line)
    ]
    if index >= len(heads):  # a list within one line or one key
        return f"{name} (entry {index + 1})"
    entry = entries[index] if isinstance(entries, list) and index < len(entries) else None
    pattern = entry.get("pattern") if isinstance(entry, dict) else None
    return f"[[{name}]] of line {heads[index]}" + (f" (pattern '{pattern}')" if isinstance(pattern, str) else "")
