"""define.xml: valid by CDISC's schema, and a description of every variable that the datasets have, and of no other."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import odmlib
import pytest
import xmlschema
from lxml import etree

from flows.standards.adam_spec import DATASETS, load_spec
from tests.standards.conftest import Exported

SCHEMA = Path(odmlib.__file__).parent / "schemas/define/2.1/define2-1-0.xsd"
ODM, DEF = "{http://www.cdisc.org/ns/odm/v1.3}", "{http://www.cdisc.org/ns/def/v2.1}"
XLINK = "{http://www.w3.org/1999/xlink}"


@pytest.fixture(scope="module")
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(SCHEMA)


@pytest.fixture(scope="module")
def metadata(exported: Exported) -> ET.Element:
    found = ET.parse(exported.folder / "define.xml").getroot().find(f"{ODM}Study/{ODM}MetaDataVersion")
    assert found is not None
    return found


def text_of(element: ET.Element) -> str:
    return element.findtext(f"{ODM}Description/{ODM}TranslatedText") or ""


def test_it_is_valid(exported: Exported, schema: xmlschema.XMLSchema) -> None:
    text = (exported.folder / "define.xml").read_text(encoding="utf-8")
    assert list(schema.iter_errors(text)) == []
    broken = text.replace('Name="BASIC DATA STRUCTURE"', 'Name="BASIC"').replace(
        ' def:Structure="One record per subject"', ""
    )
    assert len(list(schema.iter_errors(broken))) > 1


@pytest.mark.parametrize("dataset", DATASETS)
def test_every_variable_stands_in_it_and_no_other(exported: Exported, metadata: ET.Element, dataset: str) -> None:
    """Names, labels, lengths and keys, in the order of the dataset."""
    document = json.loads((exported.folder / f"{dataset.lower()}.json").read_text())
    items = {item.get("OID"): item for item in metadata.findall(f"{ODM}ItemDef")}
    (group,) = [group for group in metadata.findall(f"{ODM}ItemGroupDef") if group.get("Name") == dataset]
    references = group.findall(f"{ODM}ItemRef")
    assert [reference.get("ItemOID") for reference in references] == [c["itemOID"] for c in document["columns"]]
    assert group.get("OID") == document["itemGroupOID"]
    assert text_of(group) == document["label"]
    for reference, column in zip(references, document["columns"], strict=True):
        item = items[column["itemOID"]]
        assert (item.get("Name"), text_of(item)) == (column["name"], column["label"])
        assert reference.get("KeySequence") == (str(column["keySequence"]) if "keySequence" in column else None)
        if column["dataType"] == "string":
            assert item.get("Length") == str(column["length"])
        origin = item.find(f"{DEF}Origin")
        assert origin is not None
        assert (origin.get("Type") == "Derived") == (reference.get("MethodOID") is not None)
        assert origin.get("Type") == "Derived" or text_of(origin)
    file = exported.folder / str(group.find(f"{DEF}leaf").get(f"{XLINK}href"))  # ty: ignore[unresolved-attribute]
    assert file.suffix == ".xpt"
    assert file.is_file()


def test_everything_it_refers_to_is_there_and_everything_there_is_referred_to(metadata: ET.Element) -> None:
    """But value lists refer to items of their own, and STUDYID is defined for each dataset."""
    kinds = {
        "ItemOID": f"{ODM}ItemDef", "MethodOID": f"{ODM}MethodDef", "CodeListOID": f"{ODM}CodeList",
        "ValueListOID": f"{DEF}ValueListDef", "WhereClauseOID": f"{DEF}WhereClauseDef",
        f"{DEF}CommentOID": f"{DEF}CommentDef",
    }  # fmt: skip
    for attribute, tag in kinds.items():
        wanted = {element.get(attribute) for element in metadata.iter() if element.get(attribute)}
        there = [element.get("OID") for element in metadata.iter(tag)]
        assert len(there) == len(set(there)) > 0
        assert wanted == set(there), attribute


@pytest.mark.parametrize(
    "dataset", [name for name, spec in load_spec().items() if "PARAMCD" in {v.name for v in spec.variables}]
)
def test_each_parameter_has_its_value_level_metadata(exported: Exported, metadata: ET.Element, dataset: str) -> None:
    """Of AVAL, or of AVALC where the result is a text; a PARAMCD and its PARAM are 1:1, and both are in the code lists."""
    document = json.loads((exported.folder / f"{dataset.lower()}.json").read_text())
    names = [column["name"] for column in document["columns"]]
    rows = [dict(zip(names, row, strict=True)) for row in document["rows"]]
    pairs = {(row["PARAMCD"], row["PARAM"]) for row in rows}
    assert len({code for code, _ in pairs}) == len({text for _, text in pairs}) == len(pairs) > 0
    assert all(len(code) <= 8 for code, _ in pairs)
    listed = {}
    for name in ("PARAMCD", "PARAM"):
        (entry,) = [entry for entry in metadata.findall(f"{ODM}CodeList") if entry.get("OID") == f"CL.{name}.{dataset}"]
        listed[name] = {item.get("CodedValue") for item in entry.findall(f"{ODM}CodeListItem")}
    assert {code for code, _ in pairs} <= listed["PARAMCD"]
    assert {text for _, text in pairs} <= listed["PARAM"]
    conditions = {
        clause.get("OID"): clause.findtext(f"{ODM}RangeCheck/{ODM}CheckValue")
        for clause in metadata.findall(f"{DEF}WhereClauseDef")
    }
    for variable in {"AVAL", "AVALC"} & set(names):
        values = [v for v in metadata.findall(f"{DEF}ValueListDef") if v.get("OID") == f"VL.{dataset}.{variable}"]
        described = {
            conditions[reference.get("WhereClauseOID")] for v in values for reference in v.iter(f"{DEF}WhereClauseRef")
        }
        assert {row["PARAMCD"] for row in rows if row[variable] is not None} <= described


def test_values_are_those_of_the_code_lists(exported: Exported, metadata: ET.Element) -> None:
    lists = {
        entry.get("OID"): {item.get("CodedValue") for item in entry if item.get("CodedValue")}
        for entry in metadata.findall(f"{ODM}CodeList")
    }
    items = {item.get("OID"): item for item in metadata.findall(f"{ODM}ItemDef")}
    n_listed = 0
    for dataset in DATASETS:
        document = json.loads((exported.folder / f"{dataset.lower()}.json").read_text())
        for place, column in enumerate(document["columns"]):
            reference = items[column["itemOID"]].find(f"{ODM}CodeListRef")
            if reference is not None:
                n_listed += 1
                used = {str(row[place]) for row in document["rows"] if row[place] is not None}
                assert used <= lists[reference.get("CodeListOID")], column["itemOID"]
    assert n_listed > 90


def test_both_pages_show_every_variable(exported: Exported) -> None:
    """The one of the stylesheet, and define.html for browsers that have none of these any more."""
    sheet = etree.XSLT(etree.parse(exported.folder / "define.xsl"))
    pages = [str(sheet(etree.parse(exported.folder / "define.xml"))), (exported.folder / "define.html").read_text()]
    for page in pages:
        cells = re.findall(r"<td>([^<]*)</td>", page)
        for spec in load_spec().values():
            assert f"{spec.name}: {spec.label}" in page
            for variable in spec.variables:
                assert {variable.name, variable.label} <= set(cells)
        assert "there is no Day 0" in page
        assert {"RESPART", "RESPNICE"} <= {cell.removeprefix("– ") for cell in cells}
        assert "http://" not in page.replace("http://www.w3.org/1999/xlink", "")
