"""Counts the demo study's outcomes day by day from its files, with fractions, from the wording of the rules."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from .demo_reader import Line

HALF, THIRTY_PERCENT = Fraction(1, 2), Fraction(3, 10)


@dataclass
class Facts:
    """What is left when the lines that do not count are taken away."""

    cutoff: date
    headache: dict[str, dict[date, bool]]  # subject -> day -> answer, known answers up to the cut-off
    drugs: dict[str, dict[date, set[str]]]
    injections: dict[str, list[date]]
    subjects: dict[str, dict[str, str]]


def collect(study: dict, lines: dict[str, list[Line]], not_counting: set[tuple]) -> Facts:
    facts = Facts(study["study"]["data_cutoff"], defaultdict(dict), defaultdict(dict), {}, {})
    kept = {kind: [line.values for line in one if line.place not in not_counting] for kind, one in lines.items()}
    for row in kept["diary"]:
        day = date.fromisoformat(row["diary_date"])
        if day <= facts.cutoff and row["headache"]:
            assert day not in facts.headache[row["subject_id"]], (row, "a subject-day counts twice")
            facts.headache[row["subject_id"]][day] = {"1": True, "0": False}[row["headache"]]
            facts.drugs[row["subject_id"]][day] = set(filter(None, row["acute_medication"].split(";")))
    sessions = {(row["subject_id"], date.fromisoformat(row["injection_date"])) for row in kept["injections"]}
    for subject, day in sorted(sessions):
        if day <= facts.cutoff:
            facts.injections.setdefault(subject, []).append(day)
    facts.subjects = {row["subject_id"]: row for row in kept["subjects"]}
    return facts


def days_between(first: date, last: date) -> list[date]:
    return [first + timedelta(offset) for offset in range((last - first).days + 1)]


def count(facts: Facts, subject: str, days: list[date]) -> tuple[int, int]:
    """Headache days and recorded days among these days."""
    answers = [facts.headache[subject][day] for day in days if day in facts.headache[subject]]
    return sum(answers), len(answers)


def recount_statuses(facts: Facts) -> dict[tuple, tuple]:
    """(rule set, subject, cycle) -> status, verdict, headache and recorded days of window and of baseline."""
    result = {}
    for subject, injections in facts.injections.items():
        baseline = count(facts, subject, days_between(injections[0] - timedelta(28), injections[0] - timedelta(1)))
        cycles = [_recount_cycle(facts, subject, injections, place) for place in range(len(injections))]
        for rule_set, respond, verdict in (
            ("article", _half_free, _article_verdict),
            ("nice_ta260", _thirty_percent_less, _nice_verdict),
        ):
            previous = ""
            for cycle in cycles:
                cycle["status"] = _status(cycle, respond(cycle["window"], baseline))
            for number in range(1, len(cycles) + 1):
                previous = verdict(cycles[:number], baseline) or (
                    previous if previous.startswith("stop") else "undetermined"
                )
                now = cycles[number - 1]
                result[rule_set, subject, number] = (now["status"], previous, *now["window"], *baseline)
    return result


def _recount_cycle(facts: Facts, subject: str, injections: list[date], place: int) -> dict:
    start = injections[place]
    end = start + timedelta(83)
    if place + 1 < len(injections):
        end = min(end, injections[place + 1] - timedelta(1))
    all_days = days_between(start, end)
    months = [all_days[first : first + 28] for first in (0, 28, 56) if all_days[first : first + 28]]
    return {
        "window": count(facts, subject, all_days[56:]),
        "is_due": end <= facts.cutoff,
        "months": [(month[-1] <= facts.cutoff, *count(facts, subject, month)) for month in months],
    }


def _status(cycle: dict, responds: bool | None) -> str:
    if not cycle["is_due"]:
        return "not_due"
    if cycle["window"][1] < 20 or responds is None:
        return "not_evaluable"
    return "responder" if responds else "non_responder"


def _half_free(window: tuple[int, int], baseline: tuple[int, int]) -> bool | None:
    return Fraction(window[1] - window[0], window[1]) >= HALF if window[1] else None


def _thirty_percent_less(window: tuple[int, int], baseline: tuple[int, int]) -> bool | None:
    fall = _fall(window, baseline)
    return None if fall is None else fall >= THIRTY_PERCENT


def _fall(window: tuple[int, int], baseline: tuple[int, int]) -> Fraction | None:
    if baseline[1] < 20 or baseline[0] == 0 or window[1] == 0:
        return None
    return 1 - Fraction(*window) / Fraction(*baseline)


def _is_judged(cycle: dict) -> bool:
    return cycle["status"] in ("responder", "non_responder")


def _article_verdict(cycles: list[dict], baseline: tuple[int, int]) -> str | None:
    if not _is_judged(cycles[-1]):
        return None
    if cycles[-1]["status"] == "non_responder":
        return "stop_no_response"
    judged = [cycle for cycle in cycles if _is_judged(cycle) and _fall(cycle["window"], baseline) is not None]
    last_two = judged[-2:] if judged and judged[-1] is cycles[-1] else []
    falls = [fall for cycle in last_two if (fall := _fall(cycle["window"], baseline)) is not None]
    return "stop_no_response" if len(falls) == 2 and max(falls) <= 0 else "continue"


def _nice_verdict(cycles: list[dict], baseline: tuple[int, int]) -> str | None:
    months = [(number, month) for number, cycle in enumerate(cycles, 1) for month in cycle["months"]]
    for place in range(2, len(months)):
        three = [month for _, month in months[place - 2 : place + 1]]
        if months[place][0] == len(cycles) and all(
            is_due and recorded >= 20 and Fraction(headaches * 28, recorded) < 15
            for is_due, headaches, recorded in three
        ):
            return "stop_success"
    if not _is_judged(cycles[-1]):
        return None
    return "stop_no_response" if cycles[-1]["status"] == "non_responder" and len(cycles) > 1 else "continue"


TRIPTANS, ERGOTS = {"sumatriptan", "rizatriptan"}, {"ergotamine"}
OPIOIDS, COMBINATIONS = {"codeine", "paracetamol_codeine"}, {"paracetamol_codeine", "paracetamol_aspirin_caffeine"}
SIMPLE = {"ibuprofen", "paracetamol", "aspirin", "naproxen"} | COMBINATIONS


def recount_eligibility(facts: Facts) -> dict[str, tuple]:
    """subject -> headache on more than 15 days, on 15 or more, overuse, preventives failed, eligible; None unknown."""
    result = {}
    for subject in sorted({*facts.subjects, *facts.injections}):
        row = facts.subjects.get(subject, {"prior_preventives_failed": "", "overuse_excluded": ""})
        more = at_least = by_diary = None
        if subject in facts.injections:
            day_1 = facts.injections[subject][0]
            month = days_between(day_1 - timedelta(28), day_1 - timedelta(1))
            headaches, recorded = count(facts, subject, month)
            if recorded >= 20:
                rate = Fraction(28 * headaches, recorded)
                more, at_least = rate > 15, rate >= 15
                taken = [facts.drugs[subject][day] for day in month if facts.drugs[subject].get(day)]
                if any(facts.drugs[subject].values()):
                    by_diary = _overuse(taken, recorded)
        excluded = row["overuse_excluded"]
        overuse = True if by_diary or excluded == "0" else False if by_diary is False or excluded == "1" else None
        failed = int(row["prior_preventives_failed"]) > 1 if row["prior_preventives_failed"] else None
        needed = (more, failed, None if overuse is None else not overuse)
        eligible = False if False in needed else None if None in needed else True
        result[subject] = (more, at_least, overuse, failed, eligible)
    return result


def _overuse(taken: list[set[str]], recorded: int) -> bool | None:
    """None: a drug that is not known could make it overuse."""

    def a_month(drugs: set[str]) -> Fraction:
        return Fraction(28 * sum(bool(day & drugs) for day in taken), recorded)

    strong = [TRIPTANS, ERGOTS, OPIOIDS, COMBINATIONS]
    classes = sum(a_month(drugs) > 0 for drugs in [*strong, SIMPLE])
    known = set.union(*strong, SIMPLE)
    if any(a_month(drugs) >= 10 for drugs in strong) or a_month(SIMPLE) >= 15 or (classes > 1 and a_month(known) >= 10):
        return True
    is_open = any(day - known for day in taken) and Fraction(28 * len(taken), recorded) >= 10
    return None if is_open else False
