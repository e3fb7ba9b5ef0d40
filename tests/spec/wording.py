"""Rule sets in words, for the rendered pages: read from their parameters, so that the pages cannot say otherwise."""

from typing import Any

from tests.spec.format import SHIPPED, Row, Variant

MEASURES = {
    "reduction_pct": "{c} {t}% fewer headache days than at baseline",
    "headache_free_days": "{c} {t} headache-free days a month",
    "headache_days": "{c} {t} headache days a month",
}
COMPARATORS = {">=": "at least", ">": "more than", "<": "fewer than", "<=": "at most"}
HEADACHE_DAYS = {
    "any": "any headache",
    "hours_4": "4 h or more",
    "hours_4_or_acute": "4 h or more, or a triptan or ergot taken",
}


def response_words(rule: Row) -> str:
    said = [
        MEASURES[c["measure"]].format(c=COMPARATORS[c["comparator"]], t=c["threshold"])
        for c in rule["response"]["conditions"]
    ]
    return {"all": " and ", "any": " or "}[rule["response"].get("require", "all")].join(said)


def window_words(rule: Row) -> str:
    days = rule["window"].get("days", 28)
    if rule["window"]["position"] == "first":
        return f"the first {days} days of the cycle (Days 1..{days})"
    return f"the last {days} days of the cycle (Days {85 - days}..84)"


def baseline_words(rule: Row) -> str:
    days = rule["baseline"].get("days", 28)
    return f"{days} days before {'the first' if rule['baseline']['anchor'] == 'first_injection' else 'that'} injection"


def no_response_words(rule: Row) -> str:
    stop = rule.get("stop_no_response")
    if not stop:
        return "never"
    if unknown := stop.keys() - {"condition", "mode", "cycles", "or_not_responding"}:
        raise KeyError(f"tests/spec/wording.py has no words for {sorted(unknown)} of stop_no_response")
    lacking = "without relief" if stop["condition"] == "relief" else "without response"
    if stop["mode"] == "latest":
        said = f"from cycle {stop['cycles']} on, the latest cycle {lacking}"
    else:
        said = f"the last {stop['cycles']} evaluable cycles {lacking}"
    return said + (", or one cycle without response" if stop.get("or_not_responding") else "")


def success_words(rule: Row) -> str:
    stop = rule.get("stop_success")
    return f"{stop['months']} consecutive months below {stop['headache_days_below']} headache days" if stop else "never"


def rule_words(rule: str | Variant) -> str:
    """One bullet: what a shipped rule set asks for, or what a variant changes in one."""
    if isinstance(rule, Variant):
        changes = "; ".join(said for name, change in rule.changes.items() for said in change_words(name, change))
        return f"`{rule.id}`: as `{rule.base}`, but {changes}"
    shipped = SHIPPED[rule]
    day = "" if shipped["headache_day"] == "any" else f" (a headache day: {HEADACHE_DAYS[shipped['headache_day']]})"
    said = f"`{rule}`: a response is {response_words(shipped)}{day}, in {window_words(shipped)}"
    compares = any(c["measure"] == "reduction_pct" for c in shipped["response"]["conditions"])
    return said + (f" against the {baseline_words(shipped)}" if compares else "")


def stop_words(rule: str | Variant) -> str:
    shipped = SHIPPED[rule if isinstance(rule, str) else rule.base]
    return f"stop for no response: {no_response_words(shipped)}; stop for success: {success_words(shipped)}"


def change_words(name: str, change: Any) -> list[str]:
    if change is None:
        return [f"without `{name}`"]
    if name == "response":
        return [response_words({"response": change})]
    if isinstance(change, dict):
        return [f"`{name}.{key} = {value_words(value)}`" for key, value in change.items()]
    return [f"`{name} = {value_words(change)}`"]


def value_words(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)
