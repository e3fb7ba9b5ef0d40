"""What faulty optional cells do to results: a simulated trial with and without them."""

import csv
import random
import tempfile
from pathlib import Path

from flows.runs import steps
from flows.runs.sequence import take_in
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.simulation.pipeline import simulate

SHARE = 0.15
SUBJECTS, SEED = 300, 1
ROWS = ("clean diary", "faulty hours on 15% of the headache days", "the same, if such a line were left out")


def rewrite(folder: Path, kind: str, column: str, text: str | None, seed: int) -> int:
    """Put the text into a share of the filled cells of a column, the first one among them (None: leave those lines out);
    how many."""
    chosen, number = random.Random(seed), 0
    for path in sorted((folder / "inbox").rglob(f"{kind}*.csv")):
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        kept = []
        for row in rows:
            if row.get(column) and (number == 0 or chosen.random() < SHARE):
                number += 1
                if text is None:
                    continue
                row[column] = text
            kept.append(row)
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, list(rows[0]), lineterminator="\n")
            writer.writeheader()
            writer.writerows(kept)
    return number


def faulty_cells_table() -> list[str]:
    """The Markdown table of docs/validity.md: responders under `article` and headache days, in three diaries."""
    told = [
        "| diary | responders in cycle 1, % | cycle 2, % | cycle 3, % | baseline headache days per 28 | headache days read |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    for name, text in zip(ROWS, ("", "30", None), strict=True):
        with tempfile.TemporaryDirectory() as folder:
            study = simulate(Path(folder) / "study", SUBJECTS, SEED)
            if name != ROWS[0]:
                rewrite(study, "diary", "hours", text, SEED)
            told.append(f"| {name} | {' | '.join(f'{number:,.1f}' for number in _results(study))} |")
    return told


def _results(folder: Path) -> list[float]:
    study = load_study(folder)
    with tempfile.TemporaryDirectory() as out, open_warehouse(Path(out), study) as (con, kept):
        take_in(con, study, kept)
        steps.validate(con, study, kept)
        steps.derive(con)
        rates = con.execute(
            """SELECT 100.0 * count(*) FILTER (status = 'responder')
                / count(*) FILTER (status IN ('responder', 'non_responder'))
            FROM analysis.responder WHERE rule_set = 'article' AND cycle <= 3 GROUP BY cycle ORDER BY cycle"""
        ).fetchall()
        (baseline,) = con.execute(
            "SELECT avg(28.0 * headache_days / recorded_days) FROM analysis.months WHERE cycle = 0 AND recorded_days > 0"
        ).fetchall()[0]
        (headaches,) = con.execute("SELECT count(*) FROM tabulation.diary_days WHERE headache").fetchall()[0]
    return [*(rate for (rate,) in rates), baseline, headaches]
