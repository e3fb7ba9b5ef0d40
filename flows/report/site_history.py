"""How the sites fared from run to run, and which findings are new."""

from flows.base.sql_text import rows_of
from flows.report.cells import Cell, Connection, Row, cell, grouped, load_cells

AGES = ("findings_new", "findings_persisting", "findings_resolved")


def load_site_runs(con: Connection) -> dict[str, list[Row]]:
    """The rows of meta.run_history by site, in the order of the runs; of all lines together where no site is known."""
    rows = rows_of(con, "SELECT * FROM meta.run_history ORDER BY run, site")
    by_site = grouped([row for row in rows if row["site"] is not None], "site")
    # A blinded study may withhold the names of several sites: they cannot be told apart.
    single = {
        site: of_site for site, of_site in by_site.items() if len({row["run"] for row in of_site}) == len(of_site)
    }
    return single or {"all sites": [row for row in rows if row["site"] is None]}


def load_finding_ages(con: Connection) -> list[Row]:
    """One row per check: its findings that are new, persist, or are resolved since the snapshot before."""
    return load_cells(con, "meta.finding_ages", ("check_id", "severity"))


def load_age_totals(con: Connection) -> dict[str, Cell] | None:
    """The same over all checks; None in a first snapshot, which has nothing to compare with."""
    (row,) = rows_of(
        con,
        f"SELECT {', '.join(f'CAST(coalesce(sum({name}), 0) AS BIGINT) AS {name}' for name in AGES)},"
        " (SELECT count(DISTINCT run) FROM meta.run_history) AS runs FROM meta.finding_ages",
    )
    if row["runs"] < 2:
        return None
    return {name: cell(row[name], "meta.finding_ages", None, f"sum({name})") for name in AGES}
