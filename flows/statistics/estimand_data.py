"""The data of an estimand: those of a fitted table, with what its strategies for intercurrent events set aside.

Each is a SELECT on published tables: analysis.estimand_months and analysis.estimand_cycles say what is set aside and why.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import duckdb

from flows.base.sql_text import quoted
from flows.statistics.arm_differences import differences_on
from flows.statistics.changes import change_from_baseline, quality_of_life
from flows.statistics.compared_subjects import PRIMARY_MEMBERS
from flows.statistics.imputed_tables import imputed_change
from flows.statistics.mmrm_tables import mmrm_change, mmrm_quality_of_life
from flows.statistics.repeated import repeated_response

Connection = duckdb.DuckDBPyConnection
Row = dict[str, Any]
OF_MONTH = ("cycle", "month")
OF_CYCLE = ("cycle",)
ARM_MEMBERS = (
    "SELECT member.subject_id FROM analysis.arm_subjects AS member JOIN meta.arms AS arm ON arm.arm = member.arm"
)


class Altered(NamedTuple):
    """``altered``: a SELECT of the subject of each row of the data that the estimand takes otherwise; ``fit``: the table
    fitted on its data."""

    altered: str
    fit: Callable[[Connection], list[Row]]


def altered_data(table: str, estimand: str, place: Row) -> Altered:
    """What the estimand alters of the data of ``table``, at the place of its key that is asked for, and the fit without it.

    A model of all months, cycles or scores reads them all; of another table only those of the place are altered.
    """
    return _ALTERED[table](estimand, place)


def _aside(table: str, estimand: str) -> str:
    return f"(FROM analysis.{table} WHERE estimand = {quoted(estimand)}) AS aside"


def _on(*names: str) -> str:
    return " AND ".join(f"aside.{name} = item.{name}" for name in ("subject_id", *names))


def _at(place: Row, *names: str) -> str:
    """The rows of the place; its values are names and numbers of study.toml and of an estimand."""
    return " AND ".join(
        f"item.{name} = {quoted(value) if isinstance(value, str) else value}"
        for name, value in ((name, place[name]) for name in names)
    )


def _left_out(source: str, aside: str, by: tuple[str, ...]) -> str:
    """The rows of a table less those that are set aside."""
    return f"(SELECT item.* FROM {source} AS item ANTI JOIN {aside} ON {_on(*by)})"


def _differing(source: str, aside: str, by: tuple[str, ...], where: str, members: str) -> str:
    """The rows of a table that are set aside and would have been used, of the subjects that are compared."""
    return f"""SELECT item.subject_id FROM {source} AS item JOIN {aside} ON {_on(*by)}
        SEMI JOIN ({members}) AS member ON member.subject_id = item.subject_id WHERE {where}"""


def _months_modelled(estimand: str, _: Row) -> Altered:
    source, aside = "analysis.headache_months", _aside("estimand_months", estimand)
    altered = _differing(source, aside, OF_MONTH, "item.change IS NOT NULL", PRIMARY_MEMBERS)
    return Altered(altered, lambda con: mmrm_change(con, _left_out(source, aside, OF_MONTH)))


def _months_imputed(estimand: str, place: Row) -> Altered:
    source, aside = "analysis.expected_months", _aside("estimand_months", estimand)
    used = f"""(SELECT item.* REPLACE (CASE WHEN aside.subject_id IS NULL THEN item.change END AS change)
        FROM {source} AS item LEFT JOIN {aside} ON {_on(*OF_MONTH)})"""
    where = "item.change IS NOT NULL AND item.cycle <= (SELECT plan.cycles FROM meta.imputation AS plan)"
    cases = [(place["assumption"], place["delta"])]
    return Altered(
        _differing(source, aside, OF_MONTH, where, PRIMARY_MEMBERS), lambda con: imputed_change(con, used, cases)
    )


def _months_seen(estimand: str, place: Row) -> Altered:
    source, aside = "analysis.month_measures", _aside("estimand_months", estimand)
    key = ("measure", "cycle", "month")
    return Altered(
        _differing(source, aside, OF_MONTH, f"item.change IS NOT NULL AND {_at(place, *key)}", ARM_MEMBERS),
        lambda con: change_from_baseline(con, _left_out(source, aside, OF_MONTH), place),
    )


def _scores_modelled(estimand: str, place: Row) -> Altered:
    source, aside = "analysis.score_changes", _aside("estimand_cycles", estimand)
    of_instrument = f"(SELECT item.* FROM {source} AS item WHERE {_at(place, 'instrument')})"
    where = f"item.change IS NOT NULL AND {_at(place, 'instrument')}"
    return Altered(
        _differing(source, aside, OF_CYCLE, where, PRIMARY_MEMBERS),
        lambda con: mmrm_quality_of_life(con, _left_out(of_instrument, aside, OF_CYCLE)),
    )


def _scores_seen(estimand: str, place: Row) -> Altered:
    source, aside = "analysis.score_changes", _aside("estimand_cycles", estimand)
    key = ("instrument", "cycle")
    return Altered(
        _differing(source, aside, OF_CYCLE, f"item.change IS NOT NULL AND {_at(place, *key)}", ARM_MEMBERS),
        lambda con: quality_of_life(con, _left_out(source, aside, OF_CYCLE), place),
    )


def _course(estimand: str) -> str:
    """Whether each cycle was judged, and is a response: none from a composite event on, once the cycle's time is past."""
    return f"""(SELECT item.* REPLACE (
            CASE WHEN aside.strategy = 'composite' THEN item.is_in_nri
                ELSE item.is_evaluable AND aside.strategy IS NULL END AS is_evaluable,
            item.is_responder AND aside.strategy IS NULL AS is_responder)
        FROM analysis.response_course AS item LEFT JOIN {_aside("estimand_cycles", estimand)} ON {_on(*OF_CYCLE)})"""


