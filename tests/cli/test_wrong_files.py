"""A broken file is refused whole, by name and reason and without showing its values; the other files go on."""

import gzip

import pytest

from flows.landing.unused_settings import UNREAD
from tests.cli.helpers import BASE, Outcome, process, write_study
from tests.cli.zoo import HEADER, Case, assert_as_expected, assert_others_stand, file_name, process_zoo, zipped

GOOD = "@,2024-01-01,1\n"
SECRETS = ("P-4711", "1987-06-05", "geheim")
ONE_DAY = {"2024-01-01": True}

CASES = {
    "no bytes": Case(b"", refused="is empty"),
    "only blank lines": Case("\n\n", refused="'subject_id' is missing"),
    "only a byte order mark": Case(b"\xef\xbb\xbf", refused="'subject_id' is missing"),
    "column missing": Case("subject_id,diary_date\n@,2024-01-01\n", refused="required column 'headache' is missing"),
    "column misnamed": Case("subject_id,date,headache\n", refused="'diary_date' is missing (it has date)"),
    "column twice": Case(
        "subject_id,diary_date,headache,Headache\n@,2024-01-01,1,0\n", refused="'headache' stands twice"
    ),
    "nulls": Case(HEADER.encode() + b"S,2024-01-01,\x001\n", refused="is a binary file"),
    "picture": Case(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)), refused="is neither UTF-8 nor Windows-1252"),
    "damaged zip": Case(b"PK\x03\x04\x14\0\x06\0\x08\0\0\0!\0", refused="is a damaged or encrypted zip file"),
    "cut gzip": Case(gzip.compress(HEADER.encode() * 9)[:-9], refused="is a damaged or encrypted gzip file"),
    "damaged workbook": Case(
        zipped({"[Content_Types].xml": b"<x/>", "xl/a.xml": b"<x/>"}), refused="is a damaged workbook"
    ),
    "text document": Case(
        zipped({"[Content_Types].xml": b"<x/>", "word/a.xml": b"<x/>"}), refused="other than a workbook"
    ),
    "open document": Case(zipped({"mimetype": b"x", "content.xml": b"<x/>"}), refused="is an OpenDocument file"),
    "old workbook": Case(
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(999), refused="of the kind before 2007, such as .xls"
    ),
    "zip of two": Case(zipped({"a.csv": b"a", "b.csv": b"b"}), refused="is a zip of 2 files"),
    "zip of none": Case(zipped({}), refused="is a zip of 0 files"),
    "zip in zip": Case(zipped({"a.csv": zipped({"b.csv": b"\0"})}), refused="is"),
    "zip bomb": Case(zipped({"a.csv": bytes(101 << 20)}), refused="more than 100 times its size"),
    "gzip bomb": Case(gzip.compress(b"\n" * (101 << 20), mtime=0), refused="more than 100 times its size"),
    "no header": Case("P-4711,1987-06-05,1,geheim\nP-4711,1987-06-06,0,geheim\n", refused="'subject_id' is missing"),
    "no header, semicolons": Case("P-4711;1987-06-05;1;geheim\n", refused="'subject_id' is missing"),
    "wrong delimiter": Case(HEADER + GOOD, refused="'subject_id' is missing", settings="delimiter = ';'"),
    "declared utf-16": Case(HEADER + GOOD, refused="cannot be read as utf-16", settings="encoding = 'utf-16'"),
    "declared ascii": Case(
        HEADER + "@é,2024-01-01,1\n", refused="cannot be read as ascii", settings="encoding = 'ascii'"
    ),
    "mark but not utf-8": Case(b"\xef\xbb\xbf" + HEADER.encode() + b"\xff,2024-01-01,1\n", refused="utf-8-sig"),
    "neither encoding": Case(HEADER.encode() + b"\x81\xff,2024-01-01,1\n", refused="is neither UTF-8 nor Windows-1252"),
    "dates of either order": Case(
        HEADER + "@,05/06/2024,1\n@,02/01/2024,0\n",
        refused="set date_format for these files",
    ),
    "dates of both orders": Case(
        HEADER + "@,13/01/2024,1\n@,02/01/2024,0\n@,01/13/2024,0\n",
        refused="line 2 has the day first and line 4 the month first",
    ),
    "dates with short years": Case(
        HEADER + "@,13/01/24,1\n", refused='most look like 99/99/99; set date_format = "%d/%m/%y" or "%y/%m/%d" for'
    ),
    "dates not as declared": Case(
        HEADER + GOOD, refused="not written as %d.%m.%Y", settings="date_format = '%d.%m.%Y'"
    ),
}


