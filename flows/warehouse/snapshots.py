"""Where a published snapshot lies."""

from pathlib import Path

from flows.base.errors import ConfigurationError


def find_database(place: Path) -> Path:
    """outcomes.duckdb of the current snapshot of a study folder or of a folder published to.

    Raises ConfigurationError where there is none.
    """
    for folder in (place / "published" / "current", place / "current", place):
        if (folder / "outcomes.duckdb").exists():
            return folder / "outcomes.duckdb"
    raise ConfigurationError(f"{place}: nothing is published there; 'migraine-outcomes run' comes first.")
