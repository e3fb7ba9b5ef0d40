"""The parts of define.xml below a variable: what AVAL and AVALC are for each PARAMCD, and the code lists."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DatasetSpec, Variable, load_codelists
from flows.standards.identifiers import variable_oid
from flows.standards.parameters import Parameter

BY_PARAMETER = ("PARAMCD", "PARAM")  # code lists that the parameters of a dataset make
VALUES = ("AVAL", "AVALC")
TRANSLATED = {"xml:lang": "en"}


def described(parent: ET.Element, text: str) -> None:
    """A Description with one text."""
    ET.SubElement(ET.SubElement(parent, "Description"), "TranslatedText", TRANSLATED).text = text


def method_oid(dataset: str, variable: str, paramcd: str | None = None) -> str:
    """Of the method of a variable, or of a variable under one PARAMCD."""
    return f"MT.{dataset}.{variable}{f'.{paramcd}' if paramcd else ''}"


def codelist_oid(dataset: str, name: str) -> str:
    return f"CL.{name}.{dataset}" if name in BY_PARAMETER else f"CL.{name}"


def value_list_oid(datasets: Datasets, spec: DatasetSpec, variable: Variable) -> str | None:
    """Of the list of what a variable is under each PARAMCD; None where it is one thing."""
    return f"VL.{spec.name}.{variable.name}" if _values(datasets, spec.name, variable.name) else None


def _values(datasets: Datasets, dataset: str, variable: str) -> list[Parameter]:
    """The parameters under which AVAL, or AVALC, has a value."""
    parameters = [parameter for parameter in datasets.parameters if parameter.dataset == dataset]
    match variable:
        case "AVAL":
            return [parameter for parameter in parameters if parameter.spec.type != "text"]
        case "AVALC":
            return [parameter for parameter in parameters if parameter.spec.text_codelist]
        case _:
            return []


def _listed(datasets: Datasets) -> Iterator[tuple[str, str, list[Parameter]]]:
    """Dataset, variable and its parameters, of every value list."""
    for spec in datasets.specs:
        for variable in VALUES:
            if parameters := _values(datasets, spec.name, variable):
                yield spec.name, variable, parameters


def _value_oid(dataset: str, variable: str, paramcd: str) -> str:
    return f"{variable_oid(dataset, variable)}.{paramcd}"


def add_value_lists(metadata: ET.Element, datasets: Datasets) -> None:
    """The value lists, then the conditions that they name."""
    conditions: dict[str, tuple[str, str]] = {}
    for dataset, variable, parameters in _listed(datasets):
        values = ET.SubElement(metadata, "def:ValueListDef", OID=f"VL.{dataset}.{variable}")
        for number, parameter in enumerate(parameters, start=1):
            where = f"WC.{dataset}.{parameter.paramcd}"
            conditions[where] = (dataset, parameter.paramcd)
            reference = ET.SubElement(
                values,
                "ItemRef",
                ItemOID=_value_oid(dataset, variable, parameter.paramcd),
                OrderNumber=str(number),
                Mandatory="No",
                MethodOID=method_oid(dataset, "AVAL", parameter.paramcd),
            )
            ET.SubElement(reference, "def:WhereClauseRef", WhereClauseOID=where)
    for where, (dataset, paramcd) in conditions.items():
        clause = ET.SubElement(metadata, "def:WhereClauseDef", OID=where)
        check = ET.SubElement(
            clause,
            "RangeCheck",
            {"Comparator": "EQ", "SoftHard": "Soft", "def:ItemOID": variable_oid(dataset, "PARAMCD")},
        )
        ET.SubElement(check, "CheckValue").text = paramcd


def value_items(datasets: Datasets) -> Iterator[ET.Element]:
    """What AVAL, or AVALC, is under each PARAMCD, as variables are defined."""
    for dataset, variable, parameters in _listed(datasets):
        for parameter in parameters:
            is_text = variable == "AVALC"
            item = ET.Element(
                "ItemDef",
                OID=_value_oid(dataset, variable, parameter.paramcd),
                Name=variable,
                SASFieldName=variable,
                DataType="text" if is_text else parameter.spec.type,
                Length=str(datasets.lengths[dataset][variable]) if is_text else "8",
            )
            described(item, parameter.param)
            if is_text and parameter.spec.text_codelist:
                ET.SubElement(item, "CodeListRef", CodeListOID=codelist_oid(dataset, parameter.spec.text_codelist))
            ET.SubElement(item, "def:Origin", Type="Derived", Source="Sponsor")
            yield item


def add_codelists(metadata: ET.Element, datasets: Datasets) -> None:
    """The lists that variables name, and of each dataset with parameters its PARAMCD and PARAM."""
    used = {variable.codelist: variable.type for spec in datasets.specs for variable in spec.variables}
    used |= {parameter.spec.text_codelist: "text" for parameter in datasets.parameters}
    for name, codelist in load_codelists().items():
        if name in used:
            kind = {"OID": codelist_oid("", name), "Name": codelist.name, "DataType": used[name]}
            entry = ET.SubElement(metadata, "CodeList", kind if codelist.nci else kind | {"def:IsNonStandard": "Yes"})
            for code, text in codelist.items.items():
                _add_item(entry, code, text)
            if codelist.nci:
                ET.SubElement(entry, "Alias", Name=codelist.nci, Context="nci:ExtCodeID")
    for dataset in dict.fromkeys(parameter.dataset for parameter in datasets.parameters):
        for name in BY_PARAMETER:
            entry = ET.SubElement(
                metadata,
                "CodeList",
                {
                    "OID": codelist_oid(dataset, name),
                    "Name": f"{'Parameter Codes' if name == 'PARAMCD' else 'Parameters'} of {dataset}",
                    "DataType": "text",
                    "def:IsNonStandard": "Yes",
                },
            )
            for parameter in datasets.parameters:
                if parameter.dataset == dataset:
                    code, text = (
                        (parameter.paramcd, parameter.param)
                        if name == "PARAMCD"
                        else (parameter.param, parameter.paramcd)
                    )
                    _add_item(entry, code, text)


def _add_item(entry: ET.Element, code: str, text: str) -> None:
    item = ET.SubElement(entry, "CodeListItem", CodedValue=code)
    ET.SubElement(ET.SubElement(item, "Decode"), "TranslatedText", TRANSLATED).text = text
