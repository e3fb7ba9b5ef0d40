"""Acute medication as people type it: what is read, and what must stay unknown."""

import re
import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.base.errors import ConfigurationError
from flows.base.resources import resource
from flows.study.medication import Reading, load_medication, read_medication
from flows.study.medication_index import name_key
from flows.study.medication_list import own_list

MEDICATION = load_medication()
LISTED = tomllib.loads(resource("data/codelists/medication.toml").read_text(encoding="utf-8"))
OLD = tomllib.loads((Path(__file__).parents[1] / "reference/medication.toml").read_text(encoding="utf-8"))
KINDS = {"triptan", "ergot", "opioid", "combination", "simple", "gepant", "ditan", "none"}

# kind | text | substances | classes
READ = """
substance   | Sumatriptan                            | sumatriptan            | triptan
substance   | acetaminophen                          | paracetamol            | simple
substance   | Acide acétylsalicylique                | aspirin                | simple
substance   | Acetylsalicylsäure                     | aspirin                | simple
substance   | ACETYLSALICYLSAEURE                    | aspirin                | simple
substance   | ácido acetilsalicílico                 | aspirin                | simple
substance   | paracetamolo                           | paracetamol            | simple
substance   | ibuprofène                             | ibuprofen              | simple
substance   | dipirona                               | metamizole             | simple
substance   | idrocodone                             | hydrocodone            | opioid
substance   | diidroergotamina                       | dihydroergotamine      | ergot
substance   | naproxen sodium                        | naproxen               | simple
substance   | sumatriptan succinate                  | sumatriptan            | triptan
brand       | Imitrex                                | sumatriptan            | triptan
brand       | Tylenol                                | paracetamol            | simple
brand       | Nurtec ODT                             | rimegepant             | gepant
brand       | Reyvow                                 | lasmiditan             | ditan
brand       | Maxalt-MLT                             | rizatriptan            | triptan
brand       | ben-u-ron                              | paracetamol            | simple
brand       | Tachipirina                            | paracetamol            | simple
brand       | Nolotil                                | metamizole             | simple
brand       | D.H.E. 45                              | dihydroergotamine      | ergot
brand       | イミグラン 50mg                        | sumatriptan            | triptan
brand       | Children's Tylenol                     | paracetamol            | simple
brand       | Imitrex®                               | sumatriptan            | triptan
class       | triptan                                | triptan                | triptan
class       | Triptane                               | triptan                | triptan
class       | NSAR                                   | nsaid                  | simple
class       | gepant                                 | gepant                 | gepant
none        | MCP Tropfen                            | metoclopramide         | -
none        | Magnesium 400 mg                       | magnesium              | -
none        | Botox 155 IU                           | onabotulinumtoxina     | -
dose        | Sumatriptan 50 mg                      | sumatriptan            | triptan
dose        | sumatriptan50mg                        | sumatriptan            | triptan
dose        | Zolmitriptan 2,5 mg                    | zolmitriptan           | triptan
dose        | zolmitriptan 2.5mg                     | zolmitriptan           | triptan
dose        | Metamizol 1 g                          | metamizole             | simple
dose        | Paracetamol 1.000 mg                   | paracetamol            | simple
dose        | fentanyl 100 µg                        | fentanyl               | opioid
dose        | tramadol 100 mg/ml                     | tramadol               | opioid
dose        | mg 400 ibuprofene                      | ibuprofen              | simple
count       | 2x Ibuprofen 400                       | ibuprofen              | simple
count       | 2 x ibuprofen                          | ibuprofen              | simple
count       | 2×ibuprofen                            | ibuprofen              | simple
count       | Advil x2                               | ibuprofen              | simple
count       | Advil x 2                              | ibuprofen              | simple
count       | ½ Maxalt lingua 10mg                   | rizatriptan            | triptan
count       | 1/2 tab Relpax                         | eletriptan             | triptan
count       | zwei Ibuprofen                         | ibuprofen              | simple
count       | ibuprofen 400 mg 1-0-1                 | ibuprofen              | simple
count       | 1-2 Paracetamol                        | paracetamol            | simple
form        | Sumatriptan-Filmtabletten 100 mg       | sumatriptan            | triptan
form        | 2 comprimés de Doliprane 1000 mg       | paracetamol            | simple
form        | 1 compressa di Moment                  | ibuprofen              | simple
form        | ibuprofeno 600 mg comprimidos          | ibuprofen              | simple
form        | Imigran nasal spray 20 mg              | sumatriptan            | triptan
form        | Sumatriptan Nasenspray                 | sumatriptan            | triptan
form        | Imigran Zäpfchen                       | sumatriptan            | triptan
form        | Indometacin supp. 50 mg                | indometacin            | simple
form        | Novalgin Tropfen                       | metamizole             | simple
form        | Tramadol retard 100                    | tramadol               | opioid
form        | ibuprofen forte                        | ibuprofen              | simple
form        | Nurofen Forte                          | ibuprofen              | simple
form        | Zomig Rapimelt                         | zolmitriptan           | triptan
maker       | Sumatriptan-ratiopharm 50 mg           | sumatriptan            | triptan
maker       | Ibuprofen AL 400                       | ibuprofen              | simple
maker       | Apo-Naproxen                           | naproxen               | simple
route       | sumatriptan 6 mg sc                    | sumatriptan            | triptan
route       | Metamizol 1g i.v.                      | metamizole             | simple
when        | sumatriptan 50 mg at 8:30 pm           | sumatriptan            | triptan
when        | Ibuprofen 600 um 8 Uhr                 | ibuprofen              | simple
when        | Ibuprofen 400 mg x2 (10am, 4pm)        | ibuprofen              | simple
when        | Naproxen 500 BID                       | naproxen               | simple
when        | Ibuprofen bei Bedarf                   | ibuprofen              | simple
when        | Naproxen 500 mg prn for headache       | naproxen               | simple
when        | Doliprane le matin                     | paracetamol            | simple
combination | Excedrin                               | caffeine paracetamol   | combination simple
combination | Excedrin Migraine                      | aspirin caffeine paracetamol | combination simple
combination | Thomapyrin                             | aspirin caffeine paracetamol | combination simple
combination | Thomapyrin Tension Duo                 | caffeine ibuprofen     | combination simple
combination | Anadin Extra                           | aspirin caffeine paracetamol | combination simple
combination | Fioricet                               | butalbital caffeine paracetamol | combination simple
combination | Cafergot                               | caffeine ergotamine    | combination ergot
combination | Treximet                               | naproxen sumatriptan   | combination simple triptan
combination | Symbravo                               | meloxicam rizatriptan  | combination simple triptan
combination | Tylenol with codeine                   | codeine paracetamol    | combination opioid simple
combination | Tylenol w/ codeine                     | codeine paracetamol    | combination opioid simple
combination | Tylenol #3                             | codeine paracetamol    | combination opioid simple
combination | Tylenol No. 3 x2                       | codeine paracetamol    | combination opioid simple
combination | co-codamol 30/500                      | codeine paracetamol    | combination opioid simple
combination | Percocet 5/325                         | oxycodone paracetamol  | combination opioid simple
combination | Paracetamol mit Codein                 | codeine paracetamol    | combination opioid simple
combination | paracetamol/codeine                    | codeine paracetamol    | combination opioid simple
combination | codeine/paracetamol 30/500             | codeine paracetamol    | combination opioid simple
combination | paracetamol_codeine                    | codeine paracetamol    | combination opioid simple
combination | acetaminophen-codeine                  | codeine paracetamol    | combination opioid simple
combination | sumatriptan/naproxen 85/500            | naproxen sumatriptan   | combination simple triptan
combination | Paracetamol/ASS/Coffein                | aspirin caffeine paracetamol | combination simple
combination | Dorflex                                | caffeine metamizole orphenadrine | combination simple
combination | butalbital                             | butalbital             | combination
one class   | Migränerton                            | metoclopramide paracetamol | simple
one class   | Migraenerton                           | metoclopramide paracetamol | simple
one class   | Nuromol                                | ibuprofen paracetamol  | simple
one class   | Excedrin Back & Body                   | aspirin paracetamol    | simple
one class   | Aspirin plus C                         | ascorbic_acid aspirin  | simple
one class   | Aspirin + C 400                        | ascorbic_acid aspirin  | simple
one class   | Valoron N                              | naloxone tilidine      | opioid
several     | sumatriptan + naproxen                 | naproxen sumatriptan   | simple triptan
several     | sumatriptan 50/naproxen 500            | naproxen sumatriptan   | simple triptan
several     | sumatriptan / naproxen                 | naproxen sumatriptan   | simple triptan
several     | Imitrex/Aleve                          | naproxen sumatriptan   | simple triptan
several     | sumatriptan/ibuprofen                  | ibuprofen sumatriptan  | simple triptan
several     | 5 mg;zolmitriptan 2                    | zolmitriptan           | triptan
several     | Ibuprofen 400, Sumatriptan 50 mg       | ibuprofen sumatriptan  | simple triptan
several     | Ibuprofen 400,Paracetamol 500          | ibuprofen paracetamol  | simple
several     | Nurofen Plus and Sumatriptan 50        | codeine ibuprofen sumatriptan | combination opioid simple triptan
several     | Tylenol with codeine and Zomig         | codeine paracetamol zolmitriptan | combination opioid simple triptan
several     | Ibuprofen und MCP                      | ibuprofen metoclopramide | simple
several     | ibuprofène et sumatriptan              | ibuprofen sumatriptan  | simple triptan
several     | ibuprofeno y sumatriptán               | ibuprofen sumatriptan  | simple triptan
several     | ibuprofene e sumatriptan               | ibuprofen sumatriptan  | simple triptan
several     | aspirin, paracetamol, and naratriptan  | aspirin naratriptan paracetamol | simple triptan
several     | sumatriptan 50 mg, 1 tablet            | sumatriptan            | triptan
several     | Sumatriptan - 50 mg                    | sumatriptan            | triptan
several     | aspirin -codeine                       | aspirin codeine        | opioid simple
several     | Sumatriptan (Imitrex) 50 mg            | sumatriptan            | triptan
several     | Paracetamol (500 mg)                   | paracetamol            | simple
tablet      | Voltaren 50 mg                         | diclofenac             | simple
"""

