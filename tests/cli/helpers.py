"""Tiny studies written to a temporary folder, and what became of each of their lines."""

import os
import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from pathlib import Path
from typing import Any, NamedTuple

import duckdb

from flows.landing.land import Landing
from flows.runs.sequence import compute, take_in, validate_lines
from flows.study.dictionary import FILE_KINDS, file_columns
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.warm import Said, run

ROOT = Path(__file__).parent.parent.parent
DIARY = "subject_id,diary_date,headache\n"
SETTINGS = """
[study]
id = "T"
title = "Test"
primary_rule_set = "nice_ta260"
rule_sets = ["nice_ta260"]
"""
# Every table as CSV too, for tests that search or read them.
ALL_CSV = '[publishing]\ncsv = "all"\n'
# One subject with one injection, so that every study has the two files a run cannot do without.
BASE: dict[str, str] = {
    "diary.csv": DIARY + "BASE,2024-01-01,1\nBASE,2024-01-02,0\n",
    "injections.csv": "subject_id,injection_date\nBASE,2024-01-05\n",
}


def write_files(study: Path, files: Mapping[str, str | bytes]) -> None:
    """Write inbox files; text is written as UTF-8 with its line ends as they are."""
    for name, content in files.items():
        target = study / "inbox" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content if isinstance(content, bytes) else content.encode())


def write_study(folder: Path, files: Mapping[str, str | bytes] = BASE, settings: str = SETTINGS) -> Path:
    """A study folder with these inbox files."""
    (folder / "inbox").mkdir(parents=True)
    (folder / "study.toml").write_text(settings, encoding="utf-8")
    write_files(folder, files)
    return folder


def commands(calls: Sequence[Sequence[str | Path]]) -> list[Said]:
    """Calls of the command line, each in a process of its own.

    Words NAME=value before the verb are set in the environment of that call.
    """
    answers = []
    for call in calls:
        words = [str(word) for word in call]
        settings = list(takewhile(lambda word: re.match("[A-Z_]+=", word), words))
        environment = dict(setting.split("=", 1) for setting in settings)
        answers.append(run(["flows.cli", *words[len(settings) :]], env=os.environ | environment))
    return answers


class File(NamedTuple):
    """One row of landing.files."""

    status: str
    reason: str | None
    read: int
    current: int
    superseded: int
    duplicate: int
    quarantined: int
    merged: int = 0

    @property
    def is_conserved(self) -> bool:
        return self.read == self.current + self.superseded + self.duplicate + self.quarantined + self.merged


class Outcome(NamedTuple):
    """What one pass over a study's inbox gave."""

    landing: Landing
    files: dict[str, File]
    quarantine: dict[str, list[tuple[int, str]]]  # path -> (line number, check_id)
    raw: dict[tuple[str, int], str]
    diary: list[tuple[Any, ...]]  # subject_id, diary_date, headache, hours
    injections: list[tuple[Any, ...]]  # subject_id, injection_date, muscle, units
    findings: list[tuple[str, str, str]]  # path, check_id, reason
    tabulation: dict[str, list[tuple[Any, ...]]]
    cells: dict[tuple[str, int, str], tuple[str | None, str]]  # path, line, column -> raw text and check_id
    written: dict[str, tuple[str, str]]  # path -> encoding and delimiter
    filled: dict[tuple[str, str], int]  # path, column -> cells with a value and cells set aside, of all landed lines

    def days_of(self, subject: str) -> dict[str, bool | None]:
        """headache by diary date of a subject."""
        return {str(row[1]): row[2] for row in self.diary if row[0] == subject}


def land_only(study_folder: Path, out: Path | None = None) -> dict[str, tuple[str, str | None]]:
    """Land without validation (no Great Expectations): status and reason by path."""
    study = load_study(study_folder)
    with open_warehouse(out or study_folder / "out", study) as (con, kept):
        take_in(con, study, kept)
        landed = con.execute("SELECT path, 'landed', NULL FROM landing.landed_files").fetchall()
        refused = con.execute("SELECT path, status, reason FROM landing.refused_files").fetchall()
        return {path: (status, reason) for path, status, reason in landed + refused}


def process(study_folder: Path, out: Path | None = None, whole: bool = False) -> Outcome:
    """Land and validate in this process; as a ``whole`` also derive and summarise, as a run does before it publishes."""
    study = load_study(study_folder)
    with open_warehouse(out or study_folder / "out", study) as (con, kept):
        landing = take_in(con, study, kept)
        (compute if whole else validate_lines)(con, study, kept)

        def rows(query: str) -> list[tuple[Any, ...]]:
            return con.execute(query).fetchall()

        files = rows(
            "SELECT path, status, refused_reason, lines_read, lines_current, lines_superseded, lines_duplicate,"
            " lines_quarantined, lines_merged FROM landing.files"
        )
        lines = rows("SELECT path, line_number, check_id, raw FROM landing.quarantine ORDER BY path, line_number")
        quarantine: dict[str, list[tuple[int, str]]] = {}
        for path, number, check_id, _ in lines:
            quarantine.setdefault(path, []).append((number, check_id))
        return Outcome(
            landing,
            {path: File(*facts) for path, *facts in files},
            quarantine,
            {(path, number): raw for path, number, _, raw in lines},
            rows("SELECT subject_id, diary_date, headache, hours FROM tabulation.diary_days ORDER BY ALL"),
            rows("SELECT subject_id, injection_date, muscle, units FROM tabulation.injections ORDER BY ALL"),
            rows("SELECT path, check_id, reason FROM meta.findings ORDER BY ALL"),
            {
                name: rows(f"SELECT * FROM tabulation.{name} ORDER BY ALL")
                for name in ("diary_days", "subjects", "injections", "scores", "adverse_events")
            },
            {
                (path, line, column): (raw, check_id)
                for path, line, column, raw, check_id in rows(
                    "SELECT path, line_number, column_name, raw, check_id FROM landing.quarantined_cells"
                )
            },
            {
                path: (encoding, delimiter)
                for path, encoding, delimiter in rows("SELECT path, encoding, delimiter FROM landing.landed_files")
            },
            _filled(con),
        )


def _filled(con: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    filled = {}
    for kind in FILE_KINDS:
        for column in file_columns(kind):
            if column.type != "codes":  # "none" says that nothing was taken: a cell that is read, and no value
                aside = f"list_contains(string_split(concat_ws(',', unreadable, out_of_range, other_unit), ','), '{column.name}')"
                counted = con.execute(
                    f"SELECT file.path, count(line.{column.name}) + count(*) FILTER ({aside}) FROM landing.{kind} AS line"
                    " JOIN landing.landed_files AS file USING (file_id) GROUP BY file.path"
                ).fetchall()
                filled |= {(path, column.name): n for path, n in counted}
    return filled
