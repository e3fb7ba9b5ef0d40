"""A large study from CSV to snapshot, beside the floors (one read_csv; the finished tables written again with nothing
computed), the same table by hand in pandas and polars, and the same models and row checks built by dbt-duckdb.

``python -m tests.bench.throughput [--rows N ...] [--times N] [--folder DIR] [--dbt ENVIRONMENT]``. Everything measured is a
fresh process, in turns: floor, pandas, polars, run, dbt build, its tables written again, run with nothing new, run with one
more day of everybody. It stops where a run did not do what it should, or pandas, polars, dbt-duckdb and analysis.responder
differ. Prints Markdown for docs/performance.md. Ten million rows need about 7 GB of disk under DIR (default: the temporary
folder). ENVIRONMENT is a folder with dbt-duckdb installed; without one dbt-duckdb is left out, and the output says so.
"""

import argparse
import json
import math
import os
import platform
import shutil
import sys
import tempfile
from datetime import date
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from tests.bench.dbt_peer import Peer, measure_peer
from tests.bench.processes import ROOT, Took, measure

RUN = ("-m", "flows.cli", "run")
# The least that any pipeline over these files does: their lines in a table, typed, by two threads.
FLOOR = """
import duckdb, sys
with duckdb.connect(sys.argv[2], config={"threads": 2}) as con:
    con.execute("SET enable_progress_bar = false")  # it would be read as the count
    con.execute(f"CREATE TABLE diary AS SELECT * FROM read_csv('{sys.argv[1]}')")
    print(con.execute("SELECT count(*) FROM diary").fetchall()[0][0])
"""
BY_HAND = """pandas and polars read three of the diary's eight columns and the injections, and make one table under one rule
set. They validate nothing, set nothing aside, keep no input, know no correction and no line a number came from; they give
no verdict, no summary, no report. The run does all that, under six rule sets.
"""
NO_PEER = (
    "dbt-duckdb was not measured: there is no environment for it (make bench makes one, and needs the registry for it)."
)
STEPS = ("land", "validate", "derive", "summarise", "publish")


class Round(NamedTuple):
    """One turn of everything that is measured, on a study of ``rows`` diary lines."""

    rows: int
    floor: Took
    pandas: Took
    polars: Took
    run: Took
    written: Took
    again: Took
    next_day: Took
    agreement: str
    peer: Peer | None = None

    def step_seconds(self) -> dict[str, float]:
        """Seconds of each step of the run by its log; what is left is the start and the end."""
        steps = {
            event["step"]: event["seconds"]
            for event in events(self.run)
            if event.get("event") == "ended" and "step" in event
        }
        return {**{step: steps[step] for step in STEPS}, "start and end": self.run.seconds - sum(steps.values())}


def events(took: Took) -> list[dict]:
    """The JSON lines of a run."""
    return [json.loads(line) for line in took.err.splitlines() if line.startswith("{")]


def measure_round(study: Path, scratch: Path, env: dict[str, str], dbt: Path | None = None) -> Round:
    """Measure everything once; ``dbt`` is the Python of its environment. Raises SystemExit where a result is not what it
    has to be."""
    out, inbox, held_back = scratch / "out", study / "inbox", study / "later" / "diary-next-day.csv"
    run = (*RUN, study, "--out", out, "--log-format", "json")
    floor = measure("-c", FLOOR, inbox / "diary*.csv", scratch / "floor.duckdb")
    by_hand = [scratch / "pandas.csv", scratch / "polars.csv"]
    pandas = measure("-m", "tests.bench.with_pandas", study, by_hand[0])
    polars = measure("-m", "tests.bench.with_polars", study, by_hand[1])
    first = measure(*run, env=env)
    agreement = measure("-m", "tests.bench.agreement", out / "current", *by_hand).out.strip()
    peer = measure_peer(study, out / "current", scratch / "dbt", dbt) if dbt else None
    shutil.rmtree(scratch / "dbt", ignore_errors=True)
    written = measure("-m", "tests.bench.written_again", out / "current", scratch / "written")
    shutil.rmtree(scratch / "written")
    again = measure(*run, env=env)
    _expect("unchanged" in [event.get("event") for event in events(again)], "a run with nothing new made something new")
    arrived = shutil.copy(held_back, inbox)
    next_day = measure(*run, env=env)
    lines = sum(1 for _ in held_back.open()) - 1
    landed = [event["lines_landed"] for event in events(next_day) if "lines_landed" in event]
    _expect(landed == [lines], f"{landed} lines of the new day were landed, {lines} sent")
    _expect("published" in [event.get("event") for event in events(next_day)], "the new day was not published")
    Path(arrived).unlink()
    for path in (out, scratch / "floor.duckdb"):
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    return Round(int(floor.out), floor, pandas, polars, first, written, again, next_day, agreement, peer)


