"""The code lists in define.xml, and the terminology that they refer to."""

import xml.etree.ElementTree as ET
from collections.abc import Iterable

from flows.standards.define_values import TRANSLATED
from flows.standards.study_lists import StudyList

# The versions of CDISC controlled terminology whose codes stand in data/standards/codelists.toml.
TERMINOLOGY_SETS = {"ADaM": "2021-12-17", "SDTM": "2021-12-17"}


def standard_oid(name: str) -> str:
    """Of an implementation guide or a set of controlled terminology."""
    return f"STD.{'CT.' if name in TERMINOLOGY_SETS else ''}{name}"


def add_codelists(metadata: ET.Element, lists: Iterable[StudyList]) -> None:
    """Each list with its items; in one of CDISC's terminology a value that is none of its terms is marked as ours."""
    for codelist in lists:
        entry = ET.SubElement(
            metadata, "CodeList", {"OID": codelist.oid, "Name": codelist.name, "DataType": codelist.data_type}
        )
        if codelist.terminology:
            entry.set("def:StandardOID", standard_oid(codelist.terminology))
        else:
            entry.set("def:IsNonStandard", "Yes")
        # All items of a list are of one kind: with a meaning, or without.
        has_meanings = any(meaning is not None for _, meaning, _ in codelist.items)
        for value, meaning, nci in codelist.items:
            item = ET.SubElement(entry, "CodeListItem" if has_meanings else "EnumeratedItem", CodedValue=value)
            if codelist.terminology and not nci:
                item.set("def:ExtendedValue", "Yes")
            if has_meanings:
                ET.SubElement(ET.SubElement(item, "Decode"), "TranslatedText", TRANSLATED).text = meaning or value
            if nci:
                ET.SubElement(item, "Alias", Name=nci, Context="nci:ExtCodeID")
        if codelist.nci:
            ET.SubElement(entry, "Alias", Name=codelist.nci, Context="nci:ExtCodeID")
