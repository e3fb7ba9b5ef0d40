"""A blinded study: what would tell one arm from another stays out of everything that is published.

The private warehouse keeps it all; every published table passes through ``published_select``. Columns that the
dictionary marks ``reveals_arm``, and doses by their unit, are emptied; a session keeps its date only (blinded_rows.py);
free text that names an arm is withheld; a file name or subject identifier that names one stops the publication, for it is
a key and cannot be changed.
"""

from itertools import groupby
from operator import itemgetter

import duckdb

from flows.base.errors import DataError
from flows.base.sql_text import one_value, quoted
from flows.publishing.blinded_rows import BLINDED_ROWS
from flows.study.arm_names import WITHHELD_NAME, ArmNames, arm_names
from flows.study.dictionary import SQL_TYPES, Column, Table, reveals_arm
from flows.study.study_folder import Study
from flows.warehouse.built_tables import second_cursor

WITHHELD = "(withheld: the study is blinded)"
TEXTS_FROM_FILES = ("landing", "tabulation", "analysis", "summary")
META_FROM_FILES = ("meta.findings", "meta.medication", "meta.run_history")
IDENTIFIERS = {
    "path": "name of a file",
    "subject_id": "identifier of a subject",
    "twin_id": "identifier of a subject",
    "written": "identifier of a subject",
}
FETCHED = 50_000  # texts held at once


def published_select(table: Table, study: Study) -> str:
    """The rows of a table as they are published, in the order of its key.

    Of a blinded study the order is that of the published values, and ``withhold_texts`` has to come first.
    """
    if not study.facts.blinded:
        return table.ordered(table.full_name)
    own_rows = BLINDED_ROWS.get(table.full_name)
    columns = ", ".join(_published(table, column) for column in table.columns)
    # Rows of their own may be equal in the key: the others decide, for the order they were read in would tell of lines.
    order = [*table.key, *(c.name for c in table.columns if own_rows and c.name not in table.key)]
    source = f"({own_rows}) AS line" if own_rows else table.full_name
    return f"SELECT * FROM (SELECT {columns} FROM {source}) ORDER BY {', '.join(order)}"


def _published(table: Table, column: Column) -> str:
    name, is_text = column.name, column.type in ("text", "codes")
    if reveals_arm(table, column):
        # The key decides the order of the rows: it would still tell what was emptied.
        assert name not in table.key or table.full_name in BLINDED_ROWS, f"{table.full_name}.{name} is a key"
        emptied = f"CASE WHEN {name} IS NOT NULL THEN {quoted(WITHHELD)} END" if is_text else "NULL"
        return f"CAST({emptied} AS {SQL_TYPES[column.type]}) AS {name}"
    if _may_hold_names(table, column):
        return f"CASE WHEN {name} IN (FROM withheld_texts) THEN {quoted(WITHHELD_NAME)} ELSE {name} END AS {name}"
    return name


def _may_hold_names(table: Table, column: Column) -> bool:
    """A text that a file may have brought, and that can be withheld."""
    from_files = table.schema_name in TEXTS_FROM_FILES or table.full_name in META_FROM_FILES
    return column.type in ("text", "codes") and from_files and column.name not in (*IDENTIFIERS, "arm")


def names_to_withhold(con: duckdb.DuckDBPyConnection, study: Study) -> ArmNames | None:
    """What names the arms of a blinded study: those that study.toml declares, every other that a line names, quarantined
    or not, and the words of the code list. None where nothing is to be withheld."""
    if not study.facts.blinded:
        return None
    landed = con.execute("SELECT DISTINCT arm, arm FROM landing.subjects WHERE arm IS NOT NULL").fetchall()
    return arm_names(dict(landed) | study.arms)


def stop_on_arm_names(con: duckdb.DuckDBPyConnection, tables: list[Table], names: ArmNames | None) -> None:
    """Raises DataError when a file name or subject identifier holds one of the ``names_to_withhold``."""
    if not names:
        return
    placed = [
        (IDENTIFIERS[column.name], table.full_name, column.name)
        for table in tables
        for column in table.columns
        if column.name in IDENTIFIERS
    ]
    for what, places in groupby(sorted(placed), key=itemgetter(0)):
        of_what = list(places)
        distinct = " UNION ".join(f"SELECT {column} AS name FROM {table}" for _, table, column in of_what)
        listed = con.execute(f"SELECT name FROM ({distinct}) WHERE name IS NOT NULL").fetchall()
        found = sorted(names.found_in_names(name for (name,) in listed))
        if found:
            rows = {
                table: one_value(con, f"SELECT count(*) FROM {table} WHERE list_contains($1, {column})", [found])
                for _, table, column in of_what
            }
            table = next(table for table, n in rows.items() if n)
            raise DataError(
                f"Nothing was published: the study is blinded, and the {what} holds the code or label of an arm, or"
                f" another word for one ({rows[table]} rows of {table}; the words are in data/codelists/arm_names.toml)."
                " Rename it, or give the arms other names."
            )


def withhold_texts(con: duckdb.DuckDBPyConnection, tables: list[Table], names: ArmNames | None) -> None:
    """Build withheld_texts: every distinct text from a file that holds one of the ``names_to_withhold``."""
    con.execute("CREATE OR REPLACE TEMP TABLE withheld_texts (text VARCHAR)")
    columns = [
        f"SELECT {column.name} AS text FROM {table.full_name}"
        for table in tables
        for column in table.columns
        if _may_hold_names(table, column)
    ]
    if not names or not columns:
        return
    texts = second_cursor(con).execute(f"SELECT text FROM ({' UNION '.join(columns)}) WHERE text IS NOT NULL")
    while rows := texts.fetchmany(FETCHED):
        if found := [text for (text,) in rows if names.are_in_text(text)]:
            con.execute("INSERT INTO withheld_texts SELECT unnest($1)", [found])
