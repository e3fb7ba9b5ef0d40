"""Did the subject respond in this window?

Source: docs/rule-parameters.md, "Counts" and "Status". Counts are written as there: h headache days
of d days in the window, bh of bd at baseline. Rates are compared multiplied out, as integers: in floating point
9/15*28 <= 0.7*24 is false though it is exactly 30%.
"""

from fractions import Fraction

Count = tuple[int, int]  # (headache days, days they are counted of)


def apply_missing_day_policy(headache_days: int, recorded_days: int, length: int, policy: str) -> Count:
    """(h, d) once the days of the window without a recorded answer count as the policy says."""
    if policy == "prorate":
        return headache_days, recorded_days
    if policy == "headache":
        return headache_days + length - recorded_days, length
    if policy == "free":
        return headache_days, length
    raise ValueError(f"no missing-day policy {policy!r}")


def days_per_month(count: Count, month_days: int) -> Fraction | None:
    """Headache days in a month of `month_days`; None without a day to count."""
    h, d = count
    return Fraction(h * month_days, d) if d > 0 else None


def is_baseline_comparable(baseline: Count, rule_set: dict) -> bool:
    """Enough recorded days, and a headache to reduce: 0 at baseline is not evaluable, never 100%."""
    bh, bd = baseline
    return bd >= rule_set["baseline"]["min_recorded_days"] and bh > 0


def reduction_pct(count: Count, baseline: Count, rule_set: dict) -> Fraction | None:
    """100 * (1 - (h/d) / (bh/bd)), exact; negative when the subject got worse."""
    (h, d), (bh, bd) = count, baseline
    if d == 0 or not is_baseline_comparable(baseline, rule_set):
        return None
    return 100 * (1 - Fraction(h * bd, bh * d))


def has_relief(count: Count, baseline: Count) -> bool:
    """Any fall of the headache rate below baseline, however small."""
    (h, d), (bh, bd) = count, baseline
    return h * bd < bh * d


def compare(left, comparator: str, right) -> bool:
    """left comparator right, both exact."""
    if comparator == ">=":
        return left >= right
    if comparator == ">":
        return left > right
    if comparator == "<=":
        return left <= right
    if comparator == "<":
        return left < right
    raise ValueError(f"no comparator {comparator!r}")


def condition_holds(condition: dict, count: Count, baseline: Count, month_days: int) -> bool:
    """One condition of the response, both sides multiplied by the denominators, which are not negative."""
    (h, d), (bh, bd) = count, baseline
    measure, threshold = condition["measure"], condition["threshold"]
    if measure == "reduction_pct":
        # 100 * (1 - h*bd / (bh*d)) ? T   is   100*bh*d - 100*h*bd ? T*bh*d
        return compare(100 * (bh * d - h * bd), condition["comparator"], threshold * bh * d)
    if measure == "headache_free_days":
        return compare((d - h) * month_days, condition["comparator"], threshold * d)
    if measure == "headache_days":
        return compare(h * month_days, condition["comparator"], threshold * d)
    raise ValueError(f"no measure {measure!r}")


def decide_status(
    window_is_due: bool,
    window_is_empty: bool,
    recorded_days: int,
    count: Count,
    baseline: Count,
    rule_set: dict,
) -> str:
    """The status of one subject x cycle x rule set: never a bare boolean."""
    if not window_is_due:
        return "not_due"
    if window_is_empty or recorded_days < rule_set["window"]["min_recorded_days"]:
        return "not_evaluable"
    conditions = rule_set["response"]["conditions"]
    compares_with_baseline = any(condition["measure"] == "reduction_pct" for condition in conditions)
    if compares_with_baseline and not is_baseline_comparable(baseline, rule_set):
        return "not_evaluable"

    held = [condition_holds(c, count, baseline, rule_set["month_days"]) for c in conditions]
    responded = all(held) if rule_set["response"]["require"] == "all" else any(held)
    return "responder" if responded else "non_responder"
