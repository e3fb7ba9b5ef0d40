"""Values that look like SQL, HTML, markup or file formats are kept as they are; very long and very wide files too."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pytest

from flows.publishing.exported_standards import export_standard
from tests.cli.helpers import BASE, DIARY, SETTINGS, Outcome, land_only, process, write_study
from tests.cli.zoo import assert_others_stand
from tests.run import run_without_prefect

SCRIPT = "<script>alert(1)</script>"
IDENTIFIERS = [
    "'; DROP TABLE landing.diary; --",
    "' OR 1=1 --",
    "x'); DELETE FROM landing.diary; SELECT ('",
    'a"b',
    "a;b,c|d\te",
    "two\nlines",
    "$reason",
    "$1",
    "?",
    ":x",
    "{batch}",
    "%s %d %(x)s",
    "{0}",
    "[/bold] [red]x",
    "\\",
    "NULL",
    "nan",
    "0",
    "😀",
    "İstanbul",
    "\u202eabc",
    SCRIPT,
    "no-field-reads-like-this-5e1f0d",
    "x" * 100_000,
]
HEAD = ("subject_id", "diary_date", "headache", "acute_medication", "note")
WIDE = 10_000


def csv_text(rows: Sequence[Sequence[str]]) -> str:
    target = io.StringIO()
    csv.writer(target, lineterminator="\n").writerows(rows)
    return target.getvalue()


FILES = {
    "diary-good.csv": csv_text([HEAD, *((name, "2024-01-01", "1", "", name) for name in IDENTIFIERS)]),
    "diary-bad.csv": csv_text([HEAD, *((name, "2024-01-02", name, name, "") for name in IDENTIFIERS if name != "0")]),
    "diary-wide.csv": DIARY.strip()
    + "".join(f",x{n}" for n in range(WIDE))
    + "\nWIDE,2024-01-01,1"
    + ",v" * WIDE
    + "\nWIDE,1\n",
    "diary-keywords.csv": "select,order,group,c0,surplus,line_number,file_id,unreadable,headache_text,subject_id,diary_date,headache\n"
    "1,2,3,4,5,6,7,8,9,WORDS,2024-01-01,1\n",
    "diary-open.csv": 'subject_id,diary_date,headache,"note\nP-4711,2024-01-01,1,"\nP-4711,2024-01-02,1,x\n',
    "subjects.csv": csv_text([("subject_id", "arm", "site"), *((name, SCRIPT, name) for name in IDENTIFIERS)]),
    "injections-names.csv": csv_text(
        [("subject_id", "injection_date", "muscle"), *((name, "2024-01-05", name) for name in IDENTIFIERS)]
    ),
    "adverse_events.csv": csv_text([("subject_id", "term", "soc"), *((name, name, name) for name in IDENTIFIERS)]),
    "scores.csv": csv_text(
        [
            ("subject_id", "score_date", "instrument", "score"),
            *((name, "2024-01-05", name, "50") for name in IDENTIFIERS),
        ]
    ),
}
STUDY = SETTINGS.replace('"Test"', f'"{SCRIPT}"') + f"[arms]\n'{SCRIPT}' = '{SCRIPT}'\n"


@pytest.fixture(scope="module")
def study(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_study(tmp_path_factory.mktemp("hostile") / "study", {**BASE, **FILES}, STUDY)


@pytest.fixture(scope="module")
def outcome(study: Path) -> Outcome:
    return process(study, whole=True)


def test_identifiers_come_out_as_they_went_in(outcome: Outcome) -> None:
    expected = sorted(IDENTIFIERS)
    for name in ("subjects", "adverse_events"):
        assert sorted(row[0] for row in outcome.tabulation[name]) == expected
    assert sorted(row[0] for row in outcome.injections if row[0] != "BASE") == expected
    assert sorted(row[0] for row in outcome.diary if row[0] not in ("BASE", "WIDE", "WORDS", "P-4711")) == expected


def test_wrong_values_are_quarantined(outcome: Outcome) -> None:
    checks = {check for _, check in outcome.quarantine["diary-bad.csv"]}
    assert checks == {"diary.headache.unreadable", "diary.line.columns"}
    # An answer may not run over lines: the four lines of that record are set aside one by one.
    assert outcome.files["diary-bad.csv"].quarantined == len(IDENTIFIERS) - 1 + 3
    assert {check for _, check in outcome.quarantine["scores.csv"]} == {"scores.instrument.unknown"}
    assert outcome.files["scores.csv"].quarantined == len(IDENTIFIERS)
    assert_others_stand(outcome)


def test_wide_files_and_sql_words_as_columns(outcome: Outcome) -> None:
    assert outcome.days_of("WIDE") == {"2024-01-01": True}
    assert outcome.quarantine["diary-wide.csv"] == [(3, "diary.line.columns")]
    assert outcome.days_of("WORDS") == {"2024-01-01": True}


def test_nothing_is_published_as_markup(study: Path, tmp_path: Path) -> None:
    """A whole snapshot of it: the pages show the text and never run it, and the tables hold it."""
    snapshot = run_without_prefect(study, tmp_path / "out")
    pages = list(snapshot.rglob("*.html"))
    assert len(pages) >= 2
    for page in pages:
        assert SCRIPT not in page.read_text(encoding="utf-8")
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        (subjects,) = con.execute("SELECT count(*) FROM tabulation.subjects").fetchone() or (0,)
    assert subjects == len(IDENTIFIERS)
    for standard in ("adam", "ars"):
        export_standard(tmp_path / "out", standard, ("dataset-json", "parquet"), tmp_path / "standards")
    assert SCRIPT not in (tmp_path / "standards/define.html").read_text(encoding="utf-8")
    ElementTree.parse(tmp_path / "standards/define.xml")
    written = json.loads((tmp_path / "standards/adsl.json").read_text(encoding="utf-8"))
    place = [column["name"] for column in written["columns"]].index("SUBJID")
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        known = con.execute("SELECT subject_id FROM analysis.subjects ORDER BY subject_id").fetchall()
    assert sorted((row[place],) for row in written["rows"]) == sorted(known)


@pytest.mark.parametrize(
    ("length", "last"),
    [
        (131_072, "x\n"),
        (1_000_000, "x\n"),
        (200_000, "\n"),
        (3_000_000, "x\n"),
    ],
)
def test_a_long_field_does_not_hinge_on_its_neighbours(length: int, last: str, tmp_path: Path) -> None:
    """A long note is read, whether the file's other lines are sound (fast way) or not (exact way)."""
    note = f"subject_id,diary_date,headache,note\nS,2024-01-01,1,{'x' * length}\nS,2024-01-02,1" + (
        "," + last if last != "\n" else last
    )
    study = write_study(tmp_path / "study", {**BASE, "diary-long.csv": note})
    land_only(study)
    with duckdb.connect(study / "out/state/warehouse.duckdb") as con:
        read = con.execute("SELECT line_number FROM landing.diary WHERE subject_id = 'S'").fetchall()
    assert (2,) in read


def test_a_quote_opened_in_the_header_shows_no_values(outcome: Outcome) -> None:
    file = outcome.files["diary-open.csv"]
    assert not [reason for _, _, reason in outcome.findings if "P-4711" in reason]
    assert file.status == "refused" or file.read == 2
