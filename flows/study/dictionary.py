"""The dictionary (data/dictionary/*.toml): the one source of columns, types, units, limits and descriptions.

Input files, landing tables, generated checks, COMMENT ON and the published data dictionary all follow from it. The
parameters of a rule set are described where they are defined (flows/study/rule_sets.py) and added to the columns here.
"""

import tomllib
from functools import cache
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from flows.base.resources import resource
from flows.study.rule_parameters import parameter_columns

DOSE_UNIT = "U"
# Columns that a table has besides those of its file.
MORE_COLUMNS = {"meta.rule_sets": parameter_columns}
ColumnType = Literal["text", "date", "timestamp", "boolean", "integer", "number", "codes", "partial_date"]


class Column(BaseModel):
    """One column: its type, unit, limits and meaning."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    type: ColumnType
    description: str
    unit: str | None = None
    required: bool = False  # the file must have the column
    may_be_empty: bool = False  # required column, but a single value may be unknown
    minimum: float | None = None
    maximum: float | None = None
    allowed: tuple[str, ...] = ()
    severity: Literal["error", "warning"] = "error"  # of an unreadable or impossible value
    may_be_ongoing: bool = False  # partial_date: an end that has not come yet
    is_derived: bool = False  # made by the pipeline: no file holds it
    reveals_arm: bool = False  # emptied in a blinded study, as every dose is

    @property
    def has_limits(self) -> bool:
        """Whether a value outside minimum and maximum cannot be: an optional cell is then set aside."""
        return not self.required and self.severity == "error" and (self.minimum, self.maximum) != (None, None)


class Table(BaseModel):
    """One published table; ``file`` names the kind of input file it is read from, if any."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str
    schema_name: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    file: str | None = None
    required_file: bool = False
    same_file_rows: Literal["conflict", "keep"] = "conflict"  # two different rows of one key in one file
    former_name: str | None = None  # published as a view for one version, so that the queries of others go on

    @property
    def full_name(self) -> str:
        return f"{self.schema_name}.{self.name}"

    def ordered(self, source: str) -> str:
        """The columns of the table from a source of rows (a table, or a query in brackets), in the order of its key."""
        columns = ", ".join(column.name for column in self.columns)
        key = ", ".join(f"line.{name}" for name in self.key)
        return f"SELECT {columns} FROM {source} AS line ORDER BY {key}"


def _table(schema: str, name: str, entry: dict[str, Any]) -> Table:
    described = entry.pop("columns") | MORE_COLUMNS.get(f"{schema}.{name}", dict)()
    columns = tuple(Column(name=column, **facts) for column, facts in described.items())
    return Table(name=name, schema_name=schema, columns=columns, **entry)


@cache
def load_dictionary() -> dict[str, Table]:
    """Every documented table by its full name ``schema.table``, in the order of the files."""
    tables = {}
    for path in sorted(resource("data/dictionary").glob("*.toml")):
        for name, entry in tomllib.loads(path.read_text(encoding="utf-8")).items():
            table = _table(path.stem, name, entry)
            tables[table.full_name] = table
    return tables


@cache
def input_tables() -> dict[str, Table]:
    """The tables that are read from files, by kind of file."""
    return {table.file: table for table in load_dictionary().values() if table.file}


@cache
def file_columns(kind: str) -> tuple[Column, ...]:
    """The columns a file of this kind may hold (provenance and derived columns left out)."""
    return tuple(c for c in input_tables()[kind].columns if c.name not in PROVENANCE and not c.is_derived)


PROVENANCE = ("file_id", "line_number")
FILE_KINDS = tuple(input_tables())
SQL_TYPES = {
    "text": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "boolean": "BOOLEAN",
    "integer": "INTEGER",
    "number": "DOUBLE",
    "codes": "VARCHAR",
    "partial_date": "DATE",
}
# A date that may be known in part is landed as text: what is known of it.
LANDED_TYPES = SQL_TYPES | {"partial_date": "VARCHAR"}


def sql_columns(table: str) -> str:
    """The columns of a table with their SQL types, as CREATE TABLE takes them."""
    return ", ".join(f"{column.name} {SQL_TYPES[column.type]}" for column in load_dictionary()[table].columns)


def reveals_arm(table: Table, column: Column) -> bool:
    """Whether the values of a column can tell the arms apart: marked in the dictionary, or a dose (not a setting)."""
    return column.reveals_arm or (column.unit == DOSE_UNIT and table.schema_name != "meta")
