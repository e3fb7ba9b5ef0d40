"""Identifiers written in more than one way: told as probable twins, joined where study.toml says so."""

from pathlib import Path

import duckdb
import pytest

from flows.base.errors import ConfigurationError
from flows.explaining.explain import explain
from flows.landing.identities import are_twins, fold_id
from flows.study.study_folder import load_study
from tests.cli.helpers import SETTINGS, land_only, process, write_files, write_study
from tests.run import computed, run_without_prefect

FOLDED = SETTINGS + 'data_cutoff = 2024-06-30\n[subjects]\nid_folding = ["case", "zeros", "blanks"]\n'


def _days(subject: str, month: int, first: int, last: int) -> str:
    return "".join(f"{subject},2024-{month:02}-{day:02},1\n" for day in range(first, last + 1))


# p1 and P1 share the baseline between them; 7 is injected and 007 keeps the diary.
FILES = {
    "diary.csv": "subject_id,diary_date,headache\n"
    + _days("p1", 1, 1, 10)
    + _days("P1", 1, 11, 28)
    + _days("007", 1, 1, 28)
    + _days("1-11", 1, 1, 2)
    + _days("11-1", 1, 1, 2),
    "injections.csv": "subject_id,injection_date\nP1,2024-01-29\n7,2024-01-29\n1-11,2024-01-29\n11-1,2024-01-29\n",
    "subjects.csv": "subject_id,sex\nP1,F\n7,F\n1-11,M\n11-1,M\n",
}


def test_twins_are_told_and_folding_set_later_reads_the_kept_files_anew(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", FILES)
    with computed(study, tmp_path / "out") as run:
        before = run.snapshot_id
        pairs = run.con.execute("SELECT * EXCLUDE (file_id) FROM landing.subject_twins ORDER BY ALL").fetchall()
        told = run.con.execute(
            "SELECT subject_id, path, line_number, severity, reason FROM meta.findings"
            " WHERE check_id = 'subjects.subject_id.twins' ORDER BY ALL"
        ).fetchall()
        people = run.con.execute("SELECT subject_id FROM analysis.subjects ORDER BY ALL").fetchall()
        joined = run.con.execute("SELECT count(*) FROM landing.folded_ids").fetchone()
    assert pairs == [("7", "007", 0, 28, 3), ("p1", "P1", 10, 18, 2)]
    assert [row[:4] for row in told] == [("7", "injections.csv", 3, "warning"), ("p1", "diary.csv", 2, "warning")]
    assert "10 diary lines, the other has 18" in told[1][4]
    assert not any("P1" in row[4] or "007" in row[4] for row in told)  # the page names no subject
    assert [subject for (subject,) in people] == ["007", "1-11", "11-1", "7", "P1", "p1"]
    assert joined == (0,)
    (study / "study.toml").write_text(FOLDED)
    with computed(study, tmp_path / "out") as run:
        assert run.snapshot_id != before
        assert run.con.execute("SELECT count(*) FROM analysis.subjects").fetchone() == (4,)
    (study / "study.toml").write_text(SETTINGS)
    with computed(study, tmp_path / "out") as run:
        assert run.snapshot_id == before
        assert run.con.execute("SELECT count(*) FROM analysis.subjects").fetchone() == (6,)


def test_folding_joins_them(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", FILES, FOLDED)
    snapshot = run_without_prefect(study, tmp_path / "out")
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        recorded = con.execute(
            "SELECT subject_id, baseline_recorded_days FROM analysis.eligibility ORDER BY ALL"
        ).fetchall()
        assert recorded == [("1-11", 2), ("11-1", 2), ("7", 28), ("P1", 28)]
        assert con.execute("FROM landing.folded_ids WHERE is_joined ORDER BY ALL").fetchall() == [
            ("7", "007", 28, True),
            ("7", "7", 2, True),
            ("P1", "P1", 20, True),
            ("P1", "p1", 10, True),
        ]
        assert con.execute("SELECT id_folding, ids_joined FROM meta.runs").fetchall() == [("blanks, case, zeros", 2)]
        assert con.execute("SELECT count(*) FROM landing.subject_twins").fetchone() == (0,)
        assert con.execute(
            "SELECT count(*) FROM meta.findings WHERE check_id LIKE 'subjects.subject_id.%'"
        ).fetchone() == (0,)
    assert "folded (blanks, case, zeros)" in (text := (snapshot / "report.html").read_text())
    assert "2 subjects written in more than one way were joined" in text
    assert explain(tmp_path / "out", "p1", 1, None)[0].subject_id == "P1"
    with pytest.raises(ConfigurationError, match="'p2' is not in this snapshot"):
        explain(tmp_path / "out", "p2", None, None)


def test_a_later_file_may_write_the_subject_in_another_way_and_rows_of_one_file_conflict(tmp_path: Path) -> None:
    """It is the same subject-day: the later landing wins. Different rows of a subject in one file are a conflict."""
    files = FILES | {"subjects.csv": "subject_id,sex\nP1,F\np1,M\n7,F\n007,F\n"}
    study = write_study(tmp_path / "study", files, FOLDED)
    land_only(study, tmp_path / "out")
    write_files(study, {"diary-2.csv": "subject_id,diary_date,headache\n p 01 ,2024-01-05,0\n"})
    outcome = process(study, tmp_path / "out")
    assert outcome.days_of("P1")["2024-01-05"] is False
    assert outcome.files["diary.csv"].superseded == 1
    conflict = "subjects.subject.conflict"
    assert outcome.quarantine == {"subjects.csv": [(2, conflict), (3, conflict)]}
    assert outcome.files["subjects.csv"].duplicate == 1


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("p1", "P1", True),
        ("7", "007", True),
        ("P-007", "P7", True),
        ("P 7", "P7", True),
        ("\uff30\uff17", "P7", True),  # full width
        ("e\u0301-1", "\u00e91", True),  # an accent of its own
        ("01\u20131", "1-1", True),  # an en dash
        ("1-01", "101", True),
        ("1-11", "11-1", False),
        ("P10", "P1", False),
        ("70", "7", False),
        ("1-101", "1-11", False),
        ("0", "00", True),
    ],
)
def test_what_twins_are(one: str, other: str, alike: bool) -> None:
    assert are_twins(one, other) is alike
    assert are_twins(other, one) is alike


def test_what_folding_does() -> None:
    everything = ("blanks", "case", "zeros")
    assert [fold_id(text, everything) for text in ("p-007", " 10 0 ", "000", "\uff301", "1-010")] == [
        *("P-7", "100", "0", "P1", "1-10"),
    ]
    assert fold_id("p 007", ("zeros",)) == "p 7"
    assert fold_id("p 007", ()) == "p 007"


def test_another_word_is_refused(tmp_path: Path) -> None:
    study = write_study(tmp_path / "study", FILES, SETTINGS + '[subjects]\nid_folding = ["dashes"]\n')
    with pytest.raises(ConfigurationError, match="id_folding"):
        load_study(study)
