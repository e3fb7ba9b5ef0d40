"""What a status says of itself does not contradict it: what was found stands in the unit of what is needed."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

import pytest

from flows.explaining.explain import comparisons
from tests.cli.helpers import SETTINGS, write_study
from tests.run import computed

INJECTED = date(2024, 2, 1)
RULE = """
id = "own"
title = "Own"
citation = "none"
decision = "none"
month_days = {month}
[response]
conditions = [{{ measure = "{measure}", comparator = "{comparator}", threshold = {threshold} }}]
"""


def reason_of(
    folder: Path, rule: str, window: tuple[int, int], baseline: tuple[int, int]
) -> tuple[str, str, list[str]]:
    """Status, reason and comparisons of one cycle with so many headache days of so many recorded ones."""
    days = {-28 + n: n < baseline[0] for n in range(baseline[1])} | {56 + n: n < window[0] for n in range(window[1])}
    diary = "subject_id,diary_date,headache\n"
    diary += "".join(f"A,{INJECTED + timedelta(n)},{int(ill)}\n" for n, ill in days.items())
    if window[1] < 28:
        diary += f"A,{INJECTED + timedelta(83)},\n"
    injections = f"subject_id,injection_date\nA,{INJECTED}\n"
    study = write_study(
        folder / "study",
        {"diary.csv": diary, "injections.csv": injections},
        SETTINGS.replace("nice_ta260", "own"),
    )
    (study / "rules").mkdir()
    (study / "rules" / "own.toml").write_text(rule, encoding="utf-8")
    with computed(study, study / "published") as run:
        found = run.con.execute("SELECT * FROM analysis.responder")
        names = [column[0] for column in found.description or []]
        (row,) = (dict(zip(names, values, strict=True)) for values in found.fetchall())
        found = run.con.execute("SELECT * FROM meta.rule_sets")
        names = [column[0] for column in found.description or []]
        (settings,) = (dict(zip(names, values, strict=True)) for values in found.fetchall())
    return row["status"], row["reason"], comparisons(row, settings)


@pytest.mark.parametrize(
    ("month", "measure", "comparator", "threshold", "window", "baseline", "status", "reason", "comparison"),
    [
        (
            30, "headache_free_days", ">=", 15, (14, 28), (20, 28), "responder",
            "14 headache days in 28 days judged; 14 of 28 days headache-free = 15.00 of 30, needed >= 15",
            "headache-free days >= 15 of 30: 14 x 30 = 420 >= 420 = 15 x 28 holds",
        ),
        (
            30, "headache_days", "<", 15, (14, 28), (20, 28), "non_responder",
            "14 headache days in 28 days judged; 14 of 28 days with headache = 15.00 of 30, needed < 15",
            "headache days < 15 of 30: 14 x 30 = 420 < 420 = 15 x 28 does not hold",
        ),
        (
            28, "reduction_pct", ">=", 30, (10, 21), (17, 25), "non_responder",
            "10 headache days in 21 days judged; 17 in 25 at baseline: a reduction of 29.97%, needed >= 30%",
            "reduction >= 30%: 100 x 10 x 25 = 25000 <= 24990 = 70 x 17 x 21 does not hold",
        ),
        (
            28, "reduction_pct", ">", 0, (20, 28), (16, 28), "non_responder",
            "20 headache days in 28 days judged; 16 in 28 at baseline: a reduction of -25.00% (a rise), needed > 0%",
            "reduction > 0%: 100 x 20 x 28 = 56000 < 44800 = 100 x 16 x 28 does not hold",
        ),
        (
            28, "reduction_pct", ">", 0, (16, 28), (16, 28), "non_responder",
            "16 headache days in 28 days judged; 16 in 28 at baseline: a reduction of 0.00%, needed > 0%",
            "reduction > 0%: 100 x 16 x 28 = 44800 < 44800 = 100 x 16 x 28 does not hold",
        ),
    ],
)  # fmt: skip
def test_found_and_needed_stand_in_one_unit(
    tmp_path: Path,
    month: int,
    measure: str,
    comparator: str,
    threshold: int,
    window: tuple[int, int],
    baseline: tuple[int, int],
    status: str,
    reason: str,
    comparison: str,
) -> None:
    rule = RULE.format(month=month, measure=measure, comparator=comparator, threshold=threshold)
    assert reason_of(tmp_path, rule, window, baseline) == (status, reason, [comparison])


def test_two_decimals_tell_all_changes_of_a_month_from_the_thresholds() -> None:
    counts = [(headaches, days) for days in range(14, 29) for headaches in range(days + 1)]
    changes = {Fraction(h * bd, d * bh) for h, d in counts for bh, bd in counts if bh}
    reductions = {100 * (1 - change) for change in changes}
    for threshold in (30, 50):
        assert min(abs(reduction - threshold) for reduction in reductions if reduction != threshold) > Fraction(1, 200)


def test_two_decimals_tell_all_days_of_a_cycle_from_every_threshold() -> None:
    for month in (28, 29, 30, 31):
        shares = {Fraction(days * month, judged) for judged in range(1, 85) for days in range(judged + 1)}
        assert min(abs(share - round(share)) for share in shares if share != round(share)) > Fraction(1, 200)
