"""Every case in one study, processed once: what each file and line of it was found to have."""

import re
from pathlib import Path

from flows.checking.checks import load_suites
from flows.checking.gx_duckdb import gx_on
from flows.checking.validation import CheckResult, run_suite, validate_results, what_was_sent
from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import write_study
from tests.expectations import cases_attacks, cases_diary, cases_events, cases_subjects, cases_treatment
from tests.expectations.literals import Literal, Place, read_literal
from tests.expectations.mutants import Mutant, changes_nothing, mutants

CASES = cases_diary.CASES | cases_attacks.CASES | cases_subjects.CASES | cases_treatment.CASES
CASES |= cases_events.CASES
SETTINGS = """
[study]
id = "T"
title = "Test"
primary_rule_set = "nice_ta260"
rule_sets = ["nice_ta260"]
data_cutoff = 2025-06-30
[arms]
placebo = "Placebo"
ona = "OnabotulinumtoxinA"
"""
# What no file can bring about: the pipeline's own tables, broken by hand, and the number of rows that must fail.
DEFECTS = {
    "diary_days.key.unique": ("INSERT INTO tabulation.diary_days FROM tabulation.diary_days LIMIT 1", 1),
    "responder.key.unique": (
        "INSERT INTO analysis.responder SELECT * FROM analysis.responder ORDER BY subject_id LIMIT 2",
        2,
    ),
    "responder.status.known": (
        "UPDATE analysis.responder SET status = 'maybe' WHERE subject_id = 'injections.interval.long/1'",
        2,
    ),
    "responder.status.present": (
        "UPDATE analysis.responder SET status = NULL WHERE subject_id = 'injections.interval.long/2'",
        2,
    ),
    "responder.spine.complete": (
        "DELETE FROM analysis.responder WHERE subject_id = 'injections.interval.short/1' AND cycle = 2",
        1,
    ),
    "subjects.arm.undeclared": ("DELETE FROM meta.arms", 2),
    "file.dates_come": (
        "INSERT INTO landing.dates_come SELECT file_id, DATE '2026-01-01', 3 FROM landing.files"
        " WHERE path LIKE 'scores-scores.line%'",
        1,
    ),
    "file.absent": ("UPDATE landing.files SET is_in_inbox = false WHERE path LIKE 'scores-scores.line%'", 1),
    "file.lines_conserved": (
        "UPDATE landing.files SET lines_duplicate = lines_duplicate + 1 WHERE path LIKE 'scores-scores.line%'",
        1,
    ),
    **{
        f"settings.{name}.unused": (f"INSERT INTO landing.unused_settings VALUES ('{name}', NULL, 'x')", 1)
        for name in ("pattern", "columns", "values", "withdrawn", "ignore")
    },
    "file.earlier_version_counts": (
        "INSERT INTO landing.landed_files SELECT * REPLACE ('later' AS file_id, sequence + 1000 AS sequence)"
        " FROM landing.landed_files WHERE path LIKE 'scores-scores.line%'",
        1,
    ),
    "file.lines_unclaimed": ("INSERT INTO landing.unused_settings VALUES ('where', NULL, 'x')", 1),
    "file.kind_needed": ("UPDATE landing.files SET status = 'refused' WHERE kind = 'injections'", 1),
}


class Batch:
    """The outcome of all cases."""

    def __init__(self, folder: Path) -> None:
        self.cases = {name: read_literal(name, text) for name, text in CASES.items()}
        files = {path: content for case in self.cases.values() for path, content in case.files.items()}
        study = load_study(write_study(folder, files | _sound_files(self.cases), SETTINGS))
        with open_warehouse(folder / "out", study) as (con, kept):
            take_in(con, study, kept)
            con.execute("UPDATE landing.landed_files SET landed_at = TIMESTAMP '2026-01-02 12:00'")
            steps.validate(con, study, kept)
            steps.derive(con)
            validate_results(con)
            self.found = con.execute(
                "SELECT path, line_number, check_id, reason FROM landing.findings LEFT JOIN landing.files USING (file_id)"
            ).fetchall()
            self.mutants: dict[Mutant, bool] = {mutant: changes_nothing(con, mutant) for mutant in mutants()}
            self.status = dict(con.execute("SELECT check_id, status FROM meta.checks").fetchall())
            for statement, _ in DEFECTS.values():
                con.execute(statement)
            self.defects: dict[str, CheckResult] = {}
            with gx_on(con) as source:
                for table, checks in load_suites().items():
                    broken = [check for check in checks if check.id in DEFECTS]
                    for result in run_suite(con, source, table, broken, what_was_sent(con)) if broken else []:
                        self.defects[result.check.id] = result

    def found_in(self, name: str) -> set[Place]:
        """What was found in the files of a case; a finding about no file tells the case in its reason."""
        files = self.cases[name].files
        return {(path, line, check) for path, line, check, reason in self.found if path in files} | {
            (told[0], None, check)
            for path, _, check, reason in self.found
            if path is None and (told := re.search(rf"{re.escape(name)}/\w+", reason))
        }


def _sound_files(cases: dict[str, Literal]) -> dict[str, bytes]:
    """What the cases leave out: a row in the subjects file, and a diary for those who were injected."""
    unlisted = [case for case in cases.values() if "subjects" not in case.kinds]
    unwritten = [case for case in cases.values() if "injections" in case.kinds and "diary" not in case.kinds]
    subjects = [f"{subject},2023-01-01\n" for case in unlisted for subject in sorted(case.subjects)]
    days = [f"{subject},2024-01-02,0\n" for case in unwritten for subject in sorted(case.subjects)]
    return {
        "subjects-sound.csv": f"subject_id,consent_date\n{''.join(subjects)}".encode(),
        "diary-sound.csv": f"subject_id,diary_date,headache\n{''.join(days)}".encode(),
    }
