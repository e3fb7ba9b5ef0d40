"""What a status says of itself does not contradict it."""

from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path

from tests.cli.helpers import SETTINGS, write_study
from tests.run import computed

INJECTED = date(2024, 2, 1)


def test_a_change_short_of_the_threshold_does_not_read_like_it(tmp_path: Path) -> None:
    days = {-28 + n: n < 17 for n in range(25)} | {56 + n: n < 10 for n in range(21)}  # 10 of 21 against 17 of 25
    diary = "subject_id,diary_date,headache\n"
    diary += "".join(f"A,{INJECTED + timedelta(n)},{int(ill)}\n" for n, ill in days.items())
    diary += f"A,{INJECTED + timedelta(83)},\n"
    study = write_study(
        tmp_path / "study",
        {"diary.csv": diary, "injections.csv": f"subject_id,injection_date\nA,{INJECTED}\n"},
        SETTINGS,
    )
    with computed(study, study / "published") as run:
        (told,) = run.con.execute("SELECT status, reason FROM analysis.responder").fetchall()
    assert told[0] == "non_responder"
    assert "a change of -29.97%, needed >= 30% reduction" in told[1]


def test_two_decimals_tell_all_changes_of_a_month_from_the_thresholds() -> None:
    counts = [(headaches, days) for days in range(14, 29) for headaches in range(days + 1)]
    changes = {Fraction(h * bd, d * bh) for h, d in counts for bh, bd in counts if bh}
    reductions = {100 * (1 - change) for change in changes}
    for threshold in (30, 50):
        assert min(abs(reduction - threshold) for reduction in reductions if reduction != threshold) > Fraction(1, 200)
