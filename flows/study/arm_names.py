"""Names of arms in texts, identifiers and names of files: what study.toml calls them, and data/codelists/arm_names.toml.

Everything is compared folded. Codes of one or two characters stand in any text by chance: they count as a word of their
own in an identifier or the name of a file, and beside a word for arm in a text.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import cache
from typing import NamedTuple

from pydantic import Field

from flows.base.resources import resource
from flows.base.toml_files import Frozen, read_toml

WITHHELD_NAME = "(withheld: names an arm of a blinded study)"
SHORTEST_NAME = 3  # a code of one or two characters stands in any text by chance
SHORTEST_PART = 5  # from here on a name counts inside a longer word, and with blanks in it, as well
# Characters that nobody sees and that are of no class of their own; the class Cf (soft hyphen, zero-width) goes as well.
_IGNORED = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")
_PARTS = re.compile(r"[^\W\d_]+|\d+")
_ENDINGS = re.compile(r"(\.(csv|tsv|txt|gz|zip|xlsx?|parquet|sas7bdat|xpt))+$", re.IGNORECASE)
_SIGNS = "[\\s:=#_/\u2010-\u2015'\"(-]"
_ENDS = r"(?=\s*(?:$|[.,;:!?)\]/]))"


class NameGroup(Frozen):
    """Words for one thing, by how they count."""

    anywhere: tuple[str, ...] = ()
    words: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()


class NameList(Frozen):
    """data/codelists/arm_names.toml."""

    arm_words: tuple[str, ...]
    substance_words: tuple[str, ...]
    other_words: tuple[str, ...]
    placebo: NameGroup
    saline: NameGroup
    sham: NameGroup
    vehicle: NameGroup
    active: NameGroup
    toxin: NameGroup
    comparators: dict[str, NameGroup] = Field(default_factory=dict)

    @property
    def always(self) -> tuple[NameGroup, ...]:
        """The groups that count in every blinded study."""
        return (self.placebo, self.saline, self.sham, self.vehicle, self.active, self.toxin)


def visible(text: str) -> str:
    """The text as a reader sees it: letters of one width, and no invisible character."""
    if text.isascii():
        return text
    made_equal = unicodedata.normalize("NFKC", text)
    return _IGNORED.sub("", "".join(c for c in made_equal if unicodedata.category(c) != "Cf"))


def words_of(text: str) -> list[str]:
    """The words of a text in small letters; everything that is neither letter nor digit parts them."""
    small = visible(text).casefold()
    return re.findall(r"[^\W_]+", small if small.isascii() else unicodedata.normalize("NFKC", small))


def folded(text: str) -> str:
    """A name without blanks and dashes."""
    return "".join(words_of(text))


class ArmNames(NamedTuple):
    """What names an arm, folded; made by ``arm_names``."""

    parts: re.Pattern[str] | None  # found inside a word
    whole: dict[str, int]  # a name, and of how many words it may be put together
    short: frozenset[str]  # codes of one or two characters
    beside: frozenset[str]
    arm_words: frozenset[str]
    near_words: frozenset[str]
    other_words: frozenset[str]
    short_in_text: re.Pattern[str] | None
    hints: re.Pattern[str]  # in a text without one of these neither a short code nor an everyday word names an arm
    longest: int  # letters of the longest name of ``whole``

    def are_in_text(self, text: str) -> bool:
        """Whether a free text names an arm."""
        words = words_of(text)
        if self._stand_in(words):
            return True
        return bool(self.hints.search(" ".join(words))) and (
            self._has_short_code_in_text(visible(text))
            or any(self._is_everyday_name(words, place) for place in range(len(words)))
        )

    def found_in_names(self, names: Iterable[str]) -> set[str]:
        """Those of these identifiers, or paths of files, that name an arm.

        A short code right before a number (A001) counts where the names begin with two of the codes or more: one code
        alone at the start of all is no arm's.
        """
        words = {name: words_of(_ENDINGS.sub("", name)) for name in names}
        glued: dict[str, set[str]] = {}
        for name, of_name in words.items():
            for word in of_name:
                letters, *rest = _PARTS.findall(word) or [""]
                if rest and letters in self.short and letters.isalpha():
                    glued.setdefault(letters, set()).add(name)
        found = {name for name, of_name in words.items() if self._are_in_name(of_name)}
        return found.union(*glued.values()) if len(glued) > 1 else found

    def _are_in_name(self, words: list[str]) -> bool:
        pieces = [piece for word in words for piece in _PARTS.findall(word)]
        return (
            self._stand_in(words)
            or any(piece in self.whole and piece.isalpha() for piece in pieces)
            or any(word in self.beside for word in words)
            or self._has_short_code(words, alone=True)
            or self._has_short_code(pieces, alone=False)
        )

    def _has_short_code(self, words: list[str], alone: bool) -> bool:
        """A letter as a word of its own, unless it counts sites or visits; a digit, or what is glued, by an arm word."""
        before = ""
        for word in words:
            by_arm_word = before in self.arm_words
            if word in self.short and (
                by_arm_word or (alone and not word.isdecimal() and before not in self.other_words)
            ):
                return True
            rests = (word[len(arm) :] for arm in self.arm_words if word.startswith(arm) and word not in self.arm_words)
            if any(rest in self.short for rest in rests):
                return True
            before = word
        return False

    def _has_short_code_in_text(self, text: str) -> bool:
        if not self.short_in_text:
            return False
        found = self.short_in_text.finditer(text)
        return any(not self.other_words.intersection(words_of(text[: match.start()])[-1:]) for match in found)

    def _stand_in(self, words: list[str]) -> bool:
        if self.parts and self.parts.search(" ".join(words)):
            return True
        for start in range(len(words)):
            run = ""
            for count, word in enumerate(words[start:], start=1):
                run += word
                if len(run) > self.longest:
                    break
                if count <= self.whole.get(run, 0):
                    return True
        return False

    def _is_everyday_name(self, words: list[str], place: int) -> bool:
        word = words[place]
        if word in self.beside:
            return len(words) == 1 or bool(self.near_words.intersection(words[max(place - 1, 0) : place + 2]))
        return any(
            word.startswith(name) and word[len(name) :] in self.near_words for name in self.beside if name != word
        )


def arm_names(arms: dict[str, str]) -> ArmNames:
    """What names the arms (code to label) of a study, its own words and those of the code list."""
    listed = _listed()
    own = [name for arm in arms.items() for name in arm]
    own_folded = {folded(name) for name in own} - {""}
    groups = [*listed.always, *(g for g in listed.comparators.values() if _names_one_of(g, own_folded))]
    anywhere = {folded(name) for group in groups for name in group.anywhere}
    anywhere |= {name for name in own_folded if len(name) >= SHORTEST_PART}
    whole = {name: len(name) for name in anywhere}
    for name in (*own, *(word for group in groups for word in group.words)):
        words = words_of(name)
        joined = "".join(words)
        if len(joined) >= SHORTEST_NAME:
            whole.setdefault(joined, len(joined) if len(joined) >= SHORTEST_PART else len(words))
    short = frozenset(name for name in own_folded if len(name) < SHORTEST_NAME)
    arm_words = frozenset(map(folded, listed.arm_words))
    beside = frozenset(folded(word) for group in groups for word in group.beside) - arm_words
    return ArmNames(
        parts=re.compile("|".join(map(re.escape, sorted(anywhere)))) if anywhere else None,
        whole=whole,
        short=short,
        beside=beside,
        arm_words=arm_words,
        near_words=arm_words | set(map(folded, listed.substance_words)),
        other_words=frozenset(map(folded, listed.other_words)),
        short_in_text=_short_in_text(short, listed.arm_words),
        hints=re.compile("|".join(map(re.escape, sorted(arm_words | beside)))),
        longest=max(map(len, whole), default=0),
    )


def _names_one_of(group: NameGroup, arms: set[str]) -> bool:
    return any(folded(word) in arm for word in (*group.anywhere, *group.words) for arm in arms)


def _short_in_text(codes: frozenset[str], arm_words: tuple[str, ...]) -> re.Pattern[str] | None:
    """A short code beside a word for arm: arm B, Gruppe 2, B-Arm. One in small letters, or a number, ends its phrase:
    'treatment a week ago' and 'pain in arm 2 days' name none."""
    if not codes:
        return None
    arm = f"(?i:{'|'.join(map(re.escape, arm_words))})"
    patterns = []
    for code in sorted(codes):
        any_case = f"(?i:{re.escape(code)})(?![^\\W_])"
        if code.isdecimal():
            patterns.append(f"{arm}{_SIGNS}*{any_case}{_ENDS}")
        else:
            capital = f"{re.escape(code.upper())}(?![^\\W_])"
            patterns += [f"{arm}{_SIGNS}+(?:{capital}|{any_case}{_ENDS})", f"{arm}(?<=[a-z]){capital}"]
            patterns += [
                f"{re.escape(code.upper())}\\s*[-\u2010-\u2015]\\s*{arm}",
                f"{re.escape(code.upper())}\\s+{arm}{_ENDS}",
            ]
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(patterns)})")


@cache
def _listed() -> NameList:
    return read_toml(resource("data/codelists/arm_names.toml"), NameList)
