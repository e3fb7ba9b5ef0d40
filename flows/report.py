"""report.html: one self-contained page per snapshot: the answer, then what it rests on. No script, no request."""

from itertools import count
from pathlib import Path
from typing import Any

import duckdb
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from flows import report_queries as queries
from flows.report_queries import ALL, Cell, Row
from flows.resources import resource
from flows.settings import read_toml
from flows.study import Protocol

DASH = "\u2013"
COMPARATORS = {">=": "at least", ">": "more than", "<": "fewer than", "<=": "at most"}


def render_report(database: Path, target: Path) -> None:
    """Write the report of one snapshot's outcomes.duckdb, which is opened read-only and closed again.

    The same database gives the same bytes. Raises duckdb.Error where a published table is missing.
    """
    with duckdb.connect(database, read_only=True) as con:
        context = load_context(con)
    page = Environment(
        loader=PackageLoader("flows"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    page.filters |= {"count": show_count, "decimal": show_decimal, "response": response_in_words}
    text = page.get_template("report.html").render(context, number=count(1).__next__)
    target.write_text(text, encoding="utf-8")


def load_context(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Everything the templates show, by section."""
    from flows.figures import month_figure, responder_figure  # Altair: seconds of imports

    run, arms, rule_sets = queries.load_run(con), queries.load_arms(con), queries.load_rule_sets(con)
    protocol = read_toml(resource("data/protocol.toml"), Protocol)
    rates, verdicts = queries.load_rates(con), queries.load_verdicts(con)
    primary = rule_sets[0]
    months = queries.load_months(con, protocol.month_days)
    drawn_arms = {arm: label for arm, label in arms.items() if arm != ALL or len(arms) == 1}
    return {
        "run": run,
        "arms": arms,
        "protocol": protocol,
        "rule_sets": rule_sets,
        "primary": primary,
        "rates": _by_rule_set(rates),
        "responder_figure": responder_figure(_by_rule_set(rates).get(primary["rule_set"], []), drawn_arms),
        "first_response": queries.load_first_response(con, primary["rule_set"]),
        "verdicts": _by_rule_set(verdicts),
        "eligibility": queries.load_eligibility(con),
        "months": months,
        "months_left_out": queries.load_months_left_out(con),
        "month_figure": month_figure(months, drawn_arms),
        "files": queries.load_files(con),
        "lines": queries.load_line_totals(con),
        "quarantine": queries.load_quarantine(con),
        "flags": queries.load_flags(con),
    }


def _by_rule_set(rows: list[Row]) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(row["rule_set"], []).append(row)
    return groups


def show_count(number: Cell) -> Markup:
    """A whole number with its address; an en dash where there is none."""
    return _shown(number, f"{number.value:,}" if number.value is not None else DASH)


def show_decimal(number: Cell, missing: str = DASH) -> Markup:
    """A number with one decimal and its address; ``missing`` where there is none."""
    return _shown(number, queries.one_decimal(number.value) if number.value is not None else missing)


def _shown(number: Cell, text: str) -> Markup:
    return Markup('<span data-cell="{}">{}</span>').format(number.address, text)


def response_in_words(rule: Row) -> str:
    """The conditions of a response, from the parameters of the rule set."""
    days = rule["rule_month_days"]
    said = [
        f"{COMPARATORS[rule[f'{measure}_comparator']]} {words.format(rule[f'{measure}_threshold'])}"
        for measure, words in (
            ("reduction", "{}% fewer headache days than at baseline"),
            ("free_days", f"{{}} headache-free days per {days} days"),
            ("headache_days", f"{{}} headache days per {days} days"),
        )
        if rule[f"{measure}_comparator"]
    ]
    return (" and " if rule["response_require"] == "all" else " or ").join(said)
