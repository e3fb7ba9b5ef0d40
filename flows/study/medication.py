"""Acute medication as people type it: which substances and overuse classes a diary's text names.

The whole text is read or it is unknown. A drug that is not read may leave a result open; one that is read wrongly makes it
wrong. So nothing is matched by likeness: what is left of a text without dose, form and the like must be a listed name.
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from flows.base.toml_files import Frozen
from flows.study.medication_list import load_medication
from flows.study.medication_lookup import drug_of, is_direct, is_unread, may_go
from flows.study.medication_models import Drug, Medication
from flows.study.medication_text import Token, fold, tokens_of

__all__ = ["Medication", "Reading", "load_medication", "read_medication"]

LONGEST = 300  # characters; a longer text is no name of a drug
MOST_SEGMENTS = 5  # that one name may span: "Tylenol with codeine" spans two
SOFT = {",", ";", "|", "-"}  # may stand without a drug on both sides; the others may not
BRACKETS = re.compile(r"[(\[]([^()\[\]]*)[)\]]")
WORD = re.compile(r"[^\W_]+")


class Reading(Frozen):
    """What a text names. ``is_known``: all of it was read; else the rest may be a drug of any class."""

    substances: tuple[str, ...] = ()
    overuse_classes: tuple[str, ...] = ()
    is_known: bool = False


UNKNOWN = Reading()


def read_medication(text: str, medication: Medication) -> Reading:
    """One text of the diary, one or several drugs, as its substances and overuse classes (both sorted).

    A known drug of no overuse class (an antiemetic) gives a substance and no class. Of a text that is known in part, the
    known part is given.
    """
    if len(text) > LONGEST:
        return UNKNOWN
    folded = medication.words.phrases.sub(" ", fold(text))
    if "?" in folded or not medication.words.doubt.isdisjoint(WORD.findall(folded)):
        return UNKNOWN
    inner: list[Reading] = []
    if "(" in folded or "[" in folded:
        for content in BRACKETS.findall(folded):
            tokens = tokens_of(content, medication.words)
            if not all(token.kind == "separator" or may_go(token, medication) for token in tokens):
                inner.append(_read(tokens, medication))
        # What is said in brackets is said of the drug before them: unknown there is unknown altogether.
        if not all(reading.is_known for reading in inner):
            return UNKNOWN
        folded = BRACKETS.sub(" " if inner else r" \1 ", folded)
    outer = _read(tokens_of(folded, medication.words), medication)
    return _together([outer, *inner]) if inner else outer


def _together(readings: Sequence[Reading]) -> Reading:
    return Reading.model_construct(
        substances=tuple(sorted({name for reading in readings for name in reading.substances})),
        overuse_classes=tuple(sorted({name for reading in readings for name in reading.overuse_classes})),
        is_known=all(reading.is_known for reading in readings),
    )


def _reading(drugs: Sequence[Drug], is_known: bool) -> Reading:
    return Reading.model_construct(
        substances=tuple(sorted({name for drug in drugs for name in drug.substances})),
        overuse_classes=tuple(sorted({name for drug in drugs for name in drug.overuse_classes})),
        is_known=is_known and bool(drugs),
    )


def _read(tokens: list[Token], medication: Medication) -> Reading:
    """The drugs between the separators; a name that holds a separator itself ("Tylenol with codeine") goes first."""
    segments, separators = _segments(tokens)
    drugs: list[Drug] = []
    is_known, at = True, 0
    while at < len(segments):
        for end in range(min(len(segments), at + MOST_SEGMENTS), at, -1):
            joined = list(segments[at])
            for place in range(at + 1, end):
                joined += [separators[place - 1], *segments[place]]
            found = drug_of(joined, medication) if end > at + 1 else None
            if found:
                drugs.append(found)
                at = end
                break
        else:
            read, is_whole = _read_segment(segments[at], medication)
            if not read and all(may_go(token, medication) for token in segments[at]):
                # A dose after a comma names no drug. After "plus" it does: "Panadol plus 500 mg" is not Panadol.
                sides = separators[max(at - 1, 0) : at + 1]
                is_whole = bool(sides) and all(side.text in SOFT for side in sides)
                if not is_whole:
                    return UNKNOWN
            drugs += read
            is_known = is_known and is_whole
            at += 1
    return _reading(drugs, is_known)


def _segments(tokens: list[Token]) -> tuple[list[list[Token]], list[Token]]:
    segments: list[list[Token]] = [[]]
    separators: list[Token] = []
    for token in tokens:
        if token.kind != "separator":
            segments[-1].append(token)
        elif not segments[-1] and separators and separators[-1].text in SOFT:
            separators[-1] = token  # "a, b, and c"
        else:
            separators.append(token)
            segments.append([])
    return segments, separators


def _read_segment(tokens: list[Token], medication: Medication) -> tuple[list[Drug], bool]:
    """The drugs of a text without separators, and whether all of it was read."""
    if found := drug_of(tokens, medication):
        return [found], True
    if is_unread(tokens, medication):
        return [], False
    joins = [place for place, token in enumerate(tokens) if token.kind == "join"]
    if not joins:
        return [], False
    bounds = [-1, *joins, len(tokens)]
    pieces = [tokens[start + 1 : end] for start, end in pairwise(bounds)]
    read = [drug_of(piece, medication, is_part=True) for piece in pieces]
    drugs = [drug for drug in read if drug]
    if len(drugs) == len(pieces):
        # Substances written together are the product that holds them, if there is one: sumatriptan/naproxen 85/500.
        # With a strength of its own each is a drug by itself: sumatriptan 50/naproxen 500.
        substances = tuple(sorted({name for drug in drugs for name in drug.substances}))
        product = medication.fixed.get(substances)
        if product and is_direct(tokens, "/-_", medication) and all(drug.is_substance for drug in drugs):
            return [product], True
        return drugs, True
    # A slash parts drugs, of which some may be unknown; a hyphen may belong to a name that is unknown.
    return (drugs, False) if all(tokens[place].text == "/" for place in joins) else ([], False)
