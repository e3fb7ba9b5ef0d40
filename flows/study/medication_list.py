"""The drugs of the package (data/codelists/medication.toml) and the study's own, read and made ready to be looked up."""

import re
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from flows.base.resources import resource
from flows.base.toml_files import Frozen, read_toml
from flows.study.medication_index import first_words, name_key, names_of
from flows.study.medication_models import Combination, DrugList, Medication, Substance
from flows.study.medication_text import Words

OWN_LIST = Path("codelists") / "acute_medication.toml"  # in the study folder
Entry = TypeVar("Entry", Substance, Combination)


class _WordFile(Frozen):
    left_out: str
    drops: str
    spray: str
    after_substance: str
    separators: str
    articles: str
    doubt: str
    phrases: tuple[str, ...]


def own_list(study_folder: Path) -> DrugList | None:
    """The study's own codelists/acute_medication.toml; None where it has none.

    Raises ConfigurationError with the file, the entry and what to do.
    """
    file = study_folder / OWN_LIST
    if not file.exists():
        return None
    own = read_toml(file, DrugList)
    load_medication(own)
    return own


def load_medication(own: DrugList | None = None) -> Medication:
    """The drugs of the package, with those of the study's own list added or put in their place.

    Raises ConfigurationError with the file, the entry and what to do.
    """
    return _of_package() if own is None else _read(own)


@cache
def _of_package() -> Medication:
    return _read(None)


def _read(own: DrugList | None) -> Medication:
    words = _load_words()
    ours = resource("data/codelists/medication.toml")
    listed = read_toml(ours, DrugList)
    names = names_of(ours.name, listed, listed, words)
    unread = listed.unread
    if own is not None:
        listed = _merged(listed, own)
        added = names_of(OWN_LIST.name, own, listed, words)
        # A changed class changes the drug under all its names, those of the package too.
        names = {**names_of(OWN_LIST.name, listed, listed, words, skipped=frozenset(added)), **added}
        unread += own.unread
        for text in own.unread:
            names.pop(name_key(text, words), None)
    fixed = {drug.substances: drug for drug in names.values() if drug.code in listed.combinations}
    return Medication.model_construct(names=names, fixed=fixed, unread=first_words(unread, words), words=words)


def _load_words() -> Words:
    file = read_toml(resource("data/codelists/medication_words.toml"), _WordFile)
    sets = {name: frozenset(getattr(file, name).split()) for name in Words.model_fields if name != "phrases"}
    sets["left_out"] |= sets["drops"] | sets["spray"]
    return Words(**sets, phrases=re.compile(rf"\b(?:{'|'.join(file.phrases)})\b"))


def _merged(ours: DrugList, own: DrugList) -> DrugList:
    return DrugList(
        substances=_added(ours.substances, own.substances),
        combinations=_added(ours.combinations, own.combinations),
        unread=own.unread,
    )


def _added(ours: dict[str, Entry], own: dict[str, Entry]) -> dict[str, Entry]:
    """Of an entry that both have, what the study says counts, and its names are added."""
    entries = dict(ours)
    for code, entry in own.items():
        if before := ours.get(code):
            stated: dict[str, Any] = {name: getattr(entry, name) for name in entry.model_fields_set}
            stated |= {"names": before.names + entry.names, "brands": before.brands + entry.brands}
            entry = before.model_copy(update=stated)
        entries[code] = entry
    return entries
