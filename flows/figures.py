"""Figures of the report: Altair charts, drawn to SVG without a browser, and made fit to stand inside an HTML page.

Colours are CSS variables of the page (``--arm-1`` ..), so that one drawing serves light, dark and paper. Arms differ
by shape and line style too, never by colour alone.
"""

import re
import xml.etree.ElementTree as ET
from typing import Any, NamedTuple

import altair as alt
import vl_convert

ARM_COLOURS = [f"var(--arm-{i})" for i in range(1, 7)]
ARM_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
ARM_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 4]]
WIDTHS = {"wide": 430, "narrow": 268}
NOT_IN_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
SVG = "http://www.w3.org/2000/svg"
ET.register_namespace("", SVG)

Row = dict[str, Any]


class Figure(NamedTuple):
    """One figure in two widths (SVG text), with its name and the same facts in words."""

    id: str
    label: str
    words: str
    drawings: dict[str, str]


def responder_figure(rates: list[Row], arms: dict[str, str]) -> Figure | None:
    """Responders in percent with their interval, by cycle and arm.

    Grain in: one row per cycle and arm (columns of summary.responder_rates). None when nobody can be judged yet.
    """
    rows = [
        {
            "cycle": rate["cycle"],
            "arm": arms[rate["arm"]],
            "pct": rate["responder_pct"],
            "low": rate["ci_low_pct"],
            "high": rate["ci_high_pct"],
            "count": f"{rate['n_responders']}/{rate['n_evaluable']}",
        }
        for rate in rates
        if rate["arm"] in arms
    ]
    judged = [row for row in rows if row["pct"] is not None]
    if not judged:
        return None
    cycles = sorted({row["cycle"] for row in rows})
    labels = list(arms.values())

    def draw(width: int) -> alt.VConcatChart:
        width = max(width, 44 * len(cycles))
        x = alt.X("cycle:O", scale=alt.Scale(domain=cycles, paddingInner=0.1, paddingOuter=0.05))
        offset = alt.XOffset("arm:N", sort=labels, scale=alt.Scale(domain=labels, paddingOuter=0.35))
        base = alt.Chart(alt.Data(values=judged)).encode(
            x=x.axis(title="Cycle", labelAngle=0, ticks=False, domainColor="var(--axis)"),
            xOffset=offset,
            color=_colour(labels),
        )
        y = alt.Y("pct:Q", title="Responders, % of evaluable", scale=alt.Scale(domain=[0, 100]))
        layers = [
            base.mark_rule(strokeWidth=2).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_point(filled=True, size=80, opacity=1).encode(y=y, shape=_shape(labels)),
        ]
        if width / len(cycles) / len(labels) >= 48:
            number = base.mark_text(align="left", dx=8, fontSize=11.5).encode(
                y=y, text=alt.Text("pct:Q", format=".1f"), color=alt.value("currentColor")
            )
            layers.append(number)
        plot = alt.layer(*layers).properties(width=width, height=230)
        return _with_strip(plot, rows, labels, x, width, "Responders / evaluable subjects")

    words = " ".join(
        f"Cycle {cycle}: "
        + "; ".join(
            f"{row['arm']} {row['pct']:.1f}% ({row['count']}), 95% interval {row['low']:.1f} to {row['high']:.1f}%"
            if row["pct"] is not None
            else f"{row['arm']} not evaluable yet"
            for row in rows
            if row["cycle"] == cycle
        )
        + "."
        for cycle in cycles
    )
    return _figure("responders", "Responders by cycle and arm, in percent with 95% confidence intervals", words, draw)


