"""The share of subjects with an event so far, by cycle and arm, with the numbers at risk below."""

from flows.report.cells import Row, one_decimal
from flows.report.figures.style import arm_colour, arm_dash, drawable, in_words, with_counts
from flows.report.figures.svg import Figure, draw_figure
from flows.report.figures.vega import Spec, field, layer, mark, view


def event_figure(curve: list[Row], arms: dict[str, str], event: str, label: str, axis: str) -> Figure | None:
    """Steps by Kaplan and Meier. Grain in: rows of summary.time_to_event of one event and rule set.

    ``label`` says what the curves are, ``axis`` what the cycles are counted from. None while nobody had the event.
    """
    arms = drawable(arms)
    rows: list[Row] = [
        {
            "cycle": step["cycle"],
            "arm": arms[step["arm"]],
            "pct": step["cumulative_pct"].value,
            "low": step["ci_low_pct"].value,
            "high": step["ci_high_pct"].value,
            "count": str(step["n_at_risk"].value),
            "words": _in_words(step),
        }
        for step in curve
        if step["arm"] in arms
    ]
    seen = [row for row in rows if row["pct"] is not None]
    if not any(row["pct"] for row in seen):
        return None
    labels = list(arms.values())
    last = max(row["cycle"] for row in rows)
    bounds = [row for row in seen if row["low"] is not None]
    for row in bounds:  # side by side, so that intervals do not hide each other
        row["x"] = row["cycle"] + 0.06 * (labels.index(row["arm"]) - (len(labels) - 1) / 2)

    def draw(width: int) -> Spec:
        width = max(width, 30 * (last + 1))
        shared = {
            "scale": {"domain": [-0.2, last + 0.3], "nice": False},
            "axis": {
                "title": axis,
                "values": list(range(last + 1)),
                "grid": False,
                "format": "d",
                "labelOverlap": False,
            },
        }
        x = field("cycle:Q", **shared)
        y = field("pct:Q", title="Subjects with the event, %", scale={"domain": [0, 100]})
        colour = arm_colour(labels)
        interval, steps = mark("rule", strokeWidth=1.5), mark("line", strokeWidth=2, interpolate="step-after")
        plot = layer(
            view("bounds", interval, x=field("x:Q", **shared), y=field("low:Q"), y2=field("high"), color=colour),
            view("seen", steps, x=x, y=y, color=colour, strokeDash=arm_dash(labels)),
            width=width,
            height=230,
        )
        return with_counts(plot, labels, x, width, "Subjects at risk")

    words = " ".join(f"{name}: {in_words(seen, 'arm', name)}." for name in labels)
    data = {"seen": seen, "bounds": bounds, "rows": rows, "arms": [{"arm": name} for name in labels]}
    return draw_figure(event.replace("_", "-"), label, words, draw, data)


def _in_words(step: Row) -> str:
    at_risk = f"{step['n_at_risk'].value} at risk"
    return f"cycle {step['cycle']} {one_decimal(step['cumulative_pct'].value or 0)}% ({at_risk})"
