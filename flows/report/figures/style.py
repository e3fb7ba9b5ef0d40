"""What all figures share: text and axes, and how arms are told apart."""

import re
from typing import Any

from flows.report.cells import Row
from flows.report.figures.vega import Spec, field, layer, mark, view

ARM_COLOURS = [f"var(--arm-{i})" for i in range(1, 7)]
ARM_SHAPES = ["circle", "square", "triangle-up", "diamond", "cross", "triangle-down"]
ARM_DASHES = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3], [10, 4], [4, 4]]
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
    "axisX": {"domainColor": "var(--axis)", "ticks": False, "labelPadding": 6},
    "axisY": {"domain": False, "ticks": False, "tickCount": 5, "labelPadding": 6},
    "legend": {
        "labelColor": "currentColor",
        "labelFontSize": 12,
        "labelLimit": 280,
        "symbolSize": 80,
        "symbolStrokeWidth": 0,
    },
}
NOT_DRAWABLE = re.compile("[^ -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML has no other characters


def drawable(arms: dict[str, str]) -> dict[str, str]:
    """Labels without the characters that no SVG can hold."""
    return {arm: NOT_DRAWABLE.sub(" ", label) for arm, label in arms.items()}


def colours(labels: list[str]) -> list[str]:
    """One colour an arm; the first is the grey of a reference arm, so a single arm takes the second."""
    return cycled(ARM_COLOURS if len(labels) > 1 else ARM_COLOURS[1:], labels)


def cycled(values: list[Any], labels: list[str]) -> list[Any]:
    """As many values as labels, from the beginning again where they run out."""
    return [values[i % len(values)] for i in range(len(labels))]


def arm_colour(labels: list[str], are_lines: bool = False) -> Spec:
    """Colour by arm, with its legend."""
    return field("arm:N", scale={"domain": labels, "range": colours(labels)}, legend=_legend(labels, are_lines))


def arm_shape(labels: list[str]) -> Spec:
    """Mark by arm, in the same legend."""
    return field("arm:N", scale={"domain": labels, "range": cycled(ARM_SHAPES, labels)}, legend=_legend(labels))


def arm_dash(labels: list[str], has_legend: bool = False) -> Spec:
    """Line style by arm."""
    legend = _legend(labels, has_legend) if has_legend else None
    return field("arm:N", scale={"domain": labels, "range": cycled(ARM_DASHES, labels)}, legend=legend)


def compared_arms(labels: list[str], arms: list[str]) -> tuple[Spec, Spec]:
    """Colour and mark of arms held against the first of ``arms``: that one has none, they have those of the other figures."""
    places = [arms.index(label) for label in labels]
    legend = {"title": None, "orient": "top"} if len(labels) > 1 else None
    hue, shape = (
        field("arm:N", scale={"domain": labels, "range": [values[place] for place in places]}, legend=legend)
        for values in (colours(arms), cycled(ARM_SHAPES, arms))
    )
    return hue, shape


def _legend(labels: list[str], are_lines: bool = False) -> Spec | None:
    if len(labels) < 2:
        return None
    columns = 1 if sum(map(len, labels)) > 34 else len(labels)
    legend: Spec = {"title": None, "orient": "top", "columns": columns}
    return legend | {"symbolType": "stroke", "symbolStrokeWidth": 2, "symbolSize": 300} if are_lines else legend


def in_words(rows: list[Row], key: str, value: Any) -> str:
    """The rows of one group, as a sentence without its end."""
    return "; ".join(row["words"] for row in rows if row[key] == value) or "not evaluable yet"


def with_counts(plot: Spec, labels: list[str], x: Spec, width: int, title: str) -> Spec:
    """The plot above its numbers: one line of counts per arm, told apart by the arm's mark."""
    y = field("arm:N", sort=labels, axis=None, scale={"domain": labels})
    counts = view("rows", mark("text", fontSize=11.5), x=x | {"axis": None}, y=y, text=field("count:N"))
    arms = view(
        "arms",
        mark("point", filled=True, size=50, opacity=1),
        x={"value": -22},
        y=y,
        color=arm_colour(labels),
        shape=arm_shape(labels),
    )
    shown = [counts, arms] if len(labels) > 1 else [counts]
    strip = layer(*shown, width=width, height=18 * len(labels), title=title)
    return {"vconcat": [plot, strip], "spacing": 10}
