"""What define.xml states can be read without this package, and is true of the values in the files beside it."""

import json
import re
import xml.etree.ElementTree as ET
from decimal import Decimal
from typing import Any, NamedTuple

import pytest

from flows.standards.adam_spec import DATASETS
from tests.standards.conftest import Exported

ODM, DEF = "{http://www.cdisc.org/ns/odm/v1.3}", "{http://www.cdisc.org/ns/def/v2.1}"


class Define(NamedTuple):
    """The elements of define.xml by OID, and the values of every variable by the OID of its item."""

    items: dict[str, ET.Element]
    methods: dict[str, ET.Element]
    comments: dict[str, ET.Element]
    lists: dict[str, ET.Element]
    references: dict[str, ET.Element]
    values: dict[str, list[Any]]
    root: ET.Element

    def method(self, oid: str) -> str:
        return text_of(self.methods[oid])


def text_of(element: ET.Element) -> str:
    return element.findtext(f"{ODM}Description/{ODM}TranslatedText") or ""


@pytest.fixture(scope="module")
def define(exported: Exported) -> Define:
    root = ET.parse(exported.folder / "define.xml").getroot()
    values: dict[str, list[Any]] = {}
    for dataset in DATASETS:
        document = json.loads((exported.folder / f"{dataset.lower()}.json").read_text(), parse_float=Decimal)
        for place, column in enumerate(document["columns"]):
            values[column["itemOID"]] = [row[place] for row in document["rows"]]
    tags = (f"{ODM}ItemDef", f"{ODM}MethodDef", f"{DEF}CommentDef", f"{ODM}CodeList")
    by_oid = [{str(element.get("OID")): element for element in root.iter(tag)} for tag in tags]
    references = {str(element.get("ItemOID")): element for element in root.iter(f"{ODM}ItemRef")}
    return Define(*by_oid, references, values, root)


def test_no_text_needs_a_file_or_table_that_is_not_there(define: Define) -> None:
    texts = [element.text or "" for element in define.root.iter(f"{ODM}TranslatedText")]
    assert len(texts) > 500
    hidden = re.compile(r"\.toml|\.md\b|[{}]|\b(meta|landing|tabulation|analysis|summary)\.")
    assert [text for text in texts if hidden.search(text)] == []


def test_predecessors_are_variables_of_the_export(define: Define) -> None:
    found = 0
    for oid, item in define.items.items():
        origin = item.find(f"{DEF}Origin")
        if origin is not None and origin.get("Type") == "Predecessor":
            found += 1
            assert f"IT.{text_of(origin)}" in define.items, oid
    assert found > 40


def test_values_of_the_rules_stand_in_their_methods(define: Define) -> None:
    """The protocol and the two rule sets, in the numbers that tests/standards/rederive_rules.py goes by."""
    for oid, texts in {
        "MT.ADRESP.AVAL.RESPART": (
            "Days 57 to 84",
            "fewer than 20",
            "(D - H) x 30 >= 15 x D",
            "TRTSDT + 84 x ACYCLE - 1",
        ),
        "MT.ADRESP.AVAL.RESPNICE": ("100 x H x BD <= (100 - 30) x BH x D", "BD < 20", "BH = 0", "the day before"),
        "MT.ADRESP.AVAL.VERDART": (
            "H x BD < BH x D",
            "last 2 cycles of which relief",
            "or where RESP = 0 in this cycle",
        ),
        "MT.ADRESP.AVAL.VERDNICE": ("STOP SUCCESS where 3 months in a row", "H x 28 < 15 x D", "2 or higher"),
        "MT.ADRESP.ASTDT": ("in FRSP of that of the first response",),
        "MT.ADDIARY.DTYPE": ("empty where every day of the window is recorded",),
        "MT.ADDIARY.AWTARGET": ("all its 28 days",),
        "MT.ADDIARY.ANL01FL": ("baseline records",),
        "MT.ADEX.AENDT": ("or Day 84 of the cycle, whichever is earlier", "may be after DCUTDT"),
        "MT.ADEX.ADT": ("in NCYC and CUMDOSE of the first session",),
        "MT.ADSL.OVERUSFL": ("10 or more days with triptans", "15 or more with simple analgesics"),
        "MT.ADSL.EOSSTT": ("COMPLETED where that reason is completion",),
        "MT.ADSL.AGE": ("AGE, or AGE less 1",),
        "MT.ADAE.CQ01NAM": ("ALLERGIC REACTION where ATERM holds one of: allerg, anaphyla",),
        "MT.ADAE.CQ02NAM": ("NECK PAIN where ATERM holds one of: cervicalgia, neck pain",),
        "MT.ADTTE.CNSR": ("AVAL is then 1", "interval censored"),
    }.items():
        for text in texts:
            assert text in define.method(oid), oid
    comments = {oid: text_of(comment) for oid, comment in define.comments.items()}
    assert "not the time of writing" in comments["COM.EXPORT"]
    assert "(window_missing_days): prorate" in comments["COM.RULESET.article"]
    assert "Days after Day 84 belong to no month" in comments["COM.ADDIARY"]
    assert "under all arms together, and under no arm" in comments["COM.ADSL"]


def test_imputations_are_said_to_be_some(define: Define) -> None:
    kinds = {oid: method.get("Type") for oid, method in define.methods.items()}
    imputed = {oid for oid, kind in kinds.items() if kind == "Imputation"}
    assert imputed == {"MT.ADAE.ASTDT", "MT.ADRESP.AVAL.RNRIART", "MT.ADRESP.AVAL.RNRINICE"}


