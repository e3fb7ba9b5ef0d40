"""Every count of headache days against every count at baseline, and every thin window, on all six rule sets.

The status of SQL == reference == a closed form in integers, written here from each rule's wording.
h of d headache days in the window, bh of bd at baseline.
"""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import duckdb
import pytest

from tests.spec.engines import Engine, reference_engine, sql_engine
from tests.spec.format import ALL_SHIPPED, DAY_1, SHIPPED, Row
from tests.spec.layout import date_of, days_of

Counts = tuple[int, int, int, int]  # h, d, bh, bd
FULL = [(h, 28, bh, 28) for h in range(29) for bh in range(29)]
THIN_WINDOW = [(h, d, 20, 28) for d in range(29) for h in range(d + 1)]
THIN_BASELINE = [(14, 28, bh, bd) for bd in range(29) for bh in range(bd + 1)]

# Wording -> integers. At least 30% fewer: h/d <= 7/10 * bh/bd. At least 50% fewer: h/d <= 1/2 * bh/bd.
# 15 of 30 days free: at least half of the recorded ones.
CLOSED_FORMS: dict[str, Callable[[int, int, int, int], bool]] = {
    "article": lambda h, d, bh, bd: 2 * (d - h) >= d,
    "nice_ta260": lambda h, d, bh, bd: 10 * h * bd <= 7 * bh * d,
    "ehf_2018": lambda h, d, bh, bd: 10 * h * bd <= 7 * bh * d,
    "dmkg_2018": lambda h, d, bh, bd: 10 * h * bd <= 7 * bh * d,
    "mbs_18377": lambda h, d, bh, bd: 2 * h * bd <= bh * d,
    "preempt": lambda h, d, bh, bd: 2 * h * bd <= bh * d,
}


def expected_status(rule_set: str, h: int, d: int, bh: int, bd: int) -> str:
    needs_baseline = rule_set != "article"
    if d < 20 or (needs_baseline and (bd < 20 or bh == 0)):
        return "not_evaluable"
    return "responder" if CLOSED_FORMS[rule_set](h, d, bh, bd) else "non_responder"


def study_of(grid: list[Counts]) -> tuple[list[Row], list[Row], list[Row], Any, list[Row]]:
    """One patient per point: h of d in the first month (ehf_2018) and again in the last (all others)."""
    plain: Row = {"severity": None, "migraine": None, "acute_medication": ()}
    dates = [[date_of(day, DAY_1) for day in days_of(f"Days {days}")] for days in ("-28..-1", "1..28", "57..84")]
    diary, injections = [], []
    for number, (h, d, bh, bd) in enumerate(grid):
        patient = f"{number:04}"
        injections.append({"subject_id": patient, "injection_date": DAY_1, "units": None, "sites": None})
        for month, (headaches, recorded) in zip(dates, ((bh, bd), (h, d), (h, d)), strict=True):
            diary += [
                {"subject_id": patient, "diary_date": day, "headache": i < headaches, "hours": 6.0 * (i < headaches)}
                | plain
                for i, day in enumerate(month[:recorded])
            ]
    return diary, injections, [SHIPPED[name] for name in ALL_SHIPPED], DAY_1 + timedelta(days=83), []


def statuses(engine: Engine, grid: list[Counts]) -> dict[tuple[str, Counts], str]:
    rows = engine(*study_of(grid))["responder"]
    assert len(rows) == len(grid) * len(ALL_SHIPPED)
    return {(row["rule_set"], grid[int(row["subject_id"])]): row["status"] for row in rows}


@pytest.mark.parametrize(
    ("grid", "points"),
    [(FULL, 841), (THIN_WINDOW, 435), (THIN_BASELINE, 435)],
    ids=["complete months", "thin window", "thin baseline"],
)
@pytest.mark.parametrize("name", ["sql", "reference"])
def test_status_is_the_closed_form(name: str, grid: list[Counts], points: int) -> None:
    assert len(set(grid)) == points
    with duckdb.connect() as con:
        got = statuses(sql_engine(con) if name == "sql" else reference_engine(), grid)
    wanted = {(rule, point): expected_status(rule, *point) for rule in ALL_SHIPPED for point in grid}
    assert {key: (wanted[key], got[key]) for key in wanted if wanted[key] != got[key]} == {}


def test_the_rules_can_be_told_apart() -> None:
    """Counted by hand from the wording: how many of the 841 points are responders."""
    responders = {rule: sum(expected_status(rule, *point) == "responder" for point in FULL) for rule in ALL_SHIPPED}
    assert responders["article"] == 15 * 29  # h = 0..14, whatever the baseline
    assert responders["preempt"] == responders["mbs_18377"] == sum(bh // 2 + 1 for bh in range(1, 29))
    assert responders["nice_ta260"] == sum(7 * bh // 10 + 1 for bh in range(1, 29))
