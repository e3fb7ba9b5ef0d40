"""One table by hand in pandas: responder status per subject and cycle under data/rules/mbs_18377.toml.

``python -m tests.bench.with_pandas STUDY RESULT.csv``. At least 50% fewer headache days in Days 57-84 of a cycle than in
the 28 days before the first injection, each with 20 recorded days or more. What the study's own run does beside is left
out: no validation, no corrections, no trace to the lines, one rule set, no verdicts, no summary.
"""

import sys
import tomllib
from pathlib import Path

import pandas as pd

DAY = pd.Timedelta(days=1)


def load_diary(inbox: Path, cutoff: pd.Timestamp) -> pd.DataFrame:
    """Recorded days up to the cut-off; only the three columns needed are read."""
    files = [
        pd.read_csv(
            path,
            usecols=["subject_id", "diary_date", "headache"],
            dtype={"subject_id": "str", "headache": "float32"},
            parse_dates=["diary_date"],
            date_format="%Y-%m-%d",
        ).dropna()
        for path in sorted(inbox.glob("diary*.csv"))
    ]
    diary = pd.concat(files, ignore_index=True)
    return diary[diary["diary_date"] <= cutoff]


def load_cycles(inbox: Path, cutoff: pd.Timestamp) -> pd.DataFrame:
    """One row per subject and cycle with its window and baseline."""
    cycles = pd.read_csv(
        inbox / "injections.csv",
        usecols=["subject_id", "injection_date"],
        dtype={"subject_id": "str"},
        parse_dates=["injection_date"],
        date_format="%Y-%m-%d",
    )
    cycles = cycles[cycles["injection_date"] <= cutoff].drop_duplicates().sort_values(["subject_id", "injection_date"])
    of_subject = cycles.groupby("subject_id")["injection_date"]
    cycles["cycle"] = of_subject.cumcount() + 1
    cycles["first_injection_date"] = of_subject.transform("first")
    cycles["window_start_date"] = cycles["injection_date"] + 56 * DAY
    day_84, day_before_next = cycles["injection_date"] + 83 * DAY, of_subject.shift(-1) - DAY
    cycles["window_end_date"] = day_84.where(day_before_next.isna() | (day_84 <= day_before_next), day_before_next)
    return cycles


def count_days(diary: pd.DataFrame, start: pd.Series, end: pd.Series) -> pd.DataFrame:
    """Recorded and headache days by subject from ``start`` to ``end``, both by subject."""
    day, subject = diary["diary_date"], diary["subject_id"]
    inside = diary[(day >= subject.map(start)) & (day <= subject.map(end))]
    return inside.groupby("subject_id")["headache"].agg(recorded_days="count", headache_days="sum")


def derive_status(study: Path) -> pd.DataFrame:
    """One row per subject_id x cycle: the counts and the status."""
    cutoff = pd.Timestamp(tomllib.loads((study / "study.toml").read_text())["study"]["data_cutoff"])
    diary, cycles = load_diary(study / "inbox", cutoff), load_cycles(study / "inbox", cutoff)
    diary["subject_id"] = diary["subject_id"].astype("category")
    first = cycles[cycles["cycle"] == 1].set_index("subject_id")["first_injection_date"]
    counted = cycles.join(count_days(diary, first - 28 * DAY, first - DAY).add_prefix("baseline_"), on="subject_id")
    windows = []
    for cycle, given in cycles.groupby("cycle"):
        spans = given.set_index("subject_id")
        windows.append(count_days(diary, spans["window_start_date"], spans["window_end_date"]).assign(cycle=cycle))
    counted = counted.merge(pd.concat(windows).reset_index(), on=["subject_id", "cycle"], how="left")
    numbers = ["recorded_days", "headache_days", "baseline_recorded_days", "baseline_headache_days"]
    counted[numbers] = counted[numbers].fillna(0).astype("int64")
    d, h, bd, bh = (counted[name] for name in numbers)
    counted["status"] = "non_responder"
    counted.loc[100 * h * bd <= 50 * bh * d, "status"] = "responder"
    counted.loc[(d < 20) | (bd < 20) | (bh == 0), "status"] = "not_evaluable"
    counted.loc[counted["window_end_date"] > cutoff, "status"] = "not_due"
    return counted[["subject_id", "cycle", *numbers, "status"]].sort_values(["subject_id", "cycle"])


if __name__ == "__main__":
    derive_status(Path(sys.argv[1])).to_csv(sys.argv[2], index=False)
