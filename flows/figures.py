"""Figures of the report: Altair charts, drawn to SVG without a browser, and made fit to stand inside an HTML page.

Colours are CSS variables of the page (``--arm-1`` ..), so that one drawing serves light, dark and paper. Arms differ
by shape and line style too, never by colour alone.
"""

import re
import xml.etree.ElementTree as ET
from collections.abc import Callable
from typing import Any, NamedTuple

import altair as alt
import vl_convert
from markupsafe import Markup

from flows.report_queries import Row, one_decimal

ARM_COLOURS = [f"var(--arm-{i})" for i in range(1, 7)]
ARM_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
ARM_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 4]]
WIDTHS = {"wide": 378, "narrow": 268}
TEXT = {"color": "currentColor", "fontSize": 12, "fontWeight": "normal"}
STYLE = {
    "background": "transparent",
    "font": "Arial",
    "aria": False,
    "text": TEXT,
    "title": TEXT | {"anchor": "start", "offset": 4},
    "view": {"stroke": None},
    "axis": {
        "labelColor": "currentColor",
        "labelFontSize": 12,
        "titleColor": "currentColor",
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "gridColor": "var(--grid)",
    },
    "axisY": {"domain": False, "ticks": False, "tickCount": 5, "labelPadding": 6},
    "legend": {
        "labelColor": "currentColor",
        "labelFontSize": 12,
        "labelLimit": 280,
        "symbolSize": 80,
        "symbolStrokeWidth": 0,
    },
}
KEPT_ATTRIBUTES = {
    "d", "fill", "stroke", "stroke-width", "stroke-dasharray", "transform", "x", "x2", "y2", "dy", "text-anchor",
    "font-size",
}  # fmt: skip
NOT_DRAWABLE = re.compile("[^ -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML has no other characters


class Figure(NamedTuple):
    """One figure in two widths (SVG), with the same facts in words."""

    id: str
    words: str
    drawings: dict[str, Markup]


def responder_figure(rates: list[Row], arms: dict[str, str]) -> Figure | None:
    """Responders in percent with their interval, by cycle and arm.

    Grain in: one row per cycle and arm (columns of summary.responder_rates). None when nobody can be judged yet.
    """
    arms = _drawable(arms)
    rows: list[Row] = [
        {
            "cycle": rate["cycle"],
            "arm": arms[rate["arm"]],
            "pct": rate["responder_pct"].value,
            "low": rate["ci_low_pct"].value,
            "high": rate["ci_high_pct"].value,
            "shown": one_decimal(rate["responder_pct"].value or 0),
            "count": f"{rate['n_responders'].value}/{rate['n_evaluable'].value}",
            "words": f"{arms[rate['arm']]} {_rate_in_words(rate)}",
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
        base = _chart("judged").encode(
            x=x.axis(title="Cycle", labelAngle=0, labelPadding=8, ticks=False, domainColor="var(--axis)"),
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
                y=y, text="shown:N", color=alt.value("currentColor")
            )
            layers.append(number)
        plot = alt.layer(*layers).properties(width=width, height=230)
        return _with_strip(plot, labels, x, width, "Responders / evaluable subjects")

    label = "Responders by cycle and arm, in percent with 95% confidence intervals"
    words = " ".join(f"Cycle {cycle}: {_in_words(rows, 'cycle', cycle)}." for cycle in cycles)
    return _figure("responders", label, words, draw, {"judged": judged, "rows": rows, "arms": _named(labels)})


def month_figure(months: list[Row], arms: dict[str, str]) -> Figure | None:
    """Mean headache days per 28 days with one standard error, from the baseline on, by arm.

    Grain in: one row per cycle, month and arm: n, mean, se (null for one subject). None while no month is evaluable.
    """
    arms = _drawable(arms)
    rows: list[Row] = [
        {
            "at": _month_position(month),
            "arm": arms[month["arm"]],
            "mean": month["mean_days"].value,
            "low": (month["mean_days"].value or 0) - (month["se_days"] or 0),
            "high": (month["mean_days"].value or 0) + (month["se_days"] or 0),
            "count": str(month["n"].value),
            "words": _month_in_words(month),
        }
        for month in months
        if month["arm"] in arms
    ]
    judged = [row for row in rows if row["mean"] is not None]
    if not judged:
        return None
    labels = list(arms.values())
    last_cycle = max(month["cycle"] for month in months)
    positions = list(range(3 * last_cycle + 1))
    for row in rows:  # side by side, so that intervals do not hide each other
        row["x"] = row["at"] + 0.16 * (labels.index(row["arm"]) - (len(labels) - 1) / 2)
    highest = 5 * (int(max(row["high"] for row in rows)) // 5 + 1)

    def draw(width: int) -> alt.VConcatChart:
        width = max(width, 23 * len(positions))
        scale = alt.Scale(domain=[-0.6, positions[-1] + 0.6], nice=False)
        x = alt.X("x:Q", scale=scale)
        axis = alt.Axis(
            title=None, values=positions, grid=False, ticks=False, domainColor="var(--axis)", labelOverlap=False,
            labelExpr="datum.value == 0 ? ['Base-', 'line'] : (datum.value - 1) % 3 == 1"
            " ? [2, 'Cycle ' + (floor((datum.value - 1) / 3) + 1)] : [(datum.value - 1) % 3 + 1, '']",
        )  # fmt: skip
        base = _chart("judged").encode(x=x.axis(axis), color=_colour(labels))
        y = alt.Y("mean:Q", title="Headache days per 28 days", scale=alt.Scale(domain=[0, highest]))
        injections = _chart("injections").mark_rule(color="var(--axis)", strokeDash=[2, 3])
        dash = alt.StrokeDash("arm:N", scale=alt.Scale(domain=labels, range=_cycled(ARM_DASHES, labels)), legend=None)
        plot = alt.layer(
            injections.encode(x=x.axis(axis)),
            base.mark_rule(strokeWidth=1.5).encode(y=alt.Y("low:Q"), y2="high:Q"),
            base.mark_line(strokeWidth=1.5).encode(y=y, strokeDash=dash),
            base.mark_point(filled=True, size=60, opacity=1).encode(y=y, shape=_shape(labels)),
        ).properties(width=width, height=230)
        return _with_strip(plot, labels, alt.X("at:Q", scale=scale), width, "Subjects")

    injections = [{"x": 3 * cycle + 0.5} for cycle in range(last_cycle)]
    label = "Mean headache days per 28 days, from the baseline on, by arm"
    words = " ".join(f"{name}: {_in_words(judged, 'arm', name)}." for name in labels)
    data = {"judged": judged, "rows": rows, "arms": _named(labels), "injections": injections}
    return _figure("months", label, words, draw, data)


def _in_words(rows: list[Row], key: str, value: Any) -> str:
    return "; ".join(row["words"] for row in rows if row[key] == value) or "not evaluable yet"


def _rate_in_words(rate: Row) -> str:
    pct, low, high = (rate[name].value for name in ("responder_pct", "ci_low_pct", "ci_high_pct"))
    if pct is None:
        return "not evaluable yet"
    of = f"{rate['n_responders'].value} of {rate['n_evaluable'].value}"
    return f"{one_decimal(pct)}% ({of}), 95% interval {one_decimal(low)} to {one_decimal(high)}%"


def _month_in_words(month: Row) -> str:
    name = "baseline" if month["cycle"] == 0 else f"cycle {month['cycle']} month {month['month']}"
    return f"{name} {one_decimal(month['mean_days'].value or 0)} days (n = {month['n'].value})"


def _month_position(month: Row) -> int:
    return 0 if month["cycle"] == 0 else 3 * (month["cycle"] - 1) + month["month"]


def _named(labels: list[str]) -> list[Row]:
    return [{"arm": label} for label in labels]


def _chart(data: str) -> Any:  # Any: type checkers lose sight of Altair's marks
    return alt.Chart(alt.NamedData(data))


def _with_strip(plot: Any, labels: list[str], x: alt.X, width: int, title: str) -> alt.VConcatChart:
    """The plot above its numbers: one line of counts per arm, told apart by the arm's mark."""
    y = alt.Y("arm:N", sort=labels, axis=None, scale=alt.Scale(domain=labels))
    counts = _chart("rows").mark_text(fontSize=11.5).encode(x=x.axis(None), y=y, text="count:N")
    marks = (
        _chart("arms")
        .mark_point(filled=True, size=50, opacity=1)
        .encode(x=alt.value(-22), y=y, color=_colour(labels), shape=_shape(labels))
    )
    strip = alt.layer(counts, *([marks] if len(labels) > 1 else [])).properties(
        width=width, height=18 * len(labels), title=title
    )
    return alt.vconcat(plot, strip, spacing=10)


def _cycled(values: list[Any], labels: list[str]) -> list[Any]:
    return [values[i % len(values)] for i in range(len(labels))]


def _legend(labels: list[str]) -> alt.Legend | None:
    columns = 1 if sum(map(len, labels)) > 34 else len(labels)
    return alt.Legend(title=None, orient="top", columns=columns) if len(labels) > 1 else None


def _colour(labels: list[str]) -> alt.Color:
    colours = ARM_COLOURS if len(labels) > 1 else ARM_COLOURS[1:]  # the first is the grey of a reference arm
    scale = alt.Scale(domain=labels, range=_cycled(colours, labels))
    return alt.Color("arm:N", scale=scale, legend=_legend(labels))


def _shape(labels: list[str]) -> alt.Shape:
    scale = alt.Scale(domain=labels, range=_cycled(ARM_SHAPES, labels))
    return alt.Shape("arm:N", scale=scale, legend=_legend(labels))


def _drawable(arms: dict[str, str]) -> dict[str, str]:
    return {arm: NOT_DRAWABLE.sub(" ", label) for arm, label in arms.items()}


def _figure(
    id: str, label: str, words: str, draw: Callable[[int], alt.VConcatChart], data: dict[str, list[Row]]
) -> Figure:
    drawings = {}
    for name, width in WIDTHS.items():
        # Data and style join the finished specification: Altair copies a chart with all it holds at every step.
        spec = draw(width).to_dict() | {"datasets": data, "config": STYLE}
        drawings[name] = inline_svg(vl_convert.vegalite_to_svg(spec), label, f"{id}-words")
    return Figure(id, words, drawings)


def inline_svg(drawing: str, label: str, described_by: str) -> Markup:
    """Vega's SVG as one labelled image in the page's own font: no namespaces, classes, roles or empty paths.

    Coordinates are cut to hundredths of a pixel. Text stays escaped: it is parsed and written again as XML.
    """
    root = ET.fromstring(drawing)
    width = float(root.get("width", "0"))
    _strip(root)
    root.attrib = {
        "viewBox": root.get("viewBox", ""),
        "role": "img",
        "aria-label": label,
        "aria-describedby": described_by,
        "style": f"max-width:{width:.0f}px;min-width:{min(width, 300):.0f}px",
    }
    return Markup(ET.tostring(root, encoding="unicode", short_empty_elements=False))


def _strip(element: ET.Element) -> None:
    element.tag = element.tag.rpartition("}")[2]
    for child in list(element):
        if child.get("class") in ("background", "foreground"):
            element.remove(child)
        else:
            _strip(child)
    if element.get("viewBox") is None:
        element.attrib = {
            name: re.sub(r"-?\d+\.\d{3,}", lambda number: f"{float(number[0]):.2f}", value)
            for name, value in element.attrib.items()
            if name in KEPT_ATTRIBUTES
        }
