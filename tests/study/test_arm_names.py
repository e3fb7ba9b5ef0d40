"""What names an arm: in free texts, in identifiers and in names of files; and what only looks like it."""

import pytest

from flows.study.arm_names import arm_names

LETTERS = {"A": "Placebo", "B": "OnabotulinumtoxinA"}
DIGITS = {"1": "Saline", "2": "75 U"}


@pytest.mark.parametrize(
    "text",
    [
        "placebo",
        "Placebogruppe",
        "pla\u00adcebo",  # soft hyphen
        "pla\u200bcebo",  # zero-width space
        "place\ufe0fbo",  # variation selector
        "\uff30\uff4c\uff41\uff43\uff45\uff42\uff4f",  # full width
        "PLA-CEBO",
        "p l a c e b o",
        "onabotulinumtoxin A",
        "Onabotulinum toxin-A",
        "after Botox",
        "Dysport given",
        "got saline",
        "Kochsalzlösung",
        "verum",
        "sham",
        "solución salina",
        "плацебо",
        "vehicle",
        "active group",
        "Aktivgruppe",
        "was in the control arm",
        "arm A",
        "Arm B, nausea",
        "group b.",
        "Gruppe B",
        "B-Gruppe",
        "ARM: B",
        "armB",
    ],
)
def test_a_text_names_an_arm(text: str) -> None:
    assert arm_names(LETTERS).are_in_text(text)


@pytest.mark.parametrize(
    "text",
    [
        "shampoo",
        "Evesham",
        "motor vehicle accident",
        "active patient",
        "control visit",
        "place both hands",
        "vitamin B",
        "hepatitis A",
        "hepatitis A treatment.",
        "treatment a week ago",
        "A group of headaches",
        "pain in arm. A friend drove",
        "pain in both arms",
        "toxins",
        "on a train",
        "topiramate",  # no arm of this study
    ],
)
def test_an_ordinary_text_names_none(text: str) -> None:
    assert not arm_names(LETTERS).are_in_text(text)


@pytest.mark.parametrize(
    ("text", "is_found"),
    [
        ("arm 1", True),
        ("Gruppe2", True),
        ("75 U", True),
        ("pain in arm 1 hour", False),
        ("pain in arm 2 days", False),
        ("1 tablet", False),
        ("75 mg", False),
    ],
)
def test_numbers_of_arms_in_texts(text: str, is_found: bool) -> None:
    assert arm_names(DIGITS).are_in_text(text) is is_found


def test_plurals_are_no_code_s() -> None:
    names = arm_names({"S": "Saline", "P": "Topiramate"})
    assert not [text for text in ("pain in both arms.", "treatments", "PAIN IN ARMS") if names.are_in_text(text)]
    assert names.are_in_text("stopped Topamax")  # a brand of a comparator that is an arm here
    assert names.found_in_names(["treatments.csv", "S01", "S02"]) == set()


@pytest.mark.parametrize(
    "name",
    [
        "A-001",
        "b_17",
        "diary_B.csv",
        "B/diary.csv.gz",
        "diary_active.csv",
        "pla cebo/diary.csv",
        "diary-onabotulinumtoxin_A.csv",
        "BTX01",
        "diary\u00adB-placebo.csv",
    ],
)
def test_a_name_of_a_file_or_subject_names_an_arm(name: str) -> None:
    assert arm_names(LETTERS).found_in_names([name, "diary.csv", "C-002"]) == {name}


def test_ordinary_names_of_files_and_subjects_name_none() -> None:
    names = [
        "diary.csv",
        "site-B/diary.csv",
        "visit_A.csv",
        "S1-001",
        "1-001",
        "adverse_events.csv",
        "AB-01",
        "A001",
        "A002",
    ]
    assert arm_names(LETTERS).found_in_names(names) == set()
    assert arm_names(DIGITS).found_in_names([*names, "diary-2.csv", "1-1", "2-1"]) == set()


def test_codes_before_numbers_count_where_they_part_the_subjects() -> None:
    assert arm_names(LETTERS).found_in_names(["A001", "A002", "B001", "C001"]) == {"A001", "A002", "B001"}


def test_numbers_of_arms_in_names() -> None:
    found = arm_names(DIGITS).found_in_names(["arm1/diary.csv", "diary-group_2.csv", "site-1.csv", "2/diary.csv"])
    assert found == {"arm1/diary.csv", "diary-group_2.csv"}


def test_a_longer_code_counts_before_a_number() -> None:
    assert arm_names({"ona": "x1", "con": "x2"}).found_in_names(["ONA001", "con-2", "donna-3"]) == {"ONA001", "con-2"}
