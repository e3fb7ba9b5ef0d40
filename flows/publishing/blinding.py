"""A blinded study: what would tell one arm from another stays out of everything that is published.

The private warehouse keeps it all; every published table passes through ``published_select``. Columns that the
dictionary marks ``reveals_arm``, and doses by their unit, are emptied; free text that names an arm is withheld; a file
name or subject identifier that names one stops the publication, for it is a key and cannot be changed.
"""

import re

import duckdb

from flows.base.errors import DataError
from flows.base.sql_text import one_value, quoted
from flows.study.dictionary import SQL_TYPES, Column, Table, reveals_arm
from flows.study.study_folder import Study

WITHHELD = "(withheld: the study is blinded)"
WITHHELD_NAME = "(withheld: names an arm of a blinded study)"
SHORTEST_NAME = 3  # a code of one or two characters stands in any text by chance
SHORTEST_PART = 5  # from here on a name counts inside a longer word as well
TEXTS_FROM_FILES = ("landing", "tabulation", "analysis", "summary")
IDENTIFIERS = {"path": "name of a file", "subject_id": "identifier of a subject"}


def published_select(table: Table, study: Study, names: str | None) -> str:
    """The rows of a table as they are published, in the order of its key; ``names`` are those of ``names_to_withhold``."""
    columns = ", ".join(_published(table, c, names) if study.facts.blinded else c.name for c in table.columns)
    return f"SELECT {columns} FROM {table.full_name} ORDER BY {', '.join(f'{table.full_name}.{k}' for k in table.key)}"


def _published(table: Table, column: Column, names: str | None) -> str:
    name, is_text = column.name, column.type in ("text", "codes")
    if reveals_arm(table, column):
        # The key decides the order of the rows: it would still tell what was emptied.
        assert name not in table.key, f"{table.full_name}.{name} is a key and cannot be withheld"
        emptied = f"CASE WHEN {name} IS NOT NULL THEN {quoted(WITHHELD)} END" if is_text else "NULL"
        return f"CAST({emptied} AS {SQL_TYPES[column.type]}) AS {name}"
    from_files = table.schema_name in TEXTS_FROM_FILES or table.full_name in ("meta.findings", "meta.medication")
    if names and is_text and from_files and name not in (*IDENTIFIERS, "arm"):
        return f"CASE WHEN {_matches(name, names)} THEN {quoted(WITHHELD_NAME)} ELSE {name} END AS {name}"
    return name


def names_to_withhold(con: duckdb.DuckDBPyConnection, study: Study) -> str | None:
    """A pattern of the arms of a blinded study: those that study.toml declares, and every other that a line names,
    quarantined or not. None where nothing is to be withheld."""
    if not study.facts.blinded:
        return None
    landed = con.execute("SELECT DISTINCT arm, arm FROM landing.subjects WHERE arm IS NOT NULL").fetchall()
    return arm_names(dict(landed) | study.arms)


def arm_names(arms: dict[str, str]) -> str | None:
    """A pattern that finds a code or label of an arm in lower-case text; None where no name is long enough."""
    names = {name.strip().lower() for arm in arms.items() for name in arm}
    patterns = [
        re.escape(name) if len(name) >= SHORTEST_PART else rf"(?:^|[^\pL\pN]){re.escape(name)}(?:$|[^\pL\pN])"
        for name in sorted(names)
        if len(name) >= SHORTEST_NAME
    ]
    return "|".join(patterns) or None


def _matches(column: str, names: str) -> str:
    return f"coalesce(regexp_matches(lower({column}), {quoted(names)}), false)"


def stop_on_arm_names(con: duckdb.DuckDBPyConnection, tables: list[Table], names: str | None) -> None:
    """Raises DataError when a file name or subject identifier holds one of the ``names_to_withhold``."""
    if not names:
        return
    for table in tables:
        for column in (c.name for c in table.columns if c.name in IDENTIFIERS):
            found = one_value(con, f"SELECT count(*) FROM {table.full_name} WHERE {_matches(column, names)}")
            if found:
                raise DataError(
                    f"Nothing was published: the study is blinded, and the {IDENTIFIERS[column]} holds the code or label"
                    f" of an arm ({found} rows of {table.full_name}). Rename it, or give the arms other names."
                )