def _courses_differing(estimand: str, place: Row, is_evaluable_used: bool, key: tuple[str, ...], members: str) -> str:
    """The cycles that count as another outcome: a response that is none, or one judged that is not used, or the reverse."""
    where = "item.is_responder"
    if is_evaluable_used:
        where = (
            "CASE WHEN aside.strategy = 'composite' THEN item.is_responder OR item.is_in_nri AND NOT item.is_evaluable"
        )
        where += " ELSE item.is_evaluable END"
    return _differing(
        "analysis.response_course",
        _aside("estimand_cycles", estimand),
        OF_CYCLE,
        f"({where}) AND {_at(place, *key)}",
        members,
    )


def _responses_compared(estimand: str, place: Row) -> Altered:
    population = place.get("population", "all_treated")
    members = f"""SELECT member.subject_id FROM analysis.population_members AS member
        JOIN meta.arms AS arm ON arm.arm = member.arm
        WHERE member.population = {quoted(population)} AND member.rule_set = {quoted(place["rule_set"])}"""
    is_observed = place["analysis"] == "observed"
    return Altered(
        _courses_differing(estimand, place, is_observed, ("rule_set", "cycle"), members),
        lambda con: differences_on(con, _course(estimand), place),
    )


def _responses_modelled(estimand: str, place: Row) -> Altered:
    return Altered(
        _courses_differing(estimand, place, True, ("rule_set",), ARM_MEMBERS),
        lambda con: repeated_response(con, _course(estimand)),
    )


_ALTERED: dict[str, Callable[[str, Row], Altered]] = {
    "summary.arm_differences": _responses_compared,
    "summary.arm_differences_by_population": _responses_compared,
    "summary.change_from_baseline": _months_seen,
    "summary.imputed_change": _months_imputed,
    "summary.mmrm_change": _months_modelled,
    "summary.mmrm_quality_of_life": _scores_modelled,
    "summary.quality_of_life": _scores_seen,
    "summary.repeated_response": _responses_modelled,
}
