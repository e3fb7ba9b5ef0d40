"""How values are written on the page: numbers with their address, codes in words."""

import re
from collections.abc import Callable
from typing import Any

from markupsafe import Markup, escape

from flows.report.cells import Cell, Row, one_decimal

DASH, MINUS = "\u2013", "\u2212"
SMALLEST_P = 0.001
COMPARATORS = {">=": "at least", ">": "more than", "<": "fewer than", "<=": "at most"}
INSTRUMENTS = {
    "HIT6": "HIT-6",
    "MSQ_RR": "MSQ role restrictive",
    "MSQ_RP": "MSQ role preventive",
    "MSQ_EF": "MSQ emotional function",
    "MIDAS": "MIDAS",
}


def show_count(number: Cell, missing: str = DASH) -> Markup:
    """A whole number; ``missing`` where there is none."""
    return _shown(number, missing if number.value is None else f"{number.value:,}")


def show_decimal(number: Cell, missing: str = DASH) -> Markup:
    """A number with one decimal; ``missing`` where there is none."""
    return _shown(number, missing if number.value is None else signed(number.value))


def show_hundredths(number: Cell) -> Markup:
    """A number with two decimals, for ratios and kappa."""
    return _shown(number, DASH if number.value is None else f"{number.value:.2f}".replace("-", MINUS))


def show_p(number: Cell) -> Markup:
    """A p-value with three decimals, never 0."""
    if number.value is None:
        return _shown(number, DASH)
    return _shown(number, f"<{SMALLEST_P}" if number.value < SMALLEST_P else f"{number.value:.3f}")


def signed(value: float) -> str:
    """One decimal with a minus sign that is as wide as a digit."""
    return one_decimal(value).replace("-", MINUS)


def _shown(number: Cell, text: str) -> Markup:
    return Markup('<span data-table="{}" data-row="{}" data-column="{}">{}</span>').format(
        number.table, number.row, number.column, text
    )


def response_in_words(rule: Row) -> str:
    """The conditions of a response, from the parameters of the rule set."""
    days = rule["month_days"]
    conditions = [
        f"{COMPARATORS[rule[f'response_{measure}_comparator']]} {words.format(rule[f'response_{measure}_threshold'])}"
        for measure, words in (
            ("reduction_pct", "{}% fewer headache days than at baseline"),
            ("headache_free_days", f"{{}} headache-free days per {days} days"),
            ("headache_days", f"{{}} headache days per {days} days"),
        )
        if rule[f"response_{measure}_comparator"]
    ]
    return (" and " if rule["response_require"] == "all" else " or ").join(conditions)


def plain(code: str) -> str:
    """A code as words: underscores become blanks."""
    return code.replace("_", " ")


def sentence(code: str) -> str:
    """A code as words with a capital."""
    return plain(code)[:1].upper() + plain(code)[1:]


def instrument(code: str) -> str:
    """The name of a questionnaire or domain."""
    return INSTRUMENTS.get(code, code)


def name_in_parts(name: str) -> Markup:
    """A name of ours in code type that may break after a dot or underscore, and nowhere else."""
    return Markup("<code>{}</code>").format(Markup(re.sub(r"([._])", r"\1<wbr>", str(escape(name)))))


FILTERS: dict[str, Callable[..., Any]] = {
    "count": show_count,
    "decimal": show_decimal,
    "hundredths": show_hundredths,
    "parts": name_in_parts,
    "p": show_p,
    "response": response_in_words,
    "plain": plain,
    "sentence": sentence,
    "instrument": instrument,
}
