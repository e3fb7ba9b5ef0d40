"""The datasets, case by case, from small studies whose values are counted by hand; and the specification itself."""

import tomllib
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest
from pydantic import ValidationError

from flows.base.errors import ConfigurationError, Defect
from flows.base.sql_text import rows_of
from flows.standards import adam_datasets
from flows.standards.adam_datasets import load_selects, make_datasets
from flows.standards.adam_spec import Variable, load_parameters_of_datasets, load_spec
from flows.standards.codelists import load_codelists
from flows.standards.parameters import code_of, find_parameters
from flows.standards.standards_page import page_path, render_datasets
from flows.standards.study_lists import BY_PARAMETER
from tests.conftest import ROOT
from tests.summary_study import DAY_1, Trial

DAY = timedelta(days=1)


def datasets_of(con: duckdb.DuckDBPyConnection, is_blinded: bool = False) -> duckdb.DuckDBPyConnection:
    """A summarised study as its snapshot would hold it, with the datasets."""
    con.execute(
        f"""CREATE TABLE meta.runs AS SELECT 'T-1' AS study_id, 'A title' AS title, 'abc' AS snapshot_id,
            'nice_ta260' AS primary_rule_set, cutoff_date, {is_blinded} AS is_blinded, '0' AS software_version
        FROM analysis.cutoff"""
    )
    con.execute("CREATE TABLE landing.files AS SELECT 'f' AS file_id, 'site/events.csv' AS path, 'landed' AS status")
    make_datasets(con)
    return con


def records(con: duckdb.DuckDBPyConnection, dataset: str, **values: Any) -> list[dict[str, Any]]:
    where = " AND ".join(f"{name} = ${name}" for name in values) or "true"
    return rows_of(con, f"SELECT * FROM {dataset} WHERE {where} ORDER BY ASEQ, USUBJID", values)


def picked(found: list[dict[str, Any]], *names: str) -> list[tuple[Any, ...]]:
    return [tuple(row[name] for name in names) for row in found]


@pytest.fixture(scope="module")
def trial() -> duckdb.DuckDBPyConnection:
    """a: 20 headache days of 28 at baseline; 14 (a fall of 30%) at the end of cycle 1, 20 at the end of cycle 2. The next
    injection of b came on Day 71, within its window. c has no baseline. d was never injected."""
    trial = Trial()
    trial.add("a", "ona", 20, (20, 18, 14), (20, 20, 20))
    trial.add("b", "placebo", 10, (10, 10))
    trial.inject("b", DAY_1 + 70 * DAY)
    trial.add("c", "placebo", None, (10, 10, 10))
    trial.add("d", "ona", 8, sex=None, birth_year=None, overuse_excluded=None)
    trial.score("a", DAY_1, 65)
    trial.score("a", DAY_1 + 20 * DAY, 62)
    trial.score("a", DAY_1 + 84 * DAY, 60)
    trial.event("a", "Neck pain ", "2024-03-01", soc="Muscles", end_date="2024-03-03")
    trial.event("a", "Allergic rash", "2024-03", serious=True, end_date="ongoing")
    trial.event("a", "Neck pain", "2024-02-29", soc="Muscles")
    trial.event("c", "Nausea", None, related=True, severity="mild", end_date="2024-04")
    return datasets_of(trial.summarise())


def test_there_is_no_day_0(trial: duckdb.DuckDBPyConnection) -> None:
    days = records(trial, "ADDIARY", USUBJID="T-1-a", PARAMCD="DIARYN")
    assert picked(days[:3], "AVISIT", "AVISITN", "AWLO", "AWHI", "ADY", "AWTARGET", "AVAL") == [
        ("Baseline", 0, -28, -1, -1, -1, 28),
        ("Cycle 1 Month 1", 101, 1, 28, 28, 28, 28),
        ("Cycle 1 Month 2", 102, 29, 56, 56, 56, 28),
    ]
    for dataset, names in {
        "ADDIARY": ["ADY", "AWLO", "AWHI", "AWTARGET"],
        "ADRESP": ["ADY"],
        "ADAE": ["ASTDY", "AENDY"],
    }.items():
        for name in names:
            assert trial.execute(f"SELECT count(*) FROM {dataset} WHERE {name} = 0").fetchall() == [(0,)]


