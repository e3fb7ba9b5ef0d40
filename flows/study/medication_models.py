"""A list of drugs as it is written in a file, and what stands ready to be looked up."""

from typing import Literal

from pydantic import Field

from flows.base.toml_files import Frozen
from flows.study.medication_text import Words

OveruseClass = Literal["triptan", "ergot", "opioid", "combination", "simple", "gepant", "ditan", "none"]
ATC = r"^[A-Z]\d\d[A-Z]([A-Z](\d\d)?)?$"


class Substance(Frozen):
    """One substance. ``names``: what it is called; ``brands``: what is sold that holds it alone."""

    overuse_class: OveruseClass | None = Field(None, alias="class")
    atc: str | None = Field(None, pattern=ATC)
    adjuvant: bool = False
    local_forms: tuple[Literal["drops", "spray"], ...] = ()
    names: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


class Combination(Frozen):
    """Several substances in one product."""

    of: tuple[str, ...] = Field(min_length=2)
    atc: str | None = Field(None, pattern=ATC)
    names: tuple[str, ...] = ()
    brands: tuple[str, ...] = ()


class DrugList(Frozen):
    """One file of drugs. ``unread``: texts that are not to be read, though their words are known."""

    substances: dict[str, Substance] = Field(default_factory=dict)
    combinations: dict[str, Combination] = Field(default_factory=dict)
    unread: tuple[str, ...] = ()


class Drug(Frozen):
    """What one name stands for. ``is_substance``: the name is that of the substance, not a brand."""

    code: str
    substances: tuple[str, ...]
    overuse_classes: tuple[str, ...]
    local_forms: tuple[str, ...] = ()
    is_substance: bool = False


class Medication(Frozen):
    """Every name that is read, by its key."""

    names: dict[str, Drug]
    fixed: dict[tuple[str, ...], Drug]  # combinations by their substances
    unread: dict[str, tuple[tuple[str, ...], ...]]  # by their first word
    words: Words
