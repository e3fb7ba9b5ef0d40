"""The code lists of one export: those of the specification, and those that its values and parameters make."""

from collections.abc import Iterator
from typing import NamedTuple

from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DatasetSpec, Variable, load_spec
from flows.standards.codelists import Codelist, load_codelists
from flows.standards.parameters import Parameter

BY_PARAMETER = ("PARAMCD", "PARAM", "PARAMN", "RULESET")  # code lists that the parameters of a dataset make


class StudyList(NamedTuple):
    """One code list of an export: its items are value, meaning (None: the value says it) and code of the terminology."""

    oid: str
    name: str
    data_type: str
    terminology: str | None
    nci: str | None
    items: list[tuple[str, str | None, str | None]]


def list_oid(dataset: str, variable: Variable) -> str | None:
    """Of the list of a variable; a variable copied from another dataset has the list of that one."""
    if variable.codelist is None:
        return None
    if variable.codelist in BY_PARAMETER:
        return f"CL.{variable.codelist}.{dataset}"
    if not load_codelists()[variable.codelist].is_open:
        return f"CL.{variable.codelist}"
    if variable.origin == "Predecessor":
        home, _, name = variable.derivation.partition(".")
        return list_oid(home, next(v for v in load_spec()[home].variables if v.name == name))
    return f"CL.{dataset}.{variable.name}"


def study_lists(datasets: Datasets) -> dict[str, StudyList]:
    """Every code list that variables or values of this export refer to, by its OID; none is empty."""
    made: dict[str, StudyList] = {}
    for spec in datasets.specs:
        parameters = [parameter for parameter in datasets.parameters if parameter.dataset == spec.name]
        for variable in spec.variables:
            oid = list_oid(spec.name, variable)
            if oid and oid not in made:
                found = _of_variable(datasets, spec, variable, oid, parameters)
                if found.items:
                    made[oid] = found
    for name in dict.fromkeys(parameter.spec.text_codelist for parameter in datasets.parameters):
        if name:
            made.setdefault(f"CL.{name}", _of_text(f"CL.{name}", load_codelists()[name], "text", []))
    return dict(sorted(made.items()))


def _of_variable(
    datasets: Datasets, spec: DatasetSpec, variable: Variable, oid: str, parameters: list[Parameter]
) -> StudyList:
    if variable.codelist in BY_PARAMETER:
        items = {str(code): text for code, text in _of_parameters(variable.codelist, datasets, parameters)}
        name = f"{variable.label} of {spec.name}"
        return StudyList(oid, name, variable.type, None, None, [(code, text, None) for code, text in items.items()])
    codelist = load_codelists()[variable.codelist or ""]
    seen = _values(datasets, spec, variable, codelist.is_numbered) if codelist.is_open else []
    if not codelist.items:
        codelist = codelist.model_copy(update={"name": f"{variable.label} of {spec.name}"})
    return _of_text(oid, codelist, variable.type, seen)


def _of_parameters(
    codelist: str, datasets: Datasets, parameters: list[Parameter]
) -> Iterator[tuple[str | int, str | None]]:
    for parameter in parameters:
        match codelist:
            case "PARAMCD":
                yield parameter.paramcd, parameter.param
            case "PARAM":
                yield parameter.param, parameter.paramcd
            case "PARAMN":
                yield parameter.paramn, parameter.param
            case "RULESET" if parameter.rule_set:
                yield parameter.rule_set, datasets.rule_words[parameter.rule_set]["title"]


def _of_text(oid: str, codelist: Codelist, kind: str, seen: list[tuple[str, str | None]]) -> StudyList:
    listed: dict[str, str | None] = dict(codelist.items)
    items = listed | {value: text for value, text in seen if value not in listed}
    return StudyList(
        oid,
        codelist.name,
        kind,
        codelist.terminology,
        codelist.nci,
        [(code, text, codelist.codes.get(code)) for code, text in items.items()],
    )


def _values(
    datasets: Datasets, spec: DatasetSpec, variable: Variable, is_numbered: bool
) -> list[tuple[str, str | None]]:
    """The values that stand in the dataset, in their order, each with its text where it is a number for one."""
    text = variable.name.removesuffix("N") if is_numbered else "NULL"
    rows = datasets.con.execute(
        f"SELECT {variable.name}, min({text}) FROM {spec.name} WHERE {variable.name} IS NOT NULL GROUP BY 1 ORDER BY 1"
    ).fetchall()
    return [(str(value), meaning) for value, meaning in rows]