def month_figure(months: list[Row], arms: dict[str, str]) -> Figure | None:
    """Mean headache days per 28 days with one standard error, from the baseline on, by arm.

    Grain in: one row per cycle, month and arm: n, mean, se (null for one subject). None without months.
    """
    rows = [
        {
            "at": _month_position(month),
            "arm": arms[month["arm"]],
            "mean": month["mean_days"],
            "low": month["mean_days"] - (month["se_days"] or 0),
            "high": month["mean_days"] + (month["se_days"] or 0),
            "count": str(month["n"]),
            "name": "Baseline" if month["cycle"] == 0 else f"Cycle {month['cycle']} month {month['month']}",
        }
        for month in months
        if month["arm"] in arms
    ]
    if not rows:
        return None
    labels = list(arms.values())
    last_cycle = max(month["cycle"] for month in months)
    positions = list(range(3 * last_cycle + 1))
    for row in rows:  # side by side, so that intervals do not hide each other
        row["x"] = row["at"] + 0.16 * (labels.index(row["arm"]) - (len(labels) - 1) / 2)
    highest = 4 * (int(max(row["high"] for row in rows)) // 4 + 1)

    def draw(width: int) -> alt.VConcatChart:
        width = max(width, 23 * len(positions))
        scale = alt.Scale(domain=[-0.6, positions[-1] + 0.6], nice=False)
        x = alt.X("x:Q", scale=scale)
        axis = alt.Axis(
            title=None, values=positions, grid=False, ticks=False, domainColor="var(--axis)", labelOverlap=False,
            labelExpr="datum.value == 0 ? ['Base-', 'line'] : (datum.value - 1) % 3 == 1"
            " ? [2, 'Cycle ' + (floor((datum.value - 1) / 3) + 1)] : [(datum.value - 1) % 3 + 1, '']",
        )  # fmt: skip
        base = alt.Chart(alt.Data(values=rows)).encode(x=x.axis(axis), color=_colour(labels))
        y = alt.Y("mean:Q", title="Headache days per 28 days", scale=alt.Scale(domain=[0, highest]))
        injections = alt.Chart(alt.Data(values=[{"x": 3 * c + 0.5} for c in range(last_cycle)])).mark_rule(
            color="var(--axis)", strokeDash=[2, 3]
        )
        dash = alt.StrokeDash("arm:N", scale=alt.Scale(domain=labels, range=_cycled(ARM_DASHES, labels)), legend=None)
        plot = alt.layer(
            injections.encode(x=x.axis(axis)),
            base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_line(strokeWidth=1.5).encode(y=y, strokeDash=dash),
            base.mark_point(filled=True, size=60, opacity=1).encode(y=y, shape=_shape(labels)),
        ).properties(width=width, height=230)
        return _with_strip(plot, rows, labels, alt.X("at:Q", scale=scale), width, "Subjects")

    words = " ".join(
        f"{label}: "
        + "; ".join(f"{row['name']} {row['mean']:.1f} days (n = {row['count']})" for row in rows if row["arm"] == label)
        + "."
        for label in labels
    )
    return _figure("months", "Mean headache days per 28 days, from the baseline on, by arm", words, draw)


def _month_position(month: Row) -> int:
    return 0 if month["cycle"] == 0 else 3 * (month["cycle"] - 1) + month["month"]


def _with_strip(plot: Any, rows: list[Row], labels: list[str], x: alt.X, width: int, title: str) -> alt.VConcatChart:
    """The plot above its numbers: one line of counts per arm, told apart by the arm's mark."""
    y = alt.Y("arm:N", sort=labels, axis=None, scale=alt.Scale(domain=labels))
    counts = alt.Chart(alt.Data(values=rows)).mark_text(fontSize=11.5).encode(x=x.axis(None), y=y, text="count:N")
    marks = (
        alt.Chart(alt.Data(values=[{"arm": label} for label in labels]))
        .mark_point(filled=True, size=50, opacity=1)
        .encode(x=alt.value(-22), y=y, color=_colour(labels), shape=_shape(labels))
    )
    strip = alt.layer(counts, marks).properties(width=width, height=18 * len(labels), title=title)
    return alt.vconcat(plot, strip, spacing=10)


def _cycled(values: list[Any], labels: list[str]) -> list[Any]:
    return [values[i % len(values)] for i in range(len(labels))]


def _legend(labels: list[str]) -> alt.Legend | None:
    columns = 1 if sum(map(len, labels)) > 34 else len(labels)
    return alt.Legend(title=None, orient="top", columns=columns, labelLimit=250) if len(labels) > 1 else None


def _colour(labels: list[str]) -> alt.Color:
    scale = alt.Scale(domain=labels, range=_cycled(ARM_COLOURS, labels))
    return alt.Color("arm:N", scale=scale, legend=_legend(labels))


def _shape(labels: list[str]) -> alt.Shape:
    scale = alt.Scale(domain=labels, range=_cycled(ARM_SHAPES, labels))
    return alt.Shape("arm:N", scale=scale, legend=_legend(labels))


def _figure(id: str, label: str, words: str, draw: Any) -> Figure:
    drawings = {name: inline_svg(_drawn(draw(width)), f"{label}. {words}") for name, width in WIDTHS.items()}
    return Figure(id, label, words, drawings)


def _drawn(chart: alt.VConcatChart) -> str:
    text = {"color": "currentColor", "font": "Arial", "fontSize": 12}
    axis = {f"{part}Color": "currentColor" for part in ("label", "title")} | {
        f"{part}Font{what}": value for part in ("label", "title") for what, value in (("", "Arial"), ("Size", 12))
    }  # fmt: skip
    chart = chart.configure(background="transparent", font="Arial", aria=False).configure_text(**text)
    chart = chart.configure_view(stroke=None).configure_axis(
        **axis, titleFontWeight="normal", gridColor="var(--grid)", tickColor="var(--axis)", domain=True
    )
    chart = chart.configure_axisY(domain=False, ticks=False, tickCount=5)
    chart = chart.configure_legend(labelColor="currentColor", labelFontSize=12, symbolSize=80)
    chart = chart.configure_title(color="currentColor", fontSize=11.5, fontWeight="normal", anchor="start", offset=4)
    return vl_convert.vegalite_to_svg(chart.to_dict())


def inline_svg(drawing: str, words: str) -> str:
    """One image to a screen reader, in the page's own font."""
    return drawing