def test_a_month_that_the_next_injection_cuts_short_ends_before_its_target(trial: duckdb.DuckDBPyConnection) -> None:
    """Days 57 to 70 of b, of which nothing was recorded: DIARYN says 0, and HDAY28 has no record."""
    (cut,) = records(trial, "ADDIARY", USUBJID="T-1-b", AVISIT="Cycle 1 Month 3")
    assert (cut["PARAMCD"], cut["AVAL"], cut["AWLO"], cut["AWHI"], cut["AWTARGET"]) == ("DIARYN", 0, 57, 70, 84)


def test_baseline_and_change(trial: duckdb.DuckDBPyConnection) -> None:
    days = records(trial, "ADDIARY", USUBJID="T-1-a", PARAMCD="HDAY28", ACYCLE=1)
    assert picked(days, "AVAL", "BASE", "CHG", "PCHG", "ABLFL", "ANL01FL", "CRIT1FL") == [
        (20, 20, 0, 0, None, "Y", "Y"),
        (18, 20, -2, -10, None, "Y", "Y"),
        (14, 20, -6, -30, None, "Y", "N"),
    ]
    (baseline,) = records(trial, "ADDIARY", USUBJID="T-1-a", PARAMCD="HDAY28", ACYCLE=0)
    assert picked([baseline], "AVAL", "BASE", "CHG", "PCHG", "ABLFL") == [(20, 20, None, None, "Y")]
    without = records(trial, "ADDIARY", USUBJID="T-1-c", PARAMCD="HDAY28")
    assert picked(without, "AVAL", "BASE", "CHG", "ABLFL") == [(10, None, None, None)] * 3
    # A measure that nobody wrote down is not zero.
    assert {row["PARAMCD"] for row in records(trial, "ADDIARY")} == {
        "HDAY28",
        "DIARYN",
        "WRECNICE",
        "WHDNNICE",
        "WHDMNICE",
    }


def test_response_verdict_and_what_is_not_known(trial: duckdb.DuckDBPyConnection) -> None:
    assert picked(records(trial, "ADRESP", PARAMCD="RESPNICE"), "USUBJID", "ACYCLE", "AVAL", "AVALC", "ANL01FL", "ADY") == [
        ("T-1-a", 1, 1, "RESPONDER", "Y", 84),
        ("T-1-b", 1, None, "NOT EVALUABLE", None, 70),
        ("T-1-c", 1, None, "NOT EVALUABLE", None, 84),
        ("T-1-a", 2, 0, "NON RESPONDER", "Y", 168),
        ("T-1-b", 2, None, "NOT EVALUABLE", None, 154),
        ("T-1-c", 2, None, "NOT GIVEN", None, None),
    ]  # fmt: skip
    assert picked(
        records(trial, "ADRESP", PARAMCD="RNRINICE", USUBJID="T-1-c"), "ACYCLE", "AVAL", "AVALC", "DTYPE"
    ) == [
        (1, 0, "N", "NRI"),
        (2, 0, "N", "NRI"),
    ]
    assert picked(records(trial, "ADRESP", PARAMCD="VERDNICE", USUBJID="T-1-a"), "AVAL", "AVALC") == [
        (None, "CONTINUE"),
        (None, "STOP NO RESPONSE"),
    ]
    assert picked(records(trial, "ADRESP", PARAMCD="FRSPNICE"), "USUBJID", "AVAL") == [
        ("T-1-a", 1), ("T-1-b", None), ("T-1-c", None),
    ]  # fmt: skip


