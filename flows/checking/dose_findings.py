"""Findings about the dose in a blinded study: the lines they name would tell the arms apart."""

import re

import duckdb

from flows.checking.checks import Check, load_suites
from flows.study.dictionary import input_tables, reveals_arm


def is_about_dose(check: Check) -> bool:
    """Whether a check looks at a column that reveals the arm: the lines it names would reveal it too."""
    names = {column.name for table in input_tables().values() for column in table.columns if reveals_arm(table, column)}
    return bool(names & set(re.findall(r"\w+", " ".join(str(value) for value in check.kwargs.values()))))


def withhold_places(con: duckdb.DuckDBPyConnection) -> None:
    """Findings about the dose keep their number and lose their place, for a list of those lines would tell the arms apart."""
    withheld = [check.id for checks in load_suites().values() for check in checks if is_about_dose(check)]
    con.execute(
        "UPDATE meta.findings SET file_id = NULL, path = NULL, line_number = NULL, subject_id = NULL,"
        " reason = reason || '; where is withheld, for the study is blinded'"
        " WHERE list_contains($checks, check_id) AND (SELECT is_blinded FROM meta.study)",
        {"checks": withheld},
    )