# What would be wrong to read.
UNREAD = """
not taken   | no triptan
not taken   | not sumatriptan
not taken   | instead of sumatriptan
not taken   | kein Sumatriptan
not taken   | statt Triptan
not taken   | pas de triptan
not taken   | sin triptán
not taken   | ibuprofen, no triptan
not taken   | not sumatriptan, naratriptan
not taken   | no sumatriptan and naproxen
not taken   | paracetamol w/o codeine
doubt       | sumatriptan?
doubt       | maybe sumatriptan
doubt       | ibuprofen or paracetamol
doubt       | sumatriptan, or ibuprofen
doubt       | Ibuprofen oder Aspirin
doubt       | sumatriptan (placebo)
doubt       | ibuprofen (Trial X)
doubt       | sumatriptan yesterday
doubt       | allergic to ibuprofen
product     | Panadol plus
product     | Aspirin plus
product     | Panadol+
product     | naproxen e
product     | Aspirin plus 500 mg
product     | Tylenol 3
product     | Tylenol 3 tablets
product     | tylenol-3
product     | Tylenol Cold
product     | Paracetamol Extra
product     | Aspirin Forte
product     | Fiorinal 1/4
product     | Ibuprofen comp
product     | Dolormin Nacht
strengths   | paracetamol 30/500
strengths   | paracetamol 8-500
strengths   | oxycodone 5/325
local       | Voltaren gel
local       | Voltaren (gel)
local       | Voltaren, Gel
local       | Voltaren
local       | diclofenac drops
local       | Diclofenac Augentropfen
local       | diclofenac 1%
local       | Ibuprofen Creme
local       | fentanyl patch
ambiguous   | Anadin
ambiguous   | Anacin
ambiguous   | Optalidon
ambiguous   | Tylex
ambiguous   | Norgesic
near        | sumatripan
near        | ibuprofin
near        | Allegra
near        | tramado
near        | antitriptan
near        | ibuprofen-xyz
juxtaposed  | ibuprofen paracetamol sumatriptan
nothing     | none
nothing     | keine
nothing     | nichts
nothing     | rien
nothing     | -
nothing     | 0
nothing     | 50 mg
nothing     | 2 tablets
nothing     | painkiller
nothing     | (
"""


