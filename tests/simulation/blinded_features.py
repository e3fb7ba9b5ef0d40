"""What a stranger can read of each subject in a published database: numbers made of every table, whatever it is about.

Nothing is chosen: of every table with a subject_id the number and the place of the subject's rows, and of every column
its numbers, dates, lengths, how often it is empty, how often each common value stands there, and of hashes the beginning.
"""

import re
from pathlib import Path

import duckdb
import pandas as pd

CLOCK = {"landed_at"}  # when the test ran
COMMON = 0.05  # share of the rows of a table that a value needs to be counted
HASH = re.compile("[0-9a-f]{12,64}")


def read_tables(database: Path) -> dict[str, pd.DataFrame]:
    """Every table with a subject_id, rows in the order in which they are published."""
    with duckdb.connect(database, read_only=True) as con:
        named = con.execute(
            "SELECT schema_name || '.' || table_name FROM duckdb_columns() WHERE column_name = 'subject_id' ORDER BY 1"
        ).fetchall()
        return {table: con.execute(f"FROM {table}").df() for (table,) in named}


def features_of(tables: dict[str, pd.DataFrame], subjects: list[str]) -> pd.DataFrame:
    """One row per subject, one column per number; what a subject lacks is -1."""
    found: dict[str, pd.Series] = {}
    for table, rows in tables.items():
        place = pd.Series(range(len(rows)), index=rows.index) / max(len(rows), 1)
        found[f"{table} rows"] = rows.groupby("subject_id").size()
        found[f"{table} first place"] = place.groupby(rows["subject_id"]).min()
        for column in rows.columns.difference(["subject_id", *CLOCK]):
            for name, numbers in _numbers(rows[column]).items():
                by_subject = numbers.groupby(rows["subject_id"])
                found[f"{table}.{column} {name} mean"] = by_subject.mean()
                found[f"{table}.{column} {name} max"] = by_subject.max()
    return pd.DataFrame(found).reindex(subjects).fillna(-1.0)


def _numbers(values: pd.Series) -> dict[str, pd.Series]:
    """A column as numbers, in every way that it can be one."""
    numbers = {"empty": values.isna().astype(float)}
    if pd.api.types.is_bool_dtype(values) or pd.api.types.is_numeric_dtype(values):
        numbers["value"] = pd.to_numeric(values).astype(float)
    elif pd.api.types.is_datetime64_any_dtype(values):
        numbers["value"] = (values - values.min()).dt.total_seconds()
    else:
        texts = values.astype("string")
        numbers["length"] = texts.str.len().astype("Float64").astype(float)
        shares = texts.value_counts(normalize=True)
        written = texts.dropna()
        if len(written) and written.str.fullmatch(HASH).all():
            numbers["hash"] = written.map(lambda digits: float(int(digits[:8], 16))).astype(float)
        for value in shares[shares >= COMMON].index:
            numbers[f"is {value}"] = (texts == value).fillna(value=False).astype(float)
    return numbers
