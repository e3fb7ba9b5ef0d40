"""The parts of define.xml below a variable: what AVAL and AVALC are for each PARAMCD."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator

from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DatasetSpec, Variable
from flows.standards.codelists import load_codelists
from flows.standards.dataset_contents import Digits
from flows.standards.identifiers import variable_oid
from flows.standards.parameters import Parameter

VALUES = ("AVAL", "AVALC")
TRANSLATED = {"xml:lang": "en"}
NO_DATA = "COM.NODATA"
NUMBER_LENGTH = "8"


def described(parent: ET.Element, text: str) -> None:
    """A Description with one text."""
    ET.SubElement(ET.SubElement(parent, "Description"), "TranslatedText", TRANSLATED).text = text


def method_oid(dataset: str, variable: str, paramcd: str | None = None) -> str:
    """Of the method of a variable, or of a variable under one PARAMCD."""
    return f"MT.{dataset}.{variable}{f'.{paramcd}' if paramcd else ''}"


def rule_set_comment_oid(rule_set: str) -> str:
    """Of the comment that holds all of a rule set."""
    return f"COM.RULESET.{rule_set}"


def size(digits: Digits | None) -> dict[str, str]:
    """Length, and digits after the point, of a number; whole ones (None) are stated as long as SAS stores them."""
    if digits is None:
        return {"Length": NUMBER_LENGTH}
    return {"Length": str(digits.total), "SignificantDigits": str(digits.after_point)}


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
            if parameter.paramcd not in datasets.contents[dataset].paramcds:
                reference.set("def:HasNoData", "Yes")
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
            text_codelist = parameter.spec.text_codelist if variable == "AVALC" else None
            named = {
                "OID": _value_oid(dataset, variable, parameter.paramcd),
                "Name": variable,
                "SASFieldName": variable,
            }
            item = ET.Element("ItemDef", named | _type_and_size(datasets, parameter, text_codelist))
            if parameter.paramcd not in datasets.contents[dataset].paramcds:
                item.set("def:CommentOID", NO_DATA)
            elif parameter.rule_set and parameter.spec.states_rule_set:
                item.set("def:CommentOID", rule_set_comment_oid(parameter.rule_set))
            described(item, parameter.param)
            if text_codelist:
                ET.SubElement(item, "CodeListRef", CodeListOID=f"CL.{text_codelist}")
            ET.SubElement(item, "def:Origin", Type="Derived", Source="Sponsor")
            yield item


def _type_and_size(datasets: Datasets, parameter: Parameter, text_codelist: str | None) -> dict[str, str]:
    if text_codelist:
        return {"DataType": "text", "Length": str(max(map(len, load_codelists()[text_codelist].items)))}
    kind = parameter.spec.type
    digits = datasets.contents[parameter.dataset].digits["AVAL"] if kind == "float" else None
    return {"DataType": kind, **size(digits)}