def rows(table: str) -> list[tuple[str, ...]]:
    return [tuple(cell.strip() for cell in line.split("|")) for line in table.strip().splitlines()]


def read(text: str) -> Reading:
    return read_medication(text, MEDICATION)


def listed_names() -> list[tuple[str, str]]:
    entries = [*LISTED["substances"].items(), *LISTED["combinations"].items()]
    return [
        (code, name) for code, entry in entries for name in (code, *entry.get("names", ()), *entry.get("brands", ()))
    ]


@pytest.mark.parametrize(("kind", "text", "substances", "classes"), rows(READ))
def test_is_read(kind: str, text: str, substances: str, classes: str) -> None:
    expected = tuple(classes.replace("-", "").split())
    assert read(text) == Reading(substances=tuple(substances.split()), overuse_classes=expected, is_known=True)


@pytest.mark.parametrize(("kind", "text"), rows(UNREAD))
def test_stays_unknown_and_gives_no_class(kind: str, text: str) -> None:
    assert read(text) == Reading()


def test_of_a_text_known_in_part_the_known_part_is_given() -> None:
    assert read("ibuprofen, xyz") == Reading(substances=("ibuprofen",), overuse_classes=("simple",), is_known=False)
    assert read("xyz/ibuprofen").overuse_classes == ("simple",)
    assert read("").is_known is False
    assert read("ibuprofen " * 100) == Reading()


