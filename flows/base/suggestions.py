"""The name that was probably meant."""

import difflib
from collections.abc import Iterable

NEAR, VERY_NEAR = 0.6, 0.8


def nearest(name: str, known: Iterable[str], nearness: float = NEAR) -> str | None:
    """The nearest of the known names, upper and lower case alike; None where none is near."""
    folded = {each.casefold(): each for each in known}
    near = difflib.get_close_matches(name.casefold(), list(folded), n=1, cutoff=nearness)
    return folded[near[0]] if near else None


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """``; did you mean 'x'?`` with the nearest of the known names, or nothing where none is near."""
    near = nearest(name, known)
    return f"; did you mean '{near}'?" if near else ""
