"""Was the subject one whom the article would treat?

Source: docs/rules/eligibility.md (the article's three criteria) and docs/rules/overuse.md (ICHD-3 8.2); chronic migraine by
ICHD-3 1.3. Unknown is None throughout and never stands for False.
"""

from datetime import date
from typing import Any

from .cycles import protocol_baseline
from .headache_days import Classes, count_days, dates_between, derive_answers, took_unknown_drug

LIMITED = {"triptan", "ergot", "opioid", "combination", "simple"}  # the classes that ICHD-3 8.2 gives a limit


def derive_eligibility(
    subject: dict[str, Any],
    cycles: list[dict],
    diary: dict[date, dict],
    protocol: dict,
    classes: Classes,
) -> dict[str, Any]:
    """One row for one subject. Without an injection there is no baseline: its counts are None, not 0."""
    headache_days = recorded_days = None
    is_more_than_limit = is_limit_or_more = None
    is_diary_overuse = None
    if cycles:
        start, end = protocol_baseline(cycles, protocol)
        headache_days, recorded_days = count_days(derive_answers(diary, "any", classes), start, end)
        if recorded_days >= protocol["min_recorded_days"]:
            # The rates headache_days / recorded_days and chronic_days / month_days, multiplied out.
            rate = headache_days * protocol["month_days"]
            limit = protocol["chronic_days"] * recorded_days
            is_more_than_limit = rate > limit  # the article: "more than 15 days in a month"
            is_limit_or_more = rate >= limit  # ICHD-3 1.3: 15 days or more
            is_diary_overuse = diary_overuse(diary, start, end, protocol, classes)

    failed = subject.get("prior_preventives_failed")
    has_failed = None if failed is None else failed >= protocol["min_preventives_failed"]
    is_overuse = either_overuse(is_diary_overuse, subject.get("overuse_excluded"))
    is_free_of_overuse = None if is_overuse is None else not is_overuse
    return {
        "subject_id": subject["subject_id"],
        "baseline_recorded_days": recorded_days,
        "baseline_headache_days": headache_days,
        "is_chronic_article": is_more_than_limit,
        "is_chronic_ichd3": is_limit_or_more,
        "is_overuse": is_overuse,
        "has_failed_preventives": has_failed,
        "is_eligible": all_known_true([is_more_than_limit, has_failed, is_free_of_overuse]),
    }


def diary_overuse(diary: dict[date, dict], start: date, end: date, protocol: dict, classes: Classes) -> bool | None:
    """Overuse counts days, not doses: two triptans on one day are one triptan day (ICHD-3 8.2).

    None when no medication is written down anywhere in the diary: then it was not asked, rather than not taken. None as
    well when it is not overuse by the known drugs, and a drug that is not known could make it so.
    """
    if not any(diary_day["acute_medication"] for diary_day in diary.values()):
        return None

    recorded_days = any_class_days = unknown_days = any_or_unknown_days = 0
    class_days: dict[str, int] = {}
    for day in dates_between(start, end):
        diary_day = diary.get(day)
        if diary_day is None or diary_day["headache"] is None:
            continue
        recorded_days += 1
        # A combination drug belongs to several classes, and its day counts in each.
        taken = set()
        for code in diary_day["acute_medication"]:
            taken |= classes.get(code, frozenset()) & LIMITED
        for medication_class in taken:
            class_days[medication_class] = class_days.get(medication_class, 0) + 1
        any_class_days += bool(taken)
        is_unknown = took_unknown_drug(diary_day, classes)
        unknown_days += is_unknown
        any_or_unknown_days += bool(taken) or is_unknown

    def reaches(days: int, threshold: int) -> bool:
        return days * protocol["month_days"] >= threshold * recorded_days

    for medication_class, days in class_days.items():
        is_simple = medication_class == "simple"
        if reaches(days, protocol["overuse_simple_days" if is_simple else "overuse_days"]):
            return True
    # Several classes together: 5 triptan days and 5 other aspirin days are 10, though neither class is overused.
    if len(class_days) >= 2 and reaches(any_class_days, protocol["overuse_days"]):
        return True
    # The unknown drug may be of whichever class makes it overuse, on each of its days.
    if unknown_days and reaches(any_or_unknown_days, protocol["overuse_days"]):
        return None
    return False


def either_overuse(is_diary_overuse: bool | None, overuse_excluded: bool | None) -> bool | None:
    """The diary and the investigator both have a say; a finding of overuse outweighs its exclusion."""
    if is_diary_overuse is True or overuse_excluded is False:
        return True
    if is_diary_overuse is False or overuse_excluded is True:
        return False
    return None


def all_known_true(criteria: list[bool | None]) -> bool | None:
    """Three-valued `and`: one False decides, otherwise one unknown leaves it open."""
    if any(criterion is False for criterion in criteria):
        return False
    if any(criterion is None for criterion in criteria):
        return None
    return True
