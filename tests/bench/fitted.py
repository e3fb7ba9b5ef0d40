"""Time of each fitted table on the warehouse of a run: ``python -m tests.bench.fitted OUT/state/warehouse.duckdb``.

Forty thousand subjects: ``python -m tests.bench.large_study FOLDER --rows 10000000``, then ``migraine-outcomes run FOLDER
--out OUT``. The warehouse is only read. CPU seconds count all threads. What came out: docs/statistics.md.
"""

import sys
import time

import duckdb

from flows.statistics import register_statistics
from flows.statistics.fitted_tables import FITTED


def main(warehouse: str) -> None:
    # What a first call imports is no work on the subjects.
    import scipy.stats  # noqa: F401
    import statsmodels.api  # noqa: F401

    import flows.statistics.mmrm  # noqa: F401

    total = 0.0
    with duckdb.connect(warehouse, read_only=True) as con:
        register_statistics(con)
        for name, fit in FITTED.items():
            began, cpu = time.perf_counter(), time.process_time()
            rows = fit(con)
            cpu = time.process_time() - cpu
            total += cpu
            print(f"{name:40} {time.perf_counter() - began:8.2f} s {cpu:8.2f} CPU s {len(rows):6} rows")
    print(f"{'all':40} {total:21.2f} CPU s")


if __name__ == "__main__":
    main(*sys.argv[1:])
