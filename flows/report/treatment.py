"""What was given and what came of it beside headache: exposure, deviations, quality of life, adverse events."""

from flows.base.sql_text import rows_of
from flows.report.cells import Connection, Row, by_key, grouped, load_cells


def load_exposure(con: Connection) -> dict[str, list[Row]]:
    """Rows of summary.exposure that hold a value, by measure."""
    rows = load_cells(con, "summary.exposure", ("measure", "cycle", "arm"))
    measures = grouped(rows, "measure")
    return {name: group for name, group in measures.items() if any(row["n"].value for row in group)}


def load_deviations(con: Connection) -> dict[str, list[Row]]:
    """Rows of summary.deviations by deviation; a deviation that no session can be judged for is left out."""
    rows = grouped(load_cells(con, "summary.deviations", ("deviation", "cycle", "arm")), "deviation")
    return {name: group for name, group in rows.items() if any(row["n_subjects"].value for row in group)}


def load_muscles(con: Connection) -> list[Row]:
    """One row per muscle, all arms together, the paradigm's muscles first: ``cycles`` with its row of each cycle."""
    rows = load_cells(con, "summary.exposure_muscles", ("muscle", "cycle", "arm"), {"arm": "all"})
    order = {row["muscle"]: i for i, row in enumerate(rows_of(con, "SELECT muscle FROM meta.muscles"))}
    muscles: list[Row] = [
        {"muscle": muscle, "cycles": by_key(group, "cycle"), "fixed_sites": group[0]["fixed_sites"],
         "extra_sites": group[0]["extra_sites"]}
        for muscle, group in grouped(rows, "muscle").items()
    ]  # fmt: skip
    return sorted(muscles, key=lambda row: (order.get(row["muscle"], len(order)), row["muscle"]))


def load_quality_of_life(con: Connection) -> dict[str, list[Row]]:
    """Rows of summary.quality_of_life by instrument; an instrument that nobody filled in is left out."""
    rows = grouped(load_cells(con, "summary.quality_of_life", ("instrument", "cycle", "arm")), "instrument")
    return {name: group for name, group in rows.items() if any(row["n"].value for row in group)}


def load_mmrm(con: Connection) -> dict[str, list[Row]]:
    """Rows of summary.mmrm_quality_of_life by instrument: LS means and differences, from one model of all cycles."""
    return grouped(load_cells(con, "summary.mmrm_quality_of_life", ("instrument", "cycle", "arm")), "instrument")


def load_improved(con: Connection) -> list[Row]:
    """Per instrument, points asked for and cycle: ``arms`` with its row of summary.quality_of_life_improved."""
    key = ("instrument", "min_points", "cycle")
    rows = load_cells(con, "summary.quality_of_life_improved", (*key, "arm"))
    shown = grouped(rows, "instrument", "min_points", "cycle").values()
    return [{name: group[0][name] for name in key} | {"arms": by_key(group, "arm")} for group in shown]


def load_events(con: Connection) -> dict[str, list[Row]]:
    """Adverse events by level: any, serious, related, of_interest, soc, term; ``arms`` by code, commonest first."""
    rows = load_cells(con, "summary.adverse_events", ("level", "soc", "term", "arm"))
    events: list[Row] = [
        {"level": level, "soc": soc, "term": term, "arms": by_key(group, "arm"), "n": group[-1]["n_with_event"].value}
        for (level, soc, term), group in grouped(rows, "level", "soc", "term").items()
    ]
    return grouped(sorted(events, key=lambda row: (-row["n"], row["soc"], row["term"])), "level")
