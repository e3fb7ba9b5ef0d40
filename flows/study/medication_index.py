"""From lists of drugs to the names that are read: what each stands for, and what is wrong in a list."""

import re
from itertools import chain

from flows.base.errors import ConfigurationError
from flows.study.medication_models import Drug, DrugList
from flows.study.medication_text import Words, fold, key_of, tokens_of

ANALGESIC = {"triptan", "ergot", "opioid", "simple", "gepant", "ditan"}
UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})


def names_of(
    file: str, entries: DrugList, all_of: DrugList, words: Words, skipped: frozenset[str] = frozenset()
) -> dict[str, Drug]:
    """Each name of ``entries`` with its drug; ``all_of`` holds the substances that a combination may name."""
    names: dict[str, Drug] = {}
    for code, entry in chain(entries.substances.items(), entries.combinations.items()):
        drug = _drug(file, code, all_of)
        for kind, listed in (("names", (code, *entry.names)), ("brands", entry.brands)):
            for name in listed:
                for spelling in {name, name.translate(UMLAUTS)}:
                    key = name_key(spelling, words)
                    where = f"{file}: {code}: {kind}: '{name}'"
                    if all(
                        token.kind != "word" or token.text in words.left_out
                        for token in tokens_of(fold(spelling), words)
                    ):
                        raise ConfigurationError(f"{where} holds no name, but a dose or a form at most; take it out.")
                    if key in skipped:
                        continue
                    if set(re.findall(r"\w+", fold(spelling))) & words.doubt:
                        raise ConfigurationError(f"{where} holds a word that leaves a text unknown; take it out.")
                    if (other := names.get(key)) and other.code != code:
                        raise ConfigurationError(f"{where} is also a name of {other.code}; keep the one that is meant.")
                    names.setdefault(key, drug.model_copy(update={"is_substance": kind == "names"}))
    return names


def _drug(file: str, code: str, listed: DrugList) -> Drug:
    """Substances and classes of one entry.

    A combination analgesic joins two or more *classes*, each an analgesic, or an analgesic and an adjuvant (ICHD-3 8.2.5,
    note 1): paracetamol with ibuprofen is none, nor is an analgesic with an antiemetic.
    """
    if code in listed.combinations:
        parts = listed.combinations[code].of
        if code in listed.substances:
            raise ConfigurationError(f"{file}: combinations.{code} is also a substance; give it another code.")
        if unknown := [part for part in parts if part not in listed.substances]:
            raise ConfigurationError(
                f"{file}: combinations.{code}: of: there is no substance '{unknown[0]}'; add [substances.{unknown[0]}]."
            )
    else:
        parts = (code,)
    entries = [listed.substances[part] for part in parts]
    for part, entry in zip(parts, entries, strict=True):
        if entry.overuse_class is None:
            raise ConfigurationError(f"{file}: substances.{part}: class is required for a substance that is new.")
    classes = {str(entry.overuse_class) for entry in entries} - {"none"}
    analgesics = classes & ANALGESIC
    if len(analgesics) > 1 or (analgesics and any(entry.adjuvant for entry in entries)):
        classes.add("combination")
    local = tuple(form for entry in entries for form in entry.local_forms)
    return Drug(code=code, substances=tuple(sorted(parts)), overuse_classes=tuple(sorted(classes)), local_forms=local)


def first_words(unread: tuple[str, ...], words: Words) -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = {}
    for text in unread:
        if sequence := tuple(token.text for token in tokens_of(fold(text), words) if token.kind != "join"):
            found.setdefault(sequence[0], []).append(sequence)
    return {word: tuple(sequences) for word, sequences in found.items()}


def name_key(name: str, words: Words) -> str:
    return key_of(tokens_of(fold(name), words))
