"""Writes the demo study: study.toml, inbox/ and truth/*.csv, from plan.md (outcomes) and dirt.py (dirt).

    python -m tests.demo_study.make_demo [FOLDER]        FOLDER defaults to data/studies/demo

The same bytes come out on every machine and Python version. After a change of the plan, run it and commit the result.
"""

import sys
from pathlib import Path

from tests.demo_study.csv_files import Planted
from tests.demo_study.diary import lay_out_subject
from tests.demo_study.injections import injection_files
from tests.demo_study.plan import CUTOFF, RULE_SETS, read_plan
from tests.demo_study.planting import Diaries
from tests.demo_study.side_files import adverse_events_file, scores_file, subjects_file
from tests.demo_study.truth import ELIGIBILITY_COLUMNS, STATUS_COLUMNS, eligibility_rows, status_rows

DEMO = Path(__file__).resolve().parents[2] / "data/studies/demo"

STUDY_TOML = f"""\
# A synthetic study: nobody in it exists. Written by tests/demo_study/make_demo.py; the outcomes it was made for are in truth/.
[study]
id = "TOX-1"
title = "Onabotulinumtoxin A in chronic migraine: a synthetic study of three injection cycles"
primary_rule_set = "{RULE_SETS[0]}"
rule_sets = ["{'", "'.join(RULE_SETS)}"]
data_cutoff = {CUTOFF.isoformat()}

[arms]
placebo = "Placebo"
ona = "OnabotulinumtoxinA"

# The tests of the plan in their order: each is made when all before it are rejected.
[analysis]
population = "all_treated"
multiplicity = "fixed_sequence"

[[analysis.hypotheses]]
id = "responders in cycle 2, who was not seen counts as not responding"
table = "summary.arm_differences"
where = {{ cycle = 2, analysis = "non_responder_imputed" }}

[[analysis.hypotheses]]
id = "headache days in month 3 of cycle 2"
table = "summary.mmrm_change"
where = {{ cycle = 2, month = 3 }}

[[analysis.hypotheses]]
id = "HIT-6 in cycle 2"
table = "summary.mmrm_quality_of_life"
where = {{ instrument = "HIT6", cycle = 2 }}

[[analysis.hypotheses]]
id = "time to the first response"
table = "summary.time_to_event_tests"
where = {{ event = "first_response" }}

# Missing months of the first two cycles, imputed under four assumptions.
[analysis.imputation]
cycles = 2
imputations = 50
seed = 20250630

# What is estimated: the first is the primary estimand (data/estimands).
[[analysis.estimands]]
id = "headache_days_hypothetical"
cycle = 2
month = 3

[[analysis.estimands]]
id = "headache_days_treatment_policy"
cycle = 2
month = 3

[[analysis.estimands]]
id = "response_composite"
cycle = 2

# Encoding and delimiter are recognised; what cannot be, is declared. The other sites use the defaults.
[[files.diary]]
pattern = "site-03/diary*.csv"
decimal = ","
date_format = "%d.%m.%Y"

[files.diary.columns]
subject_id = "PatNr"
diary_date = "Datum"
headache = "Kopfschmerz"
hours = "Dauer_h"
severity = "Stärke"
migraine = "Migräne"
acute_medication = "Akutmedikation"

[files.diary.values]
headache = {{ ja = 1, nein = 0 }}
migraine = {{ ja = 1, nein = 0 }}

[[files.diary]]
pattern = "site-04/diary*.csv"
date_format = "%d/%m/%Y"
"""


def make_demo(folder: Path) -> None:
    subjects = read_plan(DEMO / "plan.md")
    days = {subject.subject_id: lay_out_subject(subject) for subject in subjects}
    diaries = Diaries(subjects, days)
    diaries.plant_everything()
    contents, planted = diaries.files()
    injections, found = injection_files(subjects)
    contents |= injections
    planted += found
    for path, (content, found) in {
        "subjects.csv": subjects_file(subjects, days),
        "scores.csv": scores_file(subjects),
        "adverse_events.csv": adverse_events_file(subjects),
    }.items():
        contents[path] = content
        planted += found
    _write(folder / "study.toml", STUDY_TOML.encode())
    for path, content in contents.items():
        _write(folder / "inbox" / path, content)
    _write_truth(folder / "truth" / "statuses.csv", STATUS_COLUMNS, status_rows(subjects))
    _write_truth(folder / "truth" / "eligibility.csv", ELIGIBILITY_COLUMNS, eligibility_rows(subjects))
    _write_truth(
        folder / "truth" / "dirt.csv", ("path", "line_number", "outcome", "check_id", "column"), _dirt_rows(planted)
    )


def _dirt_rows(planted: list[Planted]) -> list[tuple]:
    ordered = sorted(planted, key=Planted.sort_key)
    return [(one.path, one.line_number or "", one.outcome, one.check_id, one.column) for one in ordered]


def _write_truth(path: Path, columns: tuple[str, ...], rows: list[tuple]) -> None:
    lines = [",".join(map(str, row)) for row in [columns, *rows]]
    _write(path, ("\n".join(lines) + "\n").encode())


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


if __name__ == "__main__":
    make_demo(Path(sys.argv[1]) if len(sys.argv) > 1 else DEMO)
