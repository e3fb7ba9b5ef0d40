"""Many small files landed: a file for each subject and month, as an app exports them.

``python -m tests.bench.small_files [--files N] [--folder DIR]``. A fresh process lands the files, and lands them once
more where nothing is new. Wall clock and processor time, for other work on the machine lengthens the first. Prints
Markdown for docs/performance.md.
"""

import argparse
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from flows.runs import steps
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse
from tests.cli.helpers import write_study

HEADER = "subject_id,diary_date,headache,hours,severity,migraine,acute_medication\n"
DAYS = 28


def diary(number: int) -> str:
    """A subject's month: about half of the days with a headache."""
    first = date(2024, 1, 1) + timedelta(number % 60)
    lines = []
    for day in range(DAYS):
        headache = (day * 5 + number) % 2
        told = "4,2,1,triptan" if headache else ",,0,"
        lines.append(f"S{number:06},{first + timedelta(day)},{headache},{told}\n")
    return HEADER + "".join(lines)


def landed(study_folder: Path) -> tuple[int, float, float]:
    """Files landed, seconds on the clock and of the processor."""
    study = load_study(study_folder)
    with open_warehouse(study_folder / "out", study) as (con, kept):
        steps.load_metadata(con, study, None)
        started, before = time.perf_counter(), time.process_time()
        files = steps.land(con, study, kept).files_landed
        return files, time.perf_counter() - started, time.process_time() - before


def main(number: int, folder: Path | None) -> None:
    """Write the files, land them, print."""
    with tempfile.TemporaryDirectory(prefix="small-files-", dir=folder) as scratch:
        files = {f"{n % 100:02}/diary-{n:06}.csv": diary(n) for n in range(number)}
        files["injections.csv"] = "subject_id,injection_date\nS000000,2024-02-01\n"
        study = write_study(Path(scratch) / "study", files)
        print(
            f"{number:,} files of {DAYS} lines\n\n| what | seconds | processor seconds | ms a file |\n|---|---|---|---|"
        )
        for what, expected in (("landed", number + 1), ("nothing new", 0)):
            count, seconds, processor = landed(study)
            if count != expected:
                raise SystemExit(f"{count} files were landed, {expected} expected")
            print(f"| {what} | {seconds:.1f} | {processor:.1f} | {1000 * seconds / number:.2f} |")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=20_000)
    parser.add_argument("--folder", type=Path, help="where to work")
    asked = parser.parse_args()
    main(asked.files, asked.folder)