def test_one_record_leads_to_the_one_it_is_made_from(trial: duckdb.DuckDBPyConnection) -> None:
    for key, wanted in (("RNRINICE", "AVAL"), ("FRSPNICE", "ACYCLE")):
        (record, *_) = records(trial, "ADRESP", PARAMCD=key, USUBJID="T-1-a")
        (source,) = records(trial, "ADRESP", USUBJID="T-1-a", ASEQ=record["SRCSEQ"])
        assert (record["SRCDOM"], record["SRCVAR"]) == ("ADRESP", wanted)
        assert (source["PARAMCD"], source["ACYCLE"]) == ("RESPNICE", 1)
        assert source[wanted] == record["AVAL"]


def test_time_to_response(trial: duckdb.DuckDBPyConnection) -> None:
    """a on Day 84. Of b and c no window was judged: day 1, and not the last day of a window that told nothing."""
    found = records(trial, "ADTTE")
    assert picked(found, "USUBJID", "AVAL", "CNSR", "EVNTDESC", "ADY", "SRCDOM", "SRCVAR") == [
        ("T-1-a", 84, 0, "FIRST RESPONSE", 84, "ADRESP", "ADT"),
        ("T-1-b", 1, 2, "NO WINDOW JUDGED", 1, "ADSL", "TRTSDT"),
        ("T-1-c", 1, 2, "NO WINDOW JUDGED", 1, "ADSL", "TRTSDT"),
    ]


def test_a_subject_without_a_response_is_censored_on_the_last_window_judged() -> None:
    con = datasets_of(Trial().add("a", "ona", 20, (20, 20, 20), (20, 20, 20), (20, 20, None)).summarise())
    assert picked(records(con, "ADTTE"), "AVAL", "CNSR", "ACYCLE", "EVNTDESC") == [
        (168, 1, 2, "NO RESPONSE IN ANY WINDOW JUDGED")
    ]


def test_subjects(trial: duckdb.DuckDBPyConnection) -> None:
    rows = rows_of(trial, "FROM ADSL ORDER BY USUBJID")
    names = ("SUBJID", "TRT01P", "TRT01PN", "TRT01A", "SAFFL", "BLEVFL", "AGE", "AGEU", "OVERUSFL", "BLHDN", "NCYCLES")
    assert picked(rows, *names) == [
        ("a", "OnabotulinumtoxinA", 2, "OnabotulinumtoxinA", "Y", "Y", 44, "YEARS", "N", 20, 2),
        ("b", "Placebo", 1, "Placebo", "Y", "Y", 44, "YEARS", "N", 10, 2),
        ("c", "Placebo", 1, "Placebo", "Y", "N", 44, "YEARS", "N", 0, 1),
        ("d", "OnabotulinumtoxinA", 2, None, "N", "N", None, None, None, None, 0),
    ]
    assert picked(rows, "TRTSDT", "TRTEDT")[1] == (DAY_1, DAY_1 + 70 * DAY)
    assert {row["EOSSTT"] for row in rows} == {None}


def test_scores(trial: duckdb.DuckDBPyConnection) -> None:
    """The score of the day of the injection is about the time before; of two in a cycle the last one stands for it."""
    names = ("AVISIT", "AVISITN", "ADY", "AVAL", "CHG", "ABLFL", "ANL01FL", "CRIT1FL", "CRIT2FL", "AVALCAT1")
    assert picked(records(trial, "ADQS"), *names) == [
        ("Baseline", 0, 1, 65, None, "Y", "Y", None, None, "60-78 severe"),
        ("Unscheduled", None, 21, 62, -3, None, None, "N", "N", "60-78 severe"),
        ("Cycle 1", 100, 85, 60, -5, None, "Y", "Y", "N", "60-78 severe"),
    ]


