"""A diary's text of acute medication as tokens: the words of a name, what may be left out, and what parts two drugs."""

import re
import unicodedata
from typing import NamedTuple

from flows.base.toml_files import Frozen

NUMBER = r"\d+(?:[.,]\d+)*"
UNIT = (
    r"(?:mgs?|milligramm?s?|miligramos|gr?|gramm?s?|mcg|ug|microgramm?s?|ml|cc|iu|ie|ui|units?|einheiten|stk|stuck)\b"
)
FRACTION = r"(?:\d\s+)?(?:1/2|1/4|3/4|1/3|2/3)(?![\d/.,]|\s*(?:mg|g)\b)"
TOKEN = re.compile(
    rf"""
    (?P<dose>
        (?:\b(?:um|at|vers|alle|a[ ]las)\s+)?(?:\b\d{{1,2}}(?:[:.h]\d\d)?\s*(?:uhr|[ap]m)\b | \b\d{{1,2}}[:h]\d\d\b)  # a time
      | {NUMBER}\s*(?:mg|g|mcg|ug|ie|iu)\s*/\s*(?:{NUMBER}\s*)?(?:ml|h|hub|dosis|dose|puff|tabl?|tablette?|tablet)\b
      | {FRACTION}
      | \d\s*-\s*\d(?:\s*-\s*\d){{0,2}}(?![\d.,]|\s*mg)  # 1-0-1, 1-2
    )
  | (?P<pair>{NUMBER}\s*(?:{UNIT})?(?:(?:\s*/\s*|-){NUMBER}\s*(?:{UNIT})?)+)  # the strengths of a combination: 30/500
  | (?P<count>\b\d+x | \d+\s+x\b | \d+\s*[×*]\s* | [×*]\s*\d+ | \bx\s*\d+\b | {NUMBER}\s*{UNIT} | {NUMBER})
  | (?P<separator>[,;|&+] | \s/\s? | /\s | \s-+\s? | -+\s)
  | (?P<join>[/_-])
  | (?P<word>no\d\b | [^\W\d_]+)
  | (?P<skip>[\s.:!"'°]+)
  | (?P<other>.)
    """,
    re.VERBOSE,
)
NUMBERED = re.compile(r"(?:\b(?:no|nr|num|number|nummer|n°)\s*[.°]?|#)\s*(\d)\b")  # Tylenol No. 3, Tylenol #3
DOTTED = re.compile(r"\b([a-z])\.\s?([a-z])\.(?:\s?([a-z])\b\.?)?")  # i.v., p.o., D.H.E.
SHORTHAND = (
    (re.compile(r"\bw/o\b"), "without"),
    (re.compile(r"\bw/\s?"), "with "),
    (re.compile(r"\bc/\s?"), "con "),
    (re.compile(r"\bs/\s?(?=[^\W\d])"), "sin "),
    (re.compile(r"\bliqui[ -]?gel"), "liquigel"),
)
SPELLED = str.maketrans({"½": " 1/2", "¼": " 1/4", "¾": " 3/4", "⅓": " 1/3", "⅔": " 2/3", "®": "", "™": "", "©": ""})
FOLDED = str.maketrans(
    {"⁄": "/", "–": "-", "—": "-", "‐": "-", "‑": "-", "−": "-", "μ": "u", "’": "", "'": "", "`": "", "´": ""}
)


class Words(Frozen):
    """data/codelists/medication_words.toml, each list as a set."""

    left_out: frozenset[str]
    drops: frozenset[str]
    spray: frozenset[str]
    after_substance: frozenset[str]
    separators: frozenset[str]
    articles: frozenset[str]
    doubt: frozenset[str]
    phrases: re.Pattern[str]


class Token(NamedTuple):
    """kind: word, dose (may be left out), pair (two strengths), separator (between drugs) or join (within a name)."""

    kind: str
    text: str


def fold(text: str) -> str:
    """Lower case, without accents, the characters of other keyboards as the usual ones."""
    text = " ".join(text.replace("\n", ";").split())
    if text.isascii():
        folded = text.casefold().replace("'", "").replace("`", "")
    else:
        folded = unicodedata.normalize("NFKC", text.translate(SPELLED)).casefold()
        # Only the accents of Latin letters: those of kana tell one syllable from another.
        bare = "".join(c for c in unicodedata.normalize("NFKD", folded) if not "\u0300" <= c <= "\u036f")
        folded = unicodedata.normalize("NFC", bare).translate(FOLDED)
    if "/" in folded or "liqui" in folded:
        for pattern, plain in SHORTHAND:
            folded = pattern.sub(plain, folded)
    if "." in folded:
        folded = DOTTED.sub(r"\1\2\3 ", folded)
    return NUMBERED.sub(r" no\1 ", folded).strip()


def tokens_of(folded: str, words: Words) -> list[Token]:
    """The tokens of a folded text. A character that means nothing here stays a word, so that no name fits."""
    tokens = []
    for match in TOKEN.finditer(folded):
        kind, text = match.lastgroup or "other", match.group()
        if kind == "word":
            if text in words.articles:
                continue
            kind = "separator" if text in words.separators else "word"
        elif kind == "other":
            kind = "word"
        elif kind == "count":
            kind = "dose"
        elif kind == "skip":
            continue
        tokens.append(Token(kind, text.strip()))
    return tokens


def key_of(tokens: list[Token]) -> str:
    """What names are compared by: neither blanks nor hyphens nor slashes count, but a separator stays one."""
    return "".join(f" {text} " if kind == "separator" else text for kind, text in tokens if kind != "join")