def _expect(holds: bool, otherwise: str) -> None:
    if not holds:
        raise SystemExit(otherwise)


def fastest(rounds: list[Round]) -> Round:
    """The fastest of each measure; they need not be of one round."""
    least = {
        name: min((getattr(one, name) for one in rounds), key=lambda took: took.seconds)
        for name in ("floor", "pandas", "polars", "run", "written", "again", "next_day")
    }
    peers = [one.peer for one in rounds if one.peer]
    return rounds[0]._replace(**least, peer=min(peers, key=lambda peer: peer.took.seconds) if peers else None)


def machine() -> str:
    """Processor, memory and versions in a line."""
    names = [
        line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line
    ]
    gib = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3
    libraries = ", ".join(f"{name} {version(name)}" for name in ("duckdb", "pandas", "polars", "prefect"))
    return (
        f"{names[0] if names else platform.processor()}, {os.cpu_count()} cores, {gib:.0f} GiB, {platform.machine()}; "
        f"Python {platform.python_version()}, {libraries}; {date.today():%B %Y}."
    )


def page(sizes: list[Round], demo: Took, times: int) -> str:
    """The tables as Markdown, the sizes in rising order."""
    lines = [f"{machine()} Fastest of {times}.", ""]
    lines += [
        "| diary rows | floor s | run s | run / floor | peak MiB | pandas s, MiB | polars s, MiB |",
        "|---|---|---|---|---|---|---|",
    ]
    for size in sizes:
        by_hand = " | ".join(f"{took.seconds:.1f}, {took.peak_mib:,.0f}" for took in (size.pandas, size.polars))
        lines.append(
            f"| {size.rows:,} | {size.floor.seconds:.1f} | {size.run.seconds:.1f} | "
            f"{size.run.seconds / size.floor.seconds:.1f} | {size.run.peak_mib:,.0f} | {by_hand} |"
        )
    lines += ["", f"Beside the run its Prefect server held {max(size.run.server_mib for size in sizes):,.0f} MiB.", ""]
    lines += [BY_HAND, *(f"{size.rows:,} rows: {size.agreement}" for size in sizes)]
    lines += ["", *peer_lines(sizes), "", *_steps(sizes, demo), "", *_nights(sizes, demo)]
    return "\n".join(lines)


def peer_lines(sizes: list[Round]) -> list[str]:
    """The run beside ``dbt build``, or the sentence that it was not measured."""
    lines = [
        "| diary rows | run s, processor s, MiB | dbt build s, processor s, MiB | run / dbt build | of processor seconds |",
        "|---|---|---|---|---|",
    ]
    for rows, run, peer in ((size.rows, size.run, size.peer) for size in sizes):
        if peer:
            ours, theirs = (f"{t.seconds:.1f}, {t.processor_seconds:.1f}, {t.peak_mib:,.0f}" for t in (run, peer.took))
            clock, processor = run.seconds / peer.took.seconds, run.processor_seconds / peer.took.processor_seconds
            lines.append(f"| {rows:,} | {ours} | {theirs} | {clock:.2f} | {processor:.2f} |")
    if len(lines) == 2:
        return [NO_PEER]
    return [*lines, "", *(f"{size.rows:,} rows: {size.peer.agreement}" for size in sizes if size.peer)]