def test_exposure(trial: duckdb.DuckDBPyConnection) -> None:
    found = records(trial, "ADEX", USUBJID="T-1-b")
    assert picked(found, "PARAMCD", "AVISITN", "AVAL", "CRIT1FL", "ADY") == [
        ("CUMDOSE", 9999, 310, None, 1),
        ("DOSE", 100, 155, None, 1),
        ("DOSE", 200, 155, None, 71),
        ("INTV", 100, 70, "Y", 1),
        ("NCYC", 9999, 2, None, 1),
        ("NSITE", 100, 31, "Y", 1),
        ("NSITE", 200, 31, "Y", 71),
    ]


def test_adverse_events_and_dates_known_in_part(trial: duckdb.DuckDBPyConnection) -> None:
    """2024-03 is moved to the first injection of 1 March, and said to be imputed; the event of 29 February came before."""
    names = (
        "ATERM", "AESTDTC", "ASTDT", "ASTDTF", "ASTDY", "AENDT", "ADURN", "AEENRF", "TRTEMFL", "ANL01FL", "AESER", "AREL",
    )  # fmt: skip
    assert picked(records(trial, "ADAE", USUBJID="T-1-a"), *names) == [
        ("neck pain", "2024-02-29", date(2024, 2, 29), None, -1, None, None, None, None, None, "N", None),
        ("allergic rash", "2024-03", DAY_1, "D", 1, None, None, "ONGOING", "Y", "Y", "Y", None),
        ("neck pain", "2024-03-01", DAY_1, None, 1, date(2024, 3, 3), 3, None, "Y", "Y", "N", None),
    ]  # fmt: skip
    unknown = ("nausea", None, DAY_1, "Y", 1, None, None, None, "Y", "Y", "N", "Y")
    assert picked(records(trial, "ADAE", USUBJID="T-1-c"), *names) == [unknown]
    flags = ("AOCCFL", "AOCCSFL", "AOCC01FL", "CQ01NAM", "CQ02NAM", "AESEV", "AEENDTC", "SRCFILE", "SRCLINE")
    assert picked(records(trial, "ADAE"), *flags) == [
        (None, None, None, None, "NECK PAIN", None, None, "site/events.csv", 2),
        ("Y", "Y", "Y", None, None, "MILD", "2024-04", "site/events.csv", 3),
        ("Y", "Y", "Y", "ALLERGIC REACTION", None, None, None, "site/events.csv", 1),
        (None, "Y", "Y", None, "NECK PAIN", None, "2024-03-03", "site/events.csv", 0),
    ]


def test_reported_events_are_numbered_as_the_files_state_them(trial: duckdb.DuckDBPyConnection) -> None:
    assert picked(records(trial, "ADAE", USUBJID="T-1-a"), "AESEQ", "ASEQ", "SRCLINE") == [
        (3, 1, 2),
        (2, 2, 1),
        (1, 3, 0),
    ]


@pytest.fixture(scope="module")
def interim() -> duckdb.DuckDBPyConnection:
    """Cut off on Day 40 of the second cycle of a, whose second injection came on Day 80: it ends month 3 after 23 days.
    b was given one cycle and left; its second cycle's time is not past. The second session of a is two rows, one without
    a dose."""
    cutoff = DAY_1 + 79 * DAY + 39 * DAY
    trial = Trial()
    trial.add("a", "ona", 20, (20, 20, 20), discontinued_date=cutoff + DAY, discontinued_reason="moved")
    second = DAY_1 + 79 * DAY
    trial.inject("a", second, sites=20, muscle="frontalis")
    trial.inject("a", second, units=None, sites=11, muscle="temporalis")  # ty: ignore[invalid-argument-type]
    trial.add("b", "placebo", 20, (10, 10, 10), discontinued_date=cutoff, discontinued_reason="tired")
    trial.event("a", "Rash", "UNK")
    trial.event("a", "Later", str(cutoff + DAY))
    return datasets_of(trial.summarise(cutoff=cutoff))


