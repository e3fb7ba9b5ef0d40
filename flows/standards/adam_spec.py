"""The specification of the ADaM datasets: data/standards/adam/*.toml, read once.

Datasets, define.xml and docs/standards.md all follow from it. A variable is described once: ``from`` takes the
description from another dataset (then it is its predecessor) or from the variables that datasets share (bds.toml).
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from typing import Any, Literal

from pydantic import Field, field_validator

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.base.toml_files import Frozen

SHARED = "BDS"  # no dataset: descriptions that several take
DATASETS = ("ADSL", "ADDIARY", "ADRESP", "ADTTE", "ADQS", "ADEX", "ADAE")
LONGEST_NAME, LONGEST_LABEL, LONGEST_TEXT = 8, 40, 200  # of SAS transport files, version 5; texts in bytes
Origin = Literal["Assigned", "Collected", "Derived", "Predecessor", "Not Available"]
Method = Literal["Computation", "Imputation"]
Facts = Mapping[str, Any]


class Variable(Frozen):
    """One variable of a dataset; ``length`` is the longest text in bytes, None where the input files decide.

    ``derivation`` is the method in words, numbers of the protocol in braces; of a predecessor the variable it is taken
    from, of a collected one the column of an input file.
    """

    name: str = Field(pattern=rf"^[A-Z_][A-Z0-9_]{{0,{LONGEST_NAME - 1}}}$")
    label: str = Field(max_length=LONGEST_LABEL, pattern=r"^[ -~]+$")
    type: Literal["text", "integer", "float", "date"]
    origin: Origin
    derivation: str
    method: Method = "Computation"
    length: int | None = Field(None, ge=1, le=LONGEST_TEXT)
    codelist: str | None = None
    reveals_arm: bool = False

    @property
    def is_text(self) -> bool:
        return self.type == "text"


class DatasetSpec(Frozen):
    """One dataset: what a record is, its keys, and its variables in their order."""

    name: str = Field(pattern=rf"^[A-Z][A-Z0-9]{{0,{LONGEST_NAME - 1}}}$")
    label: str = Field(max_length=LONGEST_LABEL, pattern=r"^[ -~]+$")
    class_name: str = Field(alias="class")
    subclass: str | None = None
    structure: str
    keys: tuple[str, ...]
    derivation: str
    variables: tuple[Variable, ...]

    def for_study(self, is_blinded: bool, facts: Facts) -> "DatasetSpec":
        """The dataset as a study has it: a blinded one lacks what could tell the arms apart; ``facts`` fill the braces."""
        variables = tuple(
            variable.model_copy(update={"derivation": variable.derivation.format_map(facts)})
            for variable in self.variables
            if not (is_blinded and variable.reveals_arm)
        )
        return self.model_copy(update={"variables": variables, "derivation": self.derivation.format_map(facts)})


class ParameterSpec(Frozen):
    """What one PARAMCD of a dataset is, or one for each rule set; ``states_rule_set``: its comment holds all of that."""

    key: str
    paramcd: str
    param: str
    derivation: str
    type: Literal["float", "integer", "text"] = "float"
    method: Method = "Computation"
    text_codelist: str | None = None
    states_rule_set: bool = False
    by_rule_set: bool = False
    reveals_arm: bool = False


class ParameterFile(Frozen):
    """parameters.toml: the parameters by dataset."""

    datasets: dict[str, tuple[ParameterSpec, ...]]

    @field_validator("datasets")
    @classmethod
    def _are_datasets(cls, datasets: dict[str, Any]) -> dict[str, Any]:
        if unknown := set(datasets) - set(DATASETS):
            raise ValueError(f"{', '.join(sorted(unknown))}: there is no such dataset")
        return datasets


def _document(name: str) -> dict[str, Any]:
    return tomllib.loads(resource(f"data/standards/{name}").read_text(encoding="utf-8"))


@cache
def load_spec() -> dict[str, DatasetSpec]:
    """Every dataset by its name, in the order in which they are made.

    Raises ConfigurationError for a variable that is taken from one that does not exist.
    """
    documents = {name: _document(f"adam/{name}.toml") for name in DATASETS}
    documents[SHARED] = _document("adam/bds.toml")
    spec = {}
    for name in DATASETS:
        entry = dict(documents[name])
        variables = tuple(
            Variable(name=variable, **_described(documents, name, variable)) for variable in entry.pop("variables")
        )
        spec[name] = DatasetSpec(name=name, variables=variables, **entry)
    return spec


def _described(documents: dict[str, dict[str, Any]], dataset: str, variable: str) -> dict[str, Any]:
    """The description of a variable, with what it takes from another one; own words count before those taken."""
    facts = dict(documents[dataset]["variables"].get(variable) or {})
    if not facts:
        raise ConfigurationError(f"data/standards/adam/{dataset}.toml: there is no variable {variable}.")
    source = facts.pop("from", None)
    if source is None:
        return facts
    home, _, other = source.partition(".")
    taken = _described(documents, home, other or variable)
    if home == "ADSL" and "derivation" not in facts:
        facts |= {"origin": "Predecessor", "derivation": f"ADSL.{other or variable}"}
    return taken | facts


@cache
def load_parameters_of_datasets() -> dict[str, tuple[ParameterSpec, ...]]:
    """The parameters of each dataset in their order."""
    return ParameterFile(datasets=_document("adam/parameters.toml")).datasets


@cache
def load_rule_set_codes() -> dict[str, str]:
    """The end of a PARAMCD by rule set, for those that are shipped."""
    return _document("adam/rule_set_codes.toml")
