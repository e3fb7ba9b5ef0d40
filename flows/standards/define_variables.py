"""The variables of the datasets in define.xml."""

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DatasetSpec, Variable
from flows.standards.define_values import NO_DATA, described, size, value_list_oid
from flows.standards.identifiers import variable_oid
from flows.standards.study_lists import StudyList, list_oid

DATA_TYPES = {"text": "text", "integer": "integer", "float": "float", "date": "integer"}
# Who gave a value: what is collected comes in files that the sites send.
SOURCES = {"Derived": {"Source": "Sponsor"}, "Assigned": {"Source": "Sponsor"}, "Collected": {"Source": "Investigator"}}


def add_variable(
    metadata: ET.Element, datasets: Datasets, lists: Mapping[str, StudyList], spec: DatasetSpec, variable: Variable
) -> None:
    """One variable: its type and size, its code list, where it comes from, and what it is under each PARAMCD."""
    contents = datasets.contents[spec.name]
    facts = {
        "OID": variable_oid(spec.name, variable.name),
        "Name": variable.name,
        "SASFieldName": variable.name,
        "DataType": DATA_TYPES[variable.type],
    }
    if variable.is_text:
        facts["Length"] = str(contents.lengths[variable.name])
    else:
        facts |= size(contents.digits.get(variable.name))
    if variable.type == "date":
        facts["def:DisplayFormat"] = "DATE9."
    if variable.name in contents.empty:
        facts["def:CommentOID"] = NO_DATA
    item = ET.SubElement(metadata, "ItemDef", facts)
    described(item, variable.label)
    codelist = list_oid(spec.name, variable)
    if codelist and codelist in lists:
        ET.SubElement(item, "CodeListRef", CodeListOID=codelist)
    origin = ET.SubElement(item, "def:Origin", {"Type": variable.origin} | SOURCES.get(variable.origin, {}))
    if variable.origin != "Derived":
        described(origin, variable.derivation)
    if values := value_list_oid(datasets, spec, variable):
        ET.SubElement(item, "def:ValueListRef", ValueListOID=values)
