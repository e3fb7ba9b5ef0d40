"""What each table and column of a snapshot means, in the snapshot's own database."""

import duckdb

from flows.base.sql_text import quoted
from flows.study.dictionary import Table


def write_comments(con: duckdb.DuckDBPyConnection, tables: list[Table], database: str) -> None:
    """What each table and column means, in the attached database of this name."""
    comments = []
    for table in tables:
        comments.append(f"COMMENT ON TABLE {database}.{table.full_name} IS {quoted(table.grain)};")
        for column in table.columns:
            unit = f" [{column.unit}]" if column.unit else ""
            place = f"{database}.{table.full_name}.{column.name}"
            comments.append(f"COMMENT ON COLUMN {place} IS {quoted(column.description + unit)};")
    con.execute("\n".join(comments))