def _steps(sizes: list[Round], demo: Took) -> list[str]:
    pairs = list(pairwise(sizes))
    heads = [f"{size.rows:,} rows, s" for size in sizes] + [f"exponent {a.rows:,} to {b.rows:,}" for a, b in pairs]
    rows = {step: [size.step_seconds()[step] for size in sizes] for step in (*STEPS, "start and end")}
    rows["floor"] = [size.floor.seconds for size in sizes]
    rows["the tables written again, nothing computed"] = [size.written.seconds for size in sizes]
    rows["the whole run"] = [size.run.seconds for size in sizes]
    rows["the whole run less the demo's"] = [size.run.seconds - demo.seconds for size in sizes]
    lines = [f"| step | {' | '.join(heads)} |", "|---" * (len(heads) + 1) + "|"]
    for step, seconds in rows.items():
        grown = [
            f"{math.log(late / early) / math.log(b.rows / a.rows):.2f}" if min(early, late) > 0.05 else ""
            for (a, b), early, late in zip(pairs, seconds, seconds[1:], strict=False)
        ]
        lines.append(f"| {step} | {' | '.join([f'{s:.1f}' for s in seconds] + grown)} |")
    return lines


def _nights(sizes: list[Round], demo: Took) -> list[str]:
    start = demo.seconds
    lines = [f"The fixed start-up, a run of the demo study (16,679 lines): {start:.1f} s.", ""]
    lines += [
        "| diary rows | nothing new s | one more day s | less start-up s | of a full run less start-up |",
        "|---|---|---|---|---|",
    ]
    for size in sizes:
        day, full = size.next_day.seconds - start, size.run.seconds - start
        share = f"{100 * day / full:.0f}%" if full > 0 else ""
        lines.append(
            f"| {size.rows:,} | {size.again.seconds:.1f} | {size.next_day.seconds:.1f} | {day:.1f} | {share} |"
        )
    return lines


def python_of(environment: Path | None) -> Path | None:
    """Its Python where the environment was finished, dbt included."""
    finished = environment is not None and (environment / "bin" / "dbt").exists()
    return environment.absolute() / "bin" / "python" if environment and finished else None


def main(rows: list[int], times: int, folder: Path | None, dbt: Path | None) -> None:
    """Write the studies, measure in turns, print."""
    if not dbt:
        print(NO_PEER, file=sys.stderr)
    with tempfile.TemporaryDirectory(prefix="throughput-", dir=folder) as name:
        scratch = Path(name)
        env = {"PREFECT_HOME": f"{scratch}/prefect", "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
        demo_run = (*RUN, ROOT / "data/studies/demo", "--out")
        measure(*demo_run, scratch / "warm", env=env)  # the first start of all makes Prefect's database
        demos, sizes = [], []
        for count in sorted(rows):
            study = scratch / f"study-{count}"
            measure("-m", "tests.bench.large_study", study, "--rows", str(count))
            rounds = []
            for _ in range(times):
                demos.append(measure(*demo_run, scratch / f"demo-{len(demos)}", env=env))
                rounds.append(measure_round(study, scratch, env, dbt))
                print(f"{count:,} rows: run {rounds[-1].run.seconds:.1f} s", file=sys.stderr)
            sizes.append(fastest(rounds))
            shutil.rmtree(study)
    print(page(sizes, min(demos, key=lambda took: took.seconds), times))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--folder", type=Path, help="where to work; needs room")
    parser.add_argument("--dbt", type=Path, help="the environment with dbt-duckdb; left out where there is none")
    asked = parser.parse_args()
    main(asked.rows, asked.times, asked.folder, python_of(asked.dbt))
