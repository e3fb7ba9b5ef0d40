"""Whom the fitted tables compare: the arms of the study, and the subjects of the primary population in them."""

import duckdb

# subject_id and arm: the primary population under the primary rule set, of the arms that study.toml names.
PRIMARY_MEMBERS = """SELECT subject.subject_id, subject.arm
    FROM analysis.populations AS populations
    JOIN analysis.subjects AS subject ON subject.subject_id = populations.subject_id
    JOIN meta.arms AS arm ON arm.arm = subject.arm
    JOIN meta.study AS study ON study.primary_rule_set = populations.rule_set
    WHERE populations.is_primary"""


def arms_in_order(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The arms that study.toml names; the first is the reference arm."""
    return [arm for (arm,) in con.execute("SELECT arm FROM meta.arms ORDER BY position").fetchall()]