def test_every_listed_name_is_read_as_its_own_entry() -> None:
    wrong = []
    for code, name in listed_names():
        parts = tuple(sorted(LISTED["combinations"].get(code, {}).get("of", [code])))
        for text in (name, name.upper(), f"2x {name} tablets", f"{name}, {name}"):
            reading = read(text)
            if (reading.substances, reading.is_known) != (parts, True):
                wrong.append((code, text, reading))
    assert wrong == []


def test_names_are_many_and_each_stands_once() -> None:
    keys = Counter(name_key(name, MEDICATION.words) for _, name in listed_names())
    assert [key for key, count in keys.items() if count > 1] == []
    assert len(keys) > 1000


def test_codes_are_atc_and_classes_are_those_of_ichd() -> None:
    entries = [*LISTED["substances"].values(), *LISTED["combinations"].values()]
    codes = [entry["atc"] for entry in entries if "atc" in entry]
    assert [code for code in codes if not re.fullmatch(r"[A-Z]\d\d[A-Z]([A-Z](\d\d)?)?", code)] == []
    assert {entry["class"] for entry in LISTED["substances"].values()} == KINDS
    single = Counter(entry["atc"] for entry in LISTED["substances"].values() if "atc" in entry)
    assert [code for code, count in single.items() if count > 1] == []


@pytest.mark.parametrize(("code", "classes"), OLD.items())
def test_the_codes_of_before_give_the_classes_of_before(code: str, classes: list[str]) -> None:
    reading = read(code)
    assert (reading.is_known, reading.overuse_classes) == (True, tuple(sorted(classes)))


