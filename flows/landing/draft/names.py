"""By which names columns, answers and kinds of file go: data/intake/synonyms.toml, and how names are compared."""

import re
import tomllib
import unicodedata
from functools import cache
from typing import Any

from flows.base.resources import resource
from flows.study.dictionary import file_columns

CANONICAL, KNOWN, FILLED = 3, 2, 1  # how sure a name is: ours, a synonym, a synonym among filler words


@cache
def synonyms() -> dict[str, Any]:
    """The file as it is."""
    return tomllib.loads(resource("data/intake/synonyms.toml").read_text(encoding="utf-8"))


@cache
def fold(name: str) -> str:
    """A name for comparing: no accents, capital letters or punctuation; ``EntryDate`` and ``med1`` are two words."""
    apart = re.sub(r"(?<=[a-zß-ÿ])(?=[A-Z])|(?<=[^\W\d_])(?=\d)|(?<=\d)(?=[^\W\d_])", " ", name)
    plain = unicodedata.normalize("NFKD", apart.casefold())
    return " ".join(re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c))))


def without_brackets(name: str) -> str:
    """The name without what stands in brackets, which is a unit or an explanation."""
    return re.sub(r"[(\[].*?[)\]]", " ", name)


@cache
def _known(kind: str, column: str) -> frozenset[str]:
    columns = synonyms()["columns"]
    names = columns.get(kind, {}).get(column, columns["any"].get(column, []))
    return frozenset(fold(name) for name in names)


@cache
def _stripped(name: str) -> str:
    # Units stay: headache hours are no headache.
    return " ".join(word for word in fold(without_brackets(name)).split() if word not in synonyms()["filler"])


@cache
def likeness(name: str, kind: str, column: str) -> int:
    """How sure a column of theirs is one of ours, by its name alone; 0 = not at all."""
    if fold(name) == fold(column):
        return CANONICAL
    if fold(name) in _known(kind, column):
        return KNOWN
    bare = _stripped(name)
    return FILLED if bare and any(bare == _stripped(known) for known in _known(kind, column)) else 0


@cache
def is_known(name: str) -> bool:
    """Whether a name is one of a column of some kind of file."""
    kinds = [kind for kind in synonyms()["columns"] if kind != "any"]
    return any(likeness(name, kind, column.name) for kind in kinds for column in file_columns(kind))


def words_of(text: str) -> set[str]:
    """The words of a name, folded."""
    return set(fold(text).split())


def says_kind(text: str, kind: str) -> bool:
    """Whether a word in the name of a file, a sheet or a form tells the kind."""
    return bool(words_of(text) & set(synonyms()["kinds"].get(kind, [])))


def unit_in(name: str) -> str | None:
    """The unit of a duration that a column's name tells: 'minutes' or 'hours'."""
    return next((unit for unit, words in synonyms()["units"].items() if words_of(name) & set(words)), None)
