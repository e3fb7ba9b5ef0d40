"""A small study with something in every section of the report, and one line or file of every sort of dirt."""

import shutil
from datetime import date, timedelta
from pathlib import Path

import duckdb

from flows.publishing.publish import publish
from flows.report import render_report
from flows.runs.sequence import compute, take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse

LABEL = '<b>&"x'
CODE = "a=b,c:d <i>/"
HOSTILE_SUBJECT = "S</script><i>9"
START = date(2025, 1, 31)
STUDY = f"""
[study]
id = "R&D-1"
title = "Reports <script>alert(1)</script>"
primary_rule_set = "nice_ta260"
rule_sets = ["article", "nice_ta260", "preempt"]
data_cutoff = {START + timedelta(230)}
[arms]
placebo = '{LABEL}'
"{CODE}" = "OnabotulinumtoxinA"
empty = "Nobody in it"
[analysis.imputation]
cycles = 1
imputations = 5
largest_delta = 2
[analysis]
multiplicity = "gatekeeping"
within_family = "hochberg"
[[analysis.estimands]]
id = "headache_days_treatment_policy"
cycle = 1
month = 3
[[analysis.estimands]]
id = "response_composite"
cycle = 1
[[analysis.hypotheses]]
id = "Responders <i>"
table = "summary.arm_differences"
where = {{ cycle = 2, analysis = "observed", arm = "{CODE}" }}
[[analysis.hypotheses]]
id = "Days"
table = "summary.mmrm_change"
where = {{ cycle = 1, month = 3, arm = "{CODE}" }}
family = 2
[[analysis.hypotheses]]
id = "Nobody"
table = "summary.time_to_event_tests"
where = {{ event = "first_response", arm = "empty" }}
family = 2
"""


def write_study(folder: Path) -> Path:
    """Twelve subjects in two arms of three, with one line or file of every sort of dirt; cycle 3 is due for nobody."""
    inbox = folder / "inbox"
    inbox.mkdir(parents=True)
    (folder / "study.toml").write_text(STUDY, encoding="utf-8")
    subjects = ["subject_id,arm,site,sex,birth_year,prior_preventives_failed,overuse_excluded"]
    diary = ["subject_id,diary_date,headache,hours,severity,acute_medication"]
    injections = ["subject_id,injection_date,muscle,units,sites"]
    scores = ["subject_id,score_date,instrument,score"]
    events = ["subject_id,start_date,term,soc,serious,related"]
    for i in range(12):
        name = HOSTILE_SUBJECT if i == 9 else f"SUBJ-{i:03}"
        arm = ["placebo", f'"{CODE}"'][i % 2] if i < 11 else ""
        overuse = "" if i == 5 else 1
        subjects.append(f"{name},{arm},S{i % 2}<b>,{'FM'[i % 2]},{1970 + i},{['1', '3', ''][i % 3]},{overuse}")
        first = START + timedelta(i)
        last_day = [230, 200, 100, 230][i % 4]
        for day in range(-28, last_day - i + 1):
            if (day + i) % 9 != 0 or i > 3:
                share = 19 if day < 0 else (17 - i % 3 if i % 2 == 0 else 16 - 3 * (day // 84))
                headache = int((day * 11 + i * 5) % 28 < share)
                hours = "" if headache and i == 7 and day % 5 == 0 else 6 * headache
                drug = "sumatriptan" if headache and day % 3 == 0 else ""
                diary.append(f"{name},{first + timedelta(day)},{headache},{hours},{2 * headache},{drug}")
        for cycle in range(2 if i % 4 == 2 else 3):
            session = f"{name},{first + timedelta(84 * cycle)}"
            if i < 4:
                injections += [f"{session},frontalis,20,4", f"{session},temporalis,45,9", f"{session},trapezius,90,18"]
            else:
                injections.append(f"{session},,155,31")
        for cycle in range(3):
            scores.append(f"{name},{first + timedelta(84 * cycle)},HIT6,{66 - 3 * cycle - i % 4}")
        if i % 3 == 0:
            events.append(f"{name},{first + timedelta(9)},Neck pain <i>,Musculoskeletal,0,1")
    # The lines of one subject backwards, as some exports have them: line numbers run down.
    backwards = [line for line in diary if line.startswith("SUBJ-004")]
    diary = [line for line in diary if not line.startswith("SUBJ-004")] + backwards[::-1]
    diary.append(diary[1])  # an exact duplicate
    diary += ["SUBJ-001,2025-02-30,1,3,2,", f"SUBJ-001,{START - timedelta(60)},1,77,2,", "SUBJ-001,2025-03-01"]
    diary.append(f"SUBJ-002,{START - timedelta(50)},0,5,0,")  # hours without headache: a warning
    intercurrent = ["subject_id,date,kind", *2 * [f"SUBJ-003,{START + timedelta(60)},rescue"]]
    intercurrent.append(f"SUBJ-004,{START + timedelta(70)},stopped")
    files = {"subjects": subjects, "diary": diary, "injections": injections, "scores": scores, "adverse_events": events}
    files["intercurrent_events"] = intercurrent
    for name, lines in files.items():
        (inbox / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (inbox / "diary_<i>broken.csv").write_text("foo,bar\n1,2\n", encoding="utf-8")
    (inbox / "notes.txt").write_text("not data", encoding="utf-8")
    return folder


def publish_study(folder: Path) -> Path:
    """The published snapshot of the study, without Prefect."""
    study = load_study(write_study(folder / "study"))
    with open_warehouse(folder / "out", study) as (con, kept):
        take_in(con, study, kept)
        results = compute(con, study, kept)
        return publish(con, folder / "out", "snapshot-of-the-test", study, results)


def altered(snapshot: Path, folder: Path, *statements: str) -> tuple[str, Path]:
    """The report of a changed copy of the database, and the copy."""
    copy = folder / "outcomes.duckdb"
    shutil.copy(snapshot / "outcomes.duckdb", copy)
    with duckdb.connect(copy) as connection:
        for statement in statements:
            connection.execute(statement)
    render_report(copy, folder / "report.html")
    return (folder / "report.html").read_text(encoding="utf-8"), copy


def blind(snapshot: Path) -> list[str]:
    """The statements that make of a copy of the snapshot what a blinded study publishes."""
    with duckdb.connect(snapshot / "outcomes.duckdb", read_only=True) as con:
        tables = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_columns()"
            " SEMI JOIN duckdb_tables() USING (schema_name, table_name)"
            " WHERE column_name = 'arm' AND schema_name IN ('analysis', 'summary', 'tabulation')"
        ).fetchall()
    compared = (
        "arm_differences",
        "arm_differences_by_population",
        "estimates",
        "hypotheses",
        "imputed_change",
        "imputed_responders",
        "repeated_response",
        "tipping_points",
    )
    return [
        "DELETE FROM meta.arms",
        "UPDATE meta.runs SET is_blinded = true",
        *(
            f"DELETE FROM {table} WHERE arm <> 'all'"
            if table.startswith("summary.")
            else f"UPDATE {table} SET arm = NULL"
            for (table,) in tables
        ),
        *(f"DELETE FROM summary.{table}" for table in compared),
    ]