@pytest.fixture(scope="module")
def outcome(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    return process_zoo(tmp_path_factory.mktemp("zoo") / "study", CASES)


@pytest.mark.parametrize("name", CASES)
def test_is_refused_by_name_and_reason(name: str, outcome: Outcome) -> None:
    assert_as_expected(outcome, name, CASES[name])


def test_other_files_go_on(outcome: Outcome) -> None:
    assert_others_stand(outcome)
    assert outcome.landing.files_landed == len(BASE)
    assert outcome.landing.files_refused == len(CASES)


def test_every_refusal_is_a_finding_with_its_own_reason(outcome: Outcome) -> None:
    told = {(path, reason) for path, check, reason in outcome.findings if check == "file.refused"}
    assert {
        (path, f"the file was refused whole: {file.reason}") for path, file in outcome.files.items() if file.reason
    } == told


def test_no_value_of_a_file_without_header_is_shown(outcome: Outcome) -> None:
    said = " ".join(
        [*(file.reason or "" for file in outcome.files.values()), *(reason for _, _, reason in outcome.findings)]
    )
    assert not [secret for secret in SECRETS if secret in said]


def test_ignored_and_empty_files(outcome_of_others: Outcome) -> None:
    files = outcome_of_others.files
    assert (files["tagebuch.csv"].status, files["Diary.CSV"].status) == ("ignored", "ignored")
    assert files["tagebuch.csv"].reason == UNREAD
    assert files["Diary.CSV"].reason == f"{UNREAD}; the nearest pattern is 'diary*.csv'"
    assert ("Diary.CSV", "file.unread") in {(path, check) for path, check, _ in outcome_of_others.findings}
    assert files["site/diary.csv"].status == "ignored"
    assert files["site/diary.csv"].reason == "has the same content as diary.csv, landed before"
    assert (files["diary-header.csv"].status, files["diary-header.csv"].read) == ("landed", 0)
    assert ("diary-header.csv", "file.no_rows", "the file has a header and no row") in outcome_of_others.findings
    assert_others_stand(outcome_of_others)


def test_a_finding_names_the_file_it_is_about(outcome_of_others: Outcome) -> None:
    """Several files of equal content share a file_id; a finding must still name the right one."""
    told = {(path, check) for path, check, _ in outcome_of_others.findings}
    assert ("site/diary.csv", "file.ignored") in told
    assert {("diary-empty-1.csv", "file.refused"), ("diary-empty-2.csv", "file.refused")} <= told


@pytest.fixture(scope="module")
def outcome_of_others(tmp_path_factory: pytest.TempPathFactory) -> Outcome:
    files = {
        "tagebuch.csv": HEADER + "T,2024-01-01,1\n",
        "Diary.CSV": HEADER + "U,2024-01-01,1\n",
        "site/diary.csv": BASE["diary.csv"],
        "diary-header.csv": HEADER,
        "diary-empty-1.csv": "",
        "diary-empty-2.csv": "",
    }
    return process(write_study(tmp_path_factory.mktemp("others") / "study", {**BASE, **files}))


@pytest.mark.parametrize("good_lines", [0, 5000])
def test_declared_utf_8_that_is_not(good_lines: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    content = HEADER.encode() + b"X,2023-01-01,1\n" * good_lines + b"\xe9,2024-01-01,1\n"
    case = Case(content, refused="cannot be read as utf-8", settings="encoding = 'utf-8'")
    outcome = process_zoo(tmp_path_factory.mktemp("utf8") / "study", {"latin": case})
    assert_as_expected(outcome, "latin", case)
    assert file_name("latin") in outcome.files
