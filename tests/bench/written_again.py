"""The least that publishing takes: the finished tables of a snapshot written again, with nothing computed or sorted.

``python -m tests.bench.written_again SNAPSHOT FOLDER``: every table as the contract has it, in one DuckDB file, as
Parquet and as CSV, by two threads, into FOLDER. Prints the number of tables.
"""

import sys
from pathlib import Path

import duckdb


def write_again(snapshot: Path, folder: Path) -> int:
    """Write the tables; gives their number."""
    folder.mkdir(parents=True)
    with duckdb.connect(folder / "outcomes.duckdb", config={"threads": 2}) as con:
        con.execute("SET enable_progress_bar = false")
        con.execute(f"ATTACH '{snapshot / 'outcomes.duckdb'}' AS finished (READ_ONLY)")
        tables = con.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'finished' ORDER BY ALL"
        ).fetchall()
        for schema, name in tables:
            table, target = f"{schema}.{name}", folder / f"{schema}.{name}"
            con.execute(f"CREATE SCHEMA IF NOT EXISTS {schema}")
            con.execute(f"CREATE TABLE {table} AS FROM finished.{table}")
            con.execute(f"COPY finished.{table} TO '{target}.parquet' (FORMAT parquet, COMPRESSION zstd)")
            con.execute(f"COPY finished.{table} TO '{target}.csv' (FORMAT csv, HEADER)")
    return len(tables)


if __name__ == "__main__":
    print(write_again(Path(sys.argv[1]), Path(sys.argv[2])))
