"""An entry of study.toml as it is printed: each guess on a line of its own, with what tells it."""

import json
import re
from typing import Any, NamedTuple

from flows.base.shown_text import one_line


class Guess(NamedTuple):
    """One key of an entry, with dots between the names it is made of."""

    key: tuple[str, ...]
    value: Any
    evidence: str = ""
    is_open: bool = False  # printed as a comment: the study has to decide


class Entry(NamedTuple):
    """The entry that would read some files as one kind; ``cannot_tell``: what stands in the way of knowing."""

    kind: str
    paths: tuple[str, ...]
    guesses: tuple[Guess, ...]
    cannot_tell: tuple[str, ...] = ()

    def settings(self) -> dict[str, Any]:
        """The entry as study.toml would hold it."""
        made: dict[str, Any] = {}
        for guess in self.guesses:
            if not guess.is_open:
                table = made
                for name in guess.key[:-1]:
                    table = table.setdefault(name, {})
                table[guess.key[-1]] = guess.value
        return made

    def text(self) -> str:
        """The entry as text, what is not decided as comments."""
        lines = [f"[[files.{self.kind}]]"]
        for guess in self.guesses:
            line = f"{'.'.join(map(_key, guess.key))} = {toml(guess.value)}"
            line += f"   # {one_line(guess.evidence)}" if guess.evidence else ""
            lines.append(f"# {line}" if guess.is_open else line)
        lines += [f"# Cannot tell: {one_line(doubt)}" for doubt in self.cannot_tell]
        return "\n".join(lines) + "\n"


def toml(value: Any) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, dict):
        return f"{{ {', '.join(f'{_key(name)} = {toml(item)}' for name, item in value.items())} }}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(toml, value))}]"
    if isinstance(value, str):
        # JSON's escapes are TOML's; characters that act on a terminal are spelled out as well.
        return "".join(c if c.isprintable() else _escaped(c) for c in json.dumps(value, ensure_ascii=False))
    return str(value).lower() if isinstance(value, bool) else str(value)


def _escaped(character: str) -> str:
    return f"\\u{ord(character):04x}" if ord(character) < 0x10000 else f"\\U{ord(character):08x}"


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else toml(name)
