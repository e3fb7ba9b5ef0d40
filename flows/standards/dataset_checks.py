"""A dataset held against its specification: each variable in both, its type, its length, its code list, its keys unique."""

import duckdb

from flows.base.errors import Defect
from flows.base.sql_text import one_value, quoted
from flows.standards.adam_spec import DatasetSpec
from flows.standards.codelists import load_codelists

Connection = duckdb.DuckDBPyConnection
MADE_FROM = {
    "text": ("VARCHAR",),
    "integer": ("BIGINT", "INTEGER"),
    "float": ("DOUBLE", "BIGINT", "INTEGER"),
    "date": ("DATE",),
}


def check_columns(con: Connection, spec: DatasetSpec) -> None:
    """Raises Defect where the table selected and the specification have other variables or types."""
    selected = {name: kind for name, kind, *_ in con.execute("DESCRIBE selected").fetchall()}
    described = {variable.name: variable.type for variable in spec.variables}
    for name in (*described, *selected):
        place = f"{spec.name}.{name}"
        if name not in selected:
            raise Defect(f"{place} is in data/standards/adam/ and not in sql/standards/adam/")
        if name not in described:
            raise Defect(f"{place} is in sql/standards/adam/ and not in data/standards/adam/")
        if not selected[name].startswith(MADE_FROM[described[name]]) and selected[name] != '"NULL"':
            raise Defect(f"{place} is {selected[name]} and not {described[name]}")


def check_rows(con: Connection, spec: DatasetSpec) -> None:
    """Raises Defect for records with equal keys, and for a value that its variable may not have."""
    keys = ", ".join(spec.keys)
    if one_value(con, f"SELECT count(*) FROM (SELECT {keys} FROM {spec.name} GROUP BY ALL HAVING count(*) > 1)"):
        raise Defect(f"{spec.name}: records are equal in {keys}")
    for variable in spec.variables:
        where = []
        if variable.length:
            where.append(f"strlen({variable.name}) > {variable.length}")
        codelist = load_codelists().get(variable.codelist or "")
        if codelist and not codelist.is_open:
            where.append(f"CAST({variable.name} AS VARCHAR) NOT IN ({', '.join(map(quoted, codelist.items))})")
        for condition in where:
            if row := first_row(con, spec, condition):
                raise Defect(f"{spec.name}.{variable.name}, record {row}: not a value of the specification")


def first_row(con: Connection, spec: DatasetSpec, condition: str) -> int | None:
    """The number of the first record that meets a condition, counted from 1 in the order of the keys."""
    return one_value(
        con,
        f"""SELECT min(number) FROM (
            SELECT {condition} AS is_met, row_number() OVER (ORDER BY {", ".join(spec.keys)}) AS number FROM {spec.name}
        ) WHERE is_met""",
    )
