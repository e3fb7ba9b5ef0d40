"""Everything that a snapshot publishes, as bytes: names, files, and what compression hides; and a search in it."""

import zipfile
from collections.abc import Iterator
from pathlib import Path

import duckdb

Held = list[tuple[str, bytes]]  # name of a file, something it holds, in small letters


def contents(snapshot: Path) -> Iterator[tuple[str, bytes]]:
    """Everything published: the name and the bytes of each file, and what its compression hides."""
    reading = duckdb.connect()  # one for all files: to make a database takes longer than to read a small file
    for path in sorted(file for file in snapshot.rglob("*") if file.is_file()):
        name = path.relative_to(snapshot).as_posix()
        yield name, f"{name}\n".encode() + path.read_bytes()
        if path.suffix == ".parquet":
            for query in (
                "SELECT * FROM read_parquet($1)",
                "SELECT * FROM parquet_metadata($1)",
                "SELECT * FROM parquet_kv_metadata($1)",
                "SELECT * FROM parquet_schema($1)",
            ):
                yield f"{name} {query}", rows(reading, query, [str(path)])
        if path.suffix == ".docx":
            with zipfile.ZipFile(path) as package:
                for part in package.namelist():
                    yield f"{name} {part}", package.read(part)
        if path.suffix == ".duckdb":
            with duckdb.connect(path, read_only=True) as con:
                tables = con.execute("SELECT schema_name, table_name, comment FROM duckdb_tables()").fetchall()
                assert tables
                for schema, table, _ in tables:
                    yield f"{name} {schema}.{table}", rows(con, f'FROM "{schema}"."{table}"')
                for catalogue in ("duckdb_tables()", "duckdb_columns()", "duckdb_views()"):
                    yield f"{name} {catalogue}", rows(con, f"FROM {catalogue}")


def rows(con: duckdb.DuckDBPyConnection, query: str, parameters: object = None) -> bytes:
    return "\n".join(str(value) for row in con.execute(query, parameters).fetchall() for value in row).encode()


LONGEST_BY_CHANCE = 5
PACKED = (".parquet", ".duckdb", ".docx")


def all_held(snapshot: Path) -> Held:
    return [(name, held.lower()) for name, held in contents(snapshot)]


def told(secrets: list[str], published: Held) -> list[tuple[str, str]]:
    """Where a secret stands, in whatever letters, in one byte a letter or in two. Secrets are ASCII.

    A short one stands in compressed bytes by chance; what they hold is searched uncompressed.
    """
    found = []
    for secret in secrets:
        forms = [secret.lower().encode("ascii"), secret.lower().encode("utf-16-le")]
        is_short = len(secret) < LONGEST_BY_CHANCE
        for name, held in published:
            if not (is_short and name.endswith(PACKED)) and any(form in held for form in forms):
                found.append((secret, name))
    return found
