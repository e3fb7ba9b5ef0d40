"""What a run of the demo study costs beside its floor: Prefect's own server start, then the imports, nothing else.

``python -m tests.bench.fixed_cost [--times N]``. Floor and run alternate, for a machine is never equally busy twice; the
fastest of each is compared. Prints Markdown for docs/performance.md.
"""

import argparse
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
# Prefect's way: its client starts a temporary server and waits for it.
SERVER = (
    "from prefect import get_client\nfrom prefect.server.api.server import SubprocessASGIServer\n"
    "get_client(sync_client=True)\nSubprocessASGIServer().stop()"
)
# What a run cannot do without, from other people's packages only.
IMPORTS = "import duckdb, prefect, great_expectations\nimport statsmodels.genmod.generalized_estimating_equations"
RUN = ["-m", "flows.cli", "run", str(ROOT / "data/studies/demo"), "--out"]


def measure(words: list[str], home: Path) -> tuple[float, float]:
    """Seconds on the clock and of processor time (children included) of a Python process."""
    names = {"PREFECT_HOME": str(home), "DO_NOT_TRACK": "1", "PREFECT_SERVER_ANALYTICS_ENABLED": "false"}
    started, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [sys.executable, *words],
        check=True,
        cwd=ROOT,
        env={**os.environ, **names, "PREFECT_LOGGING_LEVEL": "CRITICAL"},
        capture_output=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - started, cpu


def main(times: int) -> None:
    """Measure, and print a table."""
    what = {
        "Prefect's temporary server, started and stopped": [],
        "the imports": [],
        "**floor: these two, one after the other**": [],
        "**`run` on the demo**": [],
        "`run` again: nothing new": [],
        "`--help`": [],
    }
    server, imports, floor, run, again, usage = what.values()
    with tempfile.TemporaryDirectory(prefix="fixed-cost-") as folder:
        home = Path(folder) / "prefect"
        measure(["-c", SERVER], home)  # the first start of all makes the database
        for number in range(times):
            out = f"{folder}/out-{number}"
            server.append(measure(["-c", SERVER], home))
            imports.append(measure(["-c", IMPORTS], home))
            floor.append((server[-1][0] + imports[-1][0], server[-1][1] + imports[-1][1]))
            run.append(measure([*RUN, out], home))
            again.append(measure([*RUN, out], home))
            usage.append(measure(["-m", "flows.cli", "--help"], home))
    print(f"{os.cpu_count()} cores, {platform.machine()}, Python {platform.python_version()}; fastest of {times}.\n")
    print("| what | seconds | processor seconds |\n|---|---|---|")
    for name, measured in what.items():
        if measured:
            print(f"| {name} | {min(m[0] for m in measured):.1f} | {min(m[1] for m in measured):.1f} |")
    over = min(m[0] for m in run) - min(m[0] for m in floor)
    print(f"\nThe run takes {over:+.1f} s beside its floor; pair by pair ", end="")
    print(", ".join(f"{r[0] - f[0]:+.1f}" for r, f in zip(run, floor, strict=True)), end=" s.\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--times", type=int, default=3)
    main(parser.parse_args().times)
