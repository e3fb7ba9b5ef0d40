"""How the response runs over the cycles: first response, courses, flow, verdicts, and how rule sets disagree."""

from typing import Any

from flows.base.sql_text import rows_of
from flows.report.cells import Connection, Row, by_key, grouped, grouped_by_words, load_cells

COURSE_KEY = ("rule_set", "arm", "cycle")
EVENT_KEY = ("rule_set", "event", "arm")
# The curves that are drawn: what they are, and what their cycles are counted from.
EVENT_FIGURES = {
    "first_response": ("Subjects who have responded by cycle and arm, in percent, by Kaplan and Meier", "Cycle"),
    "loss_of_response": (
        "Responders who have lost the response by cycle and arm, in percent, by Kaplan and Meier",
        "Cycles since the first response",
    ),
}


def load_first_response(con: Connection, rule_set: str) -> list[Row]:
    """One row per arm (and all) and cycle under one rule set."""
    return load_cells(con, "summary.first_response", COURSE_KEY, {"rule_set": rule_set})


def load_first_response_days(con: Connection, rule_set: str) -> list[Row]:
    """One row per arm (and all) under one rule set: quartiles of the days to the first response."""
    return load_cells(con, "summary.first_response_days", ("rule_set", "arm"), {"rule_set": rule_set})


def load_event_curves(con: Connection, rule_set: str) -> dict[str, list[Row]]:
    """Rows of summary.time_to_event under one rule set, by event in the order of words.toml."""
    key = (*EVENT_KEY, "cycle")
    return grouped_by_words(load_cells(con, "summary.time_to_event", key, {"rule_set": rule_set}), "event")


def load_event_tests(con: Connection, rule_set: str) -> dict[str, list[Row]]:
    """Rows of summary.time_to_event_tests under one rule set, by event in the order of words.toml."""
    return grouped_by_words(load_cells(con, "summary.time_to_event_tests", EVENT_KEY, {"rule_set": rule_set}), "event")


def load_outcomes(con: Connection, rule_set: str) -> dict[str, dict[str, Row]]:
    """Rows of summary.response_outcomes under one rule set, by outcome and arm."""
    rows = load_cells(
        con, "summary.response_outcomes", ("rule_set", "position", "outcome", "arm"), {"rule_set": rule_set}
    )
    return {outcome: by_key(group, "arm") for outcome, group in grouped(rows, "outcome").items()}


def load_courses(con: Connection, rule_set: str) -> list[Row]:
    """One row per cycle and arm: ``courses`` with the row of summary.response_courses of each course."""
    rows = load_cells(con, "summary.response_courses", ("rule_set", "cycle", "arm", "course"), {"rule_set": rule_set})
    return [
        {"cycle": cycle, "arm": arm, "n_subjects": group[0]["n_subjects"], "courses": by_key(group, "course")}
        for (cycle, arm), group in grouped(rows, "cycle", "arm").items()
    ]


def load_flow(con: Connection, rule_set: str) -> list[Row]:
    """Rows of summary.response_flow under one rule set."""
    key = ("rule_set", "arm", "cycle", "status", "next_status")
    return load_cells(con, "summary.response_flow", key, {"rule_set": rule_set})


def load_verdicts(con: Connection) -> list[Row]:
    """One row per rule set, cycle and arm (and all): the subjects given the cycle, and ``verdicts`` by name."""
    rows = load_cells(con, "summary.verdicts", ("rule_set", "cycle", "arm", "verdict"))
    return [
        {name: group[0][name] for name in (*COURSE_KEY, "n_subjects")} | {"verdicts": by_key(group, "verdict")}
        for group in grouped(rows, "rule_set", "cycle", "arm").values()
    ]


def load_pairs(con: Connection) -> dict[str, list[Row]]:
    """How often two rule sets say the same of a subject, all arms together, by question (response, stop)."""
    key = ("question", "rule_set", "other_rule_set", "cycle")
    return grouped(load_cells(con, "summary.rule_set_pairs", (*key, "arm"), {"arm": "all"}), "question")


def load_agreement(con: Connection) -> dict[str, dict[tuple[str, str], dict[str, Any]]]:
    """Per rule set: responders by assumption changed (parameter, value), then by cycle."""
    rows = load_cells(con, "summary.rule_agreement", ("rule_set", "parameter", "value", "cycle"))
    return {
        rule_set: {key: by_key(cycles, "cycle") for key, cycles in grouped(group, "parameter", "value").items()}
        for rule_set, group in grouped(rows, "rule_set").items()
    }


def load_shifts(con: Connection) -> list[Row]:
    """Who was in a state (chronic, overuse) at baseline, and is or is not in the last month of each cycle.

    One row per state, cycle and arm: ``levels`` with the row of summary.shifts of each level.
    """
    last = rows_of(con, "SELECT max(month) AS month FROM summary.shifts")[0]["month"]
    key = ("state", "cycle", "arm", "month", "baseline_level", "level")
    rows = load_cells(con, "summary.shifts", key, {"month": last, "baseline_level": "yes"}) if last else []
    return [
        {name: group[0][name] for name in (*key[:-1], "n_subjects")} | {"levels": by_key(group, "level")}
        for group in grouped(rows, *key[:-1]).values()
        if group[0]["n_subjects"].value
    ]
