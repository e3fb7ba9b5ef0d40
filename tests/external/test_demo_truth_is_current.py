"""The demo study is what its generator writes, and its truth follows from its files.

The generator computes the truth from a plan of counts; here it is counted again, day by day, from the written files.
"""

import subprocess
import sys
from collections import Counter, defaultdict
from datetime import date, timedelta
from pathlib import Path

import pytest

from .demo_findings import CELLS, CONTENT, ERRORS, find_all
from .demo_reader import Line, as_date, read_study, read_truth
from .demo_recount import collect, recount_eligibility, recount_statuses
from .demo_suspicions import current_lines, silent_sites

DEMO = Path(__file__).resolve().parents[2] / "data" / "studies" / "demo"
NOT_COUNTING = ("quarantined", "duplicate", "superseded")
EMPTY_IS_UNKNOWN = {"true": True, "false": False, "": None}

FLAGS = {
    "diary.entered_at.late",
    "diary.entered_at.batch",
    "diary.hours.without_headache",
    "diary.severity.without_headache",
    "diary.severity.none_with_headache",
    "diary.acute_medication.without_headache",
    "diary.acute_medication.unknown",
    "diary.diary_date.after_discontinuation",
    "diary.subject_id.unknown",
    "injections.units.not_5_per_site",
    "injections.sites.out_of_paradigm",
    "injections.interval.short",
    "injections.interval.long",
    "injections.subject_id.unknown",
    "injections.injection_date.after_cutoff",
    "injections.muscle.sites",
    "subjects.subject_id.reenrolled",
    "diary.headache.unknown",
    "diary.diary_date.after_cutoff",
}
# One piece of dirt, two findings.
COME_TOGETHER = {
    frozenset({"diary.entered_at.late", "diary.entered_at.batch"}),
    frozenset({"injections.sites.out_of_paradigm", "injections.muscle.sites"}),
    frozenset({"subjects.subject.conflict", "subjects.subject_id.reenrolled"}),
}
FILE_FLAGS = {
    ("site-03/diary.csv", "file.encoding_guessed"),
    ("site-03/diary.csv", "file.extra_columns"),
    ("site-06/diary.csv", "diary.file.attack_only"),
}


@pytest.fixture(scope="module")
def study_and_lines():
    return read_study(DEMO)


@pytest.fixture(scope="module")
def dirt():
    return read_truth(DEMO, "dirt.csv")


@pytest.fixture
def facts(study_and_lines, dirt):
    return collect(*study_and_lines, not_counting(dirt))


def not_counting(dirt):
    return {place(row) for row in dirt if row["outcome"] in NOT_COUNTING}


def place(row):
    return row["path"], int(row["line_number"] or 0)


def planted_findings(dirt):
    planted = defaultdict(set)
    for row in dirt:
        if row["line_number"] and row["check_id"]:
            planted[place(row)].add(row["check_id"])
    return dict(planted)


def written_statuses():
    counts = ("headache_days", "recorded_days", "baseline_headache_days", "baseline_recorded_days")
    return {
        (row["rule_set"], row["subject_id"], int(row["cycle"])): (
            *(row["status"], row["verdict"]),
            *(int(row[column]) for column in counts),
        )
        for row in read_truth(DEMO, "statuses.csv")
    }


def test_the_generator_writes_these_very_bytes(tmp_path):
    subprocess.run(
        [sys.executable, "-B", "-m", "tests.demo_study.make_demo", tmp_path], check=True, cwd=DEMO.parents[2]
    )
    generated = {file.relative_to(tmp_path): file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()}
    kept = [DEMO / "study.toml", *DEMO.glob("inbox/**/*"), *DEMO.glob("truth/*.csv")]
    committed = {file.relative_to(DEMO): file.read_bytes() for file in kept if file.is_file()}
    assert sorted(generated) == sorted(committed)
    assert [path for path in generated if generated[path] != committed[path]] == []


def test_statuses_follow_from_the_files(facts):
    assert recount_statuses(facts) == written_statuses()


def test_eligibility_follows_from_the_files(facts):
    written = {
        row["subject_id"]: tuple(EMPTY_IS_UNKNOWN[text] for text in list(row.values())[1:])
        for row in read_truth(DEMO, "eligibility.csv")
    }
    assert recount_eligibility(facts) == written


def test_every_status_and_verdict_occurs_in_both_rule_sets():
    for rule_set, verdicts in (
        ("article", {"continue", "stop_no_response", "undetermined"}),
        ("nice_ta260", {"continue", "stop_no_response", "stop_success", "undetermined"}),
    ):
        rows = [row for key, row in written_statuses().items() if key[0] == rule_set]
        assert {row[0] for row in rows} == {"responder", "non_responder", "not_evaluable", "not_due"}
        assert {row[1] for row in rows} == verdicts


def test_planted_findings_are_all_there_is_to_find(study_and_lines, dirt):
    study, lines = study_and_lines
    assert dict(find_all(study["study"]["data_cutoff"], lines)) == planted_findings(dirt)
    assert {(row["path"], row["check_id"]) for row in dirt if not row["line_number"]} == FILE_FLAGS


def test_no_site_falls_silent(study_and_lines):
    assert _silent(study_and_lines) == set()


def test_a_site_that_falls_silent_is_seen(study_and_lines):
    stop = date(2024, 7, 1)
    found = _silent(study_and_lines, lambda line, day: line.path.startswith("site-01") and day >= stop)
    assert {site for site, _ in found} == {"site-01"}
    assert all(stop <= day < stop + timedelta(2 * 28) for _, day in found)


