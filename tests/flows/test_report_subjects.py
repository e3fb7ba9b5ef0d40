"""The drill-down's data against explain: every subject, cycle and rule set, every day, file and line."""

import base64
import gzip
import json
import shutil
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from flows.explaining import explain as explaining
from flows.explaining.explain import Explanation, explain
from flows.report import study_summary
from flows.report import subjects as packing
from tests.flows.report_page import Page, Subjects, subjects_of
from tests.flows.report_study import altered

STATES = {"f": "free", "h": "headache", "u": "unknown"}


@pytest.fixture(scope="module")
def held(report_page: Page) -> Subjects:
    return subjects_of(report_page)


@pytest.fixture(scope="module")
def told(report_snapshot: Path, held: Subjects) -> list[Explanation]:
    return [
        one
        for subject in held.index["subjects"]
        for rule_set in held.index["rule_sets"]
        for one in explain(report_snapshot, subject, None, rule_set)
    ]


def day_of(held: Subjects, subject: int, day: date, definition: str) -> tuple[str, str | None, int | None]:
    """State, file and line of one day, read from the packed diary one run after the other."""
    block = held.blocks[f"days-{subject // held.index['block']}"][subject % held.index["block"]]
    letters, runs = block["states"][definition], block["runs"]
    at = (day - date.fromisoformat(block["first"])).days
    if not 0 <= at < len(letters) or letters[at] == "-":
        return "missing", None, None
    ((file, line),) = [
        (runs[i + 2], runs[i + 3] + (at - runs[i]) * runs[i + 4])
        for i in range(0, len(runs), 5)
        if runs[i] <= at < runs[i] + runs[i + 1]
    ]
    return STATES[letters[at]], held.index["files"][file], line


def test_every_day_has_the_state_file_and_line_of_explain(held: Subjects, told: list[Explanation]):
    days = 0
    for one in told:
        subject = held.index["subjects"].index(one.subject_id)
        for day in (*one.baseline.days, *one.window.days):
            found = day_of(held, subject, day.date, one.headache_day)
            assert found == (day.state, day.path, day.line_number), (one.subject_id, one.rule_set, day)
            days += 1
    assert days > 3000
    assert {day_of(held, s, date(2025, 1, 31) + timedelta(n), "hours_4")[0] for s in range(12) for n in range(230)} == {
        "free", "headache", "unknown", "missing"
    }  # fmt: skip


def test_every_derivation_is_the_one_of_explain(held: Subjects, told: list[Explanation]):
    found: dict[tuple[str, int, int], list[Any]] = {
        (rule_set, row[0], row[1]): row
        for i, rule_set in enumerate(held.index["rule_sets"])
        for row in held.blocks[f"rule-{i}"]
    }
    assert len(found) == len(told)
    for one in told:
        row = found[one.rule_set, held.index["subjects"].index(one.subject_id), one.cycle]
        periods = [str(day) if day else None for day in (
            one.window.start_date, one.window.end_date, one.baseline.start_date, one.baseline.end_date)]  # fmt: skip
        counts = [
            one.window.headache_days, one.window.recorded_days, one.baseline.headache_days, one.baseline.recorded_days
        ]  # fmt: skip
        assert row[2:6] == counts
        assert row[7:] == [*periods, one.reason, one.verdict_reason, list(one.comparisons)]


def test_every_standing_is_the_one_of_explain(held: Subjects, told: list[Explanation]):
    for one in told:
        rule = held.index["rule_sets"][one.rule_set]
        letter = rule["cycles"][one.cycle - 1][held.index["subjects"].index(one.subject_id)]
        status, _, _, verdict = rule["codes"][letter]
        assert (status, verdict) == (one.status, one.verdict)


def test_a_run_of_lines_is_one_entry_also_backwards(held: Subjects):
    place = held.index["subjects"].index("SUBJ-004")
    diary = held.blocks["days-0"][place]
    runs = diary["runs"]
    assert runs[4] == -1
    assert len(runs) == 5
    assert {len(letters) for letters in diary["states"].values()} == {runs[1]}


@pytest.mark.parametrize("limit", ["MOST_SUBJECTS", "MOST_DAYS"])
def test_a_large_study_leaves_its_subjects_to_explain(
    limit: str, report_snapshot: Path, monkeypatch: pytest.MonkeyPatch
):
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        arms, rule_sets = study_summary.load_arms(con), study_summary.load_rule_sets(con)
        assert packing.load_subjects(con, arms, rule_sets)
        monkeypatch.setattr(packing, limit, 11)
        assert packing.load_subjects(con, arms, rule_sets) is None


