"""Where a published snapshot lies, and which of its files its manifest lists."""

import re
from pathlib import Path

import duckdb

from flows.base.errors import ConfigurationError
from flows.study.dictionary import Table, load_dictionary

MANIFEST = "manifest.json"
# An entry of the audit trail and its signature. They came after the manifest, which cannot list them.
SIGNATURES = "signatures"
SIGNED_ENTRY = re.compile(rf"{SIGNATURES}/\d+\.json")
SIGNATURE_FILE = re.compile(rf"{SIGNED_ENTRY.pattern}(\.sig)?")


def find_database(place: Path) -> Path:
    """outcomes.duckdb of the current snapshot of a study folder or of a folder published to.

    Raises ConfigurationError where there is none.
    """
    for folder in (place / "published" / "current", place / "current", place):
        if (folder / "outcomes.duckdb").exists():
            return folder / "outcomes.duckdb"
    raise ConfigurationError(f"{place}: nothing is published there; 'migraine-outcomes run' comes first.")


def check_columns(con: duckdb.DuckDBPyConnection, place: Path) -> None:
    """Raises ConfigurationError for a snapshot of a version whose rule sets have other columns than those of this one:
    what would be read there has other names, or none."""
    if lacking := lacking_columns(con):
        raise ConfigurationError(
            f"{place}: was published by another version of migraine-outcomes: meta.rule_sets has no {lacking[0]}."
            " 'migraine-outcomes run' publishes it anew; or use the version that is named in its manifest.json."
        )


def is_in_pieces(table: Table) -> bool:
    """Whether a table is published as a folder of Parquet pieces: one with rows of subjects, as sent or as derived."""
    return table.schema_name in ("tabulation", "analysis") and "subject_id" in table.key


def parquet_of(folder: Path, table: str) -> str:
    """The Parquet of a table of a snapshot, as a path or a glob that DuckDB reads. Earlier versions had no pieces."""
    pieces = folder / "tables" / table
    return str(pieces / "*.parquet" if pieces.is_dir() else pieces.with_name(f"{table}.parquet"))


def listed_files(folder: Path) -> dict[str, Path]:
    """Every file of a snapshot that its manifest has to list, by its path."""
    present = {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}
    return {name: path for name, path in present.items() if name != MANIFEST and not SIGNATURE_FILE.fullmatch(name)}


def signed_entries(folder: Path) -> list[Path]:
    """The signed entries beside a snapshot, each with its signature in a file of the same name and .sig."""
    return sorted(
        path for path in (folder / SIGNATURES).glob("*.json") if SIGNED_ENTRY.fullmatch(f"{SIGNATURES}/{path.name}")
    )


def lacking_columns(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The columns that meta.rule_sets has in this version and not in the snapshot; none where it has no such table."""
    query = "SELECT column_name FROM duckdb_columns() WHERE schema_name = 'meta' AND table_name = 'rule_sets'"
    present = {name for (name,) in con.execute(query).fetchall()}
    known = [column.name for column in load_dictionary()["meta.rule_sets"].columns]
    return [name for name in known if name not in present] if present else []
