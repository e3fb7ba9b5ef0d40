"""What docs/cluster.md reckons with: bytes a row, rows a second and core, and what stays on one machine.

    python -m tests.bench.partitions --subjects 40000 --partitions 8

A simulated study through the steps of a run, the subjects derived in partitions, each by a process of its own with one
thread, one after the other. Processor seconds are of all threads; the peak is of the largest partition's process.
"""

import argparse
import multiprocessing
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from flows.base.sql_text import one_value
from flows.deriving.partitions import derive_partition, gather_partitions, write_partitions
from flows.publishing.publish import publish, snapshot_id
from flows.runs import steps
from flows.study.study_folder import load_study
from flows.warehouse.database import open_warehouse


def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--subjects", type=int, default=40_000)
    arguments.add_argument("--partitions", type=int, default=8)
    arguments.add_argument("--without-publishing", action="store_true")
    given = arguments.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        measure(Path(scratch), given.subjects, given.partitions, not given.without_publishing)


def measure(scratch: Path, subjects: int, partitions: int, with_publishing: bool) -> None:
    study_folder, work = scratch / "study", scratch / "work"
    words = ["simulate", str(study_folder), "--subjects", str(subjects), "--seed", "7"]
    subprocess.run([sys.executable, "-m", "flows.cli", *words], check=True, capture_output=True)
    study = load_study(study_folder)
    out = scratch / "out"
    with open_warehouse(out, study) as (con, kept):
        steps.load_metadata(con, study, None)
        timed("land", lambda: steps.land(con, study, kept))
        name = snapshot_id(con, study, kept)
        quality = timed("validate", lambda: steps.validate(con, study, kept))
        rows = int(one_value(con, "SELECT count(*) FROM tabulation.diary_days"))
        work.mkdir()
        timed("write partitions", lambda: write_partitions(con, work, partitions))
        derived = [alone(work, number) for number in range(partitions)]
        cpu, wall, peak = sum(d[0] for d in derived), sum(d[1] for d in derived), max(d[2] for d in derived)
        tell("derive, one core", wall, cpu)
        timed("gather", lambda: gather_partitions(con, work, partitions))
        results = timed("summarise", lambda: steps.summarise(con))
        if with_publishing:
            timed("publish", lambda: publish(con, out, name, study, quality.results + results))
        print(f"\n{rows:,} diary rows of {subjects:,} subjects; peak of a partition {peak / 1024:,.0f} MiB")
        print(f"derive: {rows / wall:,.0f} rows a second and core")
        sizes = {
            "CSV": size(study_folder / "inbox", "diary*"),
            "Parquet of the diary, partitioned": size(work / "in/tabulation.diary_days"),
            "Parquet derived": size(work / "out"),
            "warehouse": size(out / "state", "warehouse.duckdb"),
            "kept inputs": size(out / "state/inputs"),
            "snapshot": size(out / "snapshots"),
        }
        for what, total in sizes.items():
            print(f"{what:<34} {total / 1e6:10,.1f} MB {total / rows:8.2f} bytes a diary row")


def alone(work: Path, number: int) -> tuple[float, float, int]:
    """Processor seconds, seconds, and peak KiB of one partition in a process of its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_derive, (work, number))


def _derive(work: Path, number: int) -> tuple[float, float, int]:
    began, cpu = time.perf_counter(), time.process_time()
    derive_partition(work, number, {"threads": 1})
    status = Path("/proc/self/status").read_text()  # ru_maxrss would tell the peak of the process that started this one
    peak = int(status.partition("VmHWM:")[2].split()[0])
    return time.process_time() - cpu, time.perf_counter() - began, peak


def timed(what: str, step: Callable[[], Any]) -> Any:
    began, cpu = time.perf_counter(), time.process_time()
    answer = step()
    tell(what, time.perf_counter() - began, time.process_time() - cpu)
    return answer


def tell(what: str, wall: float, cpu: float) -> None:
    print(f"{what:<18} {wall:8.1f} s {cpu:8.1f} processor s", flush=True)


def size(folder: Path, pattern: str = "*") -> int:
    return sum(path.stat().st_size for path in folder.rglob(pattern) if path.is_file())


if __name__ == "__main__":
    main()
    sys.stdout.flush()