def test_a_page_without_subjects_says_so(report_snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(packing, "MOST_SUBJECTS", 11)
    html, _ = altered(report_snapshot, tmp_path)
    page = Page(html)
    assert not page.all("dialog")
    ((_, attributes, script),) = page.all("script")  # the contents alone
    assert (attributes, "subject-index" in script) == ({}, False)
    assert not [1 for _, a, _ in page.all("a") if a.get("class") == "who"]
    assert "migraine-outcomes explain" in html
    assert "It holds no data of single subjects." in html


def test_a_wild_date_does_not_stretch_a_calendar(report_snapshot: Path, tmp_path: Path, held: Subjects):
    copy = tmp_path / "outcomes.duckdb"
    shutil.copy(report_snapshot / "outcomes.duckdb", copy)
    with duckdb.connect(copy) as con:
        con.execute(
            "INSERT INTO tabulation.diary_days BY NAME SELECT * REPLACE (DATE '1990-01-01' AS diary_date)"
            " FROM tabulation.diary_days WHERE subject_id = 'SUBJ-001' LIMIT 1"
        )
        again = packing.load_subjects(con, study_summary.load_arms(con), study_summary.load_rule_sets(con))
    assert again
    assert json.loads(gzip.decompress(base64.b64decode(again.blocks["days-0"]))) == held.blocks["days-0"]


def test_a_further_definition_of_a_headache_day_has_its_states(
    report_snapshot: Path, held: Subjects, monkeypatch: pytest.MonkeyPatch
):
    models = dict(explaining.load_models())
    models["analysis.diary_states"] = (
        "SELECT *, NOT is_headache_any AS is_headache_fourth, is_headache_hours_4 AS is_headache_fifth"
        f" FROM ({models['analysis.diary_states']})"
    )
    monkeypatch.setattr(explaining, "load_models", lambda: models)
    with duckdb.connect(report_snapshot / "outcomes.duckdb", read_only=True) as con:
        again = packing.load_subjects(con, study_summary.load_arms(con), study_summary.load_rule_sets(con))
    assert again
    opposite = str.maketrans("hf", "fh")
    for before, after in zip(held.blocks["days-0"], unpacked(again, "days-0"), strict=True):
        further = {"fourth": before["states"]["any"].translate(opposite), "fifth": before["states"]["hours_4"]}
        assert after["states"] == before["states"] | further


def test_a_subject_without_diary_has_no_first_day(report_snapshot: Path, tmp_path: Path):
    copy = tmp_path / "outcomes.duckdb"
    shutil.copy(report_snapshot / "outcomes.duckdb", copy)
    with duckdb.connect(copy) as con:
        con.execute("DELETE FROM tabulation.diary_days WHERE subject_id = 'SUBJ-001'")
        again = packing.load_subjects(con, study_summary.load_arms(con), study_summary.load_rule_sets(con))
    assert again
    place = json.loads(again.index)["subjects"].index("SUBJ-001")
    diary = unpacked(again, "days-0")[place]
    assert (diary["first"], diary["states"], diary["runs"]) == (None, {}, [])


def unpacked(packed: packing.Subjects, name: str) -> Any:
    return json.loads(gzip.decompress(base64.b64decode(packed.blocks[name])))


def test_what_was_set_aside_is_shown_where_it_stands(report_snapshot: Path, tmp_path: Path):
    """A day whose only line is in quarantine is no day without a line; a cell set aside is named beside its line."""
    copy = tmp_path / "outcomes.duckdb"
    shutil.copy(report_snapshot / "outcomes.duckdb", copy)
    with duckdb.connect(copy) as con:
        kept, lost = con.execute(
            "SELECT diary_date, line_number, file_id FROM tabulation.diary_days WHERE subject_id = 'SUBJ-001'"
            " AND file_id IN (SELECT file_id FROM landing.files WHERE status = 'landed') ORDER BY diary_date LIMIT 2"
        ).fetchall()
        (path,) = con.execute("SELECT path FROM landing.files WHERE file_id = ?", [lost[2]]).fetchall()[0]
        con.execute("DELETE FROM tabulation.diary_days WHERE subject_id = 'SUBJ-001' AND diary_date = ?", [lost[0]])
        con.execute(
            "INSERT INTO landing.quarantine (file_id, path, line_number, subject_id, diary_date)"
            " VALUES (?, ?, ?, 'SUBJ-001', ?)",
            [lost[2], path, lost[1], lost[0]],
        )
        con.execute("DELETE FROM landing.quarantined_cells")
        con.execute(
            "INSERT INTO landing.quarantined_cells (file_id, path, line_number, kind, column_name)"
            " VALUES (?, ?, ?, 'diary', 'severity'), (?, ?, ?, 'diary', 'hours')",
            [kept[2], path, kept[1], kept[2], path, kept[1]],
        )
        again = packing.load_subjects(con, study_summary.load_arms(con), study_summary.load_rule_sets(con))
    assert again
    diary = unpacked(again, "days-0")[json.loads(again.index)["subjects"].index("SUBJ-001")]
    first = date.fromisoformat(diary["first"])
    at = (lost[0] - first).days
    assert {letters[at] for letters in diary["states"].values()} == {"x"}
    assert diary["aside"] == {str((kept[0] - first).days): "hours, severity"}