def test_what_has_not_ended_by_the_cut_off_has_no_record(interim: duckdb.DuckDBPyConnection) -> None:
    of_a = {"USUBJID": "T-1-a"}
    assert picked(records(interim, "ADDIARY", **of_a, PARAMCD="DIARYN"), "AVISITN", "AVAL") == [
        (0, 28), (101, 28), (102, 28), (103, 23), (201, 5),
    ]  # fmt: skip
    (window,) = records(interim, "ADDIARY", **of_a, PARAMCD="WHDNNICE")
    assert (window["AVISITN"], window["AWLO"], window["AWHI"]) == (199, 57, 79)
    # Every day of it is recorded: it is expressed per 28 days, and nothing is missing.
    (shortened,) = records(interim, "ADDIARY", **of_a, PARAMCD="HDAY28", AVISITN=103)
    assert (shortened["AWHI"], shortened["AWTARGET"], shortened["DTYPE"]) == (79, 84, None)


def test_derivation_type_says_that_days_are_missing(trial: duckdb.DuckDBPyConnection) -> None:
    """A window of which every day is recorded has none, however short it is; one of 21 of 28 days has, in each parameter."""
    short = Trial().add("a", "ona", 20, (20, 20, 20), (10, 10, 10))
    short.inject("a", DAY_1 + 80 * DAY)  # between the two: Day 80 ends the window of cycle 1 after 24 days
    gone = short.rows["diary_days"]
    lost = {DAY_1 + n * DAY for n in range(28, 35)}
    short.rows["diary_days"] = [row for row in gone if row["diary_date"] not in lost]
    con = datasets_of(short.summarise())
    of_months = picked(records(con, "ADDIARY", PARAMCD="HDAY28"), "AVISITN", "AWLO", "AWHI", "DTYPE")
    assert of_months[:4] == [
        (0, -28, -1, None), (101, 1, 28, None), (102, 29, 56, "PRORATED"), (103, 57, 80, None),
    ]  # fmt: skip
    windows = records(con, "ADDIARY", PARAMCD="WHDMNICE")
    assert picked(windows, "AVISITN", "AWLO", "AWHI", "DTYPE")[1] == (199, 57, 80, None)
    assert {
        row["DTYPE"] for name in ("WRECNICE", "WHDNNICE", "DIARYN") for row in records(con, "ADDIARY", PARAMCD=name)
    } == {None}


def test_a_baseline_has_its_record_before_any_window_has_ended() -> None:
    con = datasets_of(Trial().add("a", "ona", 20, (20,)).summarise(cutoff=DAY_1 + 40 * DAY))
    for name in ("HDAY28", "WHDMNICE"):
        baseline, *_ = records(con, "ADDIARY", PARAMCD=name)
        assert picked([baseline], "AVISITN", "AVAL", "BASE", "ABLFL", "ANL01FL") == [(0, 20, 20, "Y", "Y")]
    assert records(con, "ADDIARY", PARAMCD="WRECNICE") == []


def test_imputed_are_only_cycles_whose_time_is_past(interim: duckdb.DuckDBPyConnection) -> None:
    responses = picked(records(interim, "ADRESP", PARAMCD="RESPNICE"), "USUBJID", "ACYCLE", "AVAL", "AVALC")
    assert sorted(responses, key=str) == [
        ("T-1-a", 1, 0, "NON RESPONDER"),
        ("T-1-a", 2, None, "NOT DUE"),
        ("T-1-b", 1, 1, "RESPONDER"),
        ("T-1-b", 2, None, "NOT REACHED"),
    ]
    imputed = picked(records(interim, "ADRESP", PARAMCD="RNRINICE"), "USUBJID", "ACYCLE", "AVAL", "DTYPE")
    assert sorted(imputed) == [("T-1-a", 1, 0, None), ("T-1-b", 1, 1, None)]


def test_who_left_after_the_cut_off_has_not_left(interim: duckdb.DuckDBPyConnection) -> None:
    left = picked(rows_of(interim, "FROM ADSL ORDER BY USUBJID"), "EOSSTT", "EOSDT", "DCSREAS", "DCSREASP")
    assert left == [(None, None, None, None), ("DISCONTINUED", DAY_1 + 118 * DAY, "OTHER", "tired")]


