"""Holds an engine's rows against the expected tables of a spec.

An empty cell is not asserted, ``-`` is null. A number is exact: ``30`` is 30 and not 29.9999; ``29.62..`` is a number
that goes on after these digits, which are cut, not rounded. Every row that an engine returns has to be expected.
"""

from collections.abc import Callable
from datetime import date
from decimal import ROUND_DOWN, Decimal
from fractions import Fraction
from typing import Any

from tests.spec.engines import Tables
from tests.spec.format import Row, Spec, pipe_table
from tests.spec.layout import day_of, diary_cells

Cell = Callable[[Row, date], Any]


def days(start: str, end: str) -> Cell:
    def cell(row: Row, day_1: date) -> str:
        return "none" if row[start] is None else f"{day_of(row[start], day_1)}..{day_of(row[end], day_1)}"

    return cell


def counts(headache: str, recorded: str) -> Cell:
    return lambda row, _: "-" if row[recorded] is None else f"{row[headache]} of {row[recorded]}"


def value(column: str) -> Cell:
    return lambda row, _: row[column]


def answer(column: str) -> Cell:
    return lambda row, _: {True: "yes", False: "no", None: "unknown"}[row[column]]


RESPONDER: dict[str, Cell] = {
    "baseline days": days("baseline_start_date", "baseline_end_date"),
    "baseline": counts("baseline_headache_days", "baseline_recorded_days"),
    "window": days("window_start_date", "window_end_date"),
    "headache": counts("headache_days", "recorded_days"),
    "at baseline": value("baseline_days_per_month"),
    "per month": value("headache_days_per_month"),
    "reduction %": value("reduction_pct"),
    "status": value("status"),
    "verdict": value("verdict"),
}
CYCLES: dict[str, Cell] = {
    "days": days("start_date", "end_date"),
    "next injection": lambda row, day_1: (
        "-" if row["next_injection_date"] is None else str(day_of(row["next_injection_date"], day_1))
    ),
}
MONTHS: dict[str, Cell] = {
    "days": days("start_date", "end_date"),
    "headache": counts("headache_days", "recorded_days"),
    "moderate or severe": value("moderate_severe_days"),
    "hours": value("headache_hours"),
    "acute medication": value("acute_medication_days"),
    "crystal clear": value("crystal_clear_days"),
    "due": answer("is_due"),
    "evaluable": answer("is_evaluable"),
}
ELIGIBILITY: dict[str, Cell] = {
    "baseline": counts("baseline_headache_days", "baseline_recorded_days"),
    "> 15 (article)": answer("is_chronic_article"),
    ">= 15 (ICHD-3)": answer("is_chronic_ichd3"),
    "overuse by diary": answer("is_diary_overuse"),
    "overuse": answer("is_overuse"),
    "preventives failed": answer("has_failed_preventives"),
    "eligible": answer("is_eligible"),
}
KEYS = ("cut-off", "patient", "rule set", "cycle", "month")
NOT_IN_REFERENCE = frozenset({"due", "evaluable", "overuse by diary"})


def differences(
    spec: Spec, tables_by_cutoff: dict[int | None, Tables], not_returned: frozenset[str] = frozenset()
) -> list[str]:
    """Every expected cell the engine does not confirm, and every row that is missing or too many, as sentences."""
    said = []
    for name, text, cells in (
        ("responder", spec.expected, RESPONDER),
        ("cycles", spec.cycles, CYCLES),
        ("months", spec.months, MONTHS),
        ("eligibility", spec.eligibility, ELIGIBILITY),
    ):
        if text:
            got = {
                key_of_row(row, cutoff, name): row
                for cutoff, tables in tables_by_cutoff.items()
                for row in tables[name]
            }
            asked = {column: cell for column, cell in cells.items() if column not in not_returned}
            unknown = {column for row in pipe_table(text)[:1] for column in row} - {*cells, *KEYS}
            said += [f"{name}: there is no column {column}" for column in unknown]
            said += table_differences(spec, name, pipe_table(text), got, asked)
    return said


def key_of_row(row: Row, cutoff: int | None, table: str) -> tuple[str, ...]:
    key = [str(cutoff), row["subject_id"]]
    if table == "responder":
        key += [row["rule_set"], str(row["cycle"])]
    if table in ("cycles", "months"):
        key += [str(row["cycle"]), str(row.get("month", ""))]
    return tuple(key)


def key_of_expected(spec: Spec, row: dict[str, str], table: str) -> tuple[str, ...]:
    """The key as written; what the spec has only one of need not be written."""
    key = [row.get("cut-off", str(spec.cutoffs[0])), row.get("patient") or next(iter(diary_cells(spec)))]
    if table == "responder":
        key += [row.get("rule set", spec.rule_ids[0]), row.get("cycle", "1")]
    if table in ("cycles", "months"):
        key += [row["cycle"], row.get("month", "")]
    return tuple(key)


def table_differences(
    spec: Spec, table: str, rows: list[dict[str, str]], got: dict[tuple[str, ...], Row], cells: dict[str, Cell]
) -> list[str]:
    wanted = {key_of_expected(spec, row, table): row for row in rows}
    said = [f"{table} {key}: returned but not expected" for key in sorted(got.keys() - wanted.keys())]
    said += [f"{table} {key}: expected but not returned" for key in sorted(wanted.keys() - got.keys())]
    if len(wanted) < len(rows):
        said.append(f"{table}: two expected rows have the same key")
    for key in wanted.keys() & got.keys():
        asserted = {column: text for column, text in wanted[key].items() if column in cells and text}
        for column, text in asserted.items():
            actual = cells[column](got[key], spec.day_1)
            if not equal(text, actual):
                said.append(f"{table} {key} {column}: expected {text}, got {actual}")
    return said


def equal(text: str, actual: Any) -> bool:
    if actual is None or isinstance(actual, str):
        return text == ("-" if actual is None else actual)
    if text.endswith(".."):
        digits = Decimal(text[:-2])
        cut = Decimal(float(actual)).quantize(digits, rounding=ROUND_DOWN)
        return cut == digits and Fraction(actual) != Fraction(digits)
    try:
        exact = Fraction(text)
    except ValueError:
        return False
    return actual == exact if isinstance(actual, Fraction) else abs(actual - float(exact)) < 1e-9
