"""define.xml 2.1: what the datasets of an export hold, as the specification says it, for the tools of reviewers.

Written in the shape of CDISC's schema by the standard library. define.xsl, beside it, shows it as a page.
"""

import xml.etree.ElementTree as ET
from collections.abc import Mapping
from pathlib import Path
from shutil import copyfile

from flows.base.resources import resource
from flows.base.xml_text import xml_text
from flows.standards.adam_datasets import Datasets
from flows.standards.adam_spec import DatasetSpec
from flows.standards.define_lists import TERMINOLOGY_SETS, add_codelists, standard_oid
from flows.standards.define_texts import ABOUT_EXPORT, add_comments, add_methods
from flows.standards.define_values import add_value_lists, described, method_oid, value_items
from flows.standards.define_variables import add_variable
from flows.standards.identifiers import METADATA_OID, dataset_oid, moment_of, study_oid, variable_oid
from flows.standards.study_lists import study_lists

NAMESPACES = {
    "xmlns": "http://www.cdisc.org/ns/odm/v1.3",
    "xmlns:def": "http://www.cdisc.org/ns/def/v2.1",
    "xmlns:xlink": "http://www.w3.org/1999/xlink",
}
STANDARDS = {"ADaMIG": "1.1", "ADaM-OCCDSIG": "1.1"}
OCCURRENCES = "OCCURRENCE DATA STRUCTURE"
STYLESHEET = "define.xsl"


def write_define(datasets: Datasets, folder: Path, files: Mapping[str, str]) -> None:
    """define.xml and its stylesheet; ``files`` names the file of each dataset, beside it."""
    root = ET.Element("ODM", NAMESPACES | _about(datasets))
    study = ET.SubElement(root, "Study", OID=study_oid(datasets.study))
    names = ET.SubElement(study, "GlobalVariables")
    for element, text in (
        ("StudyName", datasets.study.study_id),
        ("StudyDescription", datasets.study.title),
        ("ProtocolName", datasets.study.study_id),
    ):
        ET.SubElement(names, element).text = text
    _add_metadata(study, datasets, files)
    ET.indent(root)
    text = xml_text(ET.tostring(root, encoding="unicode"))
    head = f'<?xml version="1.0" encoding="UTF-8"?>\n<?xml-stylesheet type="text/xsl" href="{STYLESHEET}"?>\n'
    (folder / "define.xml").write_text(f"{head}{text}\n", encoding="utf-8", newline="\n")
    copyfile(resource(f"data/standards/{STYLESHEET}"), folder / STYLESHEET)


def _about(datasets: Datasets) -> dict[str, str]:
    return {
        "ODMVersion": "1.3.2",
        "FileType": "Snapshot",
        "FileOID": f"{datasets.study.snapshot_id}.define",
        "CreationDateTime": moment_of(datasets.study),
        "SourceSystem": "migraine-outcomes",
        "SourceSystemVersion": datasets.study.version,
        "def:Context": "Other",
    }


def _add_metadata(study: ET.Element, datasets: Datasets, files: Mapping[str, str]) -> None:
    """In the order that the schema wants."""
    metadata = ET.SubElement(
        study,
        "MetaDataVersion",
        {
            "OID": METADATA_OID,
            "Name": f"Analysis datasets of study {datasets.study.study_id}",
            "Description": f"ADaM datasets of snapshot {datasets.study.snapshot_id}",
            "def:DefineVersion": "2.1.0",
            "def:CommentOID": ABOUT_EXPORT,
        },
    )
    standards = ET.SubElement(metadata, "def:Standards")
    for name, version in STANDARDS.items():
        ET.SubElement(
            standards, "def:Standard", OID=standard_oid(name), Name=name, Type="IG", Version=version, Status="Final"
        )
    for publishing_set, version in TERMINOLOGY_SETS.items():
        ET.SubElement(
            standards,
            "def:Standard",
            OID=standard_oid(publishing_set),
            Name="CDISC/NCI",
            Type="CT",
            PublishingSet=publishing_set,
            Version=version,
            Status="Final",
        )
    lists = study_lists(datasets)
    add_value_lists(metadata, datasets)
    for spec in datasets.specs:
        _add_dataset(metadata, datasets, spec, files[spec.name])
    for spec in datasets.specs:
        for variable in spec.variables:
            add_variable(metadata, datasets, lists, spec, variable)
    for item in value_items(datasets):
        metadata.append(item)
    add_codelists(metadata, lists.values())
    add_methods(metadata, datasets)
    add_comments(metadata, datasets)


def _add_dataset(metadata: ET.Element, datasets: Datasets, spec: DatasetSpec, file: str) -> None:
    standard = "ADaM-OCCDSIG" if spec.class_name == OCCURRENCES else "ADaMIG"
    facts = {
        "OID": dataset_oid(spec.name),
        "Name": spec.name,
        "SASDatasetName": spec.name,
        "Repeating": "No" if spec.keys == ("STUDYID", "USUBJID") else "Yes",
        "IsReferenceData": "No",
        "Purpose": "Analysis",
        "def:Structure": spec.structure,
        "def:ArchiveLocationID": f"LF.{spec.name}",
        "def:StandardOID": standard_oid(standard),
        "def:CommentOID": f"COM.{spec.name}",
    }
    if not datasets.rows[spec.name]:
        facts["def:HasNoData"] = "Yes"
    group = ET.SubElement(metadata, "ItemGroupDef", facts)
    described(group, spec.label)
    for number, variable in enumerate(spec.variables, start=1):
        reference = {
            "ItemOID": variable_oid(spec.name, variable.name),
            "OrderNumber": str(number),
            "Mandatory": "Yes" if variable.name in spec.keys else "No",
        }
        if variable.name in spec.keys:
            reference["KeySequence"] = str(spec.keys.index(variable.name) + 1)
        if variable.origin == "Derived":
            reference["MethodOID"] = method_oid(spec.name, variable.name)
        if variable.name in datasets.contents[spec.name].empty:
            reference["def:HasNoData"] = "Yes"
        ET.SubElement(group, "ItemRef", reference)
    class_ = ET.SubElement(group, "def:Class", Name=spec.class_name)
    if spec.subclass:
        ET.SubElement(class_, "def:SubClass", Name=spec.subclass)
    leaf = ET.SubElement(group, "def:leaf", {"ID": f"LF.{spec.name}", "xlink:href": file})
    ET.SubElement(leaf, "def:title").text = file