def test_reasons_of_the_code_list_stand_by_their_names() -> None:
    made, r = Trial(), (20, 20, 20)
    for name, code in (("a", "lack of efficacy"), ("b", "completed"), ("c", "other"), ("d", None)):
        made.add(
            name, "ona", 20, r, discontinued_date=DAY_1, discontinued_reason=code and f"{code}!", discontinued_code=code
        )
    shown = picked(
        rows_of(datasets_of(made.summarise()), "FROM ADSL ORDER BY USUBJID"), "EOSSTT", "DCSREAS", "DCSREASP"
    )
    assert shown == [
        ("DISCONTINUED", "LACK OF EFFICACY", None), ("COMPLETED", None, None), ("DISCONTINUED", "OTHER", "other!"),
        ("DISCONTINUED", None, None),
    ]  # fmt: skip


def test_events_after_the_cut_off_and_a_start_not_known(interim: duckdb.DuckDBPyConnection) -> None:
    names = ("AETERM", "AESTDTC", "ASTDT", "ASTDTF", "ANL01FL")
    assert picked(records(interim, "ADAE"), *names) == [("Rash", None, DAY_1, "Y", "Y")]


def test_a_session_of_several_rows_has_no_single_source(interim: duckdb.DuckDBPyConnection) -> None:
    """And the dose of all sessions is not known where that of one is not."""
    found = records(interim, "ADEX", USUBJID="T-1-a")
    assert picked(found, "PARAMCD", "AVISITN", "AVAL", "SRCDOM", "SRCVAR", "CRIT1FL") == [
        ("CUMDOSE", 9999, 310, None, None, None),
        ("DOSE", 100, 155, "INJECT", "UNITS", None),
        ("DOSE", 200, 155, None, None, None),
        ("INTV", 100, 79, None, None, "Y"),
        ("NCYC", 9999, 2, None, None, None),
        ("NSITE", 100, 31, "INJECT", "SITES", "Y"),
        ("NSITE", 200, 31, None, None, "Y"),
    ]
    unknown = Trial().add("a", "ona", 20, (20, 20, 20))
    unknown.inject("a", DAY_1 + 84 * DAY, units=None)  # ty: ignore[invalid-argument-type]
    (total,) = records(datasets_of(unknown.summarise()), "ADEX", PARAMCD="CUMDOSE")
    assert (total["AVAL"], total["ANL01FL"]) == (None, None)


def test_no_more_interests_and_meaningful_changes_than_there_are_variables(trial: duckdb.DuckDBPyConnection) -> None:
    """CQ01NAM and CQ02NAM; CRIT1 and CRIT2."""
    interests = trial.execute("SELECT count(DISTINCT interest) FROM meta.adverse_events_of_interest").fetchall()
    changes = trial.execute(
        "SELECT max(n) FROM (SELECT count(*) AS n FROM meta.score_changes GROUP BY instrument)"
    ).fetchall()
    assert (interests, changes) == ([(2,)], [(2,)])


def test_every_instrument_has_a_parameter() -> None:
    """A score of one without would be in no record."""
    known = tomllib.loads((ROOT / "data/codelists/instruments.toml").read_text(encoding="utf-8"))
    assert {parameter.key for parameter in load_parameters_of_datasets()["ADQS"]} == set(known)


def test_a_blinded_study_has_no_arm_and_no_dose() -> None:
    trial = Trial().add("a", "ona", 20, (20, 20, 20))
    con = datasets_of(trial.summarise(blinded=True), is_blinded=True)
    assert con.execute("SELECT count(ARM), count(TRT01P), count(TRT01AN) FROM ADSL").fetchall() == [(0, 0, 0)]
    assert con.execute("SELECT DISTINCT PARAMCD FROM ADEX").fetchall() == [("NCYC",)]


