"""One table by hand in polars: responder status per subject and cycle under data/rules/mbs_18377.toml.

``python -m tests.bench.with_polars STUDY RESULT.csv``. The same table as tests/bench/with_pandas.py, which says what is
left out.
"""

import sys
import tomllib
from datetime import date
from pathlib import Path

import polars as pl

DAY = pl.duration(days=1)


def scan_diary(inbox: Path, cutoff: date) -> pl.LazyFrame:
    """Recorded days up to the cut-off; only the three columns needed are read."""
    lines = pl.scan_csv(inbox / "diary*.csv", infer_schema=False)
    return lines.select(
        "subject_id", pl.col("diary_date").str.to_date("%Y-%m-%d"), pl.col("headache").cast(pl.Int8)
    ).filter(pl.col("headache").is_not_null() & (pl.col("diary_date") <= cutoff))


def scan_cycles(inbox: Path, cutoff: date) -> pl.LazyFrame:
    """One row per subject and cycle with its window and baseline."""
    injected = pl.col("injection_date")
    lines = pl.scan_csv(inbox / "injections.csv", infer_schema=False)
    given = lines.select("subject_id", injected.str.to_date("%Y-%m-%d")).filter(injected <= cutoff).unique()
    return given.sort("subject_id", "injection_date").with_columns(
        cycle=pl.int_range(1, pl.len() + 1).over("subject_id"),
        baseline_start_date=injected.first().over("subject_id") - 28 * DAY,
        baseline_end_date=injected.first().over("subject_id") - DAY,
        window_start_date=injected + 56 * DAY,
        window_end_date=pl.min_horizontal(injected + 83 * DAY, injected.shift(-1).over("subject_id") - DAY),
    )


def count_days(diary: pl.LazyFrame, spans: pl.LazyFrame) -> pl.LazyFrame:
    """Recorded and headache days of each subject_id x cycle, whose days are start_date to end_date; cycle 0 is the
    baseline."""
    inside = diary.join(spans, on="subject_id").filter(
        pl.col("diary_date").is_between(pl.col("start_date"), pl.col("end_date"))
    )
    return inside.group_by("subject_id", "cycle").agg(
        recorded_days=pl.len().cast(pl.Int64), headache_days=pl.col("headache").sum().cast(pl.Int64)
    )


def derive_status(study: Path) -> pl.DataFrame:
    """One row per subject_id x cycle: the counts and the status."""
    cutoff = tomllib.loads((study / "study.toml").read_text())["study"]["data_cutoff"]
    cycles = scan_cycles(study / "inbox", cutoff)
    windows = cycles.select("subject_id", "cycle", start_date="window_start_date", end_date="window_end_date")
    baselines = cycles.filter(pl.col("cycle") == 1).select(
        "subject_id", cycle=pl.lit(0, pl.Int64), start_date="baseline_start_date", end_date="baseline_end_date"
    )
    counts = count_days(scan_diary(study / "inbox", cutoff), pl.concat([windows, baselines])).collect(
        engine="streaming"
    )
    numbers = ["recorded_days", "headache_days", "baseline_recorded_days", "baseline_headache_days"]
    baseline = counts.filter(pl.col("cycle") == 0).drop("cycle")
    baseline = baseline.rename({name: f"baseline_{name}" for name in numbers[:2]})
    counted = (
        cycles.collect()
        .join(counts, on=["subject_id", "cycle"], how="left")
        .join(baseline, on="subject_id", how="left")
        .with_columns(pl.col(numbers).fill_null(0))
    )
    d, h, bd, bh = (pl.col(name) for name in numbers)
    status = (
        pl.when(pl.col("window_end_date") > cutoff)
        .then(pl.lit("not_due"))
        .when((d < 20) | (bd < 20) | (bh == 0))
        .then(pl.lit("not_evaluable"))
        .when(100 * h * bd <= 50 * bh * d)
        .then(pl.lit("responder"))
        .otherwise(pl.lit("non_responder"))
    )
    return counted.select("subject_id", "cycle", *numbers, status=status).sort("subject_id", "cycle")


if __name__ == "__main__":
    derive_status(Path(sys.argv[1])).write_csv(sys.argv[2])
