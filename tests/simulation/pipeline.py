"""A simulated study through the pipeline, and what it found, set beside what was planted."""

import csv
import tempfile
from pathlib import Path
from typing import NamedTuple

import duckdb

from flows.runs import steps
from flows.runs.sequence import take_in
from flows.simulation.settings import Preset, load_preset
from flows.simulation.write import sizes_of, write_study
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse

Found = tuple[str, int | None, str]  # path, line (none: the whole file), check


class Outcome(NamedTuple):
    """What the pipeline made of a study."""

    findings: set[Found]
    set_aside: set[tuple[str, int, str]]  # path, line, outcome
    statuses: dict[tuple[str, str, int], tuple[str, int, int]]  # status, recorded and headache days
    lines: dict[str, int]


class Planted(NamedTuple):
    """What the truth says was planted: findings with their kind, and the lines set aside."""

    findings: dict[Found, str]
    set_aside: dict[tuple[str, int, str], str]


def simulate(folder: Path, subjects: int, seed: int, dirty: float = 0.0, preset: Preset | None = None) -> Path:
    """A small study of a preset (preempt) in the folder."""
    chosen, sizes = sizes_of(preset or load_preset("preempt"), subjects, None)
    write_study(folder, chosen, sizes, seed, dirty)
    return folder


def process(folder: Path) -> Outcome:
    """Land, validate, derive and check the results, in this process; summaries are not needed here."""
    study = load_study(folder)
    with tempfile.TemporaryDirectory() as out, open_warehouse(Path(out), study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        return read_outcome(con)


def read_outcome(con: duckdb.DuckDBPyConnection) -> Outcome:
    """What stands in the warehouse after a run."""
    findings = con.execute(
        "SELECT file.path, finding.line_number, finding.check_id FROM landing.findings AS finding"
        " LEFT JOIN landing.files AS file USING (file_id)"
    ).fetchall()
    aside = con.execute(
        "SELECT file.path, aside.line_number, aside.outcome FROM landing.set_aside AS aside"
        " JOIN landing.landed_files AS file USING (file_id) WHERE aside.outcome <> 'merged'"  # it counts with its day
    ).fetchall()
    cells = con.execute("SELECT DISTINCT path, line_number, 'cell' FROM landing.quarantined_cells").fetchall()
    statuses = con.execute(
        "SELECT rule_set, subject_id, cycle, status, recorded_days, headache_days FROM analysis.responder"
    ).fetchall()
    lines = con.execute("SELECT path, lines_read FROM landing.files").fetchall()
    return Outcome(
        set(findings),
        set(aside) | set(cells),
        {(rule, subject, cycle): tuple(rest) for rule, subject, cycle, *rest in statuses},
        dict(lines),
    )


def read_planted(folder: Path) -> Planted:
    """The truth's list of faults."""
    findings: dict[Found, str] = {}
    aside: dict[tuple[str, int, str], str] = {}
    with (folder / "truth/dirt.csv").open(encoding="utf-8") as text:
        for row in csv.DictReader(text):
            number = int(row["line_number"]) if row["line_number"] else None
            if row["check_id"]:
                findings[row["path"], number, row["check_id"]] = row["kind"]
            if number is not None and row["outcome"] in ("quarantined", "duplicate", "superseded", "cell"):
                aside[row["path"], number, row["outcome"]] = row["kind"]
    return Planted(findings, aside)


def read_statuses(folder: Path) -> dict[tuple[str, str, int], tuple[str, int, int]]:
    """The statuses that the truth says follow from the diary as recorded before any dirt."""
    with (folder / "truth/statuses.csv").open(encoding="utf-8") as text:
        return {
            (row["rule_set"], row["subject_id"], int(row["cycle"])): (
                row["status_recorded"],
                int(row["recorded_days"]),
                int(row["recorded_headache_days"]),
            )
            for row in csv.DictReader(text)
        }
