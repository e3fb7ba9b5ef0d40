"""What has to come out, computed from the counts of plan.md with whole numbers, from the wording of the rules.

Sources: docs/rule-parameters.md (status, verdict), data/rules/article.toml and nice_ta260.toml, ICHD-3 8.2 (overuse).
"""

from datetime import date, timedelta

from tests.demo_study.dirt import NOT_ENROLLED
from tests.demo_study.plan import CUTOFF, MONTH, RULE_SETS, Cycle, Month, Subject

ENOUGH = 20  # recorded days of 28
STATUS_COLUMNS = (
    "rule_set", "subject_id", "cycle", "status", "verdict", "headache_days", "recorded_days",
    "baseline_headache_days", "baseline_recorded_days",
)  # fmt: skip
ELIGIBILITY_COLUMNS = (
    "subject_id", "is_chronic_article", "is_chronic_ichd3", "is_overuse", "has_failed_preventives", "is_eligible",
)  # fmt: skip
NONE = Month(0, 0, (), False)
LETTERS = {
    "responder": "R", "non_responder": "N", "not_evaluable": "E", "not_due": "D",
    "continue": "c", "stop_no_response": "s", "stop_success": "S", "undetermined": "u",
}  # fmt: skip


def status_rows(subjects: list[Subject]) -> list[tuple]:
    rows = []
    for rule_set in RULE_SETS:
        for subject in subjects:
            statuses = [status(rule_set, subject, cycle) for cycle in subject.cycles]
            verdicts = article_verdicts(subject) if rule_set == "article" else nice_verdicts(subject)
            reached = [LETTERS[one] + LETTERS[other] for one, other in zip(statuses, verdicts, strict=True)]
            intended = subject.intended[rule_set]
            assert intended in ([], reached), (subject.subject_id, rule_set, "meant", intended, "got", reached)
            for cycle, one, other in zip(subject.cycles, statuses, verdicts, strict=True):
                counts = (window(cycle).headaches, window(cycle).recorded)
                baseline = (subject.baseline.headaches, subject.baseline.recorded)
                rows.append((rule_set, subject.subject_id, cycle.number, one, other, *counts, *baseline))
    return rows


def window(cycle: Cycle) -> Month:
    """Days 57-84, which are month 3; empty when the next injection came on Day 57 or before."""
    return cycle.months[2] or NONE


def is_due(start: date, last_day: int) -> bool:
    return start + timedelta(last_day - 1) <= CUTOFF


def status(rule_set: str, subject: Subject, cycle: Cycle) -> str:
    if not is_due(cycle.start, cycle.last_day):
        return "not_due"
    last, before = window(cycle), subject.baseline
    if last.recorded < ENOUGH:
        return "not_evaluable"
    if rule_set == "article":
        free = last.recorded - last.headaches
        return "responder" if 30 * free >= 15 * last.recorded else "non_responder"  # 15 free days in 30
    if not baseline_counts(before):
        return "not_evaluable"
    # a reduction of 30% or more: h/d <= 70% of bh/bd
    reached = 100 * last.headaches * before.recorded <= 70 * before.headaches * last.recorded
    return "responder" if reached else "non_responder"


def baseline_counts(baseline: Month) -> bool:
    return baseline.recorded >= ENOUGH and baseline.headaches > 0


def article_verdicts(subject: Subject) -> list[str]:
    """Stop when a cycle fails the 15-day rule, or when the last two cycles that can be judged brought no relief."""
    before = subject.baseline
    verdicts: list[str] = []
    reliefs: list[bool] = []  # one entry for each cycle that can be judged, so far
    for cycle in subject.cycles:
        now = status("article", subject, cycle)
        if now not in ("responder", "non_responder"):
            verdicts.append(carried(verdicts))
            continue
        judged = baseline_counts(before)
        if judged:
            last = window(cycle)
            reliefs.append(last.headaches * before.recorded < before.headaches * last.recorded)
        two_without = judged and len(reliefs) >= 2 and not any(reliefs[-2:])
        verdicts.append("stop_no_response" if now == "non_responder" or two_without else "continue")
    return verdicts


