"""What is in a dataset, as far as files and define.xml state it: how long its texts and numbers are, and what is empty."""

from typing import NamedTuple

import duckdb

from flows.base.sql_text import one_row
from flows.standards.adam_spec import DatasetSpec


class Digits(NamedTuple):
    """The digits of the longest number of a variable, and how many of them at most stand after its point."""

    total: int
    after_point: int


class Contents(NamedTuple):
    """One dataset. ``lengths``: bytes of the longest text by variable, of one without a text what it may have, at least 1;
    ``digits``: of the numbers that are not whole; ``empty``: variables without a value; ``paramcds``: those with records.
    """

    lengths: dict[str, int]
    digits: dict[str, Digits]
    empty: frozenset[str]
    paramcds: frozenset[str]


def contents_of(con: duckdb.DuckDBPyConnection, spec: DatasetSpec) -> Contents:
    """The contents of a dataset that is there as a table."""
    names = [variable.name for variable in spec.variables]
    texts = [variable for variable in spec.variables if variable.is_text]
    n_values = _of_columns(con, spec.name, names, "count({})")
    longest = _of_columns(con, spec.name, [variable.name for variable in texts], "max(strlen({}))")
    has_parameters = "PARAMCD" in names
    paramcds = con.execute(f"SELECT DISTINCT PARAMCD FROM {spec.name}").fetchall() if has_parameters else []
    return Contents(
        {variable.name: longest[variable.name] or variable.length or 1 for variable in texts},
        _digits(con, spec),
        frozenset(name for name, n in n_values.items() if not n),
        frozenset(paramcd for (paramcd,) in paramcds),
    )


def _digits(con: duckdb.DuckDBPyConnection, spec: DatasetSpec) -> dict[str, Digits]:
    names = [variable.name for variable in spec.variables if variable.type == "float"]
    # The shortest decimal number that is read back as the same one: 22.4, not 22.399999999999999; 1e-15 is written out.
    text = "CAST({} AS VARCHAR)"
    text = f"CASE WHEN contains({text}, 'e') THEN CAST(TRY_CAST({{}} AS DECIMAL(38, 20)) AS VARCHAR) ELSE {text} END"
    decimals = f"rtrim(split_part({text}, '.', 2), '0')"
    whole = f"ltrim(split_part({text}, '.', 1), '-')"
    after_point = _of_columns(con, spec.name, names, f"max(strlen({decimals}))")
    total = _of_columns(con, spec.name, names, f"max(strlen({whole}) + strlen({decimals}))")
    return {name: Digits(total[name] or 1, after_point[name] or 0) for name in names}


def _of_columns(con: duckdb.DuckDBPyConnection, table: str, names: list[str], what: str) -> dict[str, int | None]:
    """One number for each of these columns."""
    if not names:
        return {}
    listed = ", ".join(what.replace("{}", name) for name in names)
    return dict(zip(names, one_row(con, f"SELECT {listed} FROM {table}"), strict=True))