@given(st.sampled_from([name for _, name in listed_names()]), st.sampled_from(["xyz", "not", "gel", "?", "%", "oder"]))
def test_one_word_that_is_not_known_leaves_a_text_unknown(name: str, word: str) -> None:
    assert not read(f"{name} {word}").is_known
    assert not read(f"{word} {name}").is_known


@given(st.text(max_size=60))
def test_any_text_can_be_read(text: str) -> None:
    reading = read(text)
    assert reading.is_known <= bool(reading.substances)


def study(folder: Path, text: str) -> Path:
    (folder / "codelists").mkdir()
    (folder / "codelists" / "acute_medication.toml").write_text(text, encoding="utf-8")
    return folder


def test_a_study_adds_names_and_drugs_and_has_the_last_word(tmp_path: Path) -> None:
    medication = load_medication(
        own_list(
            study(
                tmp_path,
                """
            unread = ["Moment"]
            [substances.study_drug]
            class = "triptan"
            names = ["IMP-7"]
            [substances.paracetamol]
            brands = ["Tylex", "Nexen"]
            [substances.nefopam]
            class = "opioid"
            [combinations.paracetamol_codeine]
            of = ["paracetamol", "codeine"]
            brands = ["Tylenol 3"]
            [combinations.house_mix]
            of = ["study_drug", "caffeine"]
            """,
            )
        )
    )
    expected = {
        "IMP-7, 1 tablet": ("triptan",),
        "Tylex 500 mg": ("simple",),
        "acetaminophen": ("simple",),
        "Acupan": ("opioid",),
        "Tylenol 3": ("combination", "opioid", "simple"),
        "Tylenol No. 3": ("combination", "opioid", "simple"),
        "house mix": ("combination", "triptan"),
        "Moment": (),
    }
    readings = {text: read_medication(text, medication) for text in expected}
    assert {text: reading.overuse_classes for text, reading in readings.items()} == expected
    assert read_medication("Nexen", medication).substances == ("paracetamol",)
    assert not readings["Moment"].is_known
    assert "opioid" in read_medication("Tylenol 3 x2", medication).overuse_classes


def test_a_study_without_a_list_of_its_own_has_ours(tmp_path: Path) -> None:
    assert load_medication(own_list(tmp_path)).names == MEDICATION.names


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[substances.xo]\nclass = "tripan"', "acute_medication.toml: substances.xo.class: Input should be 'triptan'"),
        ("[substances.xo]\nnames = ['y']", "acute_medication.toml: substances.xo: class is required"),
        ('[substances.xo]\nclass = "none"\natc = "N2"', "acute_medication.toml: substances.xo.atc: "),
        ('[substances.xo]\nclass = "none"\nbrand = ["y"]', "substances.xo.brand: there is no such key; did you mean 'brands'?"),
        ('[combinations.xo]\nof = ["aspirin", "z"]', "acute_medication.toml: combinations.xo: of: there is no substance 'z'; add"),
        ('[combinations.aspirin]\nof = ["aspirin", "caffeine"]', "combinations.aspirin is also a substance; give it another"),
        (
            '[substances.xo]\nclass = "none"\nnames = ["q"]\n[substances.zo]\nclass = "none"\nnames = ["Q"]',
            "acute_medication.toml: zo: names: 'Q' is also a name of xo; keep the one that is meant.",
        ),
        ('[substances.xo]\nclass = "none"\nnames = ["2 tablets"]', "xo: names: '2 tablets' holds no name"),
        ('[substances.xo]\nclass = "none"\nbrands = ["Xu gel"]', "xo: brands: 'Xu gel' holds a word that leaves a text unknown"),
        ("[substances.x", "acute_medication.toml: is not valid TOML"),
    ],
)  # fmt: skip
def test_a_wrong_entry_is_refused_with_file_entry_and_what_to_do(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as refused:
        own_list(study(tmp_path, text))
    assert said in str(refused.value)
