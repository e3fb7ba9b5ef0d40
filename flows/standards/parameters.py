"""The parameters of a study: what each PARAMCD of a dataset stands for, with one for each rule set the study runs."""

from collections.abc import Sequence
from typing import NamedTuple

import duckdb

from flows.base.errors import ConfigurationError
from flows.standards.adam_spec import LONGEST_NAME, ParameterSpec, load_parameters_of_datasets, load_rule_set_codes

LONGEST_CODE = 4


class Parameter(NamedTuple):
    """One PARAMCD of a dataset, as the study has it; PARAM is 1:1 with it."""

    dataset: str
    key: str
    rule_set: str | None
    paramcd: str
    param: str
    paramn: int
    spec: ParameterSpec


def find_parameters(rule_sets: Sequence[str], is_blinded: bool) -> list[Parameter]:
    """The parameters of a study that runs these rule sets, in their order.

    Raises ConfigurationError where two would have one PARAMCD or PARAM.
    """
    codes = {name: code_of(name, position) for position, name in enumerate(rule_sets, start=1)}
    found = [
        parameter
        for dataset, specs in load_parameters_of_datasets().items()
        for place, spec in enumerate(specs, start=1)
        if not (is_blinded and spec.reveals_arm)
        for parameter in _of_spec(dataset, place, spec, codes)
    ]
    for what in ("paramcd", "param"):
        named = [(parameter.dataset, getattr(parameter, what)) for parameter in found]
        if twice := sorted({name for name in named if named.count(name) > 1}):
            raise ConfigurationError(f"ADaM: two parameters of {twice[0][0]} would be called {twice[0][1]}.")
    return found


def code_of(rule_set: str, position: int) -> str:
    """The letters that end the PARAMCDs of a rule set; of a study's own one U and its place in study.toml, from 1."""
    code = load_rule_set_codes().get(rule_set) or f"U{position:02}"
    if len(code) > LONGEST_CODE:
        raise ConfigurationError(f"ADaM: {code}, for rule set {rule_set}, has more than {LONGEST_CODE} letters.")
    return code


def _of_spec(dataset: str, place: int, spec: ParameterSpec, codes: dict[str, str]) -> list[Parameter]:
    if not spec.by_rule_set:
        return [Parameter(dataset, spec.key, None, spec.paramcd, spec.param, 100 * place, spec)]
    return [
        Parameter(
            dataset,
            spec.key,
            rule_set,
            spec.paramcd.format(code=code),
            spec.param.format(rule_set=rule_set),
            100 * place + position,
            spec,
        )
        for position, (rule_set, code) in enumerate(codes.items(), start=1)
    ]


def create_parameters(con: duckdb.DuckDBPyConnection, parameters: Sequence[Parameter]) -> None:
    """The temporary table adam_parameters, which the SQL of the datasets joins."""
    for parameter in parameters:
        if len(parameter.paramcd) > LONGEST_NAME:
            raise ConfigurationError(f"ADaM: the code {parameter.paramcd} has more than {LONGEST_NAME} letters.")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE adam_parameters
        (dataset VARCHAR, key VARCHAR, RULESET VARCHAR, PARAMCD VARCHAR, PARAM VARCHAR, PARAMN INTEGER)"""
    )
    con.executemany("INSERT INTO adam_parameters VALUES (?, ?, ?, ?, ?, ?)", [list(p[:6]) for p in parameters])
