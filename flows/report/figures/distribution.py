"""How the reduction of headache days is spread over the subjects: its distribution, and each subject as a bar."""

from math import floor
from typing import NamedTuple

from flows.report.cells import ALL, Row, one_decimal
from flows.report.figures.style import arm_colour, arm_dash, colours, drawable, in_words
from flows.report.figures.svg import NARROW, Figure, draw_figure
from flows.report.figures.vega import MINUS, Spec, field, layer, mark, view

WORST = -100.0  # a headache rate that more than doubled is drawn as doubled, and the caption says so
MARKED = (30, 50, 75)
MARKED_DAYS = (0, 4, 8)


def last_cycle(rows: list[Row], arms: dict[str, str]) -> int | None:
    """The last cycle in which every arm has a subject to show, failing that any; None where there is none."""
    seen = {(row["cycle"], row["arm"]) for row in rows}
    cycles = sorted({cycle for cycle, _ in seen}, reverse=True)
    complete = [cycle for cycle in cycles if all((cycle, arm) in seen for arm in arms if arm != ALL)]
    return (complete or cycles or [None])[0]


def distribution_figure(distribution: list[Row], arms: dict[str, str]) -> Figure | None:
    """Subjects with at least each reduction, in percent, by arm, at the last cycle that can be shown.

    Grain in: rows of summary.reduction_distribution of one rule set. None where nobody can be compared.
    """
    scale = _Scale(
        "min_reduction_pct", "%", [-100, -50, 0, 50, 100], "Reduction of headache days of at least, %", MARKED
    )
    return _step_curves("distribution", "Share of subjects by reduction of headache days", distribution, arms, scale)


def days_distribution_figure(distribution: list[Row], arms: dict[str, str], month_days: int) -> Figure | None:
    """Subjects with at least so many headache days a month fewer, by arm, at the last cycle that can be shown.

    Grain in: rows of summary.reduction_days_distribution of one rule set, whose months have ``month_days``. None where
    nobody can be compared.
    """
    ticks = [-month_days, -(month_days // 2), 0, month_days // 2, month_days]
    title = f"Fewer headache days per {month_days} days, at least"
    scale = _Scale("min_reduction_days", " days", ticks, title, MARKED_DAYS)
    label = "Share of subjects by fall of headache days, in days"
    return _step_curves("distribution-days", label, distribution, arms, scale)


class _Scale(NamedTuple):
    """The thresholds of a distribution: their column and unit, the ticks of the axis, its title, those that are told in words."""

    column: str
    unit: str
    ticks: list[int]
    title: str
    marked: tuple[int, ...]


def _step_curves(id: str, label: str, rows: list[Row], arms: dict[str, str], scale: _Scale) -> Figure | None:
    filled = [row for row in rows if row["n_subjects"].value]
    cycle = last_cycle(filled, arms)
    if cycle is None:
        return None
    arms = drawable(arms)
    points: list[Row] = [
        {"x": row[scale.column], "pct": row["at_least_pct"].value, "arm": arms[row["arm"]],
         "words": f"at least {row[scale.column]}{scale.unit}: {one_decimal(row['at_least_pct'].value)}% of subjects"}
        for row in filled
        if row["cycle"] == cycle and row["arm"] in arms
    ]  # fmt: skip
    labels = [name for name in arms.values() if any(row["arm"] == name for row in points)]

    def draw(width: int) -> Spec:
        axis = {"title": scale.title, "values": scale.ticks, "grid": False, "labelExpr": MINUS}
        ends = [scale.ticks[0], scale.ticks[-1]]
        steps = view(
            "rows",
            mark("line", interpolate="step-before", strokeWidth=2),
            x=field("x:Q", axis=axis, scale={"domain": ends, "nice": False}),
            y=field("pct:Q", title="Subjects, %", scale={"domain": [0, 100]}),
            color=arm_colour(labels, are_lines=True),
            strokeDash=arm_dash(labels, has_legend=True),
        )
        return steps | {"width": width, "height": 240}

    marked = [row for row in points if row["x"] in scale.marked]
    words = f"Cycle {cycle}. " + " ".join(f"{name}: {in_words(marked, 'arm', name)}." for name in labels)
    return draw_figure(id, f"{label}, cycle {cycle}", words, draw, {"rows": points}, wide=400, cycle=cycle)


def waterfall_figure(reductions: list[Row], arms: dict[str, str]) -> Figure | None:
    """The reduction of every subject, largest first, one panel per arm, at the last cycle that can be shown.

    Grain in: one row per cycle and subject (cycle, arm, reduction_pct), largest first. None where nobody is compared.
    """
    shown = [row | {"arm": ALL} for row in reductions] if ALL in arms else [r for r in reductions if r["arm"] in arms]
    cycle = last_cycle(shown, arms)
    if cycle is None:
        return None
    palette = dict(zip(arms, colours(list(arms.values())), strict=True))
    arms = drawable(arms)
    panels: dict[str, list[float]] = {
        arm: [max(float(row["reduction_pct"]), WORST) for row in shown if row["cycle"] == cycle and row["arm"] == arm]
        for arm in arms
    }
    panels = {arm: values for arm, values in panels.items() if values}
    lowest = min(min(values) for values in panels.values())
    ends = [25 * floor(min(lowest, 0) / 25), 100]

    def panel(arm: str, width: int) -> Spec:
        n = len(panels[arm])
        axis = {"labels": False, "grid": False, "title": f"{n} subject{'' if n == 1 else 's'}"}
        y_axis = {"labelExpr": MINUS, "values": list(range(int(ends[0]), 101, 25)), "labelOverlap": False}
        y = field("pct:Q", title="Reduction, %", scale={"domain": ends, "nice": False}, axis=y_axis)
        x = field("x:Q", axis=axis, scale={"domain": [0, n], "nice": False})
        bars = mark("area", interpolate="step-after", color=palette[arm])
        drawn = layer(
            view(f"panel-{list(panels).index(arm)}", bars, x=x, y=y),
            view("zero", mark("rule", color="var(--axis)"), y=y),
            width=width,
            height=200,
        )
        return drawn | {"title": {"text": arms[arm]}} if len(arms) > 1 else drawn

    def draw(width: int) -> Spec:
        columns = 1 if width == NARROW else min(len(panels), 2)
        each = (width - 62 * (columns - 1)) // columns
        return {"concat": [panel(arm, each) for arm in panels], "columns": columns, "spacing": 18}

    data: dict[str, list[Row]] = {
        f"panel-{i}": [{"x": x, "pct": value} for x, value in enumerate([*values, values[-1]])]
        for i, values in enumerate(panels.values())
    }
    words = f"Cycle {cycle}. " + " ".join(
        f"{arms[arm]}: {len(values)} subjects, from {one_decimal(values[0])}% to {one_decimal(values[-1])}%;"
        f" {sum(value < 0 for value in values)} with more headache days than at baseline."
        for arm, values in panels.items()
    )
    label = f"Reduction of headache days of each subject, largest first, cycle {cycle}"
    return draw_figure("waterfall", label, words, draw, data | {"zero": [{"pct": 0}]}, wide=440, cycle=cycle)