def _silent(study_and_lines, is_lost=lambda line, day: False):
    study, lines = study_and_lines
    enrolled = {line.values["subject_id"]: line.values for line in lines["subjects"]}
    dated = [(line, as_date(line.values["diary_date"])) for line in lines["diary"] if line.values]
    kept = [line for line, day in dated if day and not is_lost(line, day)]
    return silent_sites(current_lines(kept), enrolled, lines["injections"], study["study"]["data_cutoff"])


def test_every_kind_of_dirt_is_planted_and_no_line_has_two_kinds(dirt):
    by_outcome = defaultdict(set)
    for row in dirt:
        by_outcome[row["outcome"]].add(row["check_id"])
    assert by_outcome.pop("quarantined") == ERRORS
    assert by_outcome.pop("cell") == CELLS.keys()
    assert {(row["check_id"], row["column"]) for row in dirt if row["column"]} == set(CELLS.items())
    assert by_outcome.pop("flagged") == {*FLAGS, *(check for _, check in FILE_FLAGS)}
    assert by_outcome == {"duplicate": {""}, "superseded": {""}}
    assert {frozenset(checks) for checks in planted_findings(dirt).values() if len(checks) > 1} == COME_TOGETHER
    assert Counter(place(row) for row in dirt if row["outcome"] in NOT_COUNTING).most_common(1)[0][1] == 1


def test_of_several_rows_for_a_day_the_right_one_is_left(study_and_lines, dirt):
    """Equal rows: the first is left. Different rows: the later entered_at is left, else the later landing."""
    outcome = {place(row): row["outcome"] for row in dirt if row["outcome"] in NOT_COUNTING}
    rows_of_day = defaultdict(list)
    for line in study_and_lines[1]["diary"]:
        if outcome.get(line.place) != "quarantined":
            rows_of_day[line.values["subject_id"], line.values["diary_date"]].append(line)
    for rows in filter(lambda rows: len(rows) > 1, rows_of_day.values()):
        first_of_content: dict[tuple, Line] = {}
        for line in rows:
            first_of_content.setdefault(tuple(line.values[column] for column in CONTENT), line)
        left = max(first_of_content.values(), key=lambda line: (line.values.get("entered_at", ""), line.place))
        for line in rows:
            is_first = line in first_of_content.values()
            assert outcome.get(line.place) == (None if line is left else "superseded" if is_first else "duplicate")


def test_attack_diary_holds_no_headache_free_day(study_and_lines):
    rows = [line.values for line in study_and_lines[1]["diary"] if line.path == "site-06/diary.csv"]
    assert len(rows) >= 20
    assert {row["headache"] for row in rows} == {"1"}


# A comparison that cannot fail proves nothing: each of these small changes has to be seen.


def test_recount_sees_one_changed_answer(facts):
    window = [facts.injections["0102"][0] + timedelta(offset) for offset in range(56, 84)]
    free_day = next(day for day in window if facts.headache["0102"][day] is False)
    facts.headache["0102"][free_day] = True
    changed = recount_statuses(facts)["nice_ta260", "0102", 1]
    assert changed[0] == "non_responder"
    assert written_statuses()["nice_ta260", "0102", 1][0] == "responder"


def test_recount_sees_an_injection_moved_by_a_day(facts):
    for subject in facts.injections:
        facts.injections[subject] = [day + timedelta(1) for day in facts.injections[subject]]
    recounted, written = recount_statuses(facts), written_statuses()
    assert len({key[1] for key in written if recounted[key] != written[key]}) > 50


@pytest.mark.parametrize("outcome", ["quarantined", "superseded"])
def test_recount_sees_lines_that_should_not_count(study_and_lines, dirt, outcome):
    """Take the rejected row of a day instead of the right one: the truth no longer holds."""
    study, lines = study_and_lines
    usable = {"quarantined": "diary.entered_at.before_day", "superseded": ""}[outcome]
    wrong = [row for row in dirt if row["outcome"] == outcome and row["check_id"] == usable]
    preferred = {place(row) for row in wrong}
    days = {
        (line.values["subject_id"], as_date(line.values["diary_date"]))
        for line in lines["diary"]
        if line.place in preferred
    }
    others = {
        line.place
        for line in lines["diary"]
        if line.values and (line.values["subject_id"], as_date(line.values["diary_date"])) in days
    } - preferred
    facts = collect(study, lines, (not_counting(dirt) | others) - preferred)
    assert recount_statuses(facts) != written_statuses()


def test_recount_sees_lines_lost_for_a_faulty_cell(study_and_lines, dirt):
    """Set the whole line aside for one cell: the truth no longer holds."""
    faulty = {place(row) for row in dirt if row["outcome"] == "cell"}
    assert recount_statuses(collect(*study_and_lines, not_counting(dirt) | faulty)) != written_statuses()


def test_findings_see_a_flag_that_is_not_planted(study_and_lines, dirt):
    study, lines = study_and_lines
    clean = next(line for line in lines["diary"] if line.path == "site-01/diary.csv" and line.values["headache"] == "0")
    clean.values["hours"] = "5"
    try:
        found = find_all(study["study"]["data_cutoff"], lines)
    finally:
        clean.values["hours"] = ""
    assert found[clean.place] == {"diary.hours.without_headache"}