def test_what_has_no_value_is_said_to_have_none(define: Define) -> None:
    """And why; nothing else is."""
    empty = {oid for oid, values in define.values.items() if all(value is None for value in values)}
    parameters = {"IT.ADQS.AVAL.MIDAS"}
    assert {oid for oid, ref in define.references.items() if ref.get(f"{DEF}HasNoData")} == empty | parameters
    for oid in empty | parameters:
        assert text_of(define.comments[str(define.items[oid].get(f"{DEF}CommentOID"))])
    assert {"IT.ADSL.RACE", "IT.ADAE.AENDTF"} <= empty
    assert define.items["IT.ADAE.AEENRF"].get("Length") == "7"


def test_numbers_are_as_long_as_it_is_said(define: Define) -> None:
    """Digits of the longest number, and those after the point, of every float; the longest word of a text by PARAMCD."""
    floats = [oid for oid, item in define.items.items() if item.get("DataType") == "float"]
    assert {"IT.ADDIARY.AVAL", "IT.ADQS.PCHG"} <= set(floats)
    for oid in floats:
        item, most = define.items[oid], Decimal(0)
        total, after_point = int(str(item.get("Length"))), int(str(item.get("SignificantDigits")))
        for value in define.values.get(oid, []):
            if value is not None:
                text = f"{Decimal(value).normalize():f}".lstrip("-")
                whole, _, decimals = text.partition(".")
                assert len(decimals) <= after_point
                assert len(whole) + len(decimals) <= total
                most = max(most, abs(Decimal(value)))
        assert oid not in define.values or most > 0
    lengths = {
        name: define.items[f"IT.ADRESP.AVALC.{name}"].get("Length") for name in ("RESPART", "RNRIART", "VERDART")
    }
    assert lengths == {"RESPART": "13", "RNRIART": "1", "VERDART": "16"}


def test_terminology_is_named_and_own_words_are_marked(define: Define) -> None:
    standards = {
        standard.get("OID"): (standard.get("Type"), standard.get("PublishingSet"))
        for standard in define.root.iter(f"{DEF}Standard")
    }
    assert standards["STD.CT.ADaM"] == ("CT", "ADaM")
    assert standards["STD.CT.SDTM"] == ("CT", "SDTM")
    for oid, entry in define.lists.items():
        standard, alias = entry.get(f"{DEF}StandardOID"), entry.find(f"{ODM}Alias")
        assert (standard is None) == (entry.get(f"{DEF}IsNonStandard") == "Yes") == (alias is None), oid
        assert standard is None or standards[standard][0] == "CT"
        for item in (*entry.findall(f"{ODM}CodeListItem"), *entry.findall(f"{ODM}EnumeratedItem")):
            is_ours = item.get(f"{DEF}ExtendedValue") == "Yes"
            assert is_ours == (standard is not None and item.find(f"{ODM}Alias") is None)
    marked = {
        item.get("CodedValue")
        for entry in define.lists.values()
        for item in entry.iter(f"{ODM}CodeListItem")
        if item.get(f"{DEF}ExtendedValue")
    }
    assert marked == {"PRORATED", "MISSHEAD", "MISSFREE", "NRI"}


@pytest.mark.parametrize(
    "oid",
    [
        "ADSL.SEX", "ADSL.ARM", "ADSL.ARMCD", "ADSL.TRT01P", "ADSL.TRT01PN", "ADDIARY.TRTP", "ADDIARY.TRTPN", "ADEX.TRTA",
        "ADDIARY.AVISIT", "ADDIARY.AVISITN", "ADDIARY.PARAMN", "ADDIARY.RULESET", "ADQS.AVALCAT1", "ADQS.CRIT1",
        "ADQS.CRIT2", "ADEX.CRIT1", "ADEX.SRCDOM", "ADAE.AESEV", "ADAE.SRCDOM",
    ],
)  # fmt: skip
def test_variables_of_few_values_have_a_code_list(define: Define, oid: str) -> None:
    reference = define.items[f"IT.{oid}"].find(f"{ODM}CodeListRef")
    assert reference is not None
    entry = define.lists[str(reference.get("CodeListOID"))]
    if oid.endswith(("AVISITN", "TRTPN", "TRT01PN", "PARAMN", "RULESET")):
        assert all(item.findtext(f"{ODM}Decode/{ODM}TranslatedText") for item in entry.findall(f"{ODM}CodeListItem"))
        assert entry.findall(f"{ODM}EnumeratedItem") == []


def test_a_number_means_the_text_beside_it(define: Define) -> None:
    entry = define.lists["CL.ADDIARY.AVISITN"]
    meanings = {
        item.get("CodedValue"): item.findtext(f"{ODM}Decode/{ODM}TranslatedText")
        for item in entry.findall(f"{ODM}CodeListItem")
    }
    pairs = zip(define.values["IT.ADDIARY.AVISITN"], define.values["IT.ADDIARY.AVISIT"], strict=True)
    assert meanings == {str(number): text for number, text in pairs}
    assert meanings["103"] == "Cycle 1 Month 3"


def test_the_page_gives_the_types_of_define_xml(exported: Exported, define: Define) -> None:
    page = (exported.folder / "define.html").read_text()
    assert "<td>date</td>" not in page
    n_dates = sum(item.get(f"{DEF}DisplayFormat") == "DATE9." for item in define.items.values())
    assert page.count("<td>integer, DATE9.</td>") == n_dates > 20
    assert text_of(define.comments["COM.EXPORT"]) in page
