"""What changed, in a sentence: for the end of a run, the notice, the report and the head of a comparison."""

from collections import Counter
from collections.abc import Mapping

from flows.comparing.causes import causes_in_words

ONE_AND_MORE = {
    "status": ("status", "statuses"),
    "verdict": ("verdict", "verdicts"),
    "eligibility": ("criterion of eligibility", "criteria of eligibility"),
    "summary": ("summary cell", "summary cells"),
}
UNCHANGED = "No status, verdict, eligibility or summary cell changed."


def changes_in_words(counted: Mapping[tuple[str, tuple[str, ...]], int]) -> str:
    """12 statuses changed: 9 by new lines, 3 by a correction; 2 verdicts and 40 summary cells too.

    ``counted`` by scope and causes. The statuses are counted by all causes that apply to them.
    """
    by_scope = Counter(dict.fromkeys(ONE_AND_MORE, 0))
    for (scope, _), n in counted.items():
        by_scope[scope] += n
    if not counted:
        return UNCHANGED
    others = [counted_in_words(scope, n) for scope, n in by_scope.items() if n and scope != "status"]
    if not by_scope["status"]:
        return f"No status changed; {_listed(others)} did."
    statuses = counts_by_cause({codes: n for (scope, codes), n in counted.items() if scope == "status"})
    by_cause = ", ".join(f"{n} by {causes_in_words(codes)}" for codes, n in statuses)
    also = f"; {_listed(others)} too" if others else ""
    return f"{counted_in_words('status', by_scope['status'])} changed: {by_cause}{also}."


def counts_by_cause(counts: dict[tuple[str, ...], int]) -> list[tuple[tuple[str, ...], int]]:
    """Causes that apply together with how many they changed, most first."""
    return sorted(counts.items(), key=lambda item: (-item[1], item[0]))


def counted_in_words(scope: str, n: int) -> str:
    """1 status, 2 statuses."""
    one, more = ONE_AND_MORE[scope]
    return f"{n:,} {one if n == 1 else more}"


def _listed(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} and {words[-1]}" if len(words) > 1 else "".join(words)