@pytest.mark.parametrize(
    ("removed", "said"), [("described.age AS AGE,", r"ADSL\.AGE is in data"), (None, r"ADSL\.XYZ is in sql")]
)
def test_a_variable_that_one_of_both_lacks_is_a_defect(
    trial: duckdb.DuckDBPyConnection, removed: str | None, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = load_selects()["ADSL"]
    changed = (
        select.replace(removed, "")
        if removed
        else select.replace("run.study_id AS STUDYID,", "run.study_id AS STUDYID, 1 AS XYZ,")
    )
    assert changed != select
    monkeypatch.setattr(adam_datasets, "load_selects", lambda: load_selects() | {"ADSL": changed})
    with pytest.raises(Defect, match=said):
        make_datasets(trial)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("'X' AS SAFFL", r"ADSL\.SAFFL, record 1: not a value"),
        ("'YY' AS SAFFL", r"ADSL\.SAFFL, record 1: not a value"),
        ("1.5 AS SAFFL", r"ADSL\.SAFFL is .* and not text"),
    ],
)
def test_a_value_that_the_specification_does_not_have_is_a_defect(
    trial: duckdb.DuckDBPyConnection, wrong: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    select = load_selects()["ADSL"].replace("yes_no(described.is_treated) AS SAFFL", wrong)
    monkeypatch.setattr(adam_datasets, "load_selects", lambda: load_selects() | {"ADSL": select})
    with pytest.raises(Defect, match=said):
        make_datasets(trial)


def test_equal_keys_are_a_defect(trial: duckdb.DuckDBPyConnection, monkeypatch: pytest.MonkeyPatch) -> None:
    select = load_selects()["ADSL"].replace("described.subject_id AS USUBJID", "'x' AS USUBJID")
    monkeypatch.setattr(adam_datasets, "load_selects", lambda: load_selects() | {"ADSL": select})
    with pytest.raises(Defect, match="ADSL: records are equal in STUDYID, USUBJID"):
        make_datasets(trial)


@pytest.mark.parametrize(
    "facts",
    [{"name": "NINELETTR"}, {"name": "Age"}, {"label": "x" * 41}, {"label": "Größe"}, {"length": 201}, {"kind": "new"}],
)
def test_the_limits_of_names_labels_and_texts(facts: dict[str, Any]) -> None:
    sound = {"name": "AGE", "label": "x" * 40, "type": "text", "origin": "Derived", "derivation": "d", "length": 200}
    Variable.model_validate(sound)
    with pytest.raises(ValidationError):
        Variable.model_validate(sound | facts)


def test_code_lists_and_keys_of_the_specification_exist() -> None:
    used = set()
    for spec in load_spec().values():
        names = [variable.name for variable in spec.variables]
        assert len(names) == len(set(names))
        assert set(spec.keys) <= set(names)
        used |= {variable.codelist for variable in spec.variables if variable.codelist}
    used |= {p.text_codelist for specs in load_parameters_of_datasets().values() for p in specs if p.text_codelist}
    assert used - set(BY_PARAMETER) == set(load_codelists())


def test_the_page_is_as_the_specification_is() -> None:
    page = page_path().read_text(encoding="utf-8")
    assert render_datasets(page) == page, "make expectations writes it anew"
    assert page.count("\n### ") == len(load_spec()) + 2


def test_codes_of_rule_sets() -> None:
    assert [code_of(name, place) for place, name in enumerate(("article", "our_own", "nice_ta260"), start=1)] == [
        "ART", "U02", "NICE",
    ]  # fmt: skip
    named = {p.paramcd for p in find_parameters(("article", "our_own"), is_blinded=False) if p.dataset == "ADRESP"}
    assert named == {f"{word}{code}" for word in ("RESP", "RNRI", "VERD", "FRSP") for code in ("ART", "U02")}
    with pytest.raises(ConfigurationError, match="has more than 4 letters"):
        code_of("our_own", 10_000)