def nice_verdicts(subject: Subject) -> list[str]:
    """Stop for success after three months in a row below 15; stop when the second or a later cycle falls short."""
    verdicts: list[str] = []
    run = 0  # months in a row below 15, up to the month looked at
    for cycle in subject.cycles:
        success = False
        for number, month in enumerate(cycle.months, 1):
            if month is None:
                continue  # cut off by the next injection: not a month at all
            due = is_due(cycle.month_start(number), cycle.month_length(number))
            below = due and month.recorded >= ENOUGH and month.headaches * MONTH < 15 * month.recorded
            run = run + 1 if below else 0
            success = success or run >= 3
        now = status("nice_ta260", subject, cycle)
        if success:
            verdicts.append("stop_success")
        elif now == "non_responder" and cycle.number >= 2:
            verdicts.append("stop_no_response")
        elif now in ("responder", "non_responder"):
            verdicts.append("continue")
        else:
            verdicts.append(carried(verdicts))
    return verdicts


def carried(verdicts: list[str]) -> str:
    """A stop holds until a cycle that can be judged lifts it."""
    return verdicts[-1] if verdicts and verdicts[-1].startswith("stop") else "undetermined"


OVERUSE_CLASSES = {
    "sumatriptan": {"triptan"},
    "rizatriptan": {"triptan"},
    "ergotamine": {"ergot"},
    "codeine": {"opioid"},
    "ibuprofen": {"simple"},
    "naproxen": {"simple"},
    "aspirin": {"simple"},
    "paracetamol": {"simple"},
    "paracetamol_codeine": {"combination", "opioid", "simple"},
    "paracetamol_aspirin_caffeine": {"combination", "simple"},
}


def eligibility_rows(subjects: list[Subject]) -> list[tuple]:
    """Everybody with a usable row in subjects.csv or an injection."""
    rows = []
    for subject in subjects:
        enrolled = subject.subject_id not in NOT_ENROLLED  # a quarantined row tells nothing
        h, d = subject.baseline.headaches, subject.baseline.recorded
        known = bool(subject.cycles) and d >= ENOUGH  # no injection, no baseline
        more_than_15 = h * MONTH > 15 * d if known else None
        at_least_15 = h * MONTH >= 15 * d if known else None
        failed = subject.failed >= 2 if enrolled and subject.failed is not None else None
        overuse = _overuse(_diary_overuse(subject) if known else None, subject.excluded if enrolled else None)
        no_overuse = None if overuse is None else not overuse
        answers = (more_than_15, failed, no_overuse)
        eligible = False if False in answers else None if None in answers else True
        flags = (more_than_15, at_least_15, overuse, failed, eligible)
        rows.append((subject.subject_id, *({True: "true", False: "false", None: ""}[flag] for flag in flags)))
    return rows


def _diary_overuse(subject: Subject) -> bool | None:
    if not subject.medication:
        return None  # never wrote one down: nobody knows
    recorded = subject.baseline.recorded
    days_of_class: dict[str, int] = {}
    days_of_any = 0
    for codes, days in subject.medication:
        classes = set().union(*(OVERUSE_CLASSES.get(code, set()) for code in codes))
        days_of_any += days if classes else 0
        for one in classes:
            days_of_class[one] = days_of_class.get(one, 0) + days
    simple = days_of_class.get("simple", 0)
    others = [days for one, days in days_of_class.items() if one != "simple"]
    if (
        simple * MONTH >= 15 * recorded
        or any(days * MONTH >= 10 * recorded for days in others)
        or (len(days_of_class) >= 2 and days_of_any * MONTH >= 10 * recorded)
    ):
        return True
    unknown = sum(days for codes, days in subject.medication if not OVERUSE_CLASSES.keys() >= set(codes))
    taken = sum(days for _, days in subject.medication)  # every known drug of the plan is of a class
    return None if unknown and taken * MONTH >= 10 * recorded else False


def _overuse(by_diary: bool | None, excluded: int | None) -> bool | None:
    """Overuse that either the diary shows or the clinician has not ruled out."""
    if by_diary or excluded == 0:
        return True
    return False if by_diary is False or excluded == 1 else None
