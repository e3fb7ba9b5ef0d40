"""history: the runs of the current snapshot's meta.run_history, for a person or a machine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from rich.cells import cell_len

from flows.base.errors import ConfigurationError
from flows.base.shown_text import one_line
from flows.base.sql_text import rows_of
from flows.warehouse.snapshots import find_database

Row = dict[str, Any]
COLUMNS: tuple[tuple[str, Callable[[Row], str]], ...] = (
    ("run", lambda row: str(row["run"])),
    ("published, UTC", lambda row: f"{row['published_at']:%Y-%m-%d %H:%M}" if row["published_at"] else "this snapshot"),
    ("site", lambda row: row["site"] or ""),
    ("lines", lambda row: str(row["lines_received"])),
    ("faulty", lambda row: str(row["lines_faulty"])),
    ("days", lambda row: str(row["diary_days"])),
    ("headache", lambda row: _percent(row["headache_pct"])),
    ("complete", lambda row: _percent(row["compliance_pct"])),
    ("responders", lambda row: f"{row['n_responders']}/{row['n_evaluable']}"),
    ("drift", lambda row: row["drift"] or ""),
)
LEFT = ("published, UTC", "site", "drift")


def load_runs(place: Path, site: str | None, by_site: bool) -> list[Row]:
    """One row a run, for all or for one ``site``; with ``by_site`` one a run and site. The first run comes first.

    Raises ConfigurationError where nothing is published, by a version that kept no history, or where there is no such site.
    """
    with duckdb.connect(find_database(place), read_only=True) as con:
        try:
            rows = rows_of(con, "SELECT * FROM meta.run_history ORDER BY run, site NULLS FIRST")
        except duckdb.CatalogException:
            raise ConfigurationError(
                f"{place}: the snapshot was made by a version that kept no history; the next run begins one."
            ) from None
    sites = sorted({row["site"] for row in rows if row["site"] is not None})
    if site is not None and site not in sites:
        raise ConfigurationError(
            f"{place}: there is no site '{site}'; the sites are {', '.join(sites) or 'not known'}."
        )
    if by_site:
        return [row for row in rows if row["site"] is not None]
    return [row for row in rows if row["site"] == site]


def runs_in_words(rows: list[Row]) -> list[str]:
    """A table as lines of text; a column that is empty throughout is left out."""
    columns = [(heading, [one_line(text(row)) for row in rows]) for heading, text in COLUMNS]
    shown = [(heading, texts) for heading, texts in columns if any(texts)]
    lines = []
    for place in range(-1, len(rows)):
        cells = []
        for heading, texts in shown:
            width = max(cell_len(text) for text in (heading, *texts))
            cell = heading if place < 0 else texts[place]
            padding = " " * (width - cell_len(cell))
            cells.append(cell + padding if heading in LEFT else padding + cell)
        lines.append("  ".join(cells).rstrip())
    return lines


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.1f}%"
